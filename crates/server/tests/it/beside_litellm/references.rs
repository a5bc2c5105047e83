//! Foreign keys of LiteLLM's schema, which change rows by themselves: nothing of that goes unrecorded.

use daybook::model::secret::hash_key;
use daybook::model::table;
use daybook::testing::{TestDb, execute};
use serde_json::json;

use crate::coverage::world;
use crate::harness::TestApp;

/// Which rows would go, or let go, with a row of a table that Daybook takes rows from.
const REFERENCES: &str = "
    SELECT format('%s -> %s', conrelid::regclass::text, replace(pg_get_constraintdef(oid), ' ON UPDATE CASCADE', ''))
    FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
    AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('n', 'd')) ORDER BY 1";

/// Those of LiteLLM 1.109.1. A new one is handled as they are, without a word of ours; this list is here so that somebody
/// looks at it, and at whether a rule of `manage` should know of it.
const KNOWN: &[&str] = &[
    r#""LiteLLM_AgentsTable" -> FOREIGN KEY (object_permission_id) REFERENCES "LiteLLM_ObjectPermissionTable"(object_permission_id) ON DELETE SET NULL"#,
    r#""LiteLLM_EndUserTable" -> FOREIGN KEY (budget_id) REFERENCES "LiteLLM_BudgetTable"(budget_id) ON DELETE SET NULL"#,
    r#""LiteLLM_EndUserTable" -> FOREIGN KEY (object_permission_id) REFERENCES "LiteLLM_ObjectPermissionTable"(object_permission_id) ON DELETE SET NULL"#,
    r#""LiteLLM_JWTKeyMapping" -> FOREIGN KEY (token) REFERENCES "LiteLLM_VerificationToken"(token) ON DELETE CASCADE"#,
    r#""LiteLLM_ModelAccessGroupBudgetTable" -> FOREIGN KEY (budget_id) REFERENCES "LiteLLM_BudgetTable"(budget_id) ON DELETE SET NULL"#,
    r#""LiteLLM_OrganizationMembership" -> FOREIGN KEY (budget_id) REFERENCES "LiteLLM_BudgetTable"(budget_id) ON DELETE SET NULL"#,
    r#""LiteLLM_OrganizationTable" -> FOREIGN KEY (object_permission_id) REFERENCES "LiteLLM_ObjectPermissionTable"(object_permission_id) ON DELETE SET NULL"#,
    r#""LiteLLM_ProjectTable" -> FOREIGN KEY (budget_id) REFERENCES "LiteLLM_BudgetTable"(budget_id) ON DELETE SET NULL"#,
    r#""LiteLLM_ProjectTable" -> FOREIGN KEY (object_permission_id) REFERENCES "LiteLLM_ObjectPermissionTable"(object_permission_id) ON DELETE SET NULL"#,
    r#""LiteLLM_ProjectTable" -> FOREIGN KEY (team_id) REFERENCES "LiteLLM_TeamTable"(team_id) ON DELETE SET NULL"#,
    r#""LiteLLM_TagTable" -> FOREIGN KEY (budget_id) REFERENCES "LiteLLM_BudgetTable"(budget_id) ON DELETE SET NULL"#,
    r#""LiteLLM_TeamMembership" -> FOREIGN KEY (budget_id) REFERENCES "LiteLLM_BudgetTable"(budget_id) ON DELETE SET NULL"#,
    r#""LiteLLM_TeamTable" -> FOREIGN KEY (model_id) REFERENCES "LiteLLM_ModelTable"(id) ON DELETE SET NULL"#,
    r#""LiteLLM_TeamTable" -> FOREIGN KEY (object_permission_id) REFERENCES "LiteLLM_ObjectPermissionTable"(object_permission_id) ON DELETE SET NULL"#,
    r#""LiteLLM_TeamTable" -> FOREIGN KEY (organization_id) REFERENCES "LiteLLM_OrganizationTable"(organization_id) ON DELETE SET NULL"#,
    r#""LiteLLM_UserTable" -> FOREIGN KEY (object_permission_id) REFERENCES "LiteLLM_ObjectPermissionTable"(object_permission_id) ON DELETE SET NULL"#,
    r#""LiteLLM_UserTable" -> FOREIGN KEY (organization_id) REFERENCES "LiteLLM_OrganizationTable"(organization_id) ON DELETE SET NULL"#,
    r#""LiteLLM_VerificationToken" -> FOREIGN KEY (budget_id) REFERENCES "LiteLLM_BudgetTable"(budget_id) ON DELETE SET NULL"#,
    r#""LiteLLM_VerificationToken" -> FOREIGN KEY (object_permission_id) REFERENCES "LiteLLM_ObjectPermissionTable"(object_permission_id) ON DELETE SET NULL"#,
    r#""LiteLLM_VerificationToken" -> FOREIGN KEY (organization_id) REFERENCES "LiteLLM_OrganizationTable"(organization_id) ON DELETE SET NULL"#,
    r#""LiteLLM_VerificationToken" -> FOREIGN KEY (project_id) REFERENCES "LiteLLM_ProjectTable"(project_id) ON DELETE SET NULL"#,
    r#""LiteLLM_VerifiedSubject" -> FOREIGN KEY (user_id) REFERENCES "LiteLLM_UserTable"(user_id) ON DELETE CASCADE"#,
];

#[tokio::test]
async fn every_reference_that_changes_rows_by_itself_has_been_looked_at() {
    let Some(db) = TestDb::litellm().await else { return };
    let ours = |line: &String| table::ALL.iter().any(|table| line.contains(&format!("REFERENCES \"{}\"(", table.name)));
    let found: Vec<String> = TestDb::lines(&db.location, REFERENCES).await.into_iter().filter(ours).collect();
    let new: Vec<&String> = found.iter().filter(|line| !KNOWN.contains(&line.as_str())).collect();
    let gone: Vec<&&str> = KNOWN.iter().filter(|line| !found.iter().any(|have| have == *line)).collect();
    assert!(new.is_empty() && gone.is_empty(), "new: {new:#?}\ngone: {gone:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_that_maps_to_a_key_follows_it_and_goes_with_it_on_the_record() {
    let Some(db) = TestDb::litellm().await else { return };
    let app = TestApp::start(db).await;
    let key = world::key(&app).await;
    let token = hash_key(&key);
    let sql = format!(
        "INSERT INTO \"LiteLLM_JWTKeyMapping\" (id, jwt_claim_name, jwt_claim_value, token) VALUES ('m', 'sub', 'ada', '{token}')"
    );
    execute(app.store(), &sql).await.unwrap();
    app.entries().await;

    let rotated = app.master().post("/key/regenerate", json!({"key": key})).await.ok();
    let new = hash_key(rotated["key"].as_str().unwrap());
    let entries = app.entries().await;
    let names: Vec<String> = entries.iter().map(|entry| entry.name()).collect();
    assert_eq!(names, ["rotated LiteLLM_VerificationToken", "updated LiteLLM_JWTKeyMapping"]);
    assert_eq!((&entries[1].before["token"], &entries[1].updated["token"]), (&json!(token), &json!(new)));
    assert_eq!(entries[1].updated["id"], "m");

    app.master().post("/key/delete", json!({"keys": [rotated["key"]]})).await.ok();
    let entries = app.entries().await;
    let names: Vec<String> = entries.iter().map(|entry| entry.name()).collect();
    assert_eq!(names, ["deleted LiteLLM_JWTKeyMapping", "deleted LiteLLM_VerificationToken"]);
    assert_eq!(entries[0].before["jwt_claim_value"], "ada");
    assert_eq!(entries[0].object_id, "m");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subject_that_was_verified_as_a_user_goes_with_them_on_the_record() {
    let Some(db) = TestDb::litellm().await else { return };
    let app = TestApp::start(db).await;
    let user = world::user(&app).await;
    let columns = "SELECT column_name::text FROM information_schema.columns WHERE table_schema = 'public' \
                   AND table_name = 'LiteLLM_VerifiedSubject' AND is_nullable = 'NO' AND column_default IS NULL \
                   AND data_type = 'text' AND column_name <> 'user_id'";
    let needed = TestDb::lines(app.location(), columns).await;
    let (names, values): (Vec<String>, Vec<String>) =
        needed.iter().map(|name| (format!("\"{name}\""), format!("'{name}'"))).unzip();
    let sql = format!(
        "INSERT INTO \"LiteLLM_VerifiedSubject\" (user_id, {}) VALUES ('{user}', {})",
        names.join(", "),
        values.join(", ")
    );
    execute(app.store(), &sql).await.unwrap();
    app.entries().await;
    app.master().post("/user/delete", json!({"user_ids": [user]})).await.ok();
    assert_eq!(app.entry_names().await, ["deleted LiteLLM_VerifiedSubject", "deleted LiteLLM_UserTable"]);
    app.stop().await;
}
