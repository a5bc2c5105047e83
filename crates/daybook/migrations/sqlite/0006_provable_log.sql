-- Checkpoints that were published: the signed note, with the cosignatures of witnesses that came in later.
CREATE TABLE daybook_checkpoint (
    size INTEGER PRIMARY KEY,
    note TEXT NOT NULL,
    signed_at TEXT NOT NULL
) STRICT;

-- The public halves of the keys that sign or have signed this log.
CREATE TABLE daybook_log_key (
    vkey TEXT PRIMARY KEY,
    size INTEGER NOT NULL, -- of the log when the key came into use
    added_at TEXT NOT NULL,
    retired_at TEXT
) STRICT;

-- How far each anchor has got: the last checkpoint that it took, and what went wrong since.
CREATE TABLE daybook_anchor (
    name TEXT PRIMARY KEY,
    size INTEGER,
    anchored_at TEXT,
    failed_at TEXT,
    problem TEXT
) STRICT;

-- The entries that the running transaction takes parts out of: what the fence lets pass. Empty outside of it.
CREATE TABLE daybook_erasing (
    seq INTEGER PRIMARY KEY
) STRICT;

-- The fence once more. An erasure may take parts with their salts out of an entry, never its leaf.
DROP TRIGGER daybook_ledger_no_update;
DROP TRIGGER daybook_audit_no_update;
CREATE TRIGGER daybook_ledger_no_update BEFORE UPDATE ON daybook_ledger
WHEN NEW.seq <> OLD.seq OR NEW.audit_id <> OLD.audit_id OR NEW.leaf <> OLD.leaf
    OR NOT EXISTS (SELECT 1 FROM daybook_erasing AS e WHERE e.seq = OLD.seq)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: UPDATE on daybook_ledger is refused'); END;
CREATE TRIGGER daybook_audit_no_update BEFORE UPDATE ON "LiteLLM_AuditLog"
WHEN NEW.id <> OLD.id OR NOT EXISTS (
    SELECT 1 FROM daybook_erasing AS e JOIN daybook_ledger AS l ON l.seq = e.seq WHERE l.audit_id = OLD.id
)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: UPDATE on LiteLLM_AuditLog is refused'); END;
