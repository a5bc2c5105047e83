-- Checkpoints that were published: the signed note, with the cosignatures of witnesses that came in later.
CREATE TABLE daybook.checkpoint (
    size bigint PRIMARY KEY,
    note text NOT NULL,
    signed_at timestamp(3) NOT NULL
);

-- The public halves of the keys that sign or have signed this log.
CREATE TABLE daybook.log_key (
    vkey text PRIMARY KEY,
    size bigint NOT NULL, -- of the log when the key came into use
    added_at timestamp(3) NOT NULL,
    retired_at timestamp(3)
);

-- How far each anchor has got: the last checkpoint that it took, and what went wrong since.
CREATE TABLE daybook.anchor (
    name text PRIMARY KEY,
    size bigint,
    anchored_at timestamp(3),
    failed_at timestamp(3),
    problem text
);

-- The entries that the running transaction takes parts out of: what the fence lets pass. Empty outside of it.
CREATE TABLE daybook.erasing (
    seq bigint PRIMARY KEY
);

-- The fence once more. An erasure may take parts with their salts out of an entry, never its leaf.
DROP TRIGGER daybook_append_only ON daybook.ledger;
DROP TRIGGER daybook_append_only ON "LiteLLM_AuditLog";
CREATE FUNCTION daybook.refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.seq, NEW.audit_id, NEW.leaf) = (OLD.seq, OLD.audit_id, OLD.leaf)
        AND EXISTS (SELECT 1 FROM daybook.erasing AS e WHERE e.seq = OLD.seq) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$;
CREATE FUNCTION daybook.refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.id = OLD.id AND EXISTS (
        SELECT 1 FROM daybook.erasing AS e JOIN daybook.ledger AS l ON l.seq = e.seq WHERE l.audit_id = OLD.id
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER daybook_append_only BEFORE UPDATE OR DELETE ON daybook.ledger
    FOR EACH ROW EXECUTE FUNCTION daybook.refuse_ledger_change();
CREATE TRIGGER daybook_append_only BEFORE UPDATE OR DELETE ON "LiteLLM_AuditLog"
    FOR EACH ROW EXECUTE FUNCTION daybook.refuse_audit_change();
