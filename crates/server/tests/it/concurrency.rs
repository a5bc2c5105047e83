//! Many clients at once: one gapless log, and a history in which every step follows the one before.

use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{MASTER_KEY, TestApp};

async fn sixty_four_clients(app: &TestApp) {
    app.master().post("/team/new", json!({"team_id": "t", "max_budget": 0})).await.ok();
    app.entries().await;
    let mut clients = JoinSet::new();
    for client in 0..64_u32 {
        let (http, url) = (reqwest::Client::new(), format!("http://{}/team/update", app.address));
        clients.spawn(async move {
            for turn in 0..4 {
                let body = json!({"team_id": "t", "max_budget": client * 10 + turn + 1});
                let answer = http.post(&url).bearer_auth(MASTER_KEY).json(&body).send().await.unwrap();
                assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
            }
        });
    }
    clients.join_all().await;

    let entries = app.entries().await;
    assert_eq!(entries.len(), 256);
    let mut last = json!(0.0);
    for entry in &entries {
        assert_eq!(entry.before["max_budget"], last, "entry {} does not follow the one before it", entry.seq);
        last = entry.updated["max_budget"].clone();
    }
    let team = app.master().get("/team/info?team_id=t").await.ok();
    assert_eq!(team["team_info"]["max_budget"], last);
}

served!(each_entrys_before_is_the_previous_entrys_after_whoever_writes, sixty_four_clients);

async fn one_alias_for_all(app: &TestApp) {
    let mut clients = JoinSet::new();
    for _ in 0..24 {
        let (http, url) = (reqwest::Client::new(), format!("http://{}/key/generate", app.address));
        clients.spawn(async move {
            let body = json!({"key_alias": "the-one"});
            http.post(&url).bearer_auth(MASTER_KEY).json(&body).send().await.unwrap().status().as_u16()
        });
    }
    let mut statuses = clients.join_all().await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses.iter().filter(|status| **status == 400).count()), (200, 23), "{statuses:?}");
    assert_eq!(app.entry_names().await, ["created LiteLLM_VerificationToken"]);
}

served!(an_alias_is_given_once_however_many_ask_for_it_at_once, one_alias_for_all);

async fn one_address_for_all(app: &TestApp) {
    let mut clients = JoinSet::new();
    for number in 0..16 {
        let (http, url) = (reqwest::Client::new(), format!("http://{}/user/new", app.address));
        clients.spawn(async move {
            let address = if number % 2 == 0 { "Ada@x.io" } else { "ada@X.io" };
            let body = json!({"user_email": address, "auto_create_key": false});
            http.post(&url).bearer_auth(MASTER_KEY).json(&body).send().await.unwrap().status().as_u16()
        });
    }
    let statuses = clients.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 409)), "{statuses:?}");
    assert_eq!(app.entry_names().await, ["created LiteLLM_UserTable"]);
}

served!(an_address_belongs_to_one_user_however_it_is_spelt, one_address_for_all);

async fn crosswise(app: &TestApp) {
    // Two teams, members joining and leaving both at once: locks are wanted in every order, nobody is left hanging.
    for team in ["a", "b"] {
        app.master().post("/team/new", json!({"team_id": team})).await.ok();
    }
    let mut clients = JoinSet::new();
    for client in 0..8_u32 {
        let (http, base) = (reqwest::Client::new(), format!("http://{}", app.address));
        clients.spawn(async move {
            for turn in 0..6 {
                let team = if (client + turn) % 2 == 0 { "a" } else { "b" };
                let user = format!("u{}", client / 2);
                let add = json!({"team_id": team, "member": {"role": "user", "user_id": user}});
                let leave = json!({"team_id": team, "user_id": user});
                for (path, body) in [("/team/member_add", add), ("/team/member_delete", leave)] {
                    let answer = http.post(format!("{base}{path}")).bearer_auth(MASTER_KEY).json(&body).send().await;
                    let answer = answer.unwrap();
                    // Somebody else may have been faster; nothing may fail.
                    assert!(matches!(answer.status().as_u16(), 200 | 400), "{}", answer.text().await.unwrap());
                }
            }
        });
    }
    clients.join_all().await;
    for team in ["a", "b"] {
        let info = app.master().get(&format!("/team/info?team_id={team}")).await.ok();
        let roster = info["team_info"]["members_with_roles"].as_array().unwrap();
        let memberships = info["team_memberships"].as_array().unwrap();
        assert_eq!(roster.len(), memberships.len(), "roster and memberships of {team} differ: {info}");
    }
}

served!(members_who_come_and_go_at_once_leave_a_consistent_roster, crosswise);

async fn keys_of_a_user_who_is_being_deleted(app: &TestApp) {
    for round in 0..4 {
        let user = format!("u{round}");
        let made = app.master().post("/user/new", json!({"user_id": user})).await.ok();
        let own = made["key"].as_str().unwrap().to_owned();
        app.entries().await;
        let base = format!("http://{}", app.address);
        let mut clients = JoinSet::new();
        for client in 0..12_u32 {
            let (http, base, user, own) = (reqwest::Client::new(), base.clone(), user.clone(), own.clone());
            clients.spawn(async move {
                // The admin, the user themselves, and once a deletion in their midst.
                let (path, key, body) = match client {
                    6 => ("/user/delete", MASTER_KEY.to_owned(), json!({"user_ids": [user]})),
                    client if client % 3 == 0 => ("/key/generate", own, json!({})),
                    _ => ("/key/generate", MASTER_KEY.to_owned(), json!({"user_id": user})),
                };
                let answer = http.post(format!("{base}{path}")).bearer_auth(key).json(&body).send().await.unwrap();
                let status = answer.status().as_u16();
                assert!(matches!(status, 200 | 401), "{path}: {}", answer.text().await.unwrap());
            });
        }
        clients.join_all().await;
        let entries = app.entries().await;
        let deletion = entries.iter().find(|entry| entry.name() == "deleted LiteLLM_UserTable").unwrap();
        for made in entries.iter().filter(|entry| entry.name() == "created LiteLLM_VerificationToken") {
            let gone = entries
                .iter()
                .any(|entry| entry.name() == "deleted LiteLLM_VerificationToken" && entry.object_id == made.object_id);
            let before = made.seq < deletion.seq;
            assert_eq!(gone, before, "a key of entry {} and a deletion of entry {}", made.seq, deletion.seq);
        }
    }
}

served!(a_key_is_made_before_its_user_is_deleted_and_goes_along_or_after_it, keys_of_a_user_who_is_being_deleted);
