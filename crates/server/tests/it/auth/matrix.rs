//! Every role against every route: `matrix.txt` says what each is answered, once about objects that are none of the caller's
//! business and once about those of the caller's own organization and teams.
//!
//! The table is to be read, not only compared: after a change that is meant,
//! `DAYBOOK_UPDATE=1 cargo test -p daybook-server --test it auth::matrix` writes it anew.

use std::fmt::Write as _;
use std::path::Path;

use daybook_server::api::{Access, Effect, Route, routes};
use serde_json::json;

use crate::coverage::{Ask, name, prepare, world};
use crate::harness::TestApp;

/// The columns of the table.
const CALLERS: [&str; 10] = [
    "proxy-admin",
    "admin-viewer",
    world::TEAM_MEMBER,
    "user-viewer",
    world::ORGANIZATION_ADMIN,
    world::TEAM_ADMIN,
    // Keys of no user: one plain, one of a team, one of a team's service account.
    "lone-key",
    "team-key",
    "service-account",
    // An internal user's, with `key_type: management`.
    "management-key",
];

/// A key for each of [`CALLERS`].
async fn keys(app: &TestApp) -> Vec<String> {
    let organization = json!({"organization_alias": "home", "organization_id": world::HOME_ORGANIZATION});
    app.master().post("/organization/new", organization).await.ok();
    for (id, role) in [
        ("proxy-admin", "proxy_admin"),
        ("admin-viewer", "proxy_admin_viewer"),
        (world::TEAM_MEMBER, "internal_user"),
        ("user-viewer", "internal_user_viewer"),
        (world::TEAM_ADMIN, "internal_user"),
    ] {
        let body = json!({"user_id": id, "user_role": role, "auto_create_key": false});
        app.master().post("/user/new", body).await.ok();
    }
    for (user, role) in [
        (world::ORGANIZATION_ADMIN, "org_admin"),
        (world::TEAM_ADMIN, "internal_user"),
        (world::TEAM_MEMBER, "internal_user"),
    ] {
        let member = json!({"role": role, "user_id": user});
        let body = json!({"organization_id": world::HOME_ORGANIZATION, "member": member});
        app.master().post("/organization/member_add", body).await.ok();
    }
    let team = json!({"team_id": "team", "organization_id": world::HOME_ORGANIZATION});
    app.master().post("/team/new", team).await.ok();
    let admin = json!({"team_id": "team", "member": {"role": "admin", "user_id": world::TEAM_ADMIN}});
    app.master().post("/team/member_add", admin).await.ok();
    let mut keys = Vec::new();
    for caller in CALLERS {
        let (path, body) = match caller {
            "lone-key" => ("/key/generate", json!({})),
            "team-key" => ("/key/generate", json!({"team_id": "team"})),
            "service-account" => {
                ("/key/service-account/generate", json!({"team_id": "team", "metadata": {"service_account_id": "ci"}}))
            }
            "management-key" => ("/key/generate", json!({"user_id": world::TEAM_MEMBER, "key_type": "management"})),
            user => ("/key/generate", json!({"user_id": user})),
        };
        let key = app.master().post(path, body).await.ok();
        keys.push(key["key"].as_str().unwrap().to_owned());
    }
    keys
}

/// Where an organization's admin stands: the organization is named, as the rules want it.
fn path_of(ask: &Ask, caller: &str) -> String {
    let strict = ask.path.starts_with("/management/") || ask.path.contains("organization_id=");
    if caller != world::ORGANIZATION_ADMIN || strict {
        return ask.path.clone();
    }
    let joint = if ask.path.contains('?') { '&' } else { '?' };
    format!("{}{joint}organization_id={}", ask.path, world::HOME_ORGANIZATION)
}

/// What each caller is answered, in the order of [`CALLERS`]; whoever is refused must have changed nothing.
async fn answers(app: &TestApp, route: &Route, keys: &[String], home: bool, wrong: &mut Vec<String>) -> Vec<String> {
    let prepared = || async {
        match home {
            true => world::at_home(prepare(app, route)).await,
            false => prepare(app, route).await,
        }
        .unwrap_or_else(|| panic!("{} has no scenario", name(route)))
    };
    let mut ask = prepared().await;
    let mut statuses = Vec::new();
    for (caller, key) in CALLERS.iter().zip(keys) {
        app.entries().await;
        let answer = app.with_key(key).send(route.method, &path_of(&ask, caller), ask.body.clone()).await;
        let left = app.entries().await.len();
        if answer.status != 200 && left > 0 {
            wrong.push(format!("{} refuses {caller} with {} and leaves {left} entries", name(route), answer.status));
        }
        if answer.status >= 500 {
            wrong.push(format!("{} answers {caller} with {} {}", name(route), answer.status, answer.text));
        }
        if *caller == "admin-viewer" && left > 0 {
            wrong.push(format!("{} lets {caller} change something", name(route)));
        }
        if answer.status == 200 && route.effect == Effect::Writes {
            ask = prepared().await;
        }
        statuses.push(match answer.status {
            200 if route.effect == Effect::Writes && left == 0 => "-".to_owned(),
            200 => ".".to_owned(),
            status => status.to_string(),
        });
    }
    statuses
}

/// The table, as `matrix.txt` has it.
async fn table(app: &TestApp) -> String {
    let keys = keys(app).await;
    let mut text = String::from(
        "# What each caller is answered: `.` for 200, `-` for a 200 that changed nothing, else the status code.\n",
    );
    let mut wrong = Vec::new();
    for (title, home) in [("objects of others", false), ("objects of the caller's organization and teams", true)] {
        write!(text, "\n# {title}\n{:58}", "#").unwrap();
        for caller in CALLERS {
            write!(text, " {caller}").unwrap();
        }
        text.push('\n');
        for route in routes().filter(|route| route.access == Access::Key) {
            let mut line = format!("{:58}", name(route));
            for (caller, shown) in CALLERS.iter().zip(answers(app, route, &keys, home, &mut wrong).await) {
                write!(line, " {shown:width$}", width = caller.len()).unwrap();
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    text
}

served!(every_role_is_answered_on_every_route_as_the_table_says, async |app: &TestApp| {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/auth/matrix.txt");
    let now = table(app).await;
    if std::env::var_os("DAYBOOK_UPDATE").is_some() {
        std::fs::write(&file, &now).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap();
    let pairs = kept.lines().zip(now.lines()).filter(|(kept, now)| kept != now);
    let differing: Vec<String> = pairs.map(|(kept, now)| format!("table  {kept}\nanswer {now}")).collect();
    assert!(
        kept == now,
        "\n{}\n({} lines, {} in the table)",
        differing.join("\n"),
        now.lines().count(),
        kept.lines().count()
    );
});
