#!/bin/sh
# tools/fleet with a real PostgreSQL and lines of a hostile guest: each line has the same fate by
# every way into the database, no value breaks a view, and no message reaches a terminal unmasked.
#   usage: test_lines.sh VFJOURNAL
# Without PostgreSQL's programs the test is skipped.
set -u

vfjournal=$1
# shellcheck disable=SC2034 # for checks.sh
name=fleet_lines log='' journal=''
tests=${0%/*}/..
fleet=$tests/../tools/fleet
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_lines.XXXXXX") || exit 1
# shellcheck source=tests/fleet/postgres.sh
. "$tests/fleet/postgres.sh"
trap 'postgres_stop; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# shellcheck source=tests/kit/checks.sh
. "$tests/kit/checks.sh"

postgres_need

# A table of an older schema keeps its rows.
psql -XAtq >/dev/null <<'END'
CREATE SCHEMA vfjournal;
CREATE TABLE vfjournal.event (source text NOT NULL, id text NOT NULL, sequence bigint NOT NULL,
    time timestamptz NOT NULL, kind text NOT NULL, subject text, migration text, cause text,
    severity smallint NOT NULL, state_from text, state_to text, driver text, boot integer,
    uptime_us bigint, data json NOT NULL, PRIMARY KEY (source, id),
    CONSTRAINT event_source CHECK (source LIKE '/vfjournal/%/%')) PARTITION BY HASH (source);
SELECT format('CREATE TABLE vfjournal.event_%s PARTITION OF vfjournal.event FOR VALUES WITH (MODULUS 16, REMAINDER %s)', i, i)
FROM generate_series(0, 15) AS i \gexec
INSERT INTO vfjournal.event VALUES ('/vfjournal/h/j', 't-000000000007', 7, '2026-11-30Z', 'transition', NULL,
    NULL, NULL, 9, 'a', 'b', 'c', 1, 2, '{"from":"attached","boot":3,"chain":"77"}');
END
psql -Xq1 -v ON_ERROR_STOP=1 -f "$fleet/schema.sql" 2>"$work/said" || fail "an older schema: $(cat "$work/said")"
same "a row of an older schema" "7:77|attached|3" \
    "$(sql "SELECT anchor, state_from, boot FROM vfjournal.head JOIN vfjournal.event USING (source)")"

# The table has the kinds of the program.
{
    sed -n '/define VFJ_EVENT_KINDS/,/^$/s/^ *X([A-Z_]*, "\([a-z]*\)").*/\1/p' "$tests/../core/data/event.h"
    sed -n '/^const char .vfj_record_kind_name/,/^}/s/.*= "\([a-z]*\)",/\1/p' "$tests/../store/record.c"
} | sort >"$work/wanted"
sql "SELECT regexp_matches(pg_get_constraintdef(oid), '''([a-z]+)''', 'g') FROM pg_constraint
    WHERE conrelid = 'vfjournal.event'::regclass AND conname = 'event_kind'" | tr -d '{}' | sort >"$work/found"
check "there are kinds" test "$(wc -l <"$work/wanted")" -gt 14
same "kinds" "$(cat "$work/wanted")" "$(cat "$work/found")"

# Lines of each kind that a view reads.
for journal in journal-6 freebsd-13.2-two-migrations; do
    "$vfjournal" export "$tests/fixtures/$journal.db"
done | awk -F '"' '{ type = $0; sub(/.*"type":"org.vfjournal./, "", type); sub(/[.].*/, "", type)
    if (count[type]++ < 2) print }' >"$work/good"
for kind in transition scheduled finished started; do
    check "there is a $kind" grep -q "org.vfjournal.$kind.v1" "$work/good"
done

# set_member NAME VALUE: gives the first member of this name another value, in each line that has it.
set_member() {
    VALUE=$2 awk -v name="$1" 'match($0, "\"" name "\":(\"[^\"]*\"|[^,}]*)") {
        print substr($0, 1, RSTART + length(name) + 2) ENVIRON["VALUE"] substr($0, RSTART + RLENGTH) }' "$work/good"
}
long=$(awk 'BEGIN { while (length(s) < 10000) s = s "0123456789"; print s }')

# --- No value of a guest breaks a view ---

sql "TRUNCATE vfjournal.event" >/dev/null
for member in id source subject time sequence correlationid causationid severitynumber data \
    seq cause boot wall_us mono_us kind slot vf driver from to reason phase here type text duration \
    not_before body chain digest; do
    for value in 99999999999999999999 2147483648 -1 1.5 1e400000 true null '{}' '[]' '""' '"x"' '"1e9"' '"NaN"' '"-7"' \
        '"infinity"' '"\u0000"' '"\ud800"' '"\u001b[2J\n"' "\"$long\""; do
        set_member "$member" "$value"
    done
    # `type` and `id` are also members of `data`.
    sed -n "s/\(\"data\":.*\"$member\":\)\(\"[^\"]*\"\|[^,}]*\)/\1\"$long\"/p" "$work/good"
done | awk '{ gsub(/"source":"\/vfjournal\/[^"]*/, "\"source\":\"/vfjournal/h" NR "/j"); print }' >"$work/hostile"
said=$(sh "$fleet/load" -s - <"$work/hostile" 2>/dev/null)
same "the hostile lines" "0 $(wc -l <"$work/hostile")" "$? $(echo "$said" | awk '{ print $2 + $5 + $7 }')"
check "some are rows" test "$(sql "SELECT count(*) FROM vfjournal.event")" -gt 1000
check "some are not" test "$(echo "$said" | awk '{ print $7 }')" -gt 500
views=$(sql "SELECT string_agg(viewname, ' ') FROM pg_views WHERE schemaname = 'vfjournal' AND viewname <> 'inbox_line'")
for view in $views; do
    psql -XAtq -v ON_ERROR_STOP=1 -c "SELECT * FROM vfjournal.$view" >"$work/answer" 2>&1 ||
        fail "view $view: $(grep ERROR "$work/answer")"
    checks=$((checks + 1))
done
same "the longest announced duration" 5 "$(sql "SELECT max(duration) FROM vfjournal.announcement")"
awk '/^```sql/ { inside = 1; next } /^```/ { inside = 0 } inside' "$tests/../docs/fleet.md" >"$work/queries"
psql -XAtq -v ON_ERROR_STOP=1 -f "$work/queries" >"$work/answer" 2>&1 || fail "queries: $(grep ERROR "$work/answer")"

# The same rows again with another content, also through the inbox.
said=$(awk -v long="$long" '{ sub(/"chain":"[^"]*"/, "\"chain\":\"" long "\""); print }' "$work/hostile" | sh "$fleet/load" -s - 2>/dev/null)
same "other contents" 1 $?
check "they are found" test "$(sql "SELECT count(*) FROM vfjournal.contradiction")" -gt 1000

# --- Each line has one fate ---

line=$(grep -m 1 '"type":"org.vfjournal.transition.v1","subject":.*"correlationid":.*"causationid"' "$work/good")
change() { printf '%s\n' "$line" | sed "$@"; }
{
    cat "$work/good"
    change 's/{"spec/{ "spec/'
    change 's/"data":{/"data": {/'
    change 's/}}$/} }/'
    change 's/"id":/"more":{"a":["}}"]},"id":/'
    change 's/"specversion":"1.0",\(.*\)}$/\1,"specversion":"1.0"}/'
    change 's/"subject":"[^"]*",//'
    change 's/"subject":"[^"]*"/"subject":""/'
    change 's/"subject":"[^"]*"/"subject":"a\\"b"/'
    change 's/"subject":"[^"]*"/"subject":"a\\u0041b"/'
    change 's/"subject":"[^"]*"/"subject":null/'
    change 's/"subject":"[^"]*"/"subject":5/'
    change 's/$/ /'
    change "s/\$/$(printf '\r')/"
    change 's/"data":{/"data":{"x":"\\u00e9\\n",/'
    change "s/\"data\":{/\"data\":{\"x\":\"$(printf '\303\251')\",/"
    change "s/\"data\":{/\"data\":{\"x\":\"$(printf '\351')\",/"
    change 's/"data":{/"data":{"x":1e400000,/'
    change 's/"data":{/"data":{"chain":"first",/'
    change 's/"data":{/"data":{"x":"LONG",/' | awk -v long="$long" '{ while (i++ < 20) s = s long; sub(/LONG/, s); print }'
    change 's/"data":{/"data":{"x":"LONG",/' | awk -v long="$long" '{ while (i++ < 30) s = s long; sub(/LONG/, s); print }'
    change 's/"time":"[^"]*"/"time":"2026-11-30T00:00:00+01:00"/'
    change 's/"time":"[^"]*"/"time":"2026-11-30t00:00:00.5z"/'
    # Bad ones.
    change 's/"specversion":"1.0"/"specversion":"1.1"/'
    change 's/"specversion":"1.0",//'
    change 's/"specversion":"1.0"/"specversion":1.0/'
    change 's/vfjournal.transition.v1/vfjournal.transition.v2/'
    change 's/vfjournal.transition.v1/vfjournal.moved.v1/'
    change 's/org.vfjournal.transition.v1/transition/'
    change 's/org.vfjournal.transition.v1/com.vfjournal.transition.v1/'
    change 's/vfjournal.transition.v1/vfjournal.transition.x.v1/'
    change 's/"data":{.*/"data":[]}/'
    change 's/"data":{.*/"data":"{}"}/'
    change 's/"data":{.*/"data":null}/'
    change 's/,"data":{.*/}/'
    change 's/"data":{/"data":{{/'
    change 's/}}$/}},"source":"\/vfjournal\/a\/b"}}/'
    change 's/}}$/}}}/'
    change 's/}}$/}/'
    change 's/}}$/},"x":{}}/'
    change 's/"mono_us":[0-9]*/"mono_us":"soon"/'
    change 's/"boot":[0-9]*/"boot":99999999999/'
    change 's/"from":"[^"]*"/"from":"0123456789012345678901234567890123456789"/'
    for time in now today infinity 2026-11-30 '2026-11-30T00:00:00' '2026-02-31T00:00:00Z' '9999-12-31T00:00:00.000000Z' \
        '2026-1-30T00:00:00.000000Z' '0001-01-01T00:00:00.000000Z' '2026-11-30T25:00:00.000000Z'; do
        change "s/\"time\":\"[^\"]*\"/\"time\":\"$time\"/"
    done
    for severity in 0 25 07 -1 1.0 1e1 '"9"' null 99999; do
        change "s/\"severitynumber\":[0-9]*/\"severitynumber\":$severity/"
    done
    change 's/"id":"t-/"id":"z-/'
    change 's/"id":"t-0/"id":"t-/'
    change 's/"sequence":"0*/&7/'
    change 's/"sequence":"0*/"sequence":"+/'
    change 's/"sequence":"[0-9]*/"sequence":"99999999999999999999/'
    change 's/"source":"[^"]*"/"source":"\/vfjournal\/h"/'
    change 's/"source":"[^"]*",//'
    change "s/\"source\":\"/&\/vfjournal\/$(printf %.200s "$long")/"
    printf '%s\n' "$line" | cut -c 1-300
    change 's/^/x/'
    echo ''
} >"$work/lines"

# What a way leaves: status, counts, and rows. The table is empty then.
outcome() {
    printf '%s %s\n' "$1" "$2"
    sql "DELETE FROM vfjournal.event RETURNING *"
}
sql "TRUNCATE vfjournal.event" >/dev/null
fates=0 rows=0 bad=0
while IFS= read -r one; do
    printf '%s\n' "$one" >"$work/one"
    said=$(sh "$fleet/load" -s "$work/one" 2>"$work/err")
    outcome $? "${said#*: }" >"$work/by_file"
    said=$(sh "$fleet/load" -s - <"$work/one" 2>/dev/null)
    outcome $? "${said#*: }" >"$work/by_pipe"
    cmp -s "$work/by_file" "$work/by_pipe" || fail "two fates of $(cut -c 1-800 "$work/one")
$(diff "$work/by_file" "$work/by_pipe" | cut -c 1-800)"
    case $said in
    *': 1 new rows, 0 known, 0 bad lines, 0 contradicting') rows=$((rows + 1)) ;;
    *': 0 new rows, 0 known, 1 bad lines, 0 contradicting') bad=$((bad + 1)) ;;
    *) fail "counts: $said" ;;
    esac
    fates=$((fates + 1))
done <"$work/lines"
checks=$((checks + 2 * fates))
printf '%d lines: %d rows, %d bad\n' "$fates" "$rows" "$bad"
check "lines of both sorts" test "$rows" -gt 40 -a "$bad" -gt 40

# All of them in one file, and through the inbox: the same rows.
said=$(sh "$fleet/load" -s "$work/lines" 2>/dev/null)
same "all lines" "$fates $bad" "$(echo "$said" | awk '{ print $2 + $5 + $7, $7 }')"
sql "DELETE FROM vfjournal.event RETURNING source, id" | sort >"$work/together"
LC_ALL=C tr -d '\351\r' <"$work/lines" | grep . | psql -Xq -c "\copy vfjournal.inbox (line) FROM pstdin WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"
same "the inbox" $((bad - 2)) "$(sql "SELECT bad FROM vfjournal.take_inbox()")"
sql "SELECT source, id FROM vfjournal.event" | sort >"$work/by_inbox"
check "the same rows" cmp "$work/together" "$work/by_inbox"
same "reasons are one line of ASCII" 0 "$(sql "SELECT count(*) FROM vfjournal.rejected WHERE reason ~ '[^ -~]'")"

# A known row with another content, or with more members that are derived.
printf '%s\n' "$line" >"$work/one"
again() { # again WHAT CONTRADICTING SED
    sql "DELETE FROM vfjournal.event; DELETE FROM vfjournal.contradiction" >/dev/null
    sh "$fleet/load" "$work/one" >/dev/null
    change "$3" >"$work/again"
    same "$1" "$2 0 new rows, 1 known, 0 bad lines, $2 contradicting" \
        "$(said=$(sh "$fleet/load" "$work/again" 2>/dev/null); echo "$? ${said#*: }")"
    same "$1: table" "$2" "$(sql "SELECT count(*) FROM vfjournal.contradiction")"
}
again "the same row" 0 ''
again "more of a later version" 0 's/"data":{/"data":{"rack":"7",/'
again "another chain" 1 's/"chain":"../"chain":"zz/'
again "no chain" 1 's/,"chain":"[^"]*"//'
again "another body" 1 's/"body":"/&x/'
again "no body" 1 's/"body":"[^"]*",//'
again "another time" 1 's/"time":"20../"time":"2100/'

# --- Messages, and files that are none ---

change 's/org.vfjournal.transition/\\u001b[2J\\nload: all is well\\u009b31m\\\\c/' >"$work/terminal"
sh "$fleet/load" "$work/terminal" >"$work/said" 2>&1
same "a line with control characters: exit status" 1 $?
same "its message" "load: $work/terminal: line 1: type \"?[2J?load: all is well?31m\\c.v1\" is none of vfjournal's (bad lines: 1; nothing is loaded)" \
    "$(cat "$work/said")"
escape=$(printf '\033')
cp "$work/one" "$work/a${escape}c\\tb"
sh "$fleet/load" "$work/a${escape}c\\tb" >"$work/said" 2>&1
same "a name with control characters" "$work/a?c\\tb: 0 new rows, 1 known, 0 bad lines, 0 contradicting" "$(cat "$work/said")"

mkfifo "$work/fifo"
for file in "$work" "$work/fifo" /dev/null /dev/zero; do
    timeout 20 sh "$fleet/load" "$file" >"$work/said" 2>&1
    same "$file: exit status" 3 $?
    same "$file" "load: $file: not a regular file; standard input may be a pipe" "$(cat "$work/said")"
done
timeout 20 sh "$fleet/load" "$work/one" "$work" >/dev/null 2>&1
same "one of two: exit status" 3 $?
same "standard input, two at once" "-: 0 new rows, 1 known, 0 bad lines, 0 contradicting" "$(cat "$work/one" | sh "$fleet/load" -j 2 - 2>&1)"

judge
