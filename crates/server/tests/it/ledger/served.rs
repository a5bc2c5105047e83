//! `/ledger/...`: what it gives, and to whom.

use std::collections::BTreeMap;

use serde_json::json;
use tlog::{Bundle, Hash, SignedCheckpoint, Tile, TreeHead, bundles, tiles, tree_root, verify_consistency};

use crate::harness::TestApp;

/// A log of 300 entries.
async fn fill(app: &TestApp) {
    let users: Vec<_> = (0..300).map(|n| json!({"user_id": format!("u{n:03}"), "user_email": null})).collect();
    for chunk in users.chunks(100) {
        for user in chunk {
            let mut body = user.clone();
            body["auto_create_key"] = false.into();
            app.master().post("/user/new", body).await.ok();
        }
    }
}

async fn checkpoint(app: &TestApp) -> SignedCheckpoint {
    let answer = app.master().get("/ledger/checkpoint").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/plain; charset=utf-8"));
    SignedCheckpoint::parse(answer.text.as_bytes()).unwrap()
}

/// The answer to a path that is sent as it stands.
async fn raw(app: &TestApp, path: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(app.address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

served!(the_tree_can_be_rebuilt_from_what_is_served, async |app: &TestApp| {
    fill(app).await;
    let head = *checkpoint(app).await.checkpoint().head();
    assert_eq!(head.size, 300);

    let mut stored = BTreeMap::new();
    for tile in tiles(head.size) {
        let bytes = app.master().get_bytes(&format!("/ledger/{}", tile.path())).await;
        assert_eq!(bytes.len(), tile.width() * tlog::HASH_LEN, "{}", tile.path());
        stored.insert(tile.id, bytes);
    }
    assert_eq!(tree_root(head.size, |id| stored.get(&id)).unwrap(), head.root);

    let mut leaves = Vec::new();
    for bundle in bundles(head.size) {
        let bytes = app.master().get_bytes(&format!("/ledger/{}", bundle.path())).await;
        leaves.extend(bundle.parse(&bytes).unwrap().into_iter().map(<[u8]>::to_vec));
    }
    assert_eq!(leaves.len(), 300);
    assert_eq!(tlog::root_of_leaves(leaves.iter().map(|leaf| tlog::leaf_hash(leaf))), head.root);

    // A narrower partial tile is the beginning of the wider one: who asks for an older tree gets it.
    let older = app.master().get_bytes("/ledger/tile/0/001.p/7").await;
    assert_eq!(older, stored[&Tile::from_path("tile/0/001.p/44").unwrap().id][..7 * 32]);
    let bundle = Bundle::from_path("tile/entries/001.p/7").unwrap();
    let bytes = app.master().get_bytes("/ledger/tile/entries/001.p/7").await;
    assert_eq!(bundle.parse(&bytes).unwrap()[6], leaves[262]);
    for wrong in [
        "tile/0/002.p/1",
        "tile/0/001",
        "tile/0/001.p/45",
        "tile/9/000",
        "tile/1/000.p/2",
        "tile/0/1",
        "tile/0/000.p/0",
        "tile/entries/001",
        "tile/entries/002.p/1",
        "tile/entries/001.p/45",
        "tile/x/000",
        "tile/0/000/",
        "tile/0/x001/000",
    ] {
        assert_ne!(app.master().get(&format!("/ledger/{wrong}")).await.status, 200, "{wrong}");
    }
});

served!(an_earlier_tree_is_the_beginning_of_a_later_one, async |app: &TestApp| {
    let mut seen: Vec<TreeHead> = vec![*checkpoint(app).await.checkpoint().head()];
    for number in 0..6 {
        app.master().post("/budget/new", json!({"budget_id": format!("b-{number}"), "max_budget": 5})).await.ok();
        seen.push(*checkpoint(app).await.checkpoint().head());
    }
    for from in &seen {
        for to in seen.iter().filter(|to| to.size >= from.size) {
            let body = app.master().get(&format!("/ledger/consistency?from={}&to={}", from.size, to.size)).await.ok();
            let path = body["proof"].as_array().unwrap().iter();
            let path: Vec<Hash> = path.map(|hash| Hash::from_base64(hash.as_str().unwrap()).unwrap()).collect();
            verify_consistency(from, to, &path).unwrap();
            assert_eq!(body["from_root"], from.root.to_base64());
            assert_eq!(body["to_root"], to.root.to_base64());
        }
    }
    assert_eq!(app.master().get("/ledger/consistency?from=2").await.ok()["to"], 6);
    for wrong in ["from=5&to=4", "from=0&to=7", "from=7"] {
        let body = app.master().get(&format!("/ledger/consistency?{wrong}")).await.refused(400);
        assert!(body["detail"]["error"].as_str().unwrap().contains("the 6 entries of the log"), "{body}");
    }
    app.master().get("/ledger/consistency?from=x").await.refused(422);
    app.master().get("/ledger/consistency?from=-1").await.refused(422);
});

served!(a_key_reads_the_tree_and_only_admins_what_entries_say, async |app: &TestApp| {
    app.master().post("/user/new", json!({"user_id": "u", "auto_create_key": false})).await.ok();
    let viewer = json!({"user_id": "v", "user_role": "proxy_admin_viewer", "auto_create_key": false});
    app.master().post("/user/new", viewer).await.ok();
    let key = app.master().post("/key/generate", json!({"user_id": "u"})).await.ok();
    let viewer = app.master().post("/key/generate", json!({"user_id": "v"})).await.ok();
    let (user, viewer) = (app.with_key(key["key"].as_str().unwrap()), app.with_key(viewer["key"].as_str().unwrap()));
    let open = ["checkpoint", "checkpoints", "vkey", "consistency", "tile/0/000.p/4"];
    for path in open {
        let path = format!("/ledger/{path}");
        assert_eq!(user.get(&path).await.status, 200, "{path}");
        app.anonymous().get(&path).await.refused(401);
        app.with_key("sk-wrong").get(&path).await.refused(401);
    }
    let entries = "/ledger/tile/entries/000.p/4";
    user.get(entries).await.refused(401);
    app.anonymous().get(entries).await.refused(401);
    assert_eq!(viewer.get(entries).await.status, 200);
});

daybook::both!(a_public_ledger_is_open_except_for_what_entries_say, async |db: daybook::testing::TestDb| {
    let app = TestApp::build(db).settings(|settings| settings.public_ledger = true).start().await;
    app.master().post("/budget/new", json!({"budget_id": "b", "max_budget": 5})).await.ok();
    for path in ["checkpoint", "checkpoints", "vkey", "consistency", "tile/0/000.p/1"] {
        assert_eq!(app.anonymous().get(&format!("/ledger/{path}")).await.status, 200, "{path}");
    }
    let tile = app.anonymous().get("/ledger/tile/0/000.p/1").await;
    assert_eq!(tile.header("cache-control"), "public, max-age=31536000, immutable");
    app.anonymous().get("/ledger/tile/entries/000.p/1").await.refused(401);
    // As it stands: a client would resolve the dots before it sends them.
    for path in
        ["/ledger/tile/0/../entries/000.p/1", "/ledger/tile/0/%2e%2e/entries/000.p/1", "/ledger/tile/%65ntries/000.p/1"]
    {
        let answer = raw(&app, path).await;
        assert!(!answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    }
    let entries = app.master().get("/ledger/tile/entries/000.p/1").await;
    assert_eq!(entries.header("cache-control"), "private, max-age=31536000, immutable");
    app.stop().await;
});

served!(published_checkpoints_are_listed_and_given_by_size, async |app: &TestApp| {
    let mut notes = Vec::new();
    for number in 0..3 {
        app.master().post("/budget/new", json!({"budget_id": format!("b-{number}"), "max_budget": 5})).await.ok();
        let signed = app.signer.checkpoint().await.unwrap();
        app.store().publish(&signed.checkpoint, signed.signed_at).await.unwrap();
        notes.push(signed.checkpoint.to_string());
    }
    let listed = app.master().get("/ledger/checkpoints").await.ok();
    let sizes: Vec<u64> =
        listed["checkpoints"].as_array().unwrap().iter().map(|one| one["size"].as_u64().unwrap()).collect();
    assert_eq!(sizes, [3, 2, 1]);
    assert_eq!(listed["checkpoints"][2]["note"], notes[0]);
    let listed = app.master().get("/ledger/checkpoints?below=3&limit=1").await.ok();
    assert_eq!(listed["checkpoints"][0]["size"], 2);
    assert_eq!(app.master().get("/ledger/checkpoint?size=2").await.text, notes[1]);
    app.master().get("/ledger/checkpoint?size=9").await.refused(404);
});

served!(what_is_disclosed_comes_under_the_name_of_its_bundle, async |app: &TestApp| {
    for number in 0..3 {
        app.master().post("/budget/new", json!({"budget_id": format!("b-{number}"), "max_budget": 5})).await.ok();
    }
    let answer = app.master().get("/ledger/disclosures/000.p/3").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/x-ndjson"));
    let lines: Vec<serde_json::Value> = answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: Vec<&str> = lines.iter().map(|line| line["row"]["object_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["b-0", "b-1", "b-2"]);
    assert_eq!(lines[2]["seq"], 2);
    assert_eq!(lines[0]["salts"].as_object().unwrap().len(), 4, "there was nothing before");
    app.master().get("/ledger/disclosures/000.p/4").await.refused(404);
    app.master().get("/ledger/disclosures/x").await.refused(404);
    app.anonymous().get("/ledger/disclosures/000.p/3").await.refused(401);
    app.master().post("/user/new", json!({"user_id": "u", "auto_create_key": false})).await.ok();
    let key = app.master().post("/key/generate", json!({"user_id": "u"})).await.ok();
    app.with_key(key["key"].as_str().unwrap()).get("/ledger/disclosures/000.p/3").await.refused(401);
});
