//! `GET /audit?organization_id=`: what an admin of an organization reads of the log.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Foreign, ids};
use crate::harness::{Client, Entry, TestApp};

async fn organization(app: &TestApp, id: &str) {
    let body = json!({"organization_id": id, "organization_alias": id, "max_budget": 5});
    app.master().post("/organization/new", body).await.ok();
}

/// An admin of an organization, with a key.
async fn admin<'a>(app: &'a TestApp, organization: &str, user: &str) -> Client<'a> {
    let body = json!({"organization_id": organization, "member": {"role": "org_admin", "user_id": user}});
    app.master().post("/organization/member_add", body).await.ok();
    let key = app.master().post("/key/generate", json!({"user_id": user})).await.ok();
    app.with_key(key["key"].as_str().unwrap())
}

/// Every id that a question finds, read in small pages.
async fn all(client: &Client<'_>, query: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut number = 1;
    loop {
        let page = client.get(&format!("/audit?page_size=3&page={number}&{query}")).await.ok();
        found.extend(ids(&page).into_iter().map(str::to_owned));
        if number >= page["total_pages"].as_i64().unwrap() {
            assert_eq!(page["total"].as_i64().unwrap(), found.len() as i64, "{query}");
            return found;
        }
        number += 1;
    }
}

fn names(entries: &[Entry], found: &BTreeSet<String>) -> Vec<String> {
    let mut names: Vec<String> = entries
        .iter()
        .filter(|entry| found.contains(&entry.id))
        .map(|entry| format!("{} {}", entry.name().replace("LiteLLM_", ""), entry.object_id))
        .collect();
    names.sort();
    names
}

served!(an_admin_reads_what_is_about_the_organization_and_nothing_else, async |app: &TestApp| {
    let master = app.master();
    for id in ["o1", "o2"] {
        organization(app, id).await;
    }
    let boss = admin(app, "o1", "boss").await;
    for (team, organization) in [("t1", json!("o1")), ("t2", json!("o2")), ("free", Value::Null), ("gone", json!("o1"))]
    {
        master.post("/team/new", json!({"team_id": team, "organization_id": organization})).await.ok();
        master.post("/key/generate", json!({"team_id": team, "key": format!("sk-the-key-of-{team}")})).await.ok();
    }
    master.post("/key/generate", json!({"organization_id": "o1", "key": "sk-of-the-organization"})).await.ok();
    master.post("/key/update", json!({"key": "sk-of-the-organization", "max_budget": 1})).await.ok();
    master.post("/team/update", json!({"team_id": "t1", "max_budget": 1})).await.ok();
    master.post("/team/block", json!({"team_id": "t2"})).await.ok();
    master.post("/team/delete", json!({"team_ids": ["gone"]})).await.ok();
    master.patch("/organization/update", json!({"organization_id": "o1", "max_budget": 6})).await.ok();
    master.patch("/organization/update", json!({"organization_id": "o2", "max_budget": 6})).await.ok();

    let entries = app.entries().await;
    let found = all(&boss, "organization_id=o1").await;
    let hash = |raw: &str| daybook::model::secret::hash_key(raw);
    let budget = entries.iter().find(|entry| entry.object_id == "o1").unwrap().updated["budget_id"].as_str().unwrap();
    let mut expected = vec![
        format!("created BudgetTable {budget}"),
        format!("updated BudgetTable {budget}"),
        "created OrganizationTable o1".to_owned(),
        "created OrganizationMembership boss:o1".to_owned(),
        "created TeamTable t1".to_owned(),
        "updated TeamTable t1".to_owned(),
        "created TeamMembership default_user_id:t1".to_owned(),
        format!("created VerificationToken {}", hash("sk-the-key-of-t1")),
        "created TeamTable gone".to_owned(),
        "deleted TeamTable gone".to_owned(),
        "created TeamMembership default_user_id:gone".to_owned(),
        "deleted TeamMembership default_user_id:gone".to_owned(),
        format!("created VerificationToken {}", hash("sk-the-key-of-gone")),
        format!("deleted VerificationToken {}", hash("sk-the-key-of-gone")),
        format!("created VerificationToken {}", hash("sk-of-the-organization")),
        format!("updated VerificationToken {}", hash("sk-of-the-organization")),
    ];
    expected.sort();
    assert_eq!(names(&entries, &found), expected);

    // One entry by its id: the same part of the log.
    for entry in &entries {
        let answer = boss.get(&format!("/audit/{}", entry.id)).await;
        let expected = if found.contains(&entry.id) { 200 } else { 401 };
        assert_eq!(answer.status, expected, "{} {}", entry.name(), entry.object_id);
    }
    // Other conditions narrow it further.
    let created = all(&boss, "organization_id=o1&action=created").await;
    assert!(created.len() < found.len() && created.is_subset(&found));
    assert_eq!(all(&boss, "organization_id=o1&object_team_id=t2").await, BTreeSet::new());
    let of_team = all(&boss, "organization_id=o1&object_team_id=t1").await;
    assert_eq!(of_team, all(&master, "object_team_id=t1").await);
    assert_eq!(all(&boss, "organization_id=o1&sort_by=object_id&sort_order=asc").await, found);
    // Without it, or with another one, nothing is there to read.
    for query in ["", "organization_id=", "organization_id=o2", "organization_id=o1&organization_id=o2"] {
        boss.get(&format!("/audit?{query}")).await.refused(401);
    }
    // Who reads the whole log reads it whole.
    assert_eq!(all(&master, "organization_id=o1").await, all(&master, "").await);
});

served!(a_team_that_moves_takes_its_own_history_and_not_that_of_the_organization, async |app: &TestApp| {
    for id in ["o1", "o2"] {
        organization(app, id).await;
    }
    let (first, second) = (admin(app, "o1", "first").await, admin(app, "o2", "second").await);
    app.master().post("/team/new", json!({"team_id": "t", "organization_id": "o1"})).await.ok();
    app.master().post("/team/update", json!({"team_id": "t", "max_budget": 1})).await.ok();
    app.master().post("/team/update", json!({"team_id": "t", "organization_id": "o2"})).await.ok();
    app.master().post("/team/update", json!({"team_id": "t", "max_budget": 2})).await.ok();
    let entries = app.entries().await;
    let of_team: Vec<&Entry> = entries.iter().filter(|entry| entry.table == "LiteLLM_TeamTable").collect();
    let (before, after) = (all(&first, "organization_id=o1").await, all(&second, "organization_id=o2").await);
    let seen: Vec<(bool, bool)> =
        of_team.iter().map(|entry| (before.contains(&entry.id), after.contains(&entry.id))).collect();
    assert_eq!(seen, [(true, false), (true, false), (true, true), (false, true)]);
});

served!(an_id_that_another_organization_had_before_is_not_taken_for_its_team, async |app: &TestApp| {
    for id in ["o1", "o2"] {
        organization(app, id).await;
    }
    let (first, second) = (admin(app, "o1", "first").await, admin(app, "o2", "second").await);
    for organization in ["o1", "o2"] {
        app.master().post("/team/new", json!({"team_id": "t", "organization_id": organization})).await.ok();
        app.master().post("/key/generate", json!({"team_id": "t"})).await.ok();
        app.master().post("/team/delete", json!({"team_ids": ["t"]})).await.ok();
    }
    let entries = app.entries().await;
    for (client, id) in [(&first, "o1"), (&second, "o2")] {
        let found = all(client, &format!("organization_id={id}")).await;
        let names = names(&entries, &found);
        assert!(names.contains(&"deleted TeamTable t".to_owned()), "{names:?}");
        assert!(!names.iter().any(|name| name.contains("VerificationToken")), "{names:?}");
    }
});

served!(rows_of_litellm_that_say_less_are_found_by_their_team, async |app: &TestApp| {
    organization(app, "o1").await;
    let boss = admin(app, "o1", "boss").await;
    app.master().post("/team/new", json!({"team_id": "t1", "organization_id": "o1"})).await.ok();
    let roster = Some(r#"{"team_alias": "a", "members_with_roles": []}"#);
    let text_of_object = Some(r#""{\"organization_id\": \"o1\", \"token\": \"h\"}""#);
    for row in [
        Foreign { id: "roster", object_id: "t1", updated: roster, ..Foreign::default() },
        Foreign { id: "other roster", object_id: "t2", updated: roster, ..Foreign::default() },
        Foreign { id: "namesake", object_id: "t1", table: "LiteLLM_UserTable", ..Foreign::default() },
        Foreign { id: "text", object_id: "h", before: text_of_object, ..Foreign::default() },
        Foreign { id: "part", object_id: "x", updated: Some(r#"{"organization_id": "o1 "}"#), ..Foreign::default() },
    ] {
        row.insert(app).await;
    }
    let found = all(&boss, "organization_id=o1&end_date=2024-12-31").await;
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["roster", "text"]);
});

served!(who_no_longer_administers_reads_no_more, async |app: &TestApp| {
    organization(app, "o1").await;
    organization(app, "o2").await;
    let boss = admin(app, "o1", "boss").await;
    // A viewer of the proxy's keys who administers an organization is its admin all the same.
    let role = json!({"user_id": "boss", "user_role": "internal_user_viewer"});
    app.master().post("/user/update", role).await.ok();
    assert!(!all(&boss, "organization_id=o1").await.is_empty());
    let id = all(&boss, "organization_id=o1").await.pop_first().unwrap();
    let plain = json!({"organization_id": "o1", "user_id": "boss", "role": "internal_user"});
    app.master().patch("/organization/member_update", plain).await.ok();
    boss.get("/audit?organization_id=o1").await.refused(401);
    boss.get(&format!("/audit/{id}")).await.refused(401);
    let again = json!({"organization_id": "o1", "user_id": "boss", "role": "org_admin"});
    app.master().patch("/organization/member_update", again).await.ok();
    boss.get(&format!("/audit/{id}")).await.ok();
    let ids = json!({"organization_ids": ["o1"]});
    app.master().send("DELETE", "/organization/delete", Some(ids)).await.ok();
    boss.get("/audit?organization_id=o1").await.refused(401);
    boss.get(&format!("/audit/{id}")).await.refused(401);
});

served!(an_admin_counts_and_follows_what_is_about_the_organization_and_nothing_else, async |app: &TestApp| {
    for id in ["o1", "o2"] {
        organization(app, id).await;
    }
    let boss = admin(app, "o1", "boss").await;
    for (team, organization) in [("t1", "o1"), ("t2", "o2")] {
        app.master().post("/team/new", json!({"team_id": team, "organization_id": organization})).await.ok();
    }
    let own = all(&boss, "organization_id=o1").await;
    let histogram = boss.get("/audit/histogram?organization_id=o1").await.ok();
    assert_eq!(histogram["total"], own.len());
    let counted = histogram["buckets"].as_array().unwrap().iter().map(|bucket| bucket["count"].as_u64().unwrap());
    assert_eq!(counted.sum::<u64>(), own.len() as u64);
    let facets = boss.get("/audit/facets?organization_id=o1&limit=100").await.ok();
    assert_eq!(facets["total"], own.len());
    assert_eq!(facets["facets"]["object_team_id"]["distinct"], 1, "{facets}");
    assert!(!facets.to_string().contains("t2") && !facets.to_string().contains("o2"), "{facets}");
    let polled = boss.get("/audit?organization_id=o1&cursor=begin&page_size=100").await.ok();
    assert_eq!(ids(&polled).into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), own);
    let found = boss.get("/audit?organization_id=o1&q=t2").await.ok();
    assert_eq!(found["total"], 0);
    for path in ["/audit/histogram", "/audit/facets", "/audit?cursor=begin", "/audit?q=t1"] {
        let joint = if path.contains('?') { '&' } else { '?' };
        boss.get(path).await.refused(401);
        boss.get(&format!("{path}{joint}organization_id=o2")).await.refused(401);
        boss.get(&format!("{path}{joint}object_team_id=t2")).await.refused(401);
        assert!(boss.get(&format!("{path}{joint}object_team_id=t1")).await.status == 200, "{path}");
    }
});
