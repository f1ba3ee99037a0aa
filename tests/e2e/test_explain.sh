#!/bin/sh
# vfjournal explain: each record of each kind of journal has its sentences, and a word that names no
# record has one too.
#   usage: test_explain.sh VFJOURNAL VFJ_MAKE_JOURNAL
set -u

vfjournal=$1
make_journal=$2
name=explain
tests=${0%/*}/..
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_explain.XXXXXX") || exit 1
log=
journal=
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# shellcheck source=tests/kit/checks.sh
. "$tests/kit/checks.sh"

explain() { "$vfjournal" explain --utc "$@" 2>&1; }
# status WHAT EXPECTED ARGUMENT...: the exit status
status() {
    what=$1 expected=$2
    shift 2
    "$vfjournal" explain "$@" >"$work/out" 2>"$work/err"
    same "$what: exit status" "$expected" $?
}
holds() { explain "$1" "$2" | tr '\n' ' ' | tr -s ' ' | grep -q -F -e "$3"; }
is_plain() {
    ! LC_ALL=C grep -q -e '[^ -~]' -e '.\{80\}' "$1" && ! sed -n '/^WHY/,/^WHAT/p' "$1" | grep -q '\.  [A-Z]'
}
has_section() { grep -q "^$2\$" "$1"; }

# every JOURNAL: each record is explained, in ASCII, at the width of a terminal
every() {
    last=$("$vfjournal" show -a -n 1 -o json "$1" | sed 's/{"seq":\([0-9]*\).*/\1/')
    check "$1: it has records" test "$last" -gt 20
    seq=0
    while [ $((seq += 1)) -le "$last" ]; do
        explain --cause --effects $seq "$1" >"$work/out" || fail "$1: record $seq: exit status $?"
        is_plain "$work/out" || fail "$1: record $seq: too wide, or not plain: $(cat "$work/out")"
        for section in "WHAT IT IS" "WHY" "WHAT IT LED TO" "WHERE TO READ" "CAUSES" "EFFECTS"; do
            has_section "$work/out" "$section" || fail "$1: record $seq: no $section"
        done
    done
    checks=$((checks + last))
}

real=$tests/fixtures/freebsd-13.2-two-migrations.db
rules2=$tests/fixtures/journal-4-rules-2.db
cp "$real" "$work/real.db"
cp "$rules2" "$work/rules2.db"
cp "$tests/fixtures/journal-1.db" "$work/first.db"
"$make_journal" "$work/hostile.db" hostile || exit 1
"$make_journal" "$work/empty.db" empty || exit 1
sed '/^#/d' "$tests/traces/transparent/slower-since-last-night.trace" >"$work/slower.trace"
"$vfjournal" replay --output-journal "$work/slower.db" "$work/slower.trace" >/dev/null
for file in real rules2 first hostile slower; do
    every "$work/$file.db"
done

# What a person is told of one command of a real guest.
same "record 17" "record 17  2026-11-30 04:50:29.338331Z  boot 1
    run         ifconfig lagg0 create

WHAT IT IS
    The daemon decided on a command for hn0: ifconfig lagg0 create. It creates
    the lagg that is to hold hn and the VF.

WHY
    Record 16 caused it: A probe answered. Record 16 shows: hn0 is up with
    10.0.2.15/24; its VF vtnet1 is down; lagg0 does not exist; hn has the data
    path; the default route leads to 10.0.2.2 through hn. The rule: the plan
    compares what is observed with what is desired, and this command removes a
    difference.

WHAT CAME OF IT
    Record 18, 79.4 ms later: A command ended. It succeeded after 75.2 ms.

WHAT IT LED TO
    It led to 26 records, up to record 45. The daemon issued 11 changing
    commands, all of which succeeded. The last change of state is record 45,
    1.1 s later: hn0 became lagged. An observation shows that laggN holds hn
    and the VF and has hn's configuration. The VF is vtnet1.

WHERE TO READ
    vfjournal-hyperv(7), The order that vfjournal uses; lagg(4).

CAUSES
     16 <- 17          0.0 ms  observed    hn0 is up with 10.0.2.15/24; its ...
     15 <- 16        -20.8 ms  probe       It observes hn, its VF and its l ...
     14 <- 15        -20.8 ms  timer
     11 <- 14          -2.0 s  state       attached -> delayed  vtnet1: hyp ...
      9 <- 11          -2.0 s  observed    vtnet1 belongs to hn0.
      8 <- 9           -2.0 s  probe       It asks the kernel which VF belo ...
      7 <- 8           -2.0 s  vf-attached the interface attached" "$(explain --cause 17 "$work/real.db")"

check "the end of a delay is the cause of its timer" holds 14 "$work/real.db" "The delay of record 11 ended"
check "a line leads across the delay to the join" holds 7 "$work/real.db" "It led to 34 records, up to record 45."
check "a state lasts until the next" holds 10 "$work/real.db" "The slot is attached until record 11, 0.0 ms later"
check "a move has its rule" holds 45 "$work/real.db" "The rule is the move delayed -> lagged for joined"
check "an event has the machine's answer" holds 44 "$work/real.db" "Record 45: delayed -> lagged for joined"
check "a failed command has its remedy" holds 14 "$work/rules2.db" "run the command by hand"
check "a command that was not run names the others" holds 17 "$work/rules2.db" "failed before it"
check "a recheck has no record as its cause" holds 59 "$work/real.db" "A deadline of the machine caused it"
printf '%%vfjournal 1\n%%vf mce0 hn0\n%%if hn0 up inet 10.0.0.4/24\n@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n@1 !system=IFNET subsystem=hn0 type=LINK_UP\n' >"$work/open.trace"
"$vfjournal" replay --output-journal "$work/open.db" "$work/open.trace" >/dev/null
check "a delay that runs is told" holds 6 "$work/open.db" "still under way at the end of the journal"

# In transparent mode: a snapshot, the switch, a finding.
record() { "$vfjournal" show -a -n all -o json "$work/slower.db" | sed -n "/$1/s/{\"seq\":\([0-9]*\).*/\1/p" | tail -n 1; }
check "a snapshot" holds "$(record 'probe=snapshot.*enabled=1')" "$work/slower.db" \
    "hn0 is up with 10.0.0.4/24; its VF mce0 is down; the VF has the data path; the MTU of hn is 1500."
check "a probe of one" holds "$(record 'probe-snapshot')" "$work/slower.db" "It takes a snapshot of hn and its VF"
check "the switch" holds "$(record '"from":"delayed","to":"switched"')" "$work/slower.db" "The rule is the move delayed -> switched for switched"
check "a finding has its remedy" holds "$(record 'smaller-mtu')" "$work/slower.db" "Set hn's MTU as before: \`ifconfig hnN mtu M\`"
check "a finding has its page" holds "$(record 'smaller-mtu')" "$work/slower.db" "vfjournal-hyperv(7), Transparent mode."

status "an unknown number" 1 999999 "$work/real.db"
same "an unknown number" "vfjournal: $work/real.db: no record 999999; the journal holds records 1 to 135" "$(cat "$work/err")"
check "an unknown number: nothing is printed" test ! -s "$work/out"
status "no records" 1 1 "$work/empty.db"
check "no records" grep -q "the journal holds no records" "$work/err"
: >"$work/nothing.db"
status "an empty file" 1 1 "$work/nothing.db"
for word in 0 -1 1x x '' 99999999999999999999; do
    status "the word '$word'" 2 -- "$word" "$work/real.db"
    check "the word '$word'" grep -q "SEQ is the number of a record" "$work/err"
done
status "no number" 2
status "the file before the number" 0 "$work/real.db" 17
status "the file alone" 2 "$work/real.db"
status "two files" 2 1 "$work/real.db" "$work/real.db"
status "both ways to name a file" 2 -J "$work/real.db" 1 "$work/real.db"
status "no such option" 2 --why 1 "$work/real.db"
status "no such file" 2 1 "$work/none.db"
status "no journal" 2 1 "$0"
status "a journal from a pipe" 0 17 - <"$work/real.db"
head -c 20000 "$work/real.db" >"$work/cut.db"
status "a cut file" 5 17 "$work/cut.db"

judge
