//! The key that stored secrets are encrypted with: made when there is none, and refused when it is another.

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use daybook::both;
use daybook::testing::{TestDb, execute};
use serde_json::json;

use super::{Serving, daybook, on, stderr, stdout, write};

fn with(db: &TestDb, variables: &[(&str, &str)]) -> Command {
    let mut command = on(db, daybook());
    command.envs(variables.iter().copied());
    command
}

async fn store_a_model(base: &str, key: &str) -> u16 {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let params = json!({"model": "openai/gpt-4o", "api_key": "sk-provider-abcdef123456"});
    let body = json!({"model_name": "m", "litellm_params": params});
    http.post(format!("{base}/model/new")).bearer_auth(key).json(&body).send().await.unwrap().status().as_u16()
}

/// A start that should fail; one that does not is stopped.
fn serve(mut command: Command) -> Output {
    command.args(["serve", "--host", "127.0.0.1", "--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    for _ in 0..300 {
        if child.try_wait().unwrap().is_some() {
            return child.wait_with_output().unwrap();
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    child.kill().unwrap();
    panic!("it started: {}", stdout(&child.wait_with_output().unwrap()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_any_configuration_models_can_be_stored_and_stay_readable() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let start = |master: Option<&str>| {
        let mut command = daybook();
        command.env("DAYBOOK_DATA_DIR", &data);
        command.envs(master.map(|key| ("LITELLM_MASTER_KEY", key)));
        command
    };
    let first = Serving::start(start(None));
    let file = data.join("salt_key");
    assert!(first.banner.contains(&format!("salt key    in {}", file.display())), "{}", first.banner);
    let key = first.banner.lines().find_map(|line| line.strip_prefix("  master key  ")).unwrap().to_owned();
    assert_eq!(store_a_model(&first.base, &key).await, 200);
    first.stop();
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    let salt = std::fs::read_to_string(&file).unwrap();
    for other in std::fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| *path != file && path.is_file())
    {
        let bytes = std::fs::read(&other).unwrap();
        assert!(
            !bytes.windows(salt.trim().len()).any(|window| window == salt.trim().as_bytes()),
            "{}",
            other.display()
        );
    }
    // A master key that is set later does not take its place.
    let second = Serving::start(start(Some("sk-quite-another")));
    second.stop();
    std::fs::remove_file(&file).unwrap();
    for command in [start(None), start(Some("sk-quite-another"))] {
        let output = serve(command);
        assert_eq!(output.status.code(), Some(1));
        let said = stderr(&output);
        assert!(said.contains("2 values in LiteLLM_ProxyModelTable"), "{said}");
        assert!(said.contains("LITELLM_SALT_KEY") && said.contains(&file.display().to_string()), "{said}");
        assert!(!file.exists(), "a start that failed made another key");
    }
}

both!(a_salt_key_that_does_not_open_what_is_stored_is_refused, async |db: TestDb| {
    let server = Serving::start(with(&db, &[("LITELLM_MASTER_KEY", "sk-1234"), ("LITELLM_SALT_KEY", "right")]));
    assert_eq!(store_a_model(&server.base, "sk-1234").await, 200);
    server.stop();
    let wrong = with(&db, &[("LITELLM_MASTER_KEY", "sk-1234"), ("LITELLM_SALT_KEY", "wrong")]);
    let output = serve(wrong);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.contains("another key than LITELLM_SALT_KEY"), "{said}");
    assert!(said.contains("2 values in LiteLLM_ProxyModelTable"), "{said}");
    let mut doctor = with(&db, &[("LITELLM_MASTER_KEY", "sk-1234")]);
    let output = doctor.args(["doctor", "--port", "0"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("another key than the master key"), "{}", stderr(&output));
    let right = [("LITELLM_MASTER_KEY", "sk-1234"), ("LITELLM_SALT_KEY", "right")];
    let output = with(&db, &right).args(["doctor", "--port", "0"]).output().unwrap();
    assert!(stdout(&output).contains("LITELLM_SALT_KEY"), "{}{}", stdout(&output), stderr(&output));
    Serving::start(with(&db, &right)).stop();
});

both!(callback_secrets_and_environment_variables_are_looked_at_too, async |db: TestDb| {
    let store = db.open().await;
    let sealed = daybook::model::sealed::seal(&daybook::model::sealed::SealingKey::new("theirs"), "x", store.random());
    let metadata = json!({"logging": [{"callback_vars": {"langfuse_secret_key": format!("litellm_enc::{sealed}")}}]});
    let now = "CURRENT_TIMESTAMP";
    for sql in [
        format!(
            "INSERT INTO \"LiteLLM_TeamTable\" (team_id, metadata, members_with_roles, updated_at, created_at) \
             VALUES ('t', '{metadata}', '[]', {now}, {now})"
        ),
        format!(
            "INSERT INTO \"LiteLLM_Config\" (param_name, param_value) VALUES ('environment_variables', '{}')",
            json!({"OPENAI_API_KEY": sealed})
        ),
    ] {
        execute(&store, &sql).await.unwrap();
    }
    store.close().await;
    let output = serve(with(&db, &[("LITELLM_MASTER_KEY", "sk-1234")]));
    let said = stderr(&output);
    assert!(said.contains("1 value in LiteLLM_TeamTable, 1 value in LiteLLM_Config"), "{said}");
    Serving::start(with(&db, &[("LITELLM_MASTER_KEY", "sk-1234"), ("LITELLM_SALT_KEY", "theirs")])).stop();
});

both!(a_few_values_of_another_key_are_told_and_keep_nobody_from_starting, async |db: TestDb| {
    let mine = [("LITELLM_MASTER_KEY", "sk-1234"), ("LITELLM_SALT_KEY", "ours")];
    let server = Serving::start(with(&db, &mine));
    assert_eq!(store_a_model(&server.base, "sk-1234").await, 200);
    server.stop();
    let store = db.open().await;
    let sealed = daybook::model::sealed::seal(&daybook::model::sealed::SealingKey::new("theirs"), "x", store.random());
    let sql = format!(
        "INSERT INTO \"LiteLLM_Config\" (param_name, param_value) VALUES ('environment_variables', '{}')",
        json!({"OPENAI_API_KEY": sealed})
    );
    execute(&store, &sql).await.unwrap();
    store.close().await;
    Serving::start(with(&db, &mine)).stop();
    let output = with(&db, &mine).args(["doctor", "--port", "0"]).output().unwrap();
    let said = stdout(&output);
    assert!(said.contains("does NOT open 1 of the newest values in LiteLLM_Config"), "{said}{}", stderr(&output));
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_config_files_models_are_shown_by_the_server_that_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let text = "model_list:\n  - model_name: filed\n    litellm_params: {model: openai/gpt-4o, api_key: os.environ/NOT_SET_HERE}\n\
                general_settings: {master_key: sk-1234, store_model_in_db: false}\n";
    let file = write(folder.path(), "config.yaml", text);
    let mut command = daybook();
    command.env("DAYBOOK_DATA_DIR", folder.path().join("data")).env("CONFIG_FILE_PATH", &file);
    let server = Serving::start(command);
    assert_eq!(store_a_model(&server.base, "sk-1234").await, 500);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let shown = http.get(format!("{}/models", server.base)).bearer_auth("sk-1234").send().await.unwrap();
    assert!(shown.text().await.unwrap().contains("\"filed\""));
    server.stop();
}
