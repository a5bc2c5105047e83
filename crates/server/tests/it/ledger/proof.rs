//! `GET /audit/{id}/proof`

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tlog::{Hash, ProofFile, SignedCheckpoint, VerifierKey, verify_inclusion};

use daybook::testing::execute;

use crate::harness::{Answer, TestApp};

async fn vkey(app: &TestApp) -> VerifierKey {
    let answer = app.master().get("/ledger/vkey").await;
    VerifierKey::parse(answer.text.trim()).unwrap()
}

/// The receipt of a change leads to a proof that holds.
async fn check(app: &TestApp, receipt: &Answer) -> Value {
    let id = receipt.header("x-daybook-audit-id");
    let proof = app.master().get(&format!("/audit/{id}/proof")).await.ok();
    assert_eq!(proof["seq"].to_string(), receipt.header("x-daybook-audit-seq"));
    let leaf = proof["leaf"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(leaf).unwrap()["id"], id);
    let hash = tlog::leaf_hash(leaf.as_bytes());
    assert_eq!(proof["leaf_hash"], hash.to_base64());
    let path = proof["path"].as_array().unwrap().iter();
    let path: Vec<Hash> = path.map(|hash| Hash::from_base64(hash.as_str().unwrap()).unwrap()).collect();
    let checkpoint = SignedCheckpoint::parse(proof["checkpoint"].as_str().unwrap().as_bytes()).unwrap();
    checkpoint.verify([&vkey(app).await]).unwrap();
    let head = checkpoint.checkpoint().head();
    verify_inclusion(&hash, proof["seq"].as_u64().unwrap(), &path, head).unwrap();
    assert_eq!(proof["tree_size"], head.size);
    proof
}

served!(each_receipt_is_proven_at_once, async |app: &TestApp| {
    for number in 0..9 {
        let body = json!({"team_id": format!("team-{number}")});
        let receipt = app.master().post("/team/new", body).await;
        assert_eq!(receipt.status, 200);
        check(app, &receipt).await;
    }
});

served!(what_is_disclosed_gives_the_digests_of_the_leaf, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "team"})).await.ok();
    let change = app.master().header("litellm-changed-by", "krrish@berri.ai");
    let receipt = change.post("/team/update", json!({"team_id": "team", "max_budget": 2000.5, "models": ["é"]})).await;
    let proof = check(app, &receipt).await;
    let leaf: Value = serde_json::from_str(proof["leaf"].as_str().unwrap()).unwrap();
    for part in ["actor", "object", "before", "after", "context"] {
        let disclosed = &proof["disclosures"][part];
        let salt = URL_SAFE_NO_PAD.decode(disclosed["salt"].as_str().unwrap()).unwrap();
        // Our values have nothing but ASCII member names and texts, so sorting the members is all that is canonical.
        let canonical = serde_json_canonicalizer::to_string(&disclosed["value"]).unwrap();
        let digest = Sha256::new().chain_update(salt).chain_update(part).chain_update([0]).chain_update(canonical);
        assert_eq!(leaf[part], URL_SAFE_NO_PAD.encode(digest.finalize()), "{part}");
    }
    assert_eq!(proof["disclosures"]["actor"]["value"]["changed_by"], "krrish@berri.ai");
    assert_eq!(proof["disclosures"]["after"]["value"]["max_budget"], 2000.5);
});

served!(the_proof_file_is_for_whoever_asks_for_text, async |app: &TestApp| {
    let receipt = app.master().post("/team/new", json!({"team_id": "team"})).await;
    let (id, leaf) = (receipt.header("x-daybook-audit-id"), check(app, &receipt).await["leaf"].clone());
    let path = format!("/audit/{id}/proof");
    for answer in [
        app.master().header("accept", "text/plain").get(&path).await,
        app.master().get(&format!("{path}?format=tlog-proof")).await,
    ] {
        assert_eq!((answer.status, answer.header("content-type")), (200, "text/plain; charset=utf-8"));
        let file = ProofFile::parse(answer.text.as_bytes()).unwrap();
        let key = vkey(app).await;
        file.verify(leaf.as_str().unwrap().as_bytes(), [&key]).unwrap();
        assert!(file.verify(b"another leaf", [&key]).is_err());
    }
    for takes in ["application/json", "*/*", "application/json, text/plain"] {
        app.master().header("accept", takes).get(&path).await.ok()["leaf"].as_str().unwrap();
    }
    let refused = app.master().get(&format!("{path}?format=pdf")).await.refused(400);
    assert_eq!(refused["detail"]["error"], "format must be json or tlog-proof");
});

served!(who_may_not_read_an_entry_gets_no_proof_of_it, async |app: &TestApp| {
    let receipt = app.master().post("/team/new", json!({"team_id": "team"})).await;
    let id = receipt.header("x-daybook-audit-id");
    app.master().post("/user/new", json!({"user_id": "u", "auto_create_key": false})).await.ok();
    let key = app.master().post("/key/generate", json!({"user_id": "u"})).await.ok();
    let user = app.with_key(key["key"].as_str().unwrap());
    user.get(&format!("/audit/{id}/proof")).await.refused(401);
    user.get("/audit/no-such-entry/proof").await.refused(401);
    app.anonymous().get(&format!("/audit/{id}/proof")).await.refused(401);
    app.master().get("/audit/no-such-entry/proof").await.refused(404);

    // An admin of the team sees what its rows say, and nothing of where the change came from.
    let member = json!({"team_id": "team", "member": {"role": "admin", "user_id": "u"}});
    app.master().post("/team/member_add", member).await.ok();
    let listed = user.get("/audit?object_team_id=team&action=created&table_name=LiteLLM_TeamTable").await.ok();
    let of_team = listed["audit_logs"][0]["id"].as_str().unwrap();
    let proof = user.get(&format!("/audit/{of_team}/proof")).await.ok();
    let shown: Vec<&String> = proof["disclosures"].as_object().unwrap().keys().collect();
    assert_eq!(shown, ["object", "before", "after"]);
});

served!(a_row_that_litellm_wrote_has_no_proof, async |app: &TestApp| {
    execute(
        app.store(),
        "INSERT INTO \"LiteLLM_AuditLog\" (id, updated_at, changed_by, changed_by_api_key, action, table_name, object_id) \
         VALUES ('theirs', '2026-11-20 10:00:00.000', 'u', 'k', 'created', 'LiteLLM_TeamTable', 't')",
    )
    .await
    .unwrap();
    let refused = app.master().get("/audit/theirs/proof").await.refused(404);
    assert!(refused["detail"]["message"].as_str().unwrap().contains("not in the log yet"), "{refused}");
});

served!(reads_of_the_log_carry_the_newest_checkpoint, async |app: &TestApp| {
    app.master().post("/budget/new", json!({"budget_id": "b", "max_budget": 5})).await.ok();
    app.master().get("/ledger/checkpoint").await;
    let answer = app.master().get("/audit").await;
    let note = STANDARD.decode(answer.header("x-daybook-checkpoint")).unwrap();
    let checkpoint = SignedCheckpoint::parse(&note).unwrap();
    checkpoint.verify([&vkey(app).await]).unwrap();
    assert_eq!(checkpoint.checkpoint().head().size, 1);
});
