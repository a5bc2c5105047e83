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

-- The text at a member of an audit row's object. LiteLLM stores some objects as the text of their JSON. Nothing in here may
-- fail: it runs when LiteLLM writes a row. Nobody's id has more than 1000 bytes, an index row only few more.
CREATE FUNCTION daybook.member(value jsonb, name text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    found jsonb := value;
BEGIN
    IF jsonb_typeof(found) = 'string' THEN
        BEGIN
            found := (found #>> '{}')::jsonb;
        EXCEPTION WHEN OTHERS THEN
            RETURN NULL;
        END;
    END IF;
    IF jsonb_typeof(found) = 'object' AND jsonb_typeof(found -> name) = 'string' AND octet_length(found ->> name) <= 1000 THEN
        RETURN found ->> name;
    END IF;
    RETURN NULL;
END $$;

-- What LiteLLM's audit table lacks: an index for every question. By bytes, so that the order is the same in every locale;
-- texts that a client can make long only up to 1000 bytes, because a longer one would make LiteLLM's insert fail.
CREATE INDEX IF NOT EXISTS "daybook_audit_updated_at" ON "LiteLLM_AuditLog" ("updated_at", "id" COLLATE "C");
CREATE INDEX IF NOT EXISTS "daybook_audit_changed_by" ON "LiteLLM_AuditLog" ("changed_by" COLLATE "C", "updated_at")
    WHERE octet_length("changed_by") <= 1000;
CREATE INDEX IF NOT EXISTS "daybook_audit_changed_by_api_key" ON "LiteLLM_AuditLog" ("changed_by_api_key" COLLATE "C", "updated_at")
    WHERE octet_length("changed_by_api_key") <= 1000;
CREATE INDEX IF NOT EXISTS "daybook_audit_action" ON "LiteLLM_AuditLog" ("action" COLLATE "C", "updated_at");
CREATE INDEX IF NOT EXISTS "daybook_audit_table_name" ON "LiteLLM_AuditLog" ("table_name" COLLATE "C", "updated_at");
CREATE INDEX IF NOT EXISTS "daybook_audit_object_id" ON "LiteLLM_AuditLog" ("object_id" COLLATE "C", "updated_at")
    WHERE octet_length("object_id") <= 1000;
CREATE INDEX IF NOT EXISTS "daybook_audit_before_team" ON "LiteLLM_AuditLog" ((daybook.member("before_value", 'team_id') COLLATE "C"));
CREATE INDEX IF NOT EXISTS "daybook_audit_after_team" ON "LiteLLM_AuditLog" ((daybook.member("updated_values", 'team_id') COLLATE "C"));
CREATE INDEX IF NOT EXISTS "daybook_audit_before_key" ON "LiteLLM_AuditLog" ((daybook.member("before_value", 'token') COLLATE "C"));
CREATE INDEX IF NOT EXISTS "daybook_audit_after_key" ON "LiteLLM_AuditLog" ((daybook.member("updated_values", 'token') COLLATE "C"));

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
