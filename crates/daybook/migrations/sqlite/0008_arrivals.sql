-- Rows that come into the audit table past the log, in the order in which they came: what an index has to follow besides the
-- log. A row that the log has is in daybook_ledger before it is here.
CREATE TABLE daybook_arrival (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    audit_id TEXT NOT NULL
) STRICT;
CREATE INDEX daybook_arrival_audit_id ON daybook_arrival (audit_id);
CREATE TRIGGER daybook_audit_arrives AFTER INSERT ON "LiteLLM_AuditLog"
WHEN NOT EXISTS (SELECT 1 FROM daybook_ledger AS l WHERE l.audit_id = NEW.id)
BEGIN INSERT INTO daybook_arrival (audit_id) VALUES (NEW.id); END;
