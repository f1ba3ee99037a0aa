-- `load` runs this with psql: it loads the lines of standard input. They are UTF8 and without the
-- escape "\u", or LATIN1 when they may be anything. `quick` is whether to fail unless each line is a
-- new row of a journal; else `skip` is whether to go on when there are bad lines.
\set ON_ERROR_STOP 1
\set VERBOSITY terse
SET client_min_messages = warning;
BEGIN;
\if :quick
CREATE TEMP TABLE new_line (line json) ON COMMIT DROP;
\copy new_line FROM pstdin WITH (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
SELECT loaded, 0, 0, 0 FROM vfjournal.load_new();
COMMIT;
\quit
\endif
CREATE TEMP TABLE stage (number bigint GENERATED ALWAYS AS IDENTITY (CACHE 1000), line text) ON COMMIT DROP;
SET LOCAL client_encoding = :encoding;
\copy stage (line) FROM pstdin WITH (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
SET LOCAL client_encoding = UTF8;
SELECT :'encoding' = 'LATIN1' AS anything \gset
\if :anything
UPDATE stage SET line = vfjournal.utf8(line) WHERE octet_length(line) <> length(line);
\endif
SELECT loaded, known, bad, contradicting FROM vfjournal.load_stage(:'skip');
SELECT format('line %s: %s', number, reason) FROM refused ORDER BY number LIMIT 20;
COMMIT;
