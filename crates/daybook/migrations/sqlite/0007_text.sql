-- The words of entries, by sequence number: derived from the entries, not covered by the proof. Daybook makes the words itself,
-- letters and digits in lower case; 'ascii' parts them at the spaces between and takes every other character as it is.
CREATE VIRTUAL TABLE daybook_text USING fts5(words, content='', columnsize=0, detail=none, tokenize='ascii');

-- What leaves an entry is overwritten here as well, in the statement that takes it out.
INSERT INTO daybook_text (daybook_text, rank) VALUES ('secure-delete', 1);

-- How far it has got: the entries below `size` are in it. `erasures` counts the times that entries have been altered, `version`
-- tells how words are made.
CREATE TABLE daybook_text_mark (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL,
    erasures INTEGER NOT NULL,
    version TEXT NOT NULL
) STRICT;
INSERT INTO daybook_text_mark (id, size, erasures, version) VALUES (1, 0, 0, '');
