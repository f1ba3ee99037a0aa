#!/bin/sh
# vfjournal import: a journal of exported lines is the journal again, and wrong lines make none.
#   usage: test_import.sh VFJOURNAL VFJ_MAKE_JOURNAL
set -u

vfjournal=$1
make_journal=$2
name=import
tests=$(cd "${0%/*}/.." && pwd) || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_import.XXXXXX") || exit 1
log=
journal=
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# shellcheck source=tests/kit/checks.sh
. "$tests/kit/checks.sh"

# status WHAT EXPECTED ARGUMENT...: the exit status
status() {
    what=$1 expected=$2
    shift 2
    "$vfjournal" import "$@" >"$work/out" 2>"$work/err"
    same "$what: exit status" "$expected" $?
}
# says WHAT TEXT: on standard error, or FILE
says() { check "$1: $2" grep -q -e "$2" "${3:-$work/err}"; }

for file in freebsd-13.2-two-migrations freebsd-13.2-lagg-destroyed journal-1 journal-3 journal-4-rules-2; do
    cp "$tests/fixtures/$file.db" "$work/$file.db"
done
"$make_journal" "$work/migration.db" || exit 1
cp "$work/migration.db" "$work/pruned.db"
"$vfjournal" prune --keep 1s "$work/pruned.db" >/dev/null || exit 1

# Export, import, export: the same bytes; and the new journal is as whole as the old one.
for file in freebsd-13.2-two-migrations freebsd-13.2-lagg-destroyed journal-1 journal-3 journal-4-rules-2 migration \
    pruned; do
    "$vfjournal" export "$work/$file.db" >"$work/$file.nd"
    status "$file" 0 "$work/$file.nd" "$work/new.db"
    "$vfjournal" export "$work/new.db" | cmp -s - "$work/$file.nd" || fail "$file: other bytes"
    "$vfjournal" verify "$work/$file.db" >"$work/old" 2>&1
    old=$?
    "$vfjournal" verify "$work/new.db" >"$work/new" 2>&1
    same "$file: verify" "$old" $?
    same "$file: the finding" "$(sed 's/^[^:]*: //' "$work/old")" "$(sed 's/^[^:]*: //' "$work/new")"
    checks=$((checks + 1))
    rm -f "$work/new.db"
done
check "a pruned journal was among them" sh -c "! head -n 1 '$work/pruned.nd' | grep -q '\"seq\":1,'"

# The head of the chain leaves with the lines: an edited journal is found from outside.
real=$work/freebsd-13.2-two-migrations
sed 's/10\.0\.2\.15/10.0.2.16/' "$real.nd" >"$work/edited.nd"
status "an edited line" 6 "$work/edited.nd" "$work/edited.db"
says "an edited line" 'record [0-9]* of .*the chain does not hold'
check "an edited line: no journal" test ! -e "$work/edited.db"
"$make_journal" "$work/other.db" hostile || exit 1 # a whole chain, and another history
"$vfjournal" export "$work/migration.db" >"$work/migration.nd"
anchor=$(sed -n 50p "$work/migration.nd" | sed 's/.*"seq":\([0-9]*\),.*"chain":"\([0-9a-f]*\)".*/\1:\2/')
"$vfjournal" verify --anchor "$anchor" "$work/migration.db" >"$work/out" 2>&1
same "its own anchor" 0 $?
"$vfjournal" replay --output-journal "$work/rewritten.db" "$tests/traces/migration/azure-migration.trace" >/dev/null
"$vfjournal" verify --anchor "$anchor" "$work/rewritten.db" >"$work/out" 2>&1
same "the anchor of another history" 8 $?

# Several guests, in any order and twice.
cat "$real.nd" "$work/journal-3.nd" "$work/migration.nd" "$real.nd" | sort -r >"$work/fleet.nd"
mkdir "$work/fleet"
status "two guests, one journal" 2 "$work/fleet.nd" "$work/one.db"
says "two guests, one journal" 'several guests: import -d'
check "two guests: no journal" test ! -e "$work/one.db"
status "guests" 0 -d "$work/fleet" "$work/fleet.nd"
same "guests: journals" 3 "$(find "$work/fleet" -name '*.db' | wc -l | tr -d ' ')"
says "guests" ' 135 repeated' "$work/out"
for file in freebsd-13.2-two-migrations journal-3 migration; do
    source=$(sed -n '1s/.*"source":"\/vfjournal\/\([^"]*\)".*/\1/p' "$work/$file.nd")
    "$vfjournal" export "$work/fleet/$(echo "$source" | tr / .).db" | cmp -s - "$work/$file.nd" ||
        fail "guests: $file has other bytes"
    checks=$((checks + 1))
done
before=$(cd "$work/fleet" && cksum ./*)
status "again" 2 -d "$work/fleet" "$work/fleet.nd"
same "again: nothing changed" "$before" "$(cd "$work/fleet" && cksum ./*)"
mkdir "$work/part"
first=$(find "$work/fleet" -name '*.db' | sort | tail -n 1)
cp "$first" "$work/part/"
status "one of them is there" 2 -d "$work/part" "$work/fleet.nd"
same "one of them is there: no other was made" "$(basename "$first")" "$(ls "$work/part")"
"$vfjournal" export "$work/migration.db" | "$vfjournal" import "$work/stdin.db" >/dev/null
same "standard input" 0 $?
sed 's/$/\r/' "$real.nd" >"$work/crlf.nd"
status "CRLF" 0 "$work/crlf.nd" "$work/crlf.db"

# Wrong lines: named with their number; fatal, or left out with -s.
sed -n 1,20p "$real.nd" >"$work/start.nd"
line=$(sed -n 21p "$real.nd")
# wrong WHAT TEXT LINE: the line stands between two good ones
wrong() {
    { cat "$work/start.nd"; printf '%s\n' "$3"; } >"$work/wrong.nd"
    status "$1" 2 "$work/wrong.nd" "$work/wrong.db"
    says "$1" "line 21: $2"
    check "$1: no journal" test ! -e "$work/wrong.db"
    status "$1, -s" 1 -s "$work/wrong.nd" "$work/wrong.db"
    says "$1, -s" "1: $2" "$work/out"
    "$vfjournal" export "$work/wrong.db" | cmp -s - "$work/start.nd" || fail "$1, -s: other bytes"
    rm -f "$work/wrong.db"
}
wrong "no JSON" "no JSON object" "hello"
wrong "cut JSON" "no JSON object" "$(printf '%s' "$line" | cut -c 1-300)"
wrong "a list" "no JSON object" "[1]"
wrong "a version" "not a CloudEvents" "$(printf '%s' "$line" | sed 's/"specversion":"1.0"/"specversion":"0.3"/')"
wrong "another type" "not a CloudEvents" "$(printf '%s' "$line" | sed 's/"type":"org.vfjournal/"type":"org.example/')"
wrong "a later type" "not a CloudEvents" "$(printf '%s' "$line" | sed 's/\.v1"/.v2"/')"
wrong "another source" "the source" "$(printf '%s' "$line" | sed 's/"source":"\/vfjournal/"source":"\/..\/../')"
wrong "a path as source" "the source" "$(printf '%s' "$line" | sed 's/"source":"[^"]*"/"source":"\/vfjournal\/..\/..\/etc\/passwd"/')"
wrong "no seq" "data has not" "$(printf '%s' "$line" | sed 's/"seq":[0-9]*,//')"
wrong "a seq of text" "data has not" "$(printf '%s' "$line" | sed 's/"seq":\([0-9]*\),/"seq":"\1",/')"
wrong "a cause after it" "data has not" "$(printf '%s' "$line" | sed 's/"cause":[0-9]*,/"cause":99999,/')"
wrong "no body" "data has not" "$(printf '%s' "$line" | sed 's/"body":/"bodies":/')"
wrong "a short chain" "data has not" "$(printf '%s' "$line" | sed 's/"chain":"../"chain":"/')"
observed=$(grep '"kind":"observed"' "$real.nd" | head -n 1)
for as in 1 0 99999 x; do
    wrong "a short body, as=$as" "the body is short" "$(printf '%s' "$observed" |
        sed "s/\"body\":\"[^\"]*\"/\"body\":\"as=$as command=7\"/")"
done
wrong "another content" "another content" "$(sed -n 20p "$real.nd" | sed 's/"mono_us":/"mono_us":1/')"
wrong "too long" "longer than" "{$(head -c 300000 /dev/zero | tr '\0' ' ')}"
{ cat "$work/start.nd"; printf '%s' "$line"; } >"$work/cut.nd"
status "a cut off end" 2 "$work/cut.nd" "$work/cut.db"
says "a cut off end" "line 21: cut off"
sed '6d' "$real.nd" >"$work/gap.nd"
status "a missing record" 6 "$work/gap.nd" "$work/gap.db"
says "a missing record" 'record 7 of .* records are missing'
status "a missing record, -s" 1 -s "$work/gap.nd" "$work/gap.db"
"$vfjournal" export "$work/gap.db" >"$work/out"
sed -n 1,5p "$real.nd" | cmp -s - "$work/out" || fail "a missing record, -s: other bytes"
sed 1d "$real.nd" >"$work/headless.nd"
status "no first record" 6 "$work/headless.nd" "$work/headless.db"
says "no first record" 'neither the first record nor a checkpoint'
: >"$work/empty.nd"
status "no line" 1 "$work/empty.nd" "$work/empty.db"
status "no such file" 2 "$work/none.nd" "$work/none.db"
status "the file exists" 2 "$real.nd" "$work/migration.db"
status "no operand" 2
check "no other file is left" sh -c "! ls -d '$work'/*.db.* '$work'/fleet/*.db.* 2>/dev/null | grep ."

# A password that was replaced: the chain is new from there on, and import says so.
"$vfjournal" export "$work/other.db" >"$work/masked.nd"
grep -n '"masked":true' "$work/masked.nd" >"$work/masked"
check "a row is masked" test -s "$work/masked"
sed -n "1,$(($(head -n 1 "$work/masked" | cut -d: -f1)))p" "$work/masked.nd" >"$work/upto.nd"
status "a masked row" 0 "$work/upto.nd" "$work/masked.db"
says "a masked row" 'the chain is new from record' "$work/out"
check "a masked row: no password" sh -c "! grep -a -q geheim '$work/masked.db'"

# Redacted lines make a journal of pseudonyms, whose decisions are those of the old one.
"$vfjournal" export --redact "$real.db" >"$work/redacted.nd"
status "redacted" 0 "$work/redacted.nd" "$work/redacted.db"
says "redacted" ', redacted' "$work/out"
same "redacted: rows" 135 "$("$vfjournal" export "$work/redacted.db" | wc -l | tr -d ' ')"
same "redacted: migrations" "$("$vfjournal" migrations "$real.db" | awk '{ print $1, $2, $5 }')" \
    "$("$vfjournal" migrations "$work/redacted.db" | awk '{ print $1, $2, $5 }')"
check "redacted: no address" sh -c "! grep -a -q '10\.0\.2\.' '$work/redacted.db'"
"$vfjournal" replay --output-journal "$work/played.db" "$tests/traces/migration/azure-migration.trace" >/dev/null || exit 1
"$vfjournal" export --redact "$work/played.db" | "$vfjournal" import "$work/pseudo.db" >/dev/null
same "redacted: import" 0 $?
"$vfjournal" verify "$work/pseudo.db" >"$work/out" 2>&1
same "redacted: the machine decides as recorded" 0 $?

# A trace becomes the journal of its replay.
"$vfjournal" export --trace "$work/played.db" >"$work/played.trace"
status "a trace" 0 "$work/played.trace" "$work/traced.db"
same "a trace: no transcript" "" "$(cat "$work/out")"
same "a trace: transitions" "$("$vfjournal" export --types transition "$work/played.db" | grep -o '"from.*generation":[0-9]*')" \
    "$("$vfjournal" export --types transition "$work/traced.db" | grep -o '"from.*generation":[0-9]*')"
echo '@x nonsense' >"$work/bad.trace"
status "a wrong trace" 2 "$work/bad.trace" "$work/bad.db"
check "a wrong trace: no journal" test ! -e "$work/bad.db"

judge
