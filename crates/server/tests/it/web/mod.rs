//! The pages over HTTP, without a browser: who gets in, what they show, and that nothing in them is anything but text.

mod browser;
mod log;
mod session;
mod taken;

use std::process::Command;

use serde_json::json;

use crate::harness::{Client, MASTER_KEY, TestApp};

/// Signs in with a key and gives the header of the session; what the form said instead when it did not let in.
pub async fn sign_in(app: &TestApp, key: &str) -> Result<String, String> {
    let form = format!("key={key}&next=%2Fui");
    let client = app.anonymous().header("content-type", "application/x-www-form-urlencoded");
    let answer = client.header("sec-fetch-site", "same-origin").send_raw("POST", "/ui/login", form).await;
    match answer.status {
        303 => Ok(answer.header("set-cookie").split(';').next().unwrap().to_owned()),
        _ => Err(answer.text),
    }
}

/// A browser that is signed in with the master key.
pub async fn reader(app: &TestApp) -> Client<'_> {
    let cookie = sign_in(app, MASTER_KEY).await.unwrap();
    app.anonymous().header("cookie", &cookie)
}

/// A browser that is signed in with the key of somebody who administers an organization, and nothing else.
pub async fn org_admin<'a>(app: &'a TestApp, organization: &str) -> Client<'a> {
    let master = app.master();
    let made = json!({"organization_id": organization, "organization_alias": organization});
    master.post("/organization/new", made).await.ok();
    let user = master.post("/user/new", json!({"user_id": "chief", "user_role": "internal_user"})).await.ok();
    let member = json!({"organization_id": organization, "member": {"role": "org_admin", "user_id": "chief"}});
    master.post("/organization/member_add", member).await.ok();
    let cookie = sign_in(app, user["key"].as_str().unwrap()).await.unwrap();
    app.anonymous().header("cookie", &cookie)
}

/// What `daybook verify` says of a proof and its leaf, under these keys: the exit code, and the report.
pub fn verify_proof(proof: &[u8], leaf: &str, vkeys: &[String]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_daybook"));
    command.env_clear().arg("verify");
    for (argument, bytes) in [("--proof", proof), ("--leaf", leaf.as_bytes())] {
        let path = folder.path().join(argument);
        std::fs::write(&path, bytes).unwrap();
        command.arg(argument).arg(path);
    }
    vkeys.iter().for_each(|vkey| _ = command.arg("--vkey").arg(vkey));
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// A team with a life: made, its budget raised and lowered again.
pub async fn make_team(app: &TestApp, id: &str) {
    let master = app.master();
    let krrish = master.header("litellm-changed-by", "krrish@berri.ai");
    krrish.post("/team/new", json!({"team_id": id, "team_alias": "ml-research", "max_budget": 500})).await.ok();
    krrish.post("/team/update", json!({"team_id": id, "max_budget": 2000})).await.ok();
    master.post("/team/update", json!({"team_id": id, "max_budget": 1000.5, "tpm_limit": 7})).await.ok();
}
