-- The index of the audit log by stretches of the log, in the form of its file: what it is made of where the file is lost, or a
-- replica has none. Derived from the log and nothing more; a row that is gone is made again.
CREATE TABLE daybook_segment (
    first INTEGER PRIMARY KEY, -- sequence number
    entries INTEGER NOT NULL,
    format INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;
