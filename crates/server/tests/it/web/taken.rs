//! What is taken away: exports, proofs, the stream.

use serde_json::{Value, json};
use tlog::CosignerKey;

use super::log::words;
use super::{make_team, org_admin, reader, sign_in, verify_proof};
use crate::harness::{MASTER_KEY, TestApp};

served!(an_export_has_the_rows_of_the_api, async |app: &TestApp| {
    for team in ["a", "b", "=c"] {
        make_team(app, team).await;
    }
    let reader = reader(app).await;
    let page = app.master().get("/audit?page_size=100&sort_order=asc&table_name=LiteLLM_TeamTable").await.ok();
    let rows = page["audit_logs"].as_array().unwrap();
    for path in ["/ui/export?format=jsonl&table_name=LiteLLM_TeamTable", "/audit/export?table_name=LiteLLM_TeamTable"] {
        let client = if path.starts_with("/ui") { reader.clone() } else { app.master() };
        let answer = client.get(path).await;
        assert_eq!((answer.status, answer.header("x-total-count")), (200, "9"), "{}", answer.text);
        let lines: Vec<Value> = answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(&lines, rows, "{path}");
    }
    let csv = reader.get("/ui/export?format=csv&object_id=%3Dc").await.text;
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "id,updated_at,changed_by,changed_by_api_key,action,table_name,object_id,before_value,updated_values"
    );
    assert_eq!(lines.len(), 5, "{csv}");
    assert!(lines[1].contains(",\"'=c\",") && lines[1].contains("\"\"max_budget\"\":500"), "{csv}");
    assert_eq!(app.master().get("/audit/export?format=xml").await.status, 400);
    assert_eq!(app.anonymous().get("/audit/export").await.status, 401);
});

served!(an_export_of_many_batches_has_every_row_once, async |app: &TestApp| {
    let teams: Vec<Value> = (0..1_100).map(|number| json!(format!("c{number}"))).collect();
    for some in teams.chunks(500) {
        app.master().post("/customer/block", json!({"user_ids": some})).await.ok();
    }
    let answer = app.master().get("/audit/export?table_name=LiteLLM_EndUserTable&action=created").await;
    let mut ids: Vec<String> = answer
        .text
        .lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).unwrap();
            row["object_id"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!((answer.header("x-total-count"), ids.len()), ("1100", 1_100));
    let at = |line: &str| serde_json::from_str::<Value>(line).unwrap()["updated_at"].as_str().unwrap().to_owned();
    assert!(answer.text.lines().map(at).is_sorted(), "oldest first");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 1_100);
});

served!(the_evidence_bundle_is_downloaded_and_holds, async |app: &TestApp| {
    make_team(app, "t-1").await;
    let cookie = sign_in(app, MASTER_KEY).await.unwrap();
    let bytes = app.anonymous().header("cookie", &cookie).get_bytes("/ui/evidence").await;
    let folder = tempfile::tempdir().unwrap();
    tar::Archive::new(bytes.as_slice()).unpack(folder.path()).unwrap();
    let bundle = folder.path().join("evidence");
    assert!(bundle.join("VERIFY.md").exists() && bundle.join("checkpoint").exists());
    let verified = std::process::Command::new(env!("CARGO_BIN_EXE_daybook"))
        .args(["verify", "--bundle"])
        .arg(&bundle)
        .output()
        .unwrap();
    assert!(verified.status.success(), "{verified:?}");
});

/// The proof of an entry as the pages give it, which is the API's byte for byte.
async fn proof_of(app: &TestApp, id: &str) -> String {
    let file = reader(app).await.get(&format!("/ui/entries/{id}/proof")).await;
    assert_eq!((file.status, file.header("content-type")), (200, "text/plain; charset=utf-8"), "{}", file.text);
    assert!(file.header("content-disposition").ends_with(".tlog-proof\""));
    let of_api = app.master().get(&format!("/audit/{id}/proof?format=tlog-proof")).await;
    assert_eq!(file.text, of_api.text);
    assert_eq!(file.header("content-disposition"), of_api.header("content-disposition"));
    file.text
}

served!(a_proof_is_downloaded_with_what_witnesses_have_signed, async |app: &TestApp| {
    make_team(app, "t-1").await;
    let found = app.master().get("/audit").await.ok();
    let id = found["audit_logs"][0]["id"].as_str().unwrap();
    let leaf = app.master().get(&format!("/audit/{id}/proof")).await.ok()["leaf"].as_str().unwrap().to_owned();
    let witness = CosignerKey::from_seed("witness.example", &[7; 32]).unwrap();
    let keys = [app.signer.keys().current().verifier().to_string(), witness.verifier().to_string()];
    // The verifier takes it, and says who has signed.
    let signed_by = async || {
        let (code, report) = verify_proof(proof_of(app, id).await.as_bytes(), &leaf, &keys);
        assert_eq!(code, Some(0), "{report}");
        report.matches("signed by").count()
    };
    assert_eq!(signed_by().await, 1);

    // As the witness's courier leaves it.
    let signed = app.signer.checkpoint().await.unwrap();
    let mut cosigned = signed.checkpoint.clone();
    cosigned.add(witness.cosign(&cosigned, 1_795_291_200).unwrap()).unwrap();
    app.store().publish(&cosigned, signed.signed_at).await.unwrap();
    assert_eq!(signed_by().await, 2);
    let shown = app.master().get(&format!("/audit/{id}/proof")).await.ok();
    assert_eq!(shown["checkpoint"], cosigned.to_string());
    for page in [format!("/ui/entries/{id}"), "/ui/integrity".to_owned()] {
        let text = reader(app).await.get(&page).await.text;
        assert!(text.contains("witness.example"), "{page}: {text}");
    }
    // A cosignature is of one checkpoint; the log has gone on.
    make_team(app, "t-2").await;
    assert_eq!(signed_by().await, 1);
});

served!(a_proof_of_which_a_byte_is_another_is_refused, async |app: &TestApp| {
    make_team(app, "t-1").await;
    let found = app.master().get("/audit?table_name=LiteLLM_TeamTable").await.ok();
    let id = found["audit_logs"][0]["id"].as_str().unwrap();
    let leaf = app.master().get(&format!("/audit/{id}/proof")).await.ok()["leaf"].as_str().unwrap().to_owned();
    let keys = [app.master().get("/ledger/vkey").await.text.trim().to_owned()];
    let proof = proof_of(app, id).await.into_bytes();
    assert_eq!(verify_proof(&proof, &leaf, &keys).0, Some(0));
    for at in (0..proof.len()).step_by(37).chain([proof.len() - 2]) {
        let mut flipped = proof.clone();
        flipped[at] ^= 1;
        let (code, report) = verify_proof(&flipped, &leaf, &keys);
        assert_eq!(code, Some(1), "byte {at}: {report}");
    }
    assert_eq!(verify_proof(&proof, &leaf.replacen("updated", "deleted", 1), &keys).0, Some(1));
});

served!(who_may_not_read_an_entry_downloads_no_proof_of_it, async |app: &TestApp| {
    let receipt = app.master().post("/team/new", json!({"team_id": "t-1"})).await;
    let id = receipt.header("x-daybook-audit-id");
    let chief = org_admin(app, "red").await;
    for page in ["", "/proof"] {
        assert_eq!(chief.get(&format!("/ui/entries/{id}{page}")).await.status, 403);
        assert_eq!(chief.get(&format!("/ui/entries/none{page}")).await.status, 403);
        assert_eq!(reader(app).await.get(&format!("/ui/entries/none{page}")).await.status, 404);
    }
});

served!(a_log_that_is_not_signed_is_read_all_the_same, async |app: &TestApp| {
    make_team(app, "t-1").await;
    let found = app.master().get("/audit?table_name=LiteLLM_TeamTable").await.ok();
    let id = found["audit_logs"][0]["id"].as_str().unwrap();
    app.signer.stop("somebody knows better".to_owned());
    let page = reader(app).await.get(&format!("/ui/entries/{id}")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("ml-research"), "{}", page.text);
    assert!(page.text.contains("Nothing proves this entry at the moment"), "{}", page.text);
    assert!(!page.text.contains("Genuine") && !page.text.contains("/proof"), "{}", page.text);
    assert_eq!(reader(app).await.get(&format!("/ui/entries/{id}/proof")).await.status, 503);
});

served!(a_stream_brings_every_entry_once_and_goes_on_where_it_broke_off, async |app: &TestApp| {
    make_team(app, "t-1").await;
    let url = |path: &str| format!("http://{}{path}", app.address);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    // From the beginning: the three entries of the team.
    let follow = async |path: &str, last: Option<&str>, wanted: usize| -> Vec<(i64, Value)> {
        let mut request = http.get(url(path)).bearer_auth(MASTER_KEY);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let mut response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut text = String::new();
        while text.matches("\n\n").count() < wanted {
            text.push_str(std::str::from_utf8(&response.chunk().await.unwrap().unwrap()).unwrap());
        }
        let event = |block: &str| {
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
            (field("id:").parse().unwrap(), serde_json::from_str(&field("data:")).unwrap())
        };
        text.split("\n\n").filter(|block| block.contains("data:")).map(event).collect()
    };
    let path = "/audit/stream?table_name=LiteLLM_TeamTable";
    let all = follow(&format!("{path}&after_seq=-1"), None, 3).await;
    let seqs: Vec<i64> = all.iter().map(|(seq, _)| *seq).collect();
    assert!(seqs.is_sorted() && all.iter().all(|(seq, row)| row["seq"] == *seq), "{all:?}");
    let rest = follow(path, Some(&seqs[0].to_string()), 2).await;
    assert_eq!(rest, all[1..3]);
    // What comes while somebody listens.
    let third = seqs[2].to_string();
    let (next, ()) = tokio::join!(follow(path, Some(&third), 1), async {
        app.master().post("/team/update", json!({"team_id": "t-1", "max_budget": 3})).await.ok();
    });
    assert_eq!(next[0].1["updated_values"]["max_budget"], 3.0);
    // And on one stream: each once, and then what comes while it is open.
    let beginning = format!("{path}&after_seq=-1");
    let (whole, ()) = tokio::join!(follow(&beginning, None, 5), async {
        app.master().post("/team/update", json!({"team_id": "t-1", "max_budget": 4})).await.ok();
    });
    assert_eq!((&whole[..3], &whole[3]), (&all[..3], &next[0]));
    assert_eq!(whole[4].1["updated_values"]["max_budget"], 4.0);
    let page = reader(app).await.get("/ui/live").await;
    assert!(page.text.contains("data-stream=\"/ui/stream\""), "{}", page.text);
});

/// The sentences that come on a page's stream; each leads to its entry.
async fn sentences(app: &TestApp, cookie: &str, path: &str, wanted: usize) -> Vec<String> {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = http.get(format!("http://{}{path}", app.address)).header("cookie", cookie);
    let mut response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let mut text = String::new();
    while text.matches("\n\n").count() < wanted {
        text.push_str(std::str::from_utf8(&response.chunk().await.unwrap().unwrap()).unwrap());
    }
    let mut sentences = Vec::new();
    for data in text.lines().filter_map(|line| line.strip_prefix("data: ")) {
        let entry: Value = serde_json::from_str(data).unwrap();
        let sentence: String =
            entry["pieces"].as_array().unwrap().iter().map(|piece| piece[1].as_str().unwrap()).collect();
        let page = app.anonymous().header("cookie", cookie).get(entry["address"].as_str().unwrap()).await;
        assert!(words(&page.text).contains(&sentence), "{entry}: {}", page.text);
        sentences.push(sentence);
    }
    sentences
}

served!(what_comes_is_said_as_the_log_says_it, async |app: &TestApp| {
    let master = app.master();
    let key = json!({"user_id": "ops-bot", "user_role": "proxy_admin"});
    let key = master.post("/user/new", key).await.ok()["key"].as_str().unwrap().to_owned();
    let ops = app.with_key(&key).header("litellm-changed-by", "krrish@berri.ai");
    let red = json!({"organization_id": "red", "organization_alias": "red"});
    ops.post("/organization/new", red).await.ok();
    let team = json!({"team_id": "t-1", "team_alias": "ml-research", "organization_id": "red", "max_budget": 500});
    ops.post("/team/new", team).await.ok();
    ops.post("/team/update", json!({"team_id": "t-1", "max_budget": 2000})).await.ok();
    let path = "?table_name=LiteLLM_TeamTable&after_seq=-1";

    let cookie = sign_in(app, MASTER_KEY).await.unwrap();
    let shown = format!("sk-...{}", &key[key.len() - 4..]);
    let raised = format!(
        "krrish@berri.ai, with key {shown} of ops-bot, raised max_budget of team ml-research from 500 to 2,000"
    );
    let came = sentences(app, &cookie, &format!("/ui/stream{path}"), 2).await;
    assert_eq!(came[1], raised, "{came:?}");
    let log = words(&app.anonymous().header("cookie", &cookie).get(&format!("/ui{path}")).await.text);
    assert!(came.iter().all(|sentence| log.contains(sentence.as_str())), "{came:?} in {log}");

    // Who may not read the whole log is told of no key and of no holder, here as there.
    let user = master.post("/user/new", json!({"user_id": "chief", "user_role": "internal_user"})).await.ok();
    let member = json!({"organization_id": "red", "member": {"role": "org_admin", "user_id": "chief"}});
    master.post("/organization/member_add", member).await.ok();
    let cookie = sign_in(app, user["key"].as_str().unwrap()).await.unwrap();
    let came = sentences(app, &cookie, &format!("/ui/stream{path}"), 2).await;
    assert_eq!(came[1], "krrish@berri.ai raised max_budget of team ml-research from 500 to 2,000", "{came:?}");
});

daybook::both!(a_server_that_stops_does_not_wait_for_those_who_listen, async |db: daybook::testing::TestDb| {
    let app = TestApp::start(db).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://{}/audit/stream", app.address);
    let mut response = http.get(url).bearer_auth(MASTER_KEY).send().await.unwrap();
    assert_eq!(response.status(), 200);
    // The stream ends with the server, and well, long before its own time or the server's patience.
    let (ended, ()) = tokio::join!(response.chunk(), app.stop());
    assert_eq!(ended.unwrap(), None);
});
