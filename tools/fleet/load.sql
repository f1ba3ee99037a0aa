-- `load` runs this with psql. Standard input has lines, or rows of rows.awk when `quick` is set: then
-- it fails unless each row is new and good. `skip` is whether to go on when there are bad lines.
\set ON_ERROR_STOP 1
\set VERBOSITY terse
SET client_min_messages = warning;
BEGIN;
\if :quick
\copy vfjournal.event (source, id, sequence, time, kind, subject, migration, cause, severity, data) FROM pstdin WITH (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
\set loaded :ROW_COUNT
COMMIT;
\echo :loaded 0 0 0
\quit
\endif
CREATE TEMP TABLE stage (number bigint GENERATED ALWAYS AS IDENTITY (CACHE 1000), line text) ON COMMIT DROP;
-- LATIN1 takes any bytes; utf8() makes characters of them.
SET LOCAL client_encoding = LATIN1;
\copy stage (line) FROM pstdin WITH (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
SET LOCAL client_encoding = UTF8;
UPDATE stage SET line = vfjournal.utf8(line) WHERE octet_length(line) <> length(line);
SELECT loaded, known, bad, contradicting FROM vfjournal.load_stage(:'skip');
SELECT format('line %s: %s', number, reason) FROM refused ORDER BY number LIMIT 20;
COMMIT;
