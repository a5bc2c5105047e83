-- The words of entries, by sequence number: derived from the entries, not covered by the proof. Daybook makes the words itself,
-- letters and digits in lower case; no dictionary is involved.
CREATE TABLE daybook.text (
    seq bigint PRIMARY KEY,
    words tsvector NOT NULL
);
CREATE INDEX "daybook_text_words" ON daybook.text USING gin (words);

-- How far it has got: the entries below `size` are in it. `erasures` counts the times that entries have been altered, `version`
-- tells how words are made.
CREATE TABLE daybook.text_mark (
    id smallint PRIMARY KEY CHECK (id = 1),
    size bigint NOT NULL,
    erasures bigint NOT NULL,
    version text NOT NULL
);
INSERT INTO daybook.text_mark (id, size, erasures, version) VALUES (1, 0, 0, '');

-- The number at a member of an audit row's object, as daybook.member gives a text. One that is too large for a float is none.
CREATE FUNCTION daybook.number(value jsonb, name text) RETURNS double precision LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    found jsonb := value;
BEGIN
    IF jsonb_typeof(found) = 'string' THEN
        found := (found #>> '{}')::jsonb;
    END IF;
    IF jsonb_typeof(found) = 'object' AND jsonb_typeof(found -> name) = 'number' THEN
        RETURN (found ->> name)::double precision;
    END IF;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END $$;
