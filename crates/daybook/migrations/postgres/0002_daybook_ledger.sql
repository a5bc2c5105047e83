-- Daybook's own tables. They live in a schema of their own, where a `prisma db push` on LiteLLM's schema cannot drop them.
CREATE SCHEMA IF NOT EXISTS daybook;

-- Values that belong to this installation: the hash of a generated master key, the key of redaction digests.
CREATE TABLE daybook.setting (
    name text PRIMARY KEY,
    value text NOT NULL
);

-- One row an entry, by sequence: the leaf exactly as it was hashed, and what more is known than LiteLLM's columns hold.
CREATE TABLE daybook.ledger (
    seq bigint PRIMARY KEY,
    audit_id text NOT NULL UNIQUE,
    leaf text NOT NULL,
    salts text NOT NULL,
    context text NOT NULL,
    actor text NOT NULL,
    changed_fields text NOT NULL
);

-- The Merkle tree, 256 hashes of 32 bytes a row; only the right edge is ever overwritten.
CREATE TABLE daybook.tile (
    level smallint NOT NULL,
    n bigint NOT NULL,
    hashes bytea NOT NULL,
    PRIMARY KEY (level, n)
);

-- The one row that every recorded change locks last.
CREATE TABLE daybook.head (
    id smallint PRIMARY KEY CHECK (id = 1),
    origin text NOT NULL,
    size bigint NOT NULL,
    root text NOT NULL,
    last_at timestamp(3) NOT NULL
);

-- What LiteLLM's audit table lacks: an index for every question.
CREATE INDEX IF NOT EXISTS "daybook_audit_updated_at" ON "LiteLLM_AuditLog" ("updated_at", "id");
CREATE INDEX IF NOT EXISTS "daybook_audit_changed_by" ON "LiteLLM_AuditLog" ("changed_by", "updated_at");
CREATE INDEX IF NOT EXISTS "daybook_audit_changed_by_api_key" ON "LiteLLM_AuditLog" ("changed_by_api_key", "updated_at");
CREATE INDEX IF NOT EXISTS "daybook_audit_action" ON "LiteLLM_AuditLog" ("action", "updated_at");
CREATE INDEX IF NOT EXISTS "daybook_audit_table_name" ON "LiteLLM_AuditLog" ("table_name", "updated_at");
CREATE INDEX IF NOT EXISTS "daybook_audit_object_id" ON "LiteLLM_AuditLog" ("object_id", "updated_at");
CREATE INDEX IF NOT EXISTS "daybook_audit_before_team" ON "LiteLLM_AuditLog" (("before_value" ->> 'team_id'));
CREATE INDEX IF NOT EXISTS "daybook_audit_after_team" ON "LiteLLM_AuditLog" (("updated_values" ->> 'team_id'));
CREATE INDEX IF NOT EXISTS "daybook_audit_before_key" ON "LiteLLM_AuditLog" (("before_value" ->> 'token'));
CREATE INDEX IF NOT EXISTS "daybook_audit_after_key" ON "LiteLLM_AuditLog" (("updated_values" ->> 'token'));

-- The first fence, not the proof: what is recorded is not edited or removed by a stray statement.
CREATE FUNCTION daybook.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER daybook_append_only BEFORE UPDATE OR DELETE ON daybook.ledger
    FOR EACH ROW EXECUTE FUNCTION daybook.refuse_change();
CREATE TRIGGER daybook_append_only BEFORE UPDATE OR DELETE ON "LiteLLM_AuditLog"
    FOR EACH ROW EXECUTE FUNCTION daybook.refuse_change();
CREATE TRIGGER daybook_no_truncate BEFORE TRUNCATE ON daybook.ledger
    FOR EACH STATEMENT EXECUTE FUNCTION daybook.refuse_change();
CREATE TRIGGER daybook_no_truncate BEFORE TRUNCATE ON "LiteLLM_AuditLog"
    FOR EACH STATEMENT EXECUTE FUNCTION daybook.refuse_change();
