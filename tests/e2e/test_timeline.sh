#!/bin/sh
# vfjournal timeline: each form of each kind of journal is well-formed, and the same journal gives the
# same bytes.
#   usage: test_timeline.sh VFJOURNAL VFJ_MAKE_JOURNAL
set -u

vfjournal=$1
make_journal=$2
name=timeline
tests=${0%/*}/..
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_timeline.XXXXXX") || exit 1
log=
journal=
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# shellcheck source=tests/kit/checks.sh
. "$tests/kit/checks.sh"

timeline() { LC_ALL=C "$vfjournal" timeline --utc "$@" 2>/dev/null; }
# status WHAT EXPECTED ARGUMENT...: the exit status
status() {
    what=$1 expected=$2
    shift 2
    "$vfjournal" timeline "$@" >"$work/out" 2>"$work/err"
    same "$what: exit status" "$expected" $?
}
is_narrow() { ! LC_ALL=C grep -q '.\{80\}' "$1" && ! LC_ALL=C grep -q '[^ -~]' "$1"; }
is_well_formed() {
    command -v python3 >/dev/null || return 0
    python3 "$tests/e2e/check_timeline.py" "$1" "$2" >"$work/faults" 2>&1
}

# draw WHAT ARGUMENT...: every form
draw() {
    drawing=$1
    shift
    for form in txt svg html; do
        timeline -o $form "$@" >"$work/one.$form" || fail "$drawing: $form: exit status $?"
        timeline -o $form "$@" | cmp -s - "$work/one.$form" || fail "$drawing: $form: other bytes the second time"
    done
    check "$drawing: 80 columns of ASCII" is_narrow "$work/one.txt"
    check "$drawing: well-formed" is_well_formed "$work/one.svg" "$work/one.html"
    [ ! -s "$work/faults" ] || cat "$work/faults"
}

cp "$tests/fixtures/freebsd-13.2-two-migrations.db" "$work/real.db"
cp "$tests/fixtures/journal-1.db" "$work/first.db"
cp "$tests/fixtures/journal-4-rules-2.db" "$work/rules2.db"
"$make_journal" "$work/hostile.db" hostile || exit 1
"$make_journal" "$work/empty.db" empty || exit 1
: >"$work/nothing.db"

# Two slots that lose their VFs together, six times; a failed command, a gap, a restart.
{
    printf '%%vfjournal 1\n%%rc ifconfig_hn0="SYNCDHCP"\n%%rc hyperv_vf_delay="5"\n%%vf mce0 hn0\n%%vf mce1 hn1\n'
    printf '%%if hn0 up inet 10.0.0.4/24 dhclient 411\n%%if hn1 up inet 10.1.0.4/24\n%%slow 0.041 ifconfig\n'
    time=0
    for round in 1 2 3 4 5 6; do
        printf '@%d !system=ETHERNET subsystem=mce0 type=IFATTACH\n' $time
        printf '@%d.02 !system=ETHERNET subsystem=mce1 type=IFATTACH\n' $time
        printf '@%d !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n' $((time + 8))
        printf '@%d.3 !system=HYPERV_NIC_VF subsystem=hn1 type=VF_UP\n' $((time + 8))
        [ $round != 2 ] || printf '%%fail 1 1 ifconfig lagg1 laggport\n'
        [ $round != 3 ] || printf '%%at %d\n%%gap missed\n' $((time + 20))
        [ $round != 4 ] || printf '%%at %d\n%%stop\n%%at %d\n%%start\n' $((time + 20)) $((time + 25))
        printf '@%d !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN\n' $((time + 3000))
        printf '@%d.05 !system=IFNET subsystem=mce0 type=DETACH\n' $((time + 3000))
        printf '@%d.4 !system=HYPERV_NIC_VF subsystem=hn1 type=VF_DOWN\n' $((time + 3000))
        printf '@%d.45 !system=IFNET subsystem=mce1 type=DETACH\n' $((time + 3000))
        time=$((time + 3030))
    done
} >"$work/many.trace"
"$vfjournal" replay --output-journal "$work/many.db" "$work/many.trace" >"$work/out" 2>&1 || fail "no journal: $(cat "$work/out")"

# Two slots with 180 changes of links in one migration: some labels have no room.
{
    printf '%%vfjournal 1\n%%rc hyperv_vf_delay="2"\n%%vf mce0 hn0\n%%vf mce1 hn1\n'
    printf '%%if hn0 up inet 10.0.0.4/24\n%%if hn1 up inet 10.1.0.4/24\n'
    printf '@0 !system=ETHERNET subsystem=mce%d type=IFATTACH\n' 0 1
    printf '@60 !system=HYPERV_NIC_VF subsystem=hn%d type=VF_UP\n' 0 1
    printf '@100 !system=HYPERV_NIC_VF subsystem=hn%d type=VF_DOWN\n' 0 1
    printf '@101 !system=IFNET subsystem=mce%d type=DETACH\n' 0 1
    for change in $(seq 45); do
        printf '@+0.3 !system=IFNET subsystem=hn%d type=LINK_DOWN\n@+0.3 !system=IFNET subsystem=hn%d type=LINK_UP\n' \
            $((change % 2)) $((change % 2))
    done
    printf '@+20 !system=ETHERNET subsystem=mce%d type=IFATTACH\n' 0 1
    for change in $(seq 45); do
        printf '@+0.05 !system=IFNET subsystem=mce%d type=LINK_DOWN\n@+0.05 !system=IFNET subsystem=mce%d type=LINK_UP\n' \
            $((change % 2)) $((change % 2))
    done
    printf '@+3 !system=HYPERV_NIC_VF subsystem=hn%d type=VF_UP\n' 0 1
    printf '%%at +100\n'
} >"$work/noisy.trace"
"$vfjournal" replay --output-journal "$work/noisy.db" "$work/noisy.trace" >"$work/out" 2>&1 ||
    fail "no noisy journal: $(cat "$work/out")"
ids() { "$vfjournal" migrations -n all "$1" | awk 'NR > 1 { print $1 }'; }

for file in real first rules2 hostile many noisy; do
    for id in $(ids "$work/$file.db"); do
        draw "$file: migration $id" "$id" "$work/$file.db"
    done
    draw "$file: the newest" "$work/$file.db"
    draw "$file: all" -S @0 "$work/$file.db"
done
draw "one instant" -S @0 -U @0 "$work/many.db"
draw "one slot" -i hn1 -S @0 "$work/many.db"
check "one slot: the other is not there" test "$(timeline -i hn1 -S @0 "$work/many.db" | grep -c hn0)" -eq 0

timeline -o svg -S @0 "$work/many.db" >"$work/many.svg"
for part in 'class="gap"' 'class="squeezed"' 'hn1 state' '>lagged<' 'failed</text>' 'class="bad" href'; do
    check "the drawing has $part" grep -q -F "$part" "$work/many.svg"
done
timeline "$(ids "$work/many.db" | sed -n 4p)" "$work/many.db" >"$work/out"
check "a host event has both slots" grep -q '^hn0, hn1: migration' "$work/out"
timeline 54 "$work/real.db" >"$work/out"
same "a migration as text" "hn0: migration 54
2026-11-30 04:50:45Z: the VF left, and came back or another came. hn0 was
18.6 s without the fast path (VF vtnet1). The verdict is clean. 2 commands ran." "$(sed -n 1,3p "$work/out")"
check "a squeezed time" grep -q '~~ 8.0 s ~~' "$work/out"
check "a command and its outcome" grep -q 'ifconfig lagg0 laggport vtnet1: ok, 77.3 ms' "$work/out"

# A migration of a few events: its one long idle time has the picture to itself, and no break.
{
    printf '%%vfjournal 1\n%%mode act\n%%rc hyperv_vf_delay="2"\n%%vf mce0 hn0\n%%if hn0 up inet 10.0.0.4/24\n'
    printf '@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n@4 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n'
    printf '@100 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN\n@100.01 !system=IFNET subsystem=mce0 type=DETACH\n'
    printf '@114 !system=ETHERNET subsystem=mce0 type=IFATTACH\n'
} >"$work/few.trace"
"$vfjournal" replay --output-journal "$work/few.db" "$work/few.trace" >"$work/out" 2>&1 || fail "no short journal"
draw "few events" "$work/few.db"
strip() { timeline "$@" | sed -n 's/^hn0     //p' | head -n 1; }
same "few events: the idle time is not squeezed" "-$(printf '%.68d' 0 | tr 0 .)=" "$(strip "$work/few.db")"
check "few events: no break" test "$(timeline -o svg "$work/few.db" | grep -c 'class="squeezed"')" -eq 0
same "an event of another kind is a migration, too" "hn0: migration $(ids "$work/few.db" | sed -n 1p)" \
    "$(timeline "$(ids "$work/few.db" | sed -n 1p)" "$work/few.db" | sed -n 1p)"

# A state that is shorter than a column is seen beside the hours around it.
check "the text shows short states" test "$(strip -S @0 "$work/many.db" | tr -cd . | wc -c)" -ge 5
{
    sed -n 1,5p "$work/few.trace"
    for hour in 1 2 3 4 5 6 7 8 9; do
        printf '@%d !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN\n' $((hour * 3700))
        printf '@%d !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n' $((hour * 3700 + 30))
    done
} >"$work/hours.trace"
"$vfjournal" replay --output-journal "$work/hours.db" "$work/hours.trace" >"$work/out" 2>&1 || fail "no journal of hours"
draw "hours" -S @0 "$work/hours.db"
check "marks at full hours" grep -q '>+2:00:00<' "$work/one.svg"
check "the page scrolls on a narrow screen" grep -q 'max-width: 900px' "$work/one.html"
check "labels cover what is below them" grep -q 'text class="label"' "$work/many.svg"
timeline -o html -S @0 "$work/hostile.db" >"$work/out"
check "evil text is text" grep -q -F '&#60;script&#62;alert(1)' "$work/out"
check "evil bytes are escaped" grep -q -F '\x1b[31m\xc2\x9b31m\xe2\x80\xae\xff' "$work/out"

check "a password is not there" grep -q -F 'ifconfig lagg0 vhid 7 pass ********' "$work/out"
for form in txt svg html; do
    check "a password is not there: $form" test "$(timeline -o $form -S @0 "$work/hostile.db" | grep -c geheim)" -eq 0
done

LC_ALL=C.UTF-8 "$vfjournal" timeline 54 "$work/real.db" >"$work/wide"
check "UTF-8: 80 columns" test "$(LC_ALL=C tr -d '\200-\277' <"$work/wide" | LC_ALL=C grep -c '.\{80\}')" -eq 0

status "an unknown ID" 1 55 "$work/real.db"
check "an unknown ID" grep -q 'no migration has the ID 55; the nearest is 54' "$work/err"
status "no ID" 2 abc "$work/real.db"
check "no ID" grep -q 'not: abc' "$work/err"
status "an ID and a time" 2 54 -S @0 "$work/real.db"
status "an unknown form" 2 -o png "$work/real.db"
check "an unknown form" grep -q 'txt, svg or html, not: png' "$work/err"
status "no time" 2 -S 2026-02-30 "$work/real.db"
status "a time without records" 1 -S 2040-01-01 "$work/real.db"
check "a time without records" grep -q 'no record of that time tells of a VF' "$work/err"
status "a reversed time" 1 -S @2 -U @1 "$work/real.db"
status "an unknown interface" 1 -i hn7 "$work/real.db"
status "no records" 1 "$work/empty.db"
status "an empty file" 1 "$work/nothing.db"
status "no such file" 2 "$work/none.db"
status "an argument too many" 2 54 "$work/real.db" more
status "the file before the ID" 0 "$work/real.db" 54
status "a journal from a pipe" 0 54 - <"$work/real.db"

command -v python3 >/dev/null || echo "python3 is missing: the drawings were not read"
judge
