#!/bin/sh
# tools/fleet with a real PostgreSQL: what is delivered twice, in another order or at once leaves
# each row once; bad lines never leave half a file; the views agree with vfjournal.
#   usage: test_postgres.sh VFJOURNAL
# Without PostgreSQL's programs the test is skipped.
set -u

vfjournal=$1
# shellcheck disable=SC2034 # for checks.sh
name=fleet_postgres log='' journal=''
tests=${0%/*}/..
fleet=$tests/../tools/fleet
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_fleet.XXXXXX") || exit 1
# shellcheck source=tests/fleet/postgres.sh
. "$tests/fleet/postgres.sh"
trap 'postgres_stop; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# shellcheck source=tests/kit/checks.sh
. "$tests/kit/checks.sh"

postgres_need
# load WHAT STATUS ANSWER ARGUMENT...: of tools/fleet/load
load() {
    what=$1 expected=$2 answer=$3
    shift 3
    said=$(sh "$fleet/load" "$@" 2>"$work/err")
    same "$what: exit status" "$expected" $?
    [ -z "$answer" ] || same "$what" "$answer" "$said"
}
rows_of() { sql "SELECT count(*) FROM vfjournal.event WHERE source LIKE '%$1'"; }
# In another order, always the same one.
shuffle() { awk 'BEGIN { srand(7) } { print rand() "\t" $0 }' "$@" | sort | cut -f 2-; }

for turn in 1 2; do
    same "schema, time $turn" "" "$(psql -Xq1 -v ON_ERROR_STOP=1 -f "$fleet/schema.sql" 2>&1 | grep -v NOTICE)"
done

# Guests: journals of traces, one of a real guest. Traces that begin with the same rows have the same
# source, since their journals were made at the same time of no guest.
number=0
for trace in "$tests"/traces/migration/*.trace; do
    number=$((number + 1))
    "$vfjournal" replay --output-journal "$work/$number.db" "$trace" >/dev/null 2>&1 &&
        "$vfjournal" export "$work/$number.db" | sed "s|/vfjournal/[^\"]*|/vfjournal/host/trace$number|" >"$work/$number.ndjson"
    [ -s "$work/$number.ndjson" ] || rm -f "$work/$number".*
done
cp "$tests/fixtures/freebsd-13.2-two-migrations.db" "$work/real.db"
"$vfjournal" export "$work/real.db" >"$work/real.ndjson" || fail "export: status $?"
real=$(wc -l <"$work/real.ndjson")
check "there are guests" test "$number" -gt 10

# Once, again, in another order, with a part that was there.
# New and clean lines need only the quick way.
sql 'ALTER FUNCTION vfjournal.load_stage RENAME TO slow_way'
load "first" 0 "$work/real.ndjson: $real new rows, 0 known, 0 bad lines, 0 contradicting" "$work/real.ndjson"
sql 'ALTER FUNCTION vfjournal.slow_way RENAME TO load_stage'
load "again" 0 "$work/real.ndjson: 0 new rows, $real known, 0 bad lines, 0 contradicting" "$work/real.ndjson"
sql "DELETE FROM vfjournal.event WHERE sequence % 3 = 0" >/dev/null
shuffle "$work/real.ndjson" >"$work/shuffled"
load "in another order" 0 "$work/shuffled: $((real / 3)) new rows, $((real - real / 3)) known, 0 bad lines, 0 contradicting" "$work/shuffled"
same "each row once" "$real|0" "$(sql "SELECT rows, rows_missing FROM vfjournal.guest")"
cat "$work/real.ndjson" "$work/shuffled" >"$work/twice"
load "twice in one file" 0 "$work/twice: 0 new rows, $((2 * real)) known, 0 bad lines, 0 contradicting" "$work/twice"

# All guests at once, each twice, in different orders.
sql "TRUNCATE vfjournal.event" >/dev/null
for file in "$work"/*.ndjson; do
    shuffle "$file" >"${file%.ndjson}.other"
done
load "at once" 0 "" -j 4 "$work"/*.ndjson "$work"/*.other "$work"/*.ndjson
same "all rows, each once" "$(cat "$work"/*.ndjson | sort -u | wc -l)" "$(sql "SELECT count(*) FROM vfjournal.event")"
same "no row is missing" 0 "$(sql "SELECT count(*) FROM vfjournal.missing")"


source_of() { sed -n '1s/.*"source":"\([^"]*\)".*/\1/p' "$1"; }
sql "SELECT data FROM vfjournal.event WHERE source = '$(source_of "$work/real.ndjson")'" | sort >"$work/found"
sed 's/^.*,"data":{/{/; s/}$//' "$work/real.ndjson" | sort >"$work/wanted"
check "data holds the bytes of the export" cmp "$work/wanted" "$work/found"

# The view says what vfjournal says: number, kind, and seconds of those that are over.
answers=0
for db in "$work"/*.db; do
    [ -s "${db%.db}.ndjson" ] || continue
    "$vfjournal" migrations -n all -o json "$db" 2>/dev/null |
        sed 's/"kind":"\(first\|boot\)"/"kind":"start"/; /"verdict":"unfinished"/s/"slow_path":[0-9.]*/"slow_path":/
            s/^{"migration":\([0-9]*\),.*"kind":"\([a-z]*\)",.*"slow_path":\([0-9.]*\).*/\1 \2 \3/' |
        awk '{ print $1, $2, $3 == "" ? "" : sprintf("%.6f", $3) }' | sort >"$work/wanted"
    psql -XAtq -F ' ' -c "SELECT ltrim(split_part(migration, '/m-', 2), '0'), kind, seconds
        FROM vfjournal.migration WHERE source = '$(source_of "${db%.db}.ndjson")'" | sort >"$work/found"
    same "migrations of ${db##*/}" "$(cat "$work/wanted")" "$(cat "$work/found")"
    answers=$((answers + $(wc -l <"$work/found")))
done
check "migrations were compared" test $answers -gt 20

# An edited journal is found by what the database has.
anchor=$(sql "SELECT anchor FROM vfjournal.head WHERE source = '/vfjournal/host/trace1'")
check "the anchor holds" "$vfjournal" verify --anchor "$anchor" "$work/1.db"
forged=$(echo "$anchor" | awk -F : '{ print $1 ":" (substr($2, 1, 1) == "0" ? 1 : 0) substr($2, 2) }')
"$vfjournal" verify --anchor "$forged" "$work/1.db" >/dev/null 2>&1
same "another anchor does not" 8 $?
sed '$s/"chain":"../"chain":"zz/' "$work/real.ndjson" >"$work/edited"
load "an edited row" 1 "$work/edited: 0 new rows, $real known, 0 bad lines, 1 contradicting" "$work/edited"
load "the same again" 1 "" "$work/edited"
same "contradictions" 1 "$(sql "SELECT count(*) FROM vfjournal.contradiction")"

# Bad lines: named by number, and nothing of the file is loaded; or skipped.
rows=$(sql "SELECT count(*) FROM vfjournal.event")
line=$(sed -n 5p "$work/1.ndjson" | sed 's/\/vfjournal\/[^"]*/\/vfjournal\/h\/j/')
{
    printf '%s\n' "$line"
    printf '%s\n' '\.' 'no JSON' '[]' '{}' '{"specversion":"1.0","type":"com.example.v1"}'
    printf '\000\n\377\376\n\001"\002\n'
    printf '%s\n' "$line" | sed 's/"sequence":"0*/&7/'
    printf '%s\n' "$line" | sed 's/"time":"[^"]*"/"time":"2026-02-31T00:00:00Z"/'
    printf '%s\n' "$line" | sed 's/"severitynumber":[0-9]*/"severitynumber":{}/'
    printf '{"x":"%0262200d"}\n' 0
    printf '%s\n' "$line" | sed 's/000005"/000006"/g'
    printf '%s\n' "$line" | sed 's/"chain":"../"chain":"\\u0000/'
    printf '%s\n' "$line" | sed 's/"chain":"../"chain":"\\ud800/'
    printf '%s\n' "$line" | sed 's/"specversion":"1.0"/"specversion":"\\u0000"/'
    printf '%s\n' "$line" | awk '{ while (length(s) < 9000) s = s rand(); sub(/vfjournal\/h/, "vfjournal/h" s); print }'
    printf '%s\n' "$line" | sed 's/"time":"[^"]*"/"time":"infinity"/'
    awk 'BEGIN { for (i = 0; i < 100000; i++) printf "["; print "" }'
    printf '%s' "$line" | cut -c 1-100 | tr -d '\n'
} >"$work/bad"
load "bad lines" 1 "" "$work/bad"
same "bad lines" "load: $work/bad: line 2: no JSON, or cut off (bad lines: 19; nothing is loaded)" "$(cat "$work/err")"
same "nothing of it is loaded" "$rows" "$(sql "SELECT count(*) FROM vfjournal.event")"
load "bad lines skipped" 0 "$work/bad: 2 new rows, 0 known, 19 bad lines, 0 contradicting" -s "$work/bad"
same "bad lines by number" "2 3 4 5 6 7 8 9 10 11 12 13 15 16 17 18 19 20 21" "$(sed 's/.*: line \([0-9]*\): .*/\1/' "$work/err" | xargs)"
load "no such file" 3 "" "$work/none"
load "usage" 2 "" -j 0
PGDATABASE=none load "no such database" 3 "" "$work/real.ndjson"
: >"$work/empty"
load "an empty file" 0 "$work/empty: 0 new rows, 0 known, 0 bad lines, 0 contradicting" "$work/empty"

# The inbox of agents.
sql "DELETE FROM vfjournal.event WHERE source = '$(source_of "$work/2.ndjson")'" >/dev/null
{ cat "$work/2.ndjson" "$work/2.ndjson" && echo "it's \\ no JSON"; } |
    psql -Xq -c "\copy vfjournal.inbox (line) FROM pstdin WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"
lines=$(wc -l <"$work/2.ndjson")
same "the inbox" "$lines|$lines|1|0" "$(sql "SELECT * FROM vfjournal.take_inbox()")"
same "the inbox is empty" "0|0|0|0" "$(sql "SELECT * FROM vfjournal.take_inbox()")"
same "the rejected line" "it's \\ no JSON|no JSON, or cut off" "$(sql "SELECT line, reason FROM vfjournal.rejected")"

# Three guests lose their VFs together.
sql "TRUNCATE vfjournal.event" >/dev/null
for number in 1 2; do
    sed "s|/vfjournal/[^\"]*|/vfjournal/host$number/journal$number|" "$work/real.ndjson" >"$work/clone$number"
done
load "three guests" 0 "" "$work/real.ndjson" "$work/clone1" "$work/clone2"
same "host events" "3|3
3|3" "$(sql "SELECT guests, migrations FROM vfjournal.host_event ORDER BY began")"
same "flaps" "6" "$(sql "SELECT sum(migrations) FROM vfjournal.flap")"
same "outages" "6|3|0" "$(sql "SELECT migrations, guests, unfinished FROM vfjournal.outage")"
same "drivers" "vtnet(4)|6|3" "$(sql "SELECT driver, migrations, guests FROM vfjournal.driver")"
same "silent guests" "3" "$(sql "SELECT count(*) FROM vfjournal.silent WHERE last_kind IS NOT NULL")"

# Two guests whose migrations were announced by one event.
cp "$tests/fixtures/journal-6.db" "$work/announced.db"
"$vfjournal" export "$work/announced.db" >"$work/one"
sed "s|/vfjournal/[^\"]*|/vfjournal/host3/journal3|" "$work/one" >"$work/other"
load "announced" 0 "" "$work/one" "$work/other"
same "an announcement" "A-1|Freeze|t|5|a Live Migration operation" "$(sql "SELECT event, type, here, duration, description
    FROM vfjournal.announcement WHERE source LIKE '%journal3'")"
same "an announced migration" "A-1|2" "$(sql "SELECT event, count(*) FROM vfjournal.announced_migration GROUP BY event")"
same "a host event that was announced" "2|{A-1}" "$(sql "SELECT guests, events FROM vfjournal.host_event WHERE events IS NOT NULL")"
sql "DELETE FROM vfjournal.event WHERE source LIKE '%journal3' OR source = '$(source_of "$work/one")'" >/dev/null

sql "DELETE FROM vfjournal.event WHERE source LIKE '%journal1' AND sequence BETWEEN 20 AND 22" >/dev/null
same "missing rows" "/vfjournal/host1/journal1|20|22" "$(sql "SELECT * FROM vfjournal.missing")"
cat "$work"/*.ndjson >"$work/everything"
load "everything" 0 "" "$work/everything"
same "gaps" "$(grep -c '"type":"org.vfjournal.gap.v1"' "$work/everything")" "$(sql "SELECT count(*) FROM vfjournal.gap")"
check "there are gaps" test "$(sql "SELECT count(*) FROM vfjournal.gap WHERE reason IS NOT NULL")" -gt 0

# Every query of the manual runs.
awk -v to="$work/query" '/^```sql/ { number++; file = to number ".sql"; next } /^```/ { file = "" } file { print >file }' \
    "$tests/../docs/fleet.md"
for query in "$work"/query*.sql; do
    psql -XAtq -v ON_ERROR_STOP=1 -f "$query" >"$work/answer" 2>&1 || fail "$(cat "$query" "$work/answer")"
    checks=$((checks + 1))
done

judge
