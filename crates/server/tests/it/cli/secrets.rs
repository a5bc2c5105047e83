//! What a server writes to its log, with everything in it switched on.

use daybook::both;
use daybook::testing::TestDb;
use serde_json::json;

use super::{Serving, daybook, on};

const RAW_KEY: &str = "sk-quite-a-secret-key-of-the-callers-own";
const PASSWORD: &str = "Correct-Horse-Battery-9";

both!(no_key_and_no_password_reaches_the_log_even_at_its_most_talkative, async |db: TestDb| {
    let mut command = on(&db, daybook());
    command.env("DAYBOOK_LOG", "trace").env("LITELLM_MASTER_KEY", "sk-1234-master");
    let server = Serving::start(command);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for (path, body) in [
        ("/key/generate", json!({"key": RAW_KEY, "key_alias": "own"})),
        ("/user/new", json!({"user_email": "a@example.com", "password": PASSWORD})),
        ("/key/delete", json!({"keys": [RAW_KEY]})),
    ] {
        let request = http.post(format!("{}{path}", server.base)).bearer_auth("sk-1234-master").json(&body);
        request.send().await.unwrap().bytes().await.unwrap();
    }
    http.get(format!("{}/key/info?key={RAW_KEY}", server.base)).bearer_auth(RAW_KEY).send().await.unwrap();
    let log = server.stop();
    assert!(log.contains("DEBUG"), "the log is not at its most talkative");
    for secret in [RAW_KEY, PASSWORD, "sk-1234-master"] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} is in the log");
    }
});
