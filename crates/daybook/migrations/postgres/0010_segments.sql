-- The index of the audit log by stretches of the log, in the form of its file: what it is made of where the file is lost, or a
-- replica has none. Derived from the log and nothing more; a row that is gone is made again.
CREATE TABLE daybook.segment (
    first bigint PRIMARY KEY, -- sequence number
    entries bigint NOT NULL,
    format bigint NOT NULL,
    data bytea NOT NULL
);
-- Most of it is numbers that do not get shorter.
ALTER TABLE daybook.segment ALTER COLUMN data SET STORAGE EXTERNAL;
