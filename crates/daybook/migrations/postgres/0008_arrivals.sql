-- Rows that come into the audit table past the log: what an index has to follow besides the log. A row that the log has is
-- in daybook.ledger before it is here. The transaction's number says what a reader can have seen: all of lower numbers than
-- the lowest one that was running when it looked.
CREATE TABLE daybook.arrival (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid bigint NOT NULL DEFAULT txid_current(),
    audit_id text NOT NULL
);
CREATE INDEX arrival_xid ON daybook.arrival (xid);
CREATE INDEX arrival_audit_id ON daybook.arrival (audit_id);
-- With the rights of whoever made it: LiteLLM's role need not be allowed into this schema.
CREATE FUNCTION daybook.note_arrivals() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    INSERT INTO daybook.arrival (audit_id)
    SELECT a.id FROM arrived AS a WHERE NOT EXISTS (SELECT 1 FROM daybook.ledger AS l WHERE l.audit_id = a.id);
    RETURN NULL;
END $$;
CREATE TRIGGER daybook_arrives AFTER INSERT ON "LiteLLM_AuditLog"
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION daybook.note_arrivals();
