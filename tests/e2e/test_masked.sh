#!/bin/sh
# Journals that hold passwords, as older versions wrote them: no verb prints one, in any format.
#   usage: test_masked.sh VFJOURNAL VFJ_MAKE_JOURNAL
set -u

vfjournal=$1
make_journal=$2
name=masked
tests=$(cd "${0%/*}/.." && pwd) || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_masked.XXXXXX") || exit 1
log=
journal=
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# shellcheck source=tests/kit/checks.sh
. "$tests/kit/checks.sh"

printed=0
# nothing WHAT COMMAND...: what it prints has no password
nothing() {
    what=$1
    shift
    checks=$((checks + 1))
    "$@" >"$work/out" 2>&1 </dev/null
    code=$?
    [ $code -lt 128 ] || fail "$what: exit status $code"
    printed=$((printed + $(wc -c <"$work/out")))
    ! grep -a -i -q geheim "$work/out" || fail "$what: $(grep -a -i -m 1 -o '.\{0,60\}geheim.\{0,9\}' "$work/out")"
}
v() {
    what=$1
    shift
    nothing "$file: $what" "$vfjournal" "$@"
}

# A sound journal: its commands and its rc.conf have passwords.
cat >"$work/old.trace" <<'END'
%vfjournal 1
%rc ifconfig_hn0="inet 10.0.0.4/24 nwkey geheim-1 NOAUTO"
%rc ifconfig_hn0_alias0="inet 10.0.0.5/32 grekey geheim-2"
%rc ifconfig_hn1="inet 10.1.0.4/24 vhid 3 advskew 100 pass 'geheim-3 x'"
%rc defaultrouter="10.0.0.1"
%fail 1 1 ifconfig lagg0 inet 10.0.0.5/32
%if hn0 down
%if hn1 up inet 10.1.0.4/24
%vf mce0 hn0
%vf mce1 hn1
@0 !system=ETHERNET subsystem=mce0 type=IFATTACH
@0 !system=ETHERNET subsystem=mce1 type=IFATTACH
@2.1 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP
@2.2 !system=HYPERV_NIC_VF subsystem=hn1 type=VF_UP
@3 !system=IFNET subsystem=mce0 type=LINK_UP psk="geheim-4"
@30 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN
@31 !system=IFNET subsystem=mce0 type=DETACH
@90 !system=ETHERNET subsystem=mce0 type=IFATTACH
%at 200
END
"$vfjournal" replay --output-journal "$work/old.db" "$work/old.trace" >"$work/played" 2>&1 </dev/null
same "a journal of the trace" 0 $?
"$make_journal" "$work/forged.db" passwords || exit 1
for file in old forged; do
    check "$file: it has passwords" grep -a -q geheim "$work/$file.db"
done
"$vfjournal" verify "$work/old.db" >"$work/out" 2>&1
same "the chain is that of the whole rows" 0 $?
"$vfjournal" replay "$work/old.db" >"$work/out" 2>&1
same "a replay is of the whole rows" 0 $?
cp "$work/old.db" "$work/damaged.db"
dd if=/dev/zero of="$work/damaged.db" bs=1 seek=100 count=60 conv=notrunc 2>/dev/null

for file in old forged damaged; do
    f=$work/$file.db
    v show show "$f"
    for format in short delta cat verbose json csv; do
        v "show $format" show -a -o $format "$f"
        v "show $format --why" show -a --why -o $format "$f"
    done
    v "show -H" show -a -H "$f"
    v "show -M" show -a -M "$("$vfjournal" migrations -o csv "$f" 2>/dev/null | sed -n '2s/,.*//p')" "$f"
    same "$file: a search finds none" "" "$("$vfjournal" show -a -H -g geheim "$f" 2>/dev/null)"
    v status status "$f"
    v "status json" status -o json "$f"
    v export export "$f"
    v "export otlp" export -o otlp "$f"
    v "export --redact" export --redact "$f"
    v "export --trace" export --trace "$f"
    v "export --perfetto" export --perfetto "$f"
    for verb in migrations report; do
        for format in text json csv; do
            v "$verb $format" $verb -o $format "$f"
        done
    done
    for id in $("$vfjournal" migrations -o csv "$f" 2>/dev/null | sed -n '2,$s/,.*//p'); do
        v "migration $id" migration "$f" "$id"
        v "migration $id json" migration -o json "$f" "$id"
        v "diff $id" diff "$f" "$id" --set hyperv_vf_delay=9
        v "diff $id json" diff -o json "$f" "$id" --policy scripts
        for format in txt svg html; do
            v "timeline $id $format" timeline -o $format "$f" "$id"
        done
    done
    for format in txt svg html; do
        v "timeline -S $format" timeline -o $format -S @0 "$f"
        v "fleet $format" fleet -o $format "$f"
    done
    for format in text commands json; do
        v "replay $format" replay -o $format "$f"
        v "replay $format of other settings" replay -o $format --set hyperv_vf_delay=9 "$f"
        v "replay $format of scripts" replay -o $format --policy scripts --probes "$f"
    done
    v "replay --junit" replay --junit "$work/junit.xml" "$f" "$f"
    nothing "$file: JUnit" cat "$work/junit.xml"
    v verify verify "$f"
    v check check "$f"
    v graph graph "$f"
    v bisect bisect "$f" -- sh -c 'exit 1'
    v "doctor" doctor --root "$work" --journal "$f"
    v "doctor json" doctor -o json --root "$work" --journal "$f"
    rm -f "$work/bundle.tar"
    v bundle bundle --all --no-guest "$f" "$work/bundle.tar"
    [ ! -f "$work/bundle.tar" ] || nothing "$file: the bundle" cat "$work/bundle.tar"
    for seq in $("$vfjournal" show -a -o csv "$f" 2>/dev/null | sed -n '2,60s/,.*//p'); do
        v "explain $seq" explain --cause --effects "$f" "$seq"
        [ $((seq % 7)) -ne 0 ] || v "replay --goto $seq" replay --goto "$seq" "$f"
        [ $((seq % 7)) -ne 1 ] || v "replay --state $seq" replay --state "$seq" "$f"
        [ $((seq % 7)) -ne 2 ] || v "diff --state $seq" diff --state "$f" 1 "$seq"
    done
done
file=trace
v text replay "$work/old.trace"
v commands replay -o commands "$work/old.trace"
v json replay -o json "$work/old.trace"
check "they print something" test $printed -gt 100000
check "a password has its stars" sh -c "'$vfjournal' show -a '$work/old.db' | grep -q 'nwkey \*\*\*\*\*\*\*\*'"
# words that only look like it are shown
cat >"$work/names.trace" <<'END'
%vfjournal 1
%if hn0 up inet 10.0.0.4/24
%vf monkey0 hn0
@0 !system=IFNET subsystem=turkey type=ATTACH
@1 !system=ETHERNET subsystem=turkey type=IFATTACH
%at 10
END
"$vfjournal" replay --output-journal "$work/names.db" "$work/names.trace" >"$work/out" 2>&1 </dev/null
check "an interface with such a name" sh -c \
    "'$vfjournal' show -a -o json '$work/names.db' | grep -q 'subsystem=turkey type=IFATTACH'"
judge
