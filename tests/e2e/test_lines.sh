#!/bin/sh
# vfjournal export: a line of JSON for each row, the same in every export.
#   usage: test_lines.sh VFJOURNAL VFJ_MAKE_JOURNAL
set -u

vfjournal=$1
make_journal=$2
name=lines
tests=$(cd "${0%/*}/.." && pwd) || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_export.XXXXXX") || exit 1
log=
journal=
follower=
trap '[ -z "$follower" ] || kill "$follower"; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# shellcheck source=tests/kit/checks.sh
. "$tests/kit/checks.sh"
command -v python3 >/dev/null || {
    echo "skipped: python3 is missing"
    exit 77
}

# status WHAT EXPECTED ARGUMENT...: the exit status
status() {
    what=$1 expected=$2
    shift 2
    "$vfjournal" export "$@" >"$work/out" 2>"$work/err"
    same "$what: exit status" "$expected" $?
}
# lines NAME EXPECTED OPTION...: of NAME.db, into NAME.nd
lines() {
    of=$1 expected=$2
    shift 2
    "$vfjournal" export "$@" "$work/$of.db" >"$work/$of.nd" 2>"$work/err" || fail "$of: exit status $?"
    "$vfjournal" export "$@" "$work/$of.db" | cmp -s - "$work/$of.nd" || fail "$of: other bytes the second time"
    said=$(python3 "$tests/e2e/check_cloudevents.py" --contiguous "$work/$of.nd" 2>&1)
    case $said in $expected) checks=$((checks + 1)) ;; *) fail "$of: $said" ;; esac
}
# field NAME: of each line
field() { python3 -c "import json, sys
for line in sys.stdin: print(json.loads(line).get('$1', '-'))"; }

for file in freebsd-13.2-two-migrations freebsd-13.2-lagg-destroyed journal-1 journal-4-rules-2; do
    cp "$tests/fixtures/$file.db" "$work/$file.db"
done
"$make_journal" "$work/migration.db" || exit 1
"$make_journal" "$work/hostile.db" hostile || exit 1
"$make_journal" "$work/empty.db" empty || exit 1
real=$work/freebsd-13.2-two-migrations.db

lines freebsd-13.2-two-migrations '135 lines, 1 sources, 9 types, 3 migrations'
lines freebsd-13.2-lagg-destroyed '*, 1 sources, *'
lines journal-1 '* lines, 1 sources, * types, * migrations'
lines journal-4-rules-2 '* lines, 1 sources, * types, * migrations'
lines migration '* lines, 1 sources, * types, * migrations'
lines hostile '* lines, 1 sources, * types, * migrations'
same "a password is nowhere" 0 "$(grep -c geheim "$work/hostile.nd")"
check "its row says so" grep -q '"masked":true' "$work/hostile.nd"
said=$(cd "$work" && python3 "$tests/e2e/check_cloudevents.py" freebsd*.nd journal*.nd 2>&1)
case $said in *", 4 sources, "*) ;; *) fail "sources: $said" ;; esac

# The rows of a migration are those that concern its slot, from the event that begins it.
same "the migration's rows" "53 54 55 56" \
    "$(grep 'm-000000000054"' "$work/freebsd-13.2-two-migrations.nd" | field sequence | sed 's/^0*//' | head -n 4 | xargs)"
same "its end" "joined" \
    "$(grep 'm-000000000054"' "$work/freebsd-13.2-two-migrations.nd" | grep transition.v1 | tail -n 1 |
        python3 -c 'import json, sys; print(json.loads(sys.stdin.read())["data"]["reason"])')"

# A part has the bytes of the whole, wherever it begins.
for seq in 1 10 11 54 60 134; do
    cursor=$(sed -n ${seq}p "$work/freebsd-13.2-two-migrations.nd" | python3 -c 'import json, sys
data = json.loads(sys.stdin.read())["data"]
print("%d:%s" % (data["seq"], data["chain"]))')
    "$vfjournal" export --after-cursor "$cursor" "$real" >"$work/out"
    sed "1,${seq}d" "$work/freebsd-13.2-two-migrations.nd" | cmp -s - "$work/out" || fail "other bytes after $cursor"
    checks=$((checks + 1))
done
"$vfjournal" export --types transition,gap "$real" >"$work/out"
grep -e '"kind":"transition"' -e '"kind":"gap"' "$work/freebsd-13.2-two-migrations.nd" | cmp -s - "$work/out" ||
    fail "--types: other bytes"
"$vfjournal" export --utc -S "2026-11-30 04:51:20Z" "$real" >"$work/out"
check "--since: some lines" test "$(wc -l <"$work/out")" -gt 10
grep -F -x -v -f "$work/freebsd-13.2-two-migrations.nd" "$work/out" && fail "--since: other bytes"
same "--since: the last line" "$(tail -n 1 "$work/freebsd-13.2-two-migrations.nd")" "$(tail -n 1 "$work/out")"
same "--since: the time" 0 "$(field time <"$work/out" | grep -c -v '^2026-11-30T04:5[1-9]')"

# The cursor file: at least once, and once when nothing fails.
status "a new cursor file" 0 --cursor-file "$work/cursor" "$real"
cmp -s "$work/out" "$work/freebsd-13.2-two-migrations.nd" || fail "a new cursor file: other bytes"
same "the cursor" 1 "$(grep -c '^135:[0-9a-f]\{32\}$' "$work/cursor")"
status "nothing new" 0 --cursor-file "$work/cursor" "$real"
same "nothing new: no line" "" "$(cat "$work/out")"
same "the cursor stays" 1 "$(grep -c '^135:' "$work/cursor")"
status "the cursor of another journal" 8 --cursor-file "$work/cursor" "$work/migration.db"
echo "135:00000000000000000000000000000000" >"$work/forged"
status "a forged cursor" 8 --cursor-file "$work/forged" "$real"
status "no cursor" 2 --after-cursor 12 "$real"
if [ -e /dev/full ]; then
    "$vfjournal" export --cursor-file "$work/unwritten" "$real" >/dev/full 2>"$work/err"
    same "a full disk: exit status" 4 $?
    check "a full disk: no cursor" test ! -e "$work/unwritten"
fi
"$vfjournal" export --cursor-file "$work/pipe" "$work/migration.db" 2>"$work/err" | head -n 1 >"$work/out"
check "a closed pipe: no cursor" test ! -e "$work/pipe"

# -f writes the rows of a journal that grows.
"$vfjournal" replay --output-journal "$work/grown.db" "$tests/traces/migration/azure-migration.trace" >/dev/null || exit 1
"$vfjournal" export -f --cursor-file "$work/followed" "$work/grown.db" >"$work/follow.nd" 2>"$work/err" &
follower=$!
await "the first lines" test -s "$work/followed"
"$vfjournal" export "$work/grown.db" | cmp -s - "$work/follow.nd" || fail "-f: other bytes"
kill "$follower"
wait "$follower" 2>/dev/null
follower=

# OpenTelemetry
"$vfjournal" export -o otlp "$real" >"$work/otlp"
same "otlp" "1 requests, 135 records, 3 traces" "$(python3 "$tests/e2e/check_otlp.py" "$work/otlp" 2>&1)"
"$vfjournal" export -o otlp "$work/migration.db" >"$work/otlp"
said=$(python3 "$tests/e2e/check_otlp.py" "$work/otlp" 2>&1)
case $said in *" records, "*) ;; *) fail "otlp: $said" ;; esac
check "otlp: more than one request" test "$(wc -l <"$work/otlp")" -gt 1

# Pseudonyms: the same for the same key, others for another, and no name is left.
"$vfjournal" export --redact "$real" >"$work/redacted"
"$vfjournal" export --redact "$real" | cmp -s - "$work/redacted" || fail "--redact: other bytes the second time"
said=$(python3 "$tests/e2e/check_cloudevents.py" --redacted --contiguous "$work/redacted" 2>&1)
same "--redact" "135 lines, 1 sources, 9 types, 3 migrations" "$said"
same "--redact: no address" 0 "$(grep -c '10\.0\.2\.' "$work/redacted")"
check "--redact: drivers stay" grep -q '"subject":"hn0/vtnet1"' "$work/redacted"
printf 'one' >"$work/key1"
printf 'two' >"$work/key2"
"$vfjournal" export --redact --key "$work/key1" "$real" >"$work/one"
"$vfjournal" export --redact --key "$work/key2" "$real" >"$work/two"
check "another key, other pseudonyms" test "$(grep -F -x -c -f "$work/one" "$work/two")" -eq 0
"$vfjournal" export --redact --key "$work/key1" "$real" | cmp -s - "$work/one" || fail "--key: other bytes"
"$vfjournal" replay --output-journal "$work/named.db" - >/dev/null <<'END'
%vfjournal 1
%rc ifconfig_hn0="inet 192.0.2.77/24"
%rc ifconfig_hn0_ipv6="inet6 2001:db8:77::5 prefixlen 64"
%rc defaultrouter="192.0.2.1"
%if hn0 up inet 192.0.2.77/24
%vf geheimnis hn0
@0 !system=ETHERNET subsystem=geheimnis type=IFATTACH
@120.4 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP
@200 !system=IFNET subsystem=kunde-meier type=ATTACH host=srv1.meier.example mac=00:15:5d:01:02:03
@300 !system=ACPI subsystem=Müller type=x
%at 400
END
"$vfjournal" export --redact "$work/named.db" >"$work/out"
check "rows are there" test "$(wc -l <"$work/out")" -gt 10
for word in 192.0.2 2001:db8:77 geheimnis kunde meier srv1 00:15:5d ller; do
    same "--redact: no $word" 0 "$(grep -c -i -F -e "$word" "$work/out")"
done
check "an address is an address" grep -q 'inet 10\.[0-9.]*/24' "$work/out"

status "no records" 1 "$work/empty.db"
status "no such file" 2 "$work/none.db"
status "two forms" 2 --trace -f "$real"
status "a form that does not exist" 2 -o xml "$real"
status "a kind that does not exist" 2 --types moon "$real"
status "a key without --redact" 2 --key "$work/key1" "$real"
status "no key" 2 --redact --key "$work/none" "$real"
# A page in the middle of the file, without its records.
"$vfjournal" export "$work/migration.db" >"$work/whole"
size=$(($(wc -c <"$work/migration.db") / 4096))
cp "$work/migration.db" "$work/damaged.db"
dd if=/dev/zero of="$work/damaged.db" bs=4096 seek=$((size / 2)) count=1 conv=notrunc 2>/dev/null
status "a damaged page" 5 "$work/damaged.db"
same "a damaged page: no other line" 0 "$(grep -F -x -v -c -f "$work/whole" "$work/out")"
same "a damaged page: the first line" "$(head -n 1 "$work/whole")" "$(head -n 1 "$work/out")"
same "a damaged page: the last line" "$(tail -n 1 "$work/whole")" "$(tail -n 1 "$work/out")"
head -c 20000 "$real" >"$work/cut.db"
status "a cut file" 5 "$work/cut.db"

judge
