#!/bin/sh
# vfjournal bundle: one archive for a ticket, without passwords and, redacted, without names.
#   usage: test_bundle.sh VFJOURNAL VFJ_MAKE_JOURNAL
set -u

vfjournal=$1
make_journal=$2
name=bundle
tests=$(cd "${0%/*}/.." && pwd) || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_bundle.XXXXXX") || exit 1
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
    "$vfjournal" bundle "$@" >"$work/out" 2>"$work/err"
    same "$what: exit status" "$expected" $?
}
# bundle NAME JOURNAL OPTION...: unpacked in NAME
bundle() {
    into=$1
    of=$2
    shift 2
    status "$into" 0 "$@" "$work/$of.db" "$work/$into.tar"
    mkdir "$work/$into"
    (cd "$work/$into" && tar -xf "../$into.tar") || fail "$into: no archive of tar"
    here=$work/$into/vfjournal-bundle
    same "$into: mode" "-rw-------" "$(ls -l "$work/$into.tar" | cut -c 1-10)"
}
members() { (cd "$here" && echo *); }

cp "$tests/fixtures/freebsd-13.2-two-migrations.db" "$work/real.db"
"$make_journal" "$work/migration.db" || exit 1
"$make_journal" "$work/hostile.db" hostile || exit 1
"$make_journal" "$work/empty.db" empty || exit 1
"$vfjournal" replay --output-journal "$work/played.db" "$tests/traces/migration/azure-migration.trace" >/dev/null || exit 1

bundle real real
same "real: members" "README.txt config.txt doctor.txt journal.db journal.ndjson journal.trace migration-96.txt \
migrations.txt status.txt timeline-96.html versions.txt" "$(members)"
"$vfjournal" export "$work/real.db" >"$work/real.nd"
head -n 130 "$work/real.nd" | cmp -s - "$here/journal.ndjson" || fail "real: other lines"
"$vfjournal" export "$here/journal.db" | cmp -s - "$here/journal.ndjson" || fail "real: another journal"
check "real: the picture" grep -q '</svg>' "$here/timeline-96.html"
check "real: the status" grep -q 'hn0 .*lagg0: hn0' "$here/status.txt"
check "real: the doctor" grep -q '^ok *clock' "$here/doctor.txt"
check "real: the versions" grep -q '^vfjournal [0-9]' "$here/versions.txt"

bundle two real -M 54 -M 10 --no-guest
same "two: members" "README.txt journal.db journal.ndjson journal.trace migration-10.txt migration-54.txt \
migrations.txt timeline-10.html timeline-54.html versions.txt" "$(members)"
same "two: the last record" "$(wc -l <"$here/journal.ndjson")" \
    "$("$vfjournal" show -M 54 -a -o json "$work/real.db" | tail -n 1 | sed 's/.*"seq":\([0-9]*\),.*/\1/')"

# A long journal: the records begin with a checkpoint, and can be verified by themselves.
"$vfjournal" replay --output-journal "$work/far.db" - >/dev/null <<'END'
%vfjournal 1
%rc ifconfig_hn0="inet 192.0.2.77/24"
%if hn0 up inet 192.0.2.77/24
%vf mce0 hn0
@0 !system=ETHERNET subsystem=mce0 type=IFATTACH
@120.4 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP
@90000 !system=IFNET subsystem=epair0a type=ATTACH
@180000 !system=IFNET subsystem=epair0a type=ATTACH
@270000 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN
@270001 !system=IFNET subsystem=mce0 type=DETACH
@270060 !system=ETHERNET subsystem=mce0 type=IFATTACH
%at 280000
END
# One event of the host takes two VFs. The slot that is whole later is in the archive, too.
"$vfjournal" replay --output-journal "$work/both.db" - >/dev/null <<'END'
%vfjournal 1
%rc hyperv_vf_delay="2"
%if hn0 up inet 192.0.2.77/24
%if hn1 up inet 192.0.2.78/24
%vf mce0 hn0
%vf mce1 hn1
@0 !system=ETHERNET subsystem=mce0 type=IFATTACH
@0.1 !system=ETHERNET subsystem=mce1 type=IFATTACH
@100 !system=IFNET subsystem=mce0 type=DETACH
@100.1 !system=IFNET subsystem=mce1 type=DETACH
@110 !system=ETHERNET subsystem=mce1 type=IFATTACH
@150 !system=ETHERNET subsystem=mce0 type=IFATTACH
%at 200
END
bundle both both --no-guest
check "both: the later end" sh -c "'$vfjournal' show -i hn0 -s lagged -n 1 '$here/journal.db' | grep -q ' hn0 '"
same "both: the same last state" "$("$vfjournal" show --utc -s lagged -n 1 "$work/both.db")" \
    "$("$vfjournal" show --utc -s lagged -n 1 "$here/journal.db")"
bundle far far --no-guest
check "far: begins with a checkpoint" sh -c "head -n 1 '$here/journal.ndjson' | grep -q checkpoint"
"$vfjournal" verify "$here/journal.db" >"$work/out" 2>&1
same "far: verified" 0 $?
check "far: no trace, and why" grep -q 'journal.trace is not there' "$here/README.txt"
bundle all migration --all --no-guest
same "all: every record" "$("$vfjournal" export "$work/migration.db" | wc -l)" "$(wc -l <"$here/journal.ndjson")"
"$vfjournal" verify "$here/journal.db" >"$work/out" 2>&1
same "all: verified" 0 $?

bundle played played --no-guest
"$vfjournal" verify "$here/journal.db" >"$work/out" 2>&1
same "played: verified" 0 $?
"$vfjournal" replay -o commands "$here/journal.trace" >"$work/commands" 2>&1
same "played: the trace" 0 $?
check "played: commands" test -s "$work/commands"

# Redacted: the same pseudonyms in every member, and the machine decides as before.
printf 'a key' >"$work/key"
bundle redacted played --redact --key "$work/key" --no-guest -a
"$vfjournal" verify "$here/journal.db" >"$work/out" 2>&1
same "redacted: verified" 0 $?
"$vfjournal" replay -o commands "$here/journal.trace" | sed 's/10\.[0-9.]*/ADDRESS/g' >"$work/redacted.commands"
sed 's/10\.[0-9.]*/ADDRESS/g' "$work/commands" | cmp -s - "$work/redacted.commands" || fail "redacted: other commands"
checks=$((checks + 1))

# The routes of a row keep their order, whatever the pseudonyms of their destinations are.
"$vfjournal" replay --output-journal "$work/routes.db" "$tests/traces/static/kept-routes-with-mtu.trace" >/dev/null
for key in 1 2 3 4 5 6; do
    printf %s "$key" >"$work/key.$key"
    bundle "routes$key" routes --redact --key "$work/key.$key" --no-guest -a
    "$vfjournal" verify "$here/journal.db" >"$work/out" 2>&1
    same "routes, key $key: verified" 0 $?
done

"$vfjournal" replay --output-journal "$work/named.db" - >/dev/null <<'END'
%vfjournal 1
%rc ifconfig_hn0="inet 192.0.2.77/24"
%rc ifconfig_geheimnis="inet 198.51.100.9/24"
%rc defaultrouter="192.0.2.1"
%if hn0 up inet 192.0.2.77/24
%vf geheimnis hn0
@0 !system=ETHERNET subsystem=geheimnis type=IFATTACH
@120.4 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP
@200 !system=IFNET subsystem=kunde-meier type=ATTACH host=srv1.meier.example mac=00:15:5d:01:02:03
@300 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN
@301 !system=IFNET subsystem=geheimnis type=DETACH
@360 !system=ETHERNET subsystem=geheimnis type=IFATTACH
%at 600
END
bundle named named --redact -a
check "named: a journal" test -s "$here/journal.db"
check "named: a picture" test "$(find "$here" -name 'timeline-*.html' | wc -l)" -eq 0 -o -s "$here/journal.db"
for word in 192.0.2 198.51.100 geheimnis kunde meier srv1 00:15:5d "$(basename "$work")"; do
    same "named: no $word" "" "$(grep -r -a -i -l -F -e "$word" "$here")"
done

# Passwords of an old row leave in no member.
for options in "" --redact; do
    # shellcheck disable=SC2086
    status "hostile $options" 0 $options --all "$work/hostile.db" "$work/hostile$options.tar"
    check "hostile $options: no password" sh -c "! grep -a -q geheim '$work/hostile$options.tar'"
    check "hostile $options: masked" grep -a -q '"masked":true' "$work/hostile$options.tar"
done
check "the old row has one" grep -a -q geheim "$work/hostile.db"

status "no records" 1 "$work/empty.db" "$work/none.tar"
status "no such migration" 1 -M 7777 "$work/real.db" "$work/none.tar"
status "no such journal" 2 "$work/none.db" "$work/none.tar"
status "the file exists" 2 --no-guest "$work/real.db" "$work/real.tar"
status "a key without --redact" 2 --key "$work/key" "$work/real.db" "$work/none.tar"
status "all and one" 2 -a -M 10 "$work/real.db" "$work/none.tar"
check "no file was made" test ! -e "$work/none.tar"
same "nothing is left beside it" "" "$(find "$work" -maxdepth 1 -name '*.tar.*')"

judge
