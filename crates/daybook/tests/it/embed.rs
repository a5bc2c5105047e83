//! `examples/embed.rs`, run: another program's table in the log, and the log behind its own authentication.

use daybook::both;
use daybook::store::Store;
use daybook::testing::{TestDb, assert_invariants};
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[path = "../../examples/embed.rs"]
mod example;

struct Running {
    base: String,
    http: reqwest::Client,
}

impl Running {
    async fn start(service: axum::Router) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, service).await });
        Running { base, http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    async fn put(&self, operator: &str, parcel: &str, state: &str) -> (u16, String) {
        let request = self.http.put(format!("{}/parcels/{parcel}", self.base)).header("x-operator", operator);
        let response = request.body(state.to_owned()).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.get_as(path, "ada").await
    }

    async fn get_as(&self, path: &str, header: &str) -> (u16, Value) {
        let mut request = self.http.get(format!("{}{path}", self.base));
        if !header.is_empty() {
            request = request.header("x-operator", header);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_str(&response.text().await.unwrap()).unwrap_or(Value::Null))
    }
}

both!(another_programs_change_is_on_the_record_and_read_over_its_own_http, async |db: TestDb| {
    let app = Running::start(example::service(db.location.clone()).await.unwrap()).await;
    let (status, created) = app.put("ada", "P-1", "packed").await;
    assert_eq!(status, 200, "{created}");
    let (_, updated) = app.put("grace", "P-1", "shipped").await;
    assert_eq!(app.put("grace", "P-1", "shipped").await, (204, String::new()), "nothing changed, nothing recorded");

    let (status, page) = app.get("/audit").await;
    assert_eq!((status, &page["total"]), (200, &json!(2)));
    let entry = &page["audit_logs"][0];
    assert_eq!(entry["id"], json!(updated));
    assert_eq!((&entry["table_name"], &entry["changed_by"]), (&json!("parcels"), &json!("grace")));
    assert_eq!(
        (&entry["before_value"]["state"], &entry["updated_values"]["state"]),
        (&json!("packed"), &json!("shipped"))
    );
    assert_eq!(entry["updated_values"]["parcel_id"], "P-1");
    assert_eq!(app.get(&format!("/audit/{created}")).await.1["action"], "created");
    assert_eq!(app.get("/audit?object_id=P-1&action=create&changed_by=ada").await.1["total"], 1);
    assert_invariants(&db.open().await).await;
});

both!(a_mounted_router_refuses_as_the_server_does, async |db: TestDb| {
    let app = Running::start(example::service(db.location.clone()).await.unwrap()).await;
    assert_eq!(app.get_as("/audit", "").await.0, 401);
    assert_eq!(app.get_as("/audit?page=0", "").await.0, 401);
    assert_eq!(app.get_as("/audit/x", "").await.0, 401);
    assert_eq!(app.get_as("/audit/histogram", "").await.0, 401);
    assert_eq!(app.get_as("/audit/facets?limit=0", "").await.0, 401);
    assert_eq!(app.get("/audit/x").await, (404, json!({"detail": {"message": "Audit log with ID x not found"}})));
    assert_eq!(app.get("/audit?page=0").await.0, 422);
    assert_eq!(
        app.get("/audit?sort_order=up").await,
        (400, json!({"detail": {"error": "Invalid sort_order 'up'. Allowed: asc, desc."}}))
    );
});

both!(a_reader_of_some_teams_sees_no_others, async |db: TestDb| {
    let store = db.open().await;
    let mut ids = Vec::new();
    for team in ["t1", "t2", "t3"] {
        ids.push(new_team(&store, team).await);
    }
    let sight = daybook::router::Sight::Teams(vec!["t1".to_owned(), "t2".to_owned()]);
    let mine = daybook::router::router(store.clone(), move |_| std::future::ready(Ok(sight.clone())));
    let nobodys = daybook::router::router(store, async |_| Ok(daybook::router::Sight::Teams(Vec::new())));
    let app = Running::start(axum::Router::new().merge(mine).nest("/other", nobodys)).await;
    assert_eq!(app.get("/audit").await.1["total"], 2);
    assert_eq!(app.get("/audit?object_team_id=t2").await.1["total"], 1);
    assert_eq!(app.get("/audit?object_team_id=t2&object_team_id=t3").await.0, 403);
    assert_eq!(app.get("/audit?object_team_id=t3").await.0, 403);
    assert_eq!(app.get(&format!("/audit/{}", ids[0])).await.0, 200);
    let (status, body) = app.get(&format!("/audit/{}", ids[2])).await;
    assert_eq!(
        (status, body),
        (404, json!({"detail": {"message": format!("Audit log with ID {} not found", ids[2])}}))
    );
    // Counted and followed is what may be read.
    let (_, histogram) = app.get("/audit/histogram?buckets=1").await;
    assert_eq!((&histogram["total"], &histogram["buckets"][0]["count"]), (&json!(2), &json!(2)));
    let (_, facets) = app.get("/audit/facets").await;
    assert_eq!(facets["facets"]["object_id"]["distinct"], 2);
    let (_, polled) = app.get("/audit?cursor=begin&page_size=1").await;
    assert_eq!((&polled["audit_logs"][0]["object_id"], &polled["has_more"]), (&json!("t1"), &json!(true)));
    let cursor = polled["next_cursor"].as_str().unwrap();
    let (_, polled) = app.get(&format!("/audit?cursor={cursor}")).await;
    assert_eq!((&polled["audit_logs"][0]["seq"], &polled["has_more"]), (&json!(1), &json!(false)));
    assert_eq!(app.get("/audit?q=t2").await.1["total"], 1);
    assert_eq!(app.get("/audit?q=t3").await.1["total"], 0);
    for path in ["/audit/histogram?object_team_id=t3", "/audit/facets?object_team_id=t3", "/other/audit/histogram"] {
        assert_eq!(app.get(path).await.0, 403, "{path}");
    }
    for path in ["/audit/histogram?interval=year", "/audit/facets?limit=0", "/audit?cursor=x", "/audit?cursor=s-99"] {
        assert_eq!(app.get(path).await.0, 400, "{path}");
    }
    assert_eq!(app.get("/other/audit").await.0, 403);
    assert_eq!(app.get(&format!("/other/audit/{}", ids[0])).await.0, 404);
});

async fn new_team(store: &Store, team_id: &str) -> String {
    let actor = daybook::model::actor::Actor::system("/test");
    let team_id = team_id.to_owned();
    let recorded = store
        .change(&actor, async move |change: &mut daybook::store::Change| {
            change.insert(&daybook::model::table::TEAMS, daybook::row! { "team_id": team_id }).await
        })
        .await;
    let recorded: daybook::store::Recorded<_> = recorded.map_err(|error: daybook::store::StoreError| error).unwrap();
    recorded.receipts[0].audit_id.clone()
}

both!(a_table_that_grows_keeps_its_rows, async |db: TestDb| {
    use daybook::model::table::{Kind, Table};
    use daybook::store::{Change, Lock, Options, StoreError, by};
    static FIRST: Table =
        Table { name: "crates", primary_key: &["id"], identity: &["id"], columns: &[("id", Kind::Text)] };
    static SECOND: Table = Table {
        columns: &[
            ("id", Kind::Text),
            ("weight", Kind::Float),
            ("count", Kind::Int),
            ("open", Kind::Bool),
            ("at", Kind::Time),
            ("tags", Kind::TextArray),
            ("more", Kind::Json),
        ],
        ..Table { name: "crates", primary_key: &["id"], identity: &["id"], columns: &[] }
    };
    let actor = daybook::model::actor::Actor::system("/test");
    let open = async |table| Store::open(Options { tables: vec![table], ..db.options() }).await.unwrap();
    let store = open(&FIRST).await;
    let insert = async |change: &mut Change| change.insert(&FIRST, by("id", "c1")).await;
    store.change::<_, StoreError, _>(&actor, insert).await.unwrap();
    store.close().await;

    let store = open(&SECOND).await;
    let full = daybook::row! {
        "weight": 2.0, "count": 3, "open": true, "at": "2026-11-21T20:00:00.500000Z", "tags": ["a"], "more": {"x": [1]},
    };
    let values = full.clone();
    let update = async move |change: &mut Change| change.update(&SECOND, &by("id", "c1"), values.clone()).await;
    store.change::<_, StoreError, _>(&actor, update).await.unwrap();
    let mut expected = by("id", "c1");
    expected.extend(full);
    let found = store.read().await.unwrap().row(&SECOND, &by("id", "c1"), Lock::No).await.unwrap().unwrap();
    assert_eq!(found, expected);
});
