//! What LiteLLM's migrations defined stays as they defined it: Daybook adds indexes, and a guard on the audit log.

use std::collections::BTreeSet;

use daybook::store::Location;
use daybook::testing::TestDb;

use crate::coverage::visit;
use crate::harness::TestApp;

/// Everything that is defined in LiteLLM's schema, a line each.
const DEFINITIONS: &str = "
    SELECT format('relation %s %s %s %s %s', relname, relkind, relrowsecurity, relreplident, reloptions)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind <> 'i'
    UNION ALL
    SELECT format('column %s.%s %s %s %s %s %s %s', relname, attnum, attname, format_type(atttypid, atttypmod), attnotnull,
        attcollation, attidentity, pg_get_expr(adbin, adrelid))
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') AND attnum > 0
    UNION ALL
    SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT format('index %s', pg_get_indexdef(indexrelid)) FROM pg_index JOIN pg_class ON oid = indexrelid
    WHERE relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT format('trigger %s %s', pg_get_triggerdef(pg_trigger.oid), tgenabled)
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal
    UNION ALL
    SELECT format('function %s', pg_get_functiondef(oid)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT format('type %s', typname) FROM pg_type WHERE typnamespace = 'public'::regnamespace";

async fn definitions(location: &Location) -> BTreeSet<String> {
    TestDb::lines(location, DEFINITIONS).await.into_iter().collect()
}

/// Fails unless nothing is gone or different and nothing is new but what may be.
fn assert_only_added(before: &BTreeSet<String>, now: &BTreeSet<String>) {
    let gone: Vec<&String> = before.difference(now).collect();
    assert!(gone.is_empty(), "gone or different: {gone:#?}");
    for line in now.difference(before) {
        let index =
            line.starts_with("index CREATE INDEX daybook_") || line.starts_with("index CREATE INDEX \"LiteLLM_");
        let guard =
            line.starts_with("trigger CREATE TRIGGER daybook_") && line.contains(" ON public.\"LiteLLM_AuditLog\" ");
        assert!(index || guard, "new: {line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_litellm_defined_stays_as_it_is_whatever_daybook_does() {
    let Some(db) = TestDb::litellm().await else { return };
    let before = definitions(&db.location).await;
    assert!(before.iter().any(|line| line.starts_with("column LiteLLM_SpendLogs.")), "LiteLLM's migrations made it");
    let app = TestApp::start(db).await;
    let started = definitions(app.location()).await;
    assert_only_added(&before, &started);
    assert_ne!(before, started, "the guard is there");
    visit(&app).await;
    assert_eq!(definitions(app.location()).await, started);
    app.stop().await;
}
