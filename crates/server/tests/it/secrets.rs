//! No secret on the record: canaries are planted in every request, then everything that is written is searched for them.
//!
//! Two kinds. What is a secret by its place (a raw key, a password, an `Authorization` value) must be nowhere: not in a
//! table, not in the write-ahead log, not in a log line. What a caller hides in free-form members (`metadata`) is LiteLLM's
//! row, which has to come back as it was sent; it must be nowhere else: no entry, no leaf, no context, no log line, no error.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use daybook::store::{Dialect, Location};
use daybook::testing::TestDb;
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

use crate::harness::TestApp;

/// Secrets by place.
const RAW_KEY: &str = "sk-canaryRAW000111222333";
const NEW_KEY: &str = "sk-canaryNEW000111222333";
const PASSWORD: &str = "canary-pass-4711-Word";
const PROVIDER_KEY: &str = "canary-provider-key-000111222";
const SECOND_PROVIDER_KEY: &str = "canary-provider-key-333444555";
const BEARER: &str = "sk-canaryBEARER000111222";

/// Secrets by name or shape, in members that are free.
const SHAPES: &[(&str, &str)] = &[
    ("api_key", "canaryapikey0001112223334445"),
    ("note", "sk-canaryNOTE0001112223334"),
    ("aws_secret_access_key", "canaryAws/000111222333444555"),
    ("client_secret", "canaryclientsecret00011122"),
    ("db", "postgresql://svc:canarydbpass0001@db.internal/x"),
    ("authorization", "Bearer canarybearer000111222333"),
    ("access_token", "canaryaccesstoken00011122"),
    ("password", "canarymetapass000111222"),
];

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

/// One for the whole process: a subscriber is set once, whichever test comes first.
static LOG: OnceLock<Log> = OnceLock::new();

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

fn metadata() -> Value {
    let mut metadata: serde_json::Map<String, Value> =
        SHAPES.iter().map(|(name, secret)| ((*name).to_owned(), json!(secret))).collect();
    metadata.insert("nested".to_owned(), json!([{"deep": {"token": "canarydeeptoken000111222"}}]));
    Value::Object(metadata)
}

/// What must not be found in a text.
fn leaks(text: &[u8], secrets: &[&str]) -> Vec<String> {
    let found = secrets.iter().filter(|secret| text.windows(secret.len()).any(|window| window == secret.as_bytes()));
    found.map(|secret| (*secret).to_owned()).collect()
}

async fn canaries(db: TestDb) {
    let log = LOG.get_or_init(|| {
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(log.clone())
            .with_ansi(false)
            .with_env_filter(tracing_subscriber::EnvFilter::new("trace,hyper=off,hyper_util=off,reqwest=off"))
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
        log
    });

    let app = TestApp::start(db).await;
    let master = app.master();
    let agent = master
        .header("user-agent", &format!("curl {RAW_KEY} Bearer canaryagent000111222333"))
        .header("x-request-id", "sk-canaryREQUEST00011122");
    let mut answers = Vec::new();

    // Keys.
    agent.post("/key/generate", json!({"key": RAW_KEY, "key_alias": "k", "metadata": metadata()})).await.ok();
    answers.push(agent.post("/key/update", json!({"key": RAW_KEY, "max_budget": 5, "metadata": metadata()})).await);
    answers.push(agent.post("/key/block", json!({"key": RAW_KEY})).await);
    answers.push(agent.post("/key/unblock", json!({"key": RAW_KEY})).await);
    agent.post(&format!("/key/{RAW_KEY}/reset_spend"), json!({"reset_to": 0})).await.ok();
    let new = json!({"new_key": NEW_KEY, "grace_period": "1h", "new_master_key": "sk-canaryMASTER0001112"});
    agent.post(&format!("/key/{RAW_KEY}/regenerate"), json!({"new_key": NEW_KEY, "grace_period": "1h"})).await.ok();
    let _ = agent.post(&format!("/key/{NEW_KEY}/regenerate"), new).await;
    agent.get(&format!("/audit?search={NEW_KEY}")).await.ok();
    // Teams and users, with secrets where names and shapes tell them.
    answers.push(agent.post("/team/new", json!({"team_id": "t", "metadata": metadata()})).await);
    answers.push(
        agent
            .post("/team/update", json!({"team_id": "t", "metadata": {"api_key": SHAPES[0].1}, "max_budget": 1}))
            .await,
    );
    let router = json!({"model_group_alias": {"x": {"api_key": SHAPES[0].1}}});
    answers.push(agent.post("/key/generate", json!({"router_settings": router, "config": metadata()})).await);
    answers.push(agent.post("/user/new", json!({"user_id": "u", "password": PASSWORD, "metadata": metadata()})).await);
    answers
        .push(agent.post("/user/update", json!({"user_id": "u", "password": PASSWORD, "metadata": metadata()})).await);
    answers.push(agent.post("/user/delete", json!({"user_ids": ["u"]})).await);
    // Models and credentials: encrypted where they are stored, a digest where they are recorded.
    let params = json!({"model": "openai/gpt-4o", "api_key": PROVIDER_KEY, "azure_ad_token": SECOND_PROVIDER_KEY});
    let model = json!({"model_name": "m", "litellm_params": params, "model_info": {"id": "mid"}});
    answers.push(agent.post("/model/new", model).await);
    let changed = json!({"litellm_params": {"api_key": SECOND_PROVIDER_KEY}});
    answers.push(agent.patch("/model/mid/update", changed).await);
    let changed = json!({"id": "mid", "litellm_params": {"client_secret": PROVIDER_KEY}});
    answers.push(agent.post("/model/update", changed).await);
    answers.push(agent.post("/model/block", json!({"model_id": "mid"})).await);
    let of_model = json!({"credential_name": "of-model", "model_id": "mid", "credential_info": {}});
    answers.push(agent.post("/credentials", of_model).await);
    let values = json!({"api_key": PROVIDER_KEY, "anything": SECOND_PROVIDER_KEY});
    let credential = json!({"credential_name": "c", "credential_values": values, "credential_info": {}});
    answers.push(agent.post("/credentials", credential).await);
    let values = json!({"credential_values": {"api_key": SECOND_PROVIDER_KEY}, "credential_info": {}});
    answers.push(agent.patch("/credentials/c", values).await);
    for path in ["/model/info", "/v2/model/info", "/model_group/info", "/credentials/by_name/of-model"] {
        answers.push(agent.get(path).await);
    }
    answers.push(agent.delete("/credentials/c").await);
    answers.push(agent.post("/model/delete", json!({"id": "mid"})).await);
    for answer in &answers {
        let found = leaks(answer.text.as_bytes(), &[PROVIDER_KEY, SECOND_PROVIDER_KEY]);
        assert!(found.is_empty(), "{} answers {}", answer.request, answer.text);
    }
    // What is refused leaves no trace either.
    let stranger = app.with_key(BEARER);
    let mut refusals = vec![
        stranger.get("/key/list").await,
        app.anonymous().header("x-api-key", "canaryplainkey000111222").get("/key/list").await,
        agent.post("/key/delete", json!({"keys": [BEARER]})).await,
        agent.post("/key/update", json!({"key": BEARER, "max_budget": 1})).await,
        agent.post("/key/generate", json!({"key": RAW_KEY, "max_budget": -1})).await,
        agent.post("/user/update", json!({"user_id": "u2", "password": PASSWORD, "tpm_limit": -1})).await,
        agent.post("/key/block", json!({"key": format!("{BEARER} !")})).await,
    ];
    refusals.push(agent.get(&format!("/key/info?key={BEARER}")).await);
    for answer in &refusals {
        assert!(answer.status >= 400, "{} was not refused", answer.request);
        let found = leaks(answer.text.as_bytes(), &[BEARER, PASSWORD, "canaryplainkey000111222"]);
        assert!(found.is_empty(), "{} answers {}", answer.request, answer.text);
    }

    // The rows of the log and everything that Daybook keeps beside them.
    let by_shape: Vec<&str> = SHAPES.iter().map(|(_, secret)| secret.rsplit(' ').next().unwrap()).collect();
    let by_shape: Vec<&str> = by_shape
        .iter()
        .map(|secret| if secret.starts_with("postgresql") { "canarydbpass0001" } else { secret })
        .chain([
            PROVIDER_KEY,
            SECOND_PROVIDER_KEY,
            RAW_KEY,
            NEW_KEY,
            PASSWORD,
            BEARER,
            "canarydeeptoken000111222",
            "sk-canaryMASTER0001112",
        ])
        .chain(["canaryagent000111222333", "sk-canaryREQUEST00011122"])
        .collect();
    let mut session = app.store().read().await.unwrap();
    let entries = daybook::store::list_entries(&mut session, 0, i64::MAX).await.unwrap();
    drop(session);
    assert!(entries.len() > 10);
    let mut actions = BTreeSet::new();
    for (ledger, audit) in &entries {
        let text = format!("{}{}", json!(ledger), json!(audit));
        assert_eq!(leaks(text.as_bytes(), &by_shape), Vec::<String>::new(), "{text}");
        assert!(!text.contains("scrypt:"), "a password hash is on the record: {text}");
        actions.insert(audit.as_ref().unwrap()["action"].as_str().unwrap().to_owned());
    }
    assert!(actions.contains("rotated") && actions.contains("blocked"), "{actions:?}");

    // Every byte that SQLite wrote, the write-ahead log included; on PostgreSQL every row of every table.
    let by_place = [
        PROVIDER_KEY,
        SECOND_PROVIDER_KEY,
        RAW_KEY,
        NEW_KEY,
        PASSWORD,
        BEARER,
        "sk-canaryMASTER0001112",
        "canaryplainkey000111222",
    ];
    match app.location().clone() {
        Location::Sqlite { path } => {
            for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
                let file = file.unwrap().path();
                let bytes = std::fs::read(&file).unwrap();
                assert_eq!(leaks(&bytes, &by_place), Vec::<String>::new(), "in {}", file.display());
            }
        }
        Location::Postgres { .. } => {
            assert_eq!(app.store().dialect(), Dialect::Postgres);
            let dump = daybook::testing::dump(app.store()).await;
            assert!(dump.len() > 1000);
            assert_eq!(leaks(dump.as_bytes(), &by_place), Vec::<String>::new());
        }
    }
    for answer in answers {
        answer.ok();
    }
    app.stop().await;

    let log = log.0.lock().unwrap().clone();
    assert!(!log.is_empty(), "nothing was logged: the search shows nothing");
    let text = String::from_utf8_lossy(&log);
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("canary")).collect();
    assert!(lines.is_empty(), "{lines:#?}");
}

daybook::both!(canaries_planted_in_every_request_are_found_nowhere, canaries);
