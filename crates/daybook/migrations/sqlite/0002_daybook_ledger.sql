-- Daybook's own tables.

-- Values that belong to this installation: the hash of a generated master key, the key of redaction digests.
CREATE TABLE daybook_setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- One row an entry, by sequence: the leaf exactly as it was hashed, and what more is known than LiteLLM's columns hold.
CREATE TABLE daybook_ledger (
    seq INTEGER PRIMARY KEY,
    audit_id TEXT NOT NULL UNIQUE,
    leaf TEXT NOT NULL,
    salts TEXT NOT NULL,
    context TEXT NOT NULL,
    actor TEXT NOT NULL,
    changed_fields TEXT NOT NULL
) STRICT;

-- The Merkle tree, 256 hashes of 32 bytes a row; only the right edge is ever overwritten.
CREATE TABLE daybook_tile (
    level INTEGER NOT NULL,
    n INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, n)
) STRICT;

-- The one row that every recorded change locks last.
CREATE TABLE daybook_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    origin TEXT NOT NULL,
    size INTEGER NOT NULL,
    root TEXT NOT NULL,
    last_at TEXT NOT NULL
) STRICT;

-- What LiteLLM's audit table lacks: an index for every question. A member is looked for in an object, and in a text that is
-- the JSON of one, which is how LiteLLM stores some.
CREATE INDEX "daybook_audit_updated_at" ON "LiteLLM_AuditLog" ("updated_at", "id");
CREATE INDEX "daybook_audit_changed_by" ON "LiteLLM_AuditLog" ("changed_by", "updated_at");
CREATE INDEX "daybook_audit_changed_by_api_key" ON "LiteLLM_AuditLog" ("changed_by_api_key", "updated_at");
CREATE INDEX "daybook_audit_action" ON "LiteLLM_AuditLog" ("action", "updated_at");
CREATE INDEX "daybook_audit_table_name" ON "LiteLLM_AuditLog" ("table_name", "updated_at");
CREATE INDEX "daybook_audit_object_id" ON "LiteLLM_AuditLog" ("object_id", "updated_at");
CREATE INDEX "daybook_audit_before_team" ON "LiteLLM_AuditLog" (
    CASE WHEN json_type(CASE WHEN json_type("before_value") = 'text' THEN CASE WHEN json_valid("before_value" ->> '$') THEN "before_value" ->> '$' END ELSE "before_value" END, '$.team_id') = 'text'
    THEN (CASE WHEN json_type("before_value") = 'text' THEN CASE WHEN json_valid("before_value" ->> '$') THEN "before_value" ->> '$' END ELSE "before_value" END) ->> 'team_id' END
);
CREATE INDEX "daybook_audit_after_team" ON "LiteLLM_AuditLog" (
    CASE WHEN json_type(CASE WHEN json_type("updated_values") = 'text' THEN CASE WHEN json_valid("updated_values" ->> '$') THEN "updated_values" ->> '$' END ELSE "updated_values" END, '$.team_id') = 'text'
    THEN (CASE WHEN json_type("updated_values") = 'text' THEN CASE WHEN json_valid("updated_values" ->> '$') THEN "updated_values" ->> '$' END ELSE "updated_values" END) ->> 'team_id' END
);
CREATE INDEX "daybook_audit_before_key" ON "LiteLLM_AuditLog" (
    CASE WHEN json_type(CASE WHEN json_type("before_value") = 'text' THEN CASE WHEN json_valid("before_value" ->> '$') THEN "before_value" ->> '$' END ELSE "before_value" END, '$.token') = 'text'
    THEN (CASE WHEN json_type("before_value") = 'text' THEN CASE WHEN json_valid("before_value" ->> '$') THEN "before_value" ->> '$' END ELSE "before_value" END) ->> 'token' END
);
CREATE INDEX "daybook_audit_after_key" ON "LiteLLM_AuditLog" (
    CASE WHEN json_type(CASE WHEN json_type("updated_values") = 'text' THEN CASE WHEN json_valid("updated_values" ->> '$') THEN "updated_values" ->> '$' END ELSE "updated_values" END, '$.token') = 'text'
    THEN (CASE WHEN json_type("updated_values") = 'text' THEN CASE WHEN json_valid("updated_values" ->> '$') THEN "updated_values" ->> '$' END ELSE "updated_values" END) ->> 'token' END
);

-- The first fence, not the proof: what is recorded is not edited or removed by a stray statement.
CREATE TRIGGER daybook_ledger_no_update BEFORE UPDATE ON daybook_ledger
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: UPDATE on daybook_ledger is refused'); END;
CREATE TRIGGER daybook_ledger_no_delete BEFORE DELETE ON daybook_ledger
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: DELETE on daybook_ledger is refused'); END;
CREATE TRIGGER daybook_audit_no_update BEFORE UPDATE ON "LiteLLM_AuditLog"
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: UPDATE on LiteLLM_AuditLog is refused'); END;
CREATE TRIGGER daybook_audit_no_delete BEFORE DELETE ON "LiteLLM_AuditLog"
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: DELETE on LiteLLM_AuditLog is refused'); END;
