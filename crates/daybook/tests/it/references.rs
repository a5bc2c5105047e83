//! Rows that refer to one that goes: what the database would do to them by itself is done on the record.

use daybook::model::actor::Actor;
use daybook::model::row::{Row, RowExt as _};
use daybook::model::table::{BUDGETS, KEYS, OBJECT_PERMISSIONS, ORGANIZATIONS, TEAMS};
use daybook::store::{Store, StoreError, by, list_entries};
use daybook::testing::{TestDb, assert_invariants};
use daybook::{both, row};

async fn entries(store: &Store, from: i64) -> Vec<Row> {
    let mut session = store.read().await.unwrap();
    let entries = list_entries(&mut session, from, i64::MAX).await.unwrap();
    entries.into_iter().map(|(_, audit)| audit.unwrap()).collect()
}

fn name(entry: &Row) -> String {
    ["action", "table_name", "object_id"].map(|part| entry.text(part).unwrap().to_owned()).join(" ")
}

both!(what_refers_to_a_row_that_goes_lets_go_of_it_first, async |db: TestDb| {
    let store = db.open().await;
    let actor = Actor::system("/test");
    let made = store
        .change(&actor, async |change| {
            change.insert(&BUDGETS, row! { "budget_id": "b", "created_by": "x", "updated_by": "x" }).await?;
            change.insert(&OBJECT_PERMISSIONS, row! { "object_permission_id": "p" }).await?;
            for token in ["k2", "k1"] {
                change.insert(&KEYS, row! { "token": token, "budget_id": "b", "object_permission_id": "p" }).await?;
            }
            change.insert(&TEAMS, row! { "team_id": "t", "object_permission_id": "p" }).await?;
            Ok::<(), StoreError>(())
        })
        .await
        .unwrap();
    let from = made.receipts.last().unwrap().seq + 1;
    store
        .change(&actor, async |change| {
            change.delete(&BUDGETS, &by("budget_id", "b")).await?;
            change.delete(&OBJECT_PERMISSIONS, &by("object_permission_id", "p")).await
        })
        .await
        .unwrap();
    let left = entries(&store, from).await;
    assert_eq!(
        left.iter().map(name).collect::<Vec<_>>(),
        [
            "updated LiteLLM_VerificationToken k1",
            "updated LiteLLM_VerificationToken k2",
            "deleted LiteLLM_BudgetTable b",
            "updated LiteLLM_TeamTable t",
            "updated LiteLLM_VerificationToken k1",
            "updated LiteLLM_VerificationToken k2",
            "deleted LiteLLM_ObjectPermissionTable p",
        ]
    );
    let key = &left[0];
    assert_eq!(key.object("before_value").unwrap().text("budget_id"), Some("b"));
    assert!(key.object("updated_values").unwrap().value("budget_id").is_null());
    // Nothing changed but what is on the record.
    assert_invariants(&store).await;
    store.close().await;
});

both!(a_row_that_must_not_lose_what_it_refers_to_keeps_it, async |db: TestDb| {
    let store = db.open().await;
    let actor = Actor::system("/test");
    store
        .change(&actor, async |change| {
            change.insert(&BUDGETS, row! { "budget_id": "b", "created_by": "x", "updated_by": "x" }).await?;
            let organization = row! {
                "organization_id": "o", "organization_alias": "o", "budget_id": "b", "created_by": "x", "updated_by": "x",
            };
            change.insert(&ORGANIZATIONS, organization).await
        })
        .await
        .unwrap();
    let refused = store.change(&actor, async |change| change.delete(&BUDGETS, &by("budget_id", "b")).await).await;
    assert!(matches!(refused, Err(StoreError::Reference(_))), "{refused:?}");
    assert_eq!(entries(&store, 0).await.len(), 2);
    store.close().await;
});
