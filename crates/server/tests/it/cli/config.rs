//! A `config.yaml` as people write it for LiteLLM, given to the program as it is: each setting does what it says.

use daybook::both;
use daybook::testing::TestDb;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Serving, daybook, on, write};

const CONFIG: &str = r#"
include:
  - limits.yaml

model_list:
  - model_name: gpt-4o
    litellm_params:
      model: openai/gpt-4o
      api_key: os.environ/OPENAI_API_KEY

environment_variables:
  GATEWAY_MASTER_KEY: "sk-from-the-file-1234"

general_settings:
  master_key: os.environ/GATEWAY_MASTER_KEY
  litellm_key_header_name: X-Gateway-Key
  admin_only_routes: ["/key/aliases"]
  allowed_ips: ["127.0.0.1"]
  disable_custom_api_keys: true
  disable_auto_add_proxy_admin_to_teams: true
  proxy_batch_write_at: 60

router_settings:
  routing_strategy: simple-shuffle
"#;

const LIMITS: &str = r#"
litellm_settings:
  drop_params: true
  default_team_params: {max_budget: 100, budget_duration: 30d, models: [gpt-4o], tpm_limit: 1000}
  default_internal_user_params: {user_role: internal_user, max_budget: 7.5, models: [gpt-4o]}
  default_key_generate_params: {max_budget: 3, metadata: {from: limits}, duration: 7d}
  upperbound_key_generate_params: {max_budget: 20, duration: 30d, rpm_limit: 50}
  key_generation_settings:
    team_key_generation: {allowed_team_member_roles: [admin]}
    personal_key_generation: {allowed_user_roles: [proxy_admin, internal_user], required_params: [key_alias]}
"#;

/// A caller of a running program.
struct Caller<'a> {
    server: &'a Serving,
    header: &'static str,
    key: String,
}

impl Caller<'_> {
    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let key = format!("Bearer {}", self.key);
        let mut request = http.request(method, format!("{}{path}", self.server.base)).header(self.header, key);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default())
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(Method::POST, path, Some(body)).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.send(Method::GET, path, None).await
    }

    fn with(&self, key: &Value) -> Caller<'_> {
        Caller { server: self.server, header: self.header, key: key.as_str().unwrap().to_owned() }
    }
}

both!(a_config_file_for_litellm_is_honoured_as_it_is, async |db: TestDb| {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "limits.yaml", LIMITS);
    let file = write(folder.path(), "config.yaml", CONFIG);
    let mut command = on(&db, daybook());
    // The file's variable lies over the one that is set.
    command.env("CONFIG_FILE_PATH", &file).env("GATEWAY_MASTER_KEY", "sk-from-outside");
    let server = Serving::start(command);
    let master = Caller { server: &server, header: "X-Gateway-Key", key: "sk-from-the-file-1234".to_owned() };

    // environment_variables, litellm_key_header_name
    assert_eq!(master.get("/key/list").await.0, 200);
    let outside = Caller { server: &server, header: "X-Gateway-Key", key: "sk-from-outside".to_owned() };
    assert_eq!(outside.get("/key/list").await.0, 401);

    // default_team_params, disable_auto_add_proxy_admin_to_teams
    let (_, team) = master.post("/team/new", json!({"team_id": "t", "tpm_limit": 5})).await;
    assert_eq!((&team["max_budget"], &team["budget_duration"]), (&json!(100.0), &json!("30d")), "{team}");
    assert_eq!((&team["models"], &team["tpm_limit"]), (&json!(["gpt-4o"]), &json!(5)));
    assert_eq!(team["members_with_roles"], json!([]));

    // default_internal_user_params
    let (_, user) = master.post("/user/new", json!({"user_id": "u"})).await;
    assert_eq!((&user["user_role"], &user["max_budget"]), (&json!("internal_user"), &json!(7.5)), "{user}");
    assert_eq!(user["models"], json!(["gpt-4o"]));
    let user = master.with(&user["key"]);

    // default_key_generate_params and upperbound_key_generate_params
    let (_, key) = master.post("/key/generate", json!({})).await;
    assert_eq!((&key["max_budget"], &key["metadata"]), (&json!(3.0), &json!({"from": "limits"})), "{key}");
    assert_eq!(key["rpm_limit"], 50);
    assert!(key["expires"].is_string());
    let (status, refused) = master.post("/key/generate", json!({"max_budget": 21})).await;
    let over = "{'error': 'max_budget is over max limit set in config - user_value=21.0; max_value=20'}";
    assert_eq!((status, &refused["error"]["message"]), (400, &json!(over)));
    assert_eq!(master.post("/key/generate", json!({"duration": "31d"})).await.0, 400);

    // key_generation_settings
    let (status, refused) = user.post("/key/generate", json!({})).await;
    assert_eq!((status, &refused["error"]["message"]), (400, &json!("Required param key_alias not in data")));
    assert_eq!(user.post("/key/generate", json!({"key_alias": "mine"})).await.0, 200);
    let member = json!({"team_id": "t", "member": {"role": "user", "user_id": "u"}});
    assert_eq!(master.post("/team/member_add", member).await.0, 200);
    let (status, refused) = user.post("/key/generate", json!({"key_alias": "ours", "team_id": "t"})).await;
    let not_allowed = "Team member role user not in allowed_team_member_roles=['admin']";
    assert_eq!((status, &refused["error"]["message"]), (400, &json!(not_allowed)));

    // admin_only_routes
    let (status, refused) = user.get("/key/aliases").await;
    let closed = "user not allowed to access this route. Route=/key/aliases is an admin only route";
    assert_eq!((status, &refused["error"]["message"]), (403, &json!(closed)));
    assert_eq!(master.get("/key/aliases").await.0, 200);

    // disable_custom_api_keys
    let custom = json!({"key": "sk-my-own-key-1234567890"});
    assert_eq!(master.post("/key/generate", custom).await.0, 403);
    server.stop();
});

both!(an_address_that_is_not_allowed_is_refused_with_the_master_key_too, async |db: TestDb| {
    let folder = tempfile::tempdir().unwrap();
    let text = "general_settings:\n  master_key: sk-1234\n  allowed_ips: [\"10.0.0.1\"]\n";
    let mut command = on(&db, daybook());
    command.env("CONFIG_FILE_PATH", write(folder.path(), "config.yaml", text));
    let server = Serving::start(command);
    let master = Caller { server: &server, header: "Authorization", key: "sk-1234".to_owned() };
    let (status, refused) = master.post("/key/generate", json!({})).await;
    let closed = "Access forbidden: IP address 127.0.0.1 not allowed.";
    assert_eq!((status, &refused["error"]["message"]), (403, &json!(closed)));
    server.stop();
});

#[test]
fn an_included_file_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "config.yaml", CONFIG);
    let output = daybook().args(["serve", "--config", &file]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let missing = folder.path().join("limits.yaml");
    let said = format!("daybook: {file}:3: Included file not found: {}", missing.display());
    assert!(super::stderr(&output).starts_with(&said), "{}", super::stderr(&output));
}
