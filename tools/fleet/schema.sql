-- The rows of many journals in PostgreSQL, as `vfjournal export` prints them (docs/export.md).
-- Makes what is missing and replaces views and functions. It may be run again, and loses no row.
--
--     psql -1 -v ON_ERROR_STOP=1 -f schema.sql
--
-- Every table has the column `source`, and every key begins with it: the tables can be distributed
-- by it (docs/fleet.md).

CREATE SCHEMA IF NOT EXISTS vfjournal;
SET LOCAL search_path = vfjournal;

-- A row of a journal. `source` and `id` name it for ever, in every export and every delivery.
-- Partitions are by source, not by time: a guest whose clock is wrong has its partition, too.
CREATE TABLE IF NOT EXISTS event (
    source     text COLLATE "C" NOT NULL,
    id         text COLLATE "C" NOT NULL,
    sequence   bigint NOT NULL,
    time       timestamptz NOT NULL,
    kind       text NOT NULL,
    subject    text,             -- "hn0/mce0"
    migration  text,             -- the attribute correlationid
    cause      text COLLATE "C", -- the id of the row that caused this one
    severity   smallint NOT NULL, -- OpenTelemetry's number: an error has 17 or more
    data       json NOT NULL,    -- all of the row
    PRIMARY KEY (source, id)
) PARTITION BY HASH (source);

-- Columns of transitions; NULL in other rows. A table of an older schema gets them anew.
DO $$
BEGIN
    IF NOT EXISTS (
            SELECT FROM pg_attribute
            WHERE attrelid = 'vfjournal.event'::regclass AND attname = 'state_from'
                AND attgenerated = 's') THEN
        ALTER TABLE event
            DROP COLUMN IF EXISTS state_from CASCADE, DROP COLUMN IF EXISTS state_to CASCADE,
            DROP COLUMN IF EXISTS driver CASCADE, DROP COLUMN IF EXISTS boot CASCADE,
            DROP COLUMN IF EXISTS uptime_us CASCADE;
        ALTER TABLE event
            ADD COLUMN state_from text GENERATED ALWAYS AS (
                CASE WHEN kind = 'transition' THEN data->>'from' END) STORED,
            ADD COLUMN state_to text GENERATED ALWAYS AS (
                CASE WHEN kind = 'transition' THEN data->>'to' END) STORED,
            ADD COLUMN driver text GENERATED ALWAYS AS (
                CASE WHEN kind = 'transition' THEN data->>'driver' END) STORED,
            ADD COLUMN boot integer GENERATED ALWAYS AS (
                CASE WHEN kind = 'transition' THEN (data->>'boot')::integer END) STORED,
            -- since that boot, by the monotonic clock
            ADD COLUMN uptime_us bigint GENERATED ALWAYS AS (
                CASE WHEN kind = 'transition' THEN (data->>'mono_us')::bigint END) STORED;
    END IF;
END
$$;

-- A line may come from a guest that was taken over: it must not break a view or an index. Rows that
-- are there already are not checked again.
ALTER TABLE event
    DROP CONSTRAINT IF EXISTS event_source, DROP CONSTRAINT IF EXISTS event_sequence,
    DROP CONSTRAINT IF EXISTS event_kind, DROP CONSTRAINT IF EXISTS event_data,
    DROP CONSTRAINT IF EXISTS event_bounds;
ALTER TABLE event
    ADD CONSTRAINT event_source CHECK (source LIKE '/vfjournal/%/%') NOT VALID,
    ADD CONSTRAINT event_sequence CHECK (
        sequence > 0 AND left(id, 2) IN ('e-', 't-', 'c-', 'x-', 's-', 'j-')
        AND substr(id, 3) = lpad(sequence::text, greatest(12, length(sequence::text)), '0')) NOT VALID,
    ADD CONSTRAINT event_kind CHECK (kind IN (
        'started', 'stopping', 'stopped', 'configured', 'connected', 'gap', 'devd', 'observed',
        'finished', 'timer', 'scheduled', 'transition', 'command', 'checkpoint', 'journal')) NOT VALID,
    ADD CONSTRAINT event_data CHECK (json_typeof(data) = 'object') NOT VALID,
    ADD CONSTRAINT event_bounds CHECK (
        octet_length(source) <= 128 AND octet_length(subject) <= 128 AND octet_length(migration) <= 128
        AND octet_length(cause) <= 32 AND octet_length(state_from) <= 32 AND octet_length(state_to) <= 32
        AND octet_length(driver) <= 128 AND severity BETWEEN 1 AND 24
        AND time BETWEEN '1900-01-01Z' AND '2200-01-01Z'
        AND boot >= 0 AND uptime_us BETWEEN 0 AND 4611686018427387904) NOT VALID;

DO $$
BEGIN
    FOR i IN 0..15 LOOP
        EXECUTE format('CREATE TABLE IF NOT EXISTS vfjournal.event_%s PARTITION OF vfjournal.event '
                       'FOR VALUES WITH (MODULUS 16, REMAINDER %s)', i, i);
    END LOOP;
END
$$;

-- The views look for these rows among many others.
CREATE INDEX IF NOT EXISTS event_error ON event (source, migration) WHERE severity >= 17;
CREATE INDEX IF NOT EXISTS event_gap ON event (source, sequence) WHERE kind = 'gap';
CREATE INDEX IF NOT EXISTS event_scheduled ON event (source, sequence) WHERE kind = 'scheduled';

-- A row that came again with another content: somebody edited the journal, or the lines of it.
CREATE TABLE IF NOT EXISTS contradiction (
    source text COLLATE "C" NOT NULL,
    id     text COLLATE "C" NOT NULL,
    chain  text NOT NULL, -- of the line that came later, "" without one; the first is in `event`
    found  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, id, chain)
);

-- Where an agent inserts lines; take_inbox() loads them.
CREATE TABLE IF NOT EXISTS inbox (
    number  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    arrived timestamptz NOT NULL DEFAULT now(),
    line    text NOT NULL
);

-- For agents that fill every column of a table.
CREATE OR REPLACE VIEW inbox_line AS SELECT line FROM inbox;

-- Lines of the inbox that are no rows of a journal.
CREATE TABLE IF NOT EXISTS rejected (
    number  bigint PRIMARY KEY,
    arrived timestamptz NOT NULL,
    reason  text NOT NULL,
    line    text NOT NULL
);

DROP FUNCTION IF EXISTS parse(json), load_new(), is_text(text);
DROP TYPE IF EXISTS attributes, transition;
-- The attributes of a line.
CREATE TYPE attributes AS (
    specversion text, source text, id text, sequence text, "time" text, type text, subject text,
    correlationid text, causationid text, severitynumber smallint, data json);

-- The line as a row of `event`. Fails when a value has another type, or holds a string that is no
-- text of PostgreSQL: "\u0000", or half a pair of surrogates. A line of another type or version, or
-- one that is too long, has a kind that is NULL; a time that is not RFC 3339 is NULL, too. OFFSET 0
-- makes PostgreSQL read the JSON once, not once for each column.
CREATE FUNCTION parse(line json)
RETURNS TABLE (
    source text, id text, sequence bigint, "time" timestamptz, kind text, subject text,
    migration text, cause text, severity smallint, data json)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT (e).source, (e).id, (e).sequence::bigint,
        CASE WHEN (e)."time" ~* '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)$'
            THEN (e)."time"::timestamptz END,
        CASE WHEN (e).specversion = '1.0' AND (e).type LIKE 'org.vfjournal.%.v1'
                AND octet_length(line::text) <= 262144
            THEN substr((e).type, 15, length((e).type) - 17) END,
        (e).subject, (e).correlationid, (e).causationid, (e).severitynumber, (e).data
    FROM (SELECT json_populate_record(NULL::vfjournal.attributes, line) AS e OFFSET 0) AS row
$$;

-- A line that was read as LATIN1, which takes any bytes, as the UTF-8 that it is; NULL if it is none.
CREATE OR REPLACE FUNCTION utf8(line text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL UNSAFE AS $$
BEGIN
    RETURN convert_from(convert_to(line, 'LATIN1'), 'UTF8');
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END
$$;

-- The beginning of a text, for a message: a terminal obeys none of its characters.
CREATE OR REPLACE FUNCTION printable(words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(left(words, 200), '[^ -~]', '?', 'g')
$$;

-- Why the line is no row of a journal; NULL: it is one.
CREATE OR REPLACE FUNCTION complaint(line text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    object json;
    row record;
    rule text;
    field text;
BEGIN
    IF line IS NULL THEN
        RETURN 'no UTF-8';
    ELSIF octet_length(line) > 262144 THEN
        RETURN 'longer than 262144 bytes';
    END IF;
    BEGIN
        object := line::json;
    EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
        RETURN 'no JSON, or cut off';
    END;
    IF json_typeof(object) <> 'object' THEN
        RETURN 'no JSON object';
    END IF;
    -- The constraints of the table are the rules. The row is not kept.
    BEGIN
        IF object->>'specversion' IS DISTINCT FROM '1.0' THEN
            RETURN 'no CloudEvent of version 1.0';
        END IF;
        SELECT * INTO row FROM vfjournal.parse(object);
        INSERT INTO vfjournal.event SELECT * FROM vfjournal.parse(object)
        ON CONFLICT (source, id) DO NOTHING;
        RAISE EXCEPTION USING ERRCODE = 'VFJ00';
    EXCEPTION
        WHEN SQLSTATE 'VFJ00' THEN
            RETURN NULL;
        WHEN check_violation OR not_null_violation THEN
            GET STACKED DIAGNOSTICS rule = CONSTRAINT_NAME, field = COLUMN_NAME;
            RETURN CASE coalesce(nullif(rule, ''), 'event_' || field)
                WHEN 'event_kind' THEN format('type "%s" is none of vfjournal''s',
                    vfjournal.printable(object->>'type'))
                WHEN 'event_source' THEN format('source "%s" is not /vfjournal/HOST/JOURNAL',
                    vfjournal.printable(row.source))
                WHEN 'event_id' THEN 'no id'
                WHEN 'event_sequence' THEN format('id "%s" is not that of the sequence "%s"',
                    vfjournal.printable(row.id), row.sequence)
                WHEN 'event_time' THEN format('time "%s" is not RFC 3339',
                    vfjournal.printable(object->>'time'))
                WHEN 'event_severity' THEN 'no severitynumber'
                WHEN 'event_data' THEN 'data is no object'
                ELSE 'a value is out of bounds'
            END;
        WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded THEN
            RETURN 'a value is refused: ' || vfjournal.printable(SQLERRM);
    END;
END
$$;

-- The members of `data` that are the row of the journal. The others are derived from rows, and may be
-- more or others in the export of another version.
CREATE OR REPLACE FUNCTION content(data json) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY[data->>'seq', data->>'cause', data->>'boot', data->>'wall_us', data->>'mono_us',
        data->>'kind', data->>'note', data->>'body', data->>'body_hex', data->>'digest',
        data->>'chain']
$$;

-- Loads the lines of the temporary table `stage (number bigint, line text)`: all of them, or none.
-- Rows that are there already are left as they are. The lines that are no rows of a journal are
-- moved to the temporary table `refused (number, reason, line)`. Two sessions that load the same rows
-- in different order may wait for each other; PostgreSQL ends one of them, which begins again here.
--   skip           load the others; else fail when there are such lines
--   contradicting  rows that came again with another content (table contradiction)
CREATE OR REPLACE FUNCTION load_stage(
    skip boolean, OUT loaded bigint, OUT known bigint, OUT bad bigint, OUT contradicting bigint)
LANGUAGE plpgsql AS $$
DECLARE
    first record;
BEGIN
    CREATE TEMP TABLE refused (number bigint, reason text, line text) ON COMMIT DROP;
    LOOP
        BEGIN
            INSERT INTO vfjournal.event
            SELECT row.* FROM pg_temp.stage, vfjournal.parse(line::json) AS row
            ON CONFLICT (source, id) DO NOTHING;
            GET DIAGNOSTICS loaded = ROW_COUNT;
            EXIT;
        EXCEPTION
            WHEN deadlock_detected THEN
                NULL;
            WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded THEN
                -- At least one line is bad. Each is looked at alone, which takes longer.
                INSERT INTO pg_temp.refused
                SELECT number, reason, line
                FROM (SELECT number, line, vfjournal.complaint(line) AS reason
                    FROM pg_temp.stage) AS judged
                WHERE reason IS NOT NULL;
                IF NOT FOUND THEN
                    RAISE;
                END IF;
                IF NOT skip THEN
                    SELECT count(*) OVER () AS count, number, reason INTO first
                    FROM pg_temp.refused ORDER BY number LIMIT 1;
                    RAISE EXCEPTION 'line %: % (bad lines: %; nothing is loaded)', first.number,
                        first.reason, first.count USING ERRCODE = 'data_exception';
                END IF;
                DELETE FROM pg_temp.stage
                WHERE number IN (SELECT number FROM pg_temp.refused);
        END;
    END LOOP;
    SELECT count(*) INTO bad FROM pg_temp.refused;
    SELECT count(*) - loaded INTO known FROM pg_temp.stage;
    contradicting := 0;
    IF known > 0 THEN
        CREATE TEMP TABLE differing ON COMMIT DROP AS
        SELECT DISTINCT row.source, row.id, left(coalesce(row.data->>'chain', ''), 64) AS chain
        FROM pg_temp.stage, vfjournal.parse(line::json) AS row
            JOIN vfjournal.event AS e ON e.source = row.source AND e.id = row.id
        WHERE (e.time, e.kind) IS DISTINCT FROM (row.time, row.kind)
            OR (e.data::text <> row.data::text
                AND vfjournal.content(e.data) IS DISTINCT FROM vfjournal.content(row.data));
        GET DIAGNOSTICS contradicting = ROW_COUNT;
        INSERT INTO vfjournal.contradiction (source, id, chain)
        SELECT source, id, chain FROM pg_temp.differing
        ON CONFLICT DO NOTHING;
    END IF;
END
$$;

-- Loads what agents have inserted into the inbox, and empties it. Lines that are no rows of a
-- journal go to the table rejected. Several sessions may do this at once.
CREATE OR REPLACE FUNCTION take_inbox(
    OUT loaded bigint, OUT known bigint, OUT bad bigint, OUT contradicting bigint)
LANGUAGE plpgsql SET client_min_messages = warning AS $$
BEGIN
    CREATE TEMP TABLE stage (number bigint, line text, arrived timestamptz) ON COMMIT DROP;
    WITH taken AS (
        DELETE FROM vfjournal.inbox WHERE number IN (
            SELECT number FROM vfjournal.inbox FOR UPDATE SKIP LOCKED)
        RETURNING number, line, arrived)
    INSERT INTO pg_temp.stage SELECT number, line, arrived FROM taken;
    CREATE TEMP TABLE arrival ON COMMIT DROP AS SELECT number, arrived FROM pg_temp.stage;
    SELECT * INTO loaded, known, bad, contradicting FROM vfjournal.load_stage(true);
    INSERT INTO vfjournal.rejected (number, arrived, reason, line)
    SELECT r.number, a.arrived, r.reason, r.line
    FROM pg_temp.refused AS r JOIN pg_temp.arrival AS a ON a.number = r.number;
    DROP TABLE pg_temp.stage, pg_temp.arrival, pg_temp.refused;
    DROP TABLE IF EXISTS pg_temp.differing;
END
$$;

-- A number of at most nine digits; NULL: the text is none. A cast would end the whole query.
CREATE OR REPLACE FUNCTION whole_number(words text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN words ~ '^-?\d{1,9}$' THEN words::integer END
$$;

-- Views. A guest is a journal: a guest that is built anew, or whose journal is begun anew, is
-- another one.

-- Each guest. rows_missing counts the rows between its first and its last that did not arrive: they
-- were left out of the export, lost under way, or pruned before.
CREATE OR REPLACE VIEW guest AS
SELECT source, split_part(source, '/', 3) AS host, min(time) AS first_time, max(time) AS last_time,
    count(*) AS rows, max(sequence) AS last_sequence,
    max(sequence) - min(sequence) + 1 - count(*) AS rows_missing
FROM event
GROUP BY source;

-- The holes of the guests that have any.
CREATE OR REPLACE VIEW missing AS
SELECT source, before + 1 AS first_sequence, sequence - 1 AS last_sequence
FROM (
    SELECT source, sequence, lag(sequence) OVER (PARTITION BY source ORDER BY sequence) AS before
    FROM event
    WHERE source IN (SELECT source FROM guest WHERE rows_missing > 0)) AS pair
WHERE sequence > before + 1;

-- The newest row of each guest. `vfjournal verify --anchor` on the guest tells whether its journal
-- still has this row, and the same rows before it.
CREATE OR REPLACE VIEW head AS
SELECT g.source, g.host, g.last_sequence AS sequence, g.last_time AS time, e.kind,
    g.last_sequence || ':' || (e.data->>'chain') AS anchor
FROM guest AS g
    LEFT JOIN LATERAL (
        SELECT kind, data FROM event
        WHERE source = g.source AND id = ANY (ARRAY(
            SELECT class || lpad(g.last_sequence::text, greatest(12, length(g.last_sequence::text)), '0')
            FROM unnest(ARRAY['e-', 't-', 'c-', 'x-', 's-', 'j-']) AS class))
        LIMIT 1) AS e ON true;

-- How long each guest has sent nothing; whoever asks chooses the limit. The kind is "stopped" when
-- the daemon was stopped in order.
CREATE OR REPLACE VIEW silent AS
SELECT source, host, time AS last_time, now() - time AS silence, kind AS last_kind
FROM head;

-- When nobody listened on a guest, or lines were lost there.
CREATE OR REPLACE VIEW gap AS
SELECT source, split_part(source, '/', 3) AS host, time, sequence, data->>'reason' AS reason
FROM event
WHERE kind = 'gap';

-- What `vfjournal migrations` lists, of all guests: the times that an hn was off its VF. `errors`
-- counts failed commands and faults. Seconds are of the monotonic clock, unless the guest was
-- booted meanwhile; they are NULL while the VF is not in use again.
CREATE OR REPLACE VIEW migration AS
SELECT entry.source, split_part(entry.source, '/', 3) AS host, entry.migration, slot,
    CASE WHEN first_from NOT IN ('lagged', 'switched') THEN 'start'
        WHEN has_detached THEN 'migration'
        ELSE 'fallback' END AS kind,
    began,
    CASE WHEN last_to IN ('lagged', 'switched') THEN ended END AS ended,
    CASE WHEN last_to IN ('lagged', 'switched') THEN seconds END AS seconds,
    driver_before, driver, coalesce(errors, 0) AS errors, last_to AS state
FROM (
    SELECT source, migration, split_part(min(subject), '/', 1) AS slot,
        (min(ARRAY[id, state_from]))[2] AS first_from, (max(ARRAY[id, state_to]))[2] AS last_to,
        bool_or(state_to = 'detached') AS has_detached, min(time) AS began, max(time) AS ended,
        round((CASE WHEN min(boot) = max(boot) THEN (max(uptime_us) - min(uptime_us)) / 1e6
            ELSE extract(epoch FROM max(time) - min(time)) END)::numeric, 6) AS seconds,
        (min(ARRAY[id, driver]))[2] AS driver_before, (max(ARRAY[id, driver]))[2] AS driver
    FROM event
    WHERE state_from <> state_to AND migration IS NOT NULL
    GROUP BY source, migration) AS entry
LEFT JOIN (
    SELECT source, migration, count(*) AS errors
    FROM event
    WHERE severity >= 17 AND migration IS NOT NULL
    GROUP BY source, migration) AS error USING (source, migration);

-- Migrations per hour, guest and hn.
CREATE OR REPLACE VIEW flap AS
SELECT date_trunc('hour', began) AS hour, source, host, slot, count(*) AS migrations,
    sum(seconds) AS seconds
FROM migration
WHERE kind = 'migration'
GROUP BY date_trunc('hour', began), source, host, slot;

-- How long migrations took, per day, over all guests.
CREATE OR REPLACE VIEW outage AS
SELECT date_trunc('day', began) AS day, count(*) AS migrations, count(DISTINCT source) AS guests,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS p50,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) AS p95,
    percentile_cont(0.99) WITHIN GROUP (ORDER BY seconds) AS p99, max(seconds) AS max,
    count(*) - count(seconds) AS unfinished
FROM migration
WHERE kind = 'migration'
GROUP BY date_trunc('day', began);

-- The same per driver of the VF that came back.
CREATE OR REPLACE VIEW driver AS
SELECT driver, min(began) AS first_seen, count(*) AS migrations,
    count(DISTINCT source) AS guests,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS p50,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) AS p95, max(seconds) AS max,
    count(*) FILTER (WHERE errors > 0) AS with_errors,
    count(*) - count(seconds) AS unfinished
FROM migration
WHERE kind = 'migration'
GROUP BY driver;

-- What Azure Scheduled Events announced: an event of the service and a guest, from its first row to
-- its last one. An event of several guests has one identifier.
CREATE OR REPLACE VIEW announcement AS
SELECT source, split_part(source, '/', 3) AS host, data->>'id' AS event,
    max(data->>'type') AS type, bool_or(data->>'here' = 'yes') AS here, min(time) AS announced,
    min(time) FILTER (WHERE data->>'phase' = 'started') AS started,
    max(time) FILTER (WHERE data->>'phase' = 'over') AS over,
    max(vfjournal.whole_number(data->>'duration')) AS duration, max(data->>'text') AS description
FROM event
WHERE kind = 'scheduled' AND data->>'id' IS NOT NULL
GROUP BY source, data->>'id';

-- The announced events to which migrations belong: those of the same guest that had started when the
-- VF left, or started up to a minute later, and were not over.
CREATE OR REPLACE VIEW announced_migration AS
SELECT m.*, a.event, a.type, a.duration, a.description
FROM migration AS m
    JOIN announcement AS a ON a.source = m.source AND a.here IS NOT FALSE
        AND m.began >= a.started - interval '1 minute'
        AND m.began <= coalesce(a.over, 'infinity')
WHERE m.kind = 'migration';

-- Guests that lost their VFs together: migrations of at least two guests, each within two seconds
-- of the one before. Guests of one physical host go together. `events` has what was announced.
CREATE OR REPLACE VIEW host_event AS
SELECT min(began) AS began, count(DISTINCT source) AS guests,
    count(DISTINCT (source, migration)) AS migrations, max(seconds) AS longest,
    count(DISTINCT (source, migration)) FILTER (WHERE seconds IS NULL) AS unfinished,
    array_agg(DISTINCT host) AS hosts, array_agg(DISTINCT driver) AS drivers,
    array_agg(DISTINCT event) FILTER (WHERE event IS NOT NULL) AS events
FROM (
    SELECT *, count(*) FILTER (WHERE is_first) OVER (ORDER BY began, source, slot) AS number
    FROM (
        SELECT *, began - lag(began) OVER (ORDER BY began, source, slot)
                > interval '2 seconds' IS NOT FALSE AS is_first
        FROM migration
        WHERE kind = 'migration') AS marked) AS grouped
    LEFT JOIN (SELECT DISTINCT source, migration, event FROM announced_migration) AS named
        USING (source, migration)
GROUP BY number
HAVING count(DISTINCT source) > 1;
