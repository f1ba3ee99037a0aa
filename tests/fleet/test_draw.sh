#!/bin/sh
# vfjournal fleet: pages that are well-formed, of journals and of rows of the database.
#   usage: test_draw.sh VFJOURNAL
set -u

vfjournal=$1
# shellcheck disable=SC2034 # for checks.sh
name=fleet_draw log='' journal=''
tests=${0%/*}/..
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_draw.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# shellcheck source=tests/kit/checks.sh
. "$tests/kit/checks.sh"

# draw WHAT STATUS ARGUMENT...: to $work/out
draw() {
    what=$1 expected=$2
    shift 2
    "$vfjournal" fleet --utc "$@" >"$work/out" 2>"$work/err"
    same "$what: exit status" "$expected" $?
}
has() { check "$1" grep -q -e "$2" "$work/out"; }
well_formed() {
    ! command -v python3 >/dev/null || check "$1 is well-formed" python3 - "$work/out" <<'END'
import sys, xml.dom.minidom
text = open(sys.argv[1]).read().replace("<!DOCTYPE html>", "", 1)
xml.dom.minidom.parseString(text.replace('/>', '/>'))
END
}

cp "$tests"/fixtures/freebsd-*.db "$tests"/fixtures/journal-[1-5]*.db "$work"
draw "journals" 0 "$work"/*.db
has "the title" '<h1>10 migrations of 12 guests</h1>'
has "a guest with two migrations" 'freebsd-13.2-~migrations.db: 2 migrations from 2026-11-30'
has "a host event" '<td class="number">4</td><td class="number">176.0 s</td><td>journal-1.db hn0, journal-2.db hn0'
has "a guest without migrations" 'freebsd-13.2-stop-midjoin.db</td><td class="number">0</td>'
well_formed "the page"
cp "$work/out" "$work/first"
draw "again" 0 "$work"/*.db
check "the same bytes" cmp "$work/first" "$work/out"
draw "a picture" 0 -o svg "$work"/*.db
has "the picture" '^<svg '
well_formed "the picture"
draw "a period" 0 -S 2026-11-30 "$work"/*.db
has "a period" '<h1>3 migrations of'
draw "a period without migrations" 1 -S 2027-01-01 "$work"/*.db
same "a period without migrations" "vfjournal: fleet: no migration to draw" "$(cat "$work/err")"

# Rows of the view, in any order, with hostile names.
row() { # row HOST BEGAN SECONDS ERRORS
    printf '{"source":"/vfjournal/x/y","host":"%s","migration":"m","slot":"hn0","kind":"migration","began":"%s","ended":null,"seconds":%s,"errors":%s}\n' "$@"
}
{
    row '</td><script>alert(1)</script>' '2026-11-22T14:06:41.5+00:00' 3.25 0
    row 'plain' '2026-11-22T15:06:40+01:00' 130 2
    row 'plain' '2026-11-23T14:06:40+00:00' null 0
    row '00000000-0000-0000-0000-000000000000' '2026-11-24T14:06:40+00:00' 1e300 0
    row 'plain' '2026-11-24T20:00:00+00:00' 9 0 | sed 's/"kind":"migration"/"kind":"start"/'
} >"$work/rows"
draw "rows" 0 - <"$work/rows"
has "rows" '<h1>4 migrations of 3 guests</h1>'
has "two guests at once" '<tr><td class="time">2026-11-22 14:06:40Z</td><td class="number">2</td><td class="number">130.0 s</td>'
has "figures" 'Failed: 1. Not over: 2. Host events: 1.'
check "no script" test "$(grep -c '<script' "$work/out")" -eq 0
well_formed "the page of rows"
awk 'BEGIN { for (i = 0; i < 3000; i++) printf "{\"host\":\"guest%d\",\"slot\":\"hn0\",\"kind\":\"migration\",\"began\":\"20%02d-01-01T00:00:00Z\",\"seconds\":%d,\"errors\":0}\n", i % 90, 10 + i % 20, i }' >"$work/many"
draw "twenty years" 0 "$work/many"
has "the other guests" '40 other guests'
well_formed "twenty years"

# Bad input.
{ cat "$work/rows" && printf 'no JSON\n[1]\n{"host":1}\n\n'; } >"$work/bad"
draw "bad lines" 2 "$work/bad"
same "bad lines" "vfjournal: $work/bad: line 6: no JSON object (bad lines: 4)" "$(cat "$work/err")"
has "the good ones are drawn" '<h1>4 migrations of 3 guests</h1>'
draw "no such file" 2 "$work/none"
draw "no FILE" 2
draw "an unknown format" 2 -o png "$work/rows"

judge
