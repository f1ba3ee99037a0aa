#!/bin/sh
# replay, diff and bisect: other settings, states, many files, and a player, as a user meets them.
#   usage: test_whatif.sh VFJOURNAL VFJ_PTY SCENARIO
# Scenarios: settings, follow, truth, transparent, diff, state, many, bisect, play.
set -u

vfjournal=$1
pty=$2
scenario=$3
name=whatif_$scenario
tests=${0%/*}/..
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_whatif.XXXXXX") || exit 1
log=$work/log
journal=$work/journal.db
trace=$work/guest.trace
TZ=UTC
LC_ALL=C
TMPDIR=$work/scratch
COLUMNS=80
export TZ LC_ALL TMPDIR COLUMNS
mkdir "$TMPDIR"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# shellcheck source=tests/kit/checks.sh
. "$tests/kit/checks.sh"

# run STATUS VERB ARGUMENT...: sets $printed to both streams.
run() {
    expected=$1
    shift
    printed=$(cd "$work" && "$vfjournal" "$@" 2>&1)
    same "status of: vfjournal $*: $printed" "$expected" $?
}

# says TEXT: the last output has that text.
says() {
    checks=$((checks + 1))
    case $printed in
    *"$1"*) ;;
    *) fail "no \"$1\" in: $printed" ;;
    esac
}

is_narrow() { ! printf '%s\n' "$printed" | grep -q '.\{81\}'; }
leaves_nothing() { [ -z "$(ls -A "$TMPDIR")" ]; }

# Two hns; the VF of the first leaves once for 14 s. Commands take time, one fails.
make_journal() {
    cat >"$trace" <<'EOF2'
%vfjournal 1
%mode act
%rc hyperv_vf_delay="2"
%rc ifconfig_hn0="inet 10.0.0.4/24"
%if hn0 up inet 10.0.0.4/24
%vf mce0 hn0
%slow 0.5 ifconfig mce0 up
@1795356000 !system=ETHERNET subsystem=mce0 type=IFATTACH
%at +2.6
@+1.4 !system=IFNET subsystem=mce0 type=LINK_UP
@+0.1 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP
@+100 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN
@+0.01 !system=IFNET subsystem=mce0 type=DETACH
@+14 !system=ETHERNET subsystem=mce0 type=IFATTACH
@+4 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP
%at +300
EOF2
    "$vfjournal" replay --output-journal "$journal" "$trace" >"$log" 2>&1 || fail "no journal"
}

test_settings() {
    make_journal
    run 0 replay --set hyperv_vf_delay=2 journal.db
    says "B: all answers are the recorded ones"
    says "17 decisions in A, 17 in B; 0 only in A, 0 only in B"
    run 0 replay --set hyperv_vf_delay=30 journal.db
    same "a longer delay" "journal.db: played as it is (A), and with hyperv_vf_delay=30 (B)
B: answers are assumed from record 10 on

                                         A               B           B - A
migrations                               2               2               0
on the slow path                    19.0 s          75.0 s         +56.0 s
  in state detached                 14.0 s          14.0 s               0
  in state attached                10.0 ms         10.0 ms               0
  in state delayed                   5.0 s          61.0 s         +56.0 s
  in state lagged                  401.6 s         345.6 s         -56.0 s
changes of state                         8               8               0
commands                                 9               9               0
  time of all                        1.0 s           1.0 s               0

17 decisions in A, 17 in B; 0 only in A, 0 only in B" "$printed"
    check "80 columns" is_narrow
    run 0 replay --policy scripts journal.db
    says "with policy scripts (B)"
    run 0 replay --sysctl hw.hn.vf_transparent=1 journal.db
    says "commands                                 9               0              -9"
    run 0 replay --mode observe journal.db
    says "with mode observe (B)"
    printf '# a file\nhostname="x"\nhyperv_vf_delay="2"  # as before\nifconfig_hn0='"'inet 10.0.0.4/24'"'\n' >"$work/same.conf"
    run 0 replay --rc same.conf journal.db
    says "B: all answers are the recorded ones"
    run 0 replay --rc same.conf --set hyperv_vf_delay=30 journal.db
    says "on the slow path                    19.0 s          75.0 s         +56.0 s"

    # the journal of the what-if is one like any other
    run 0 replay --set hyperv_vf_delay=30 --output-journal new.db journal.db
    run 0 replay new.db
    says "same: the machine decides as recorded"
    run 0 migrations new.db
    says "30.5 s"
    run 0 replay --set hyperv_vf_delay=30 -o commands journal.db
    says "# here the settings make the first difference; answers are assumed from record 10 on
ifconfig lagg0 create"
    run 0 replay --set hyperv_vf_delay=30 -o json journal.db
    says '{"side":"b","assumed_from":10,"migrations":2,"slow_path":75'
    says '"same":false,"differs_from_a":10,"differs_from_b":10,"decisions_a":17'

    # a trace has a transcript, and no recorded answers
    run 0 replay --set hyperv_vf_delay=30 guest.trace
    says "   30.000000  hn0   run ifconfig lagg0 create"
    says "B: a trace has no recorded answers: all are the guest model's"

    run 2 replay --set hyperv_vf_delay journal.db
    says "--set takes NAME=VALUE, not: hyperv_vf_delay"
    run 2 replay --set hyper=3 journal.db
    says "--set takes a variable that vfjournal reads, as hyperv_vf_delay"
    run 2 replay --sysctl kern.x=3 journal.db
    says "--sysctl takes a sysctl that vfjournal reads, as hw.hn.vf_transparent"
    run 2 replay --sysctl hw.hn.vf_transparant=1 journal.db
    says "dev.hn.N.vf, not: hw.hn.vf_transparant=1"
    run 2 replay --sysctl hw.hn.vf_transparent=yes journal.db
    says "--sysctl takes an integer as the value of this sysctl, not: hw.hn.vf_transparent=yes"
    run 2 replay --policy x journal.db
    says "--policy takes scripts or vfjournal, not: x"
    run 2 replay --rc absent.conf journal.db
    says "absent.conf: No such file or directory"
    printf 'hyperv_vf_delay="2"\nifconfig_hn0="$x"\n' >"$work/bad.conf"
    run 2 replay --rc bad.conf journal.db
    says "bad.conf:2: only sh(1) can expand the value"
    printf 'hyperv_vf_delay 2\n' >"$work/bad.conf"
    run 2 replay --rc bad.conf journal.db
    says "bad.conf:1: not NAME=VALUE"
    run 2 replay --output-journal again.db journal.db
    says "--output-journal is for traces and what-ifs"
    printf 'nonsense\n' >"$work/bad.trace"
    run 2 replay --set hyperv_vf_delay=3 bad.trace
    says "bad.trace:1:1: not an event"
    check "no file is left behind" leaves_nothing
}

# What followed from a command of the recorded program follows from that of the other one: on a real
# FreeBSD the VF has its link, and the data path, a second after it was upped.
test_follow() {
    fixture=$tests/fixtures/freebsd-13.2-two-migrations.db
    cp "$fixture" "$work/real.db"
    run 0 replay --set hyperv_vf_delay=10 --output-journal late.db real.db
    says "migrations                               3               3               0"
    run 0 show -H -n all -k vf-up -k vf-down late.db
    same "VF_UP and VF_DOWN, each once" "vf-up vf-down vf-up vf-down" \
        "$(printf '%s\n' "$printed" | cut -f3 | tr '\n' ' ' | sed 's/ $//')"
    # the VF leaves before a delay of 30 s is over
    run 0 replay --set hyperv_vf_delay=30 --output-journal never.db real.db
    says "commands                                15               0             -15"
    run 1 show -n all -k vf-up never.db
}

# timed DELAY_S: the trace of a guest whose VF has its link 0.8 s and the data path 1.5 s after it was
# upped, and leaves at the same time whatever the delay was.
timed() {
    cat <<EOF2
%vfjournal 1
%rc hyperv_vf_delay="$1"
%rc ifconfig_hn0="inet 10.0.0.4/24"
%if hn0 up inet 10.0.0.4/24
%vf mce0 hn0
%slow 0.250 ifconfig mce0 up
%slow 0.100 ifconfig lagg0 laggport mce0
@1795356000 !system=ETHERNET subsystem=mce0 type=IFATTACH
@$1.150 !system=IFNET subsystem=mce0 type=LINK_UP
@$1.850 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP
@100 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN
@100.01 !system=IFNET subsystem=mce0 type=DETACH
@120 !system=ETHERNET subsystem=mce0 type=IFATTACH
@$((120 + $1)).150 !system=IFNET subsystem=mce0 type=LINK_UP
@$((120 + $1)).850 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP
@400 !system=IFNET subsystem=other0 type=LINK_UP
EOF2
}

# What the other delay would have done is what it does.
test_truth() {
    timed 5 >"$work/5.trace"
    timed 20 >"$work/20.trace"
    for delay in 5 20; do
        run 0 replay --output-journal $delay.db $delay.trace
        run 0 show -H -n all -k run -k state -k vf-up -k link $delay.db
        printf '%s\n' "$printed" >"$work/$delay.lines"
    done
    for delay in 5 20; do
        other=$((25 - delay))
        run 0 replay --set hyperv_vf_delay=$other --output-journal as$other.db $delay.db
        says "B: answers are assumed from record"
        run 0 show -H -n all -k run -k state -k vf-up -k link as$other.db
        same "a delay of $other s, asked of one of $delay s" "$(cat "$work/$other.lines")" "$printed"
    done
}

# transparent ATTWAIT_S: the trace of a guest in transparent mode. hn(4) takes the VF up when the wait
# is over, and the VF has its link 0.05 s later. The VF leaves at the same time whatever the wait was.
transparent() {
    cat <<EOF2
%vfjournal 1
%mode observe
%sysctl hw.hn.vf_transparent=1
%sysctl hw.hn.vf_xpnt_attwait=$1
%rc ifconfig_hn0="inet 10.0.0.4/24"
%if hn0 up inet 10.0.0.4/24
%vf mce0 hn0
@1795356000 !system=ETHERNET subsystem=mce0 type=IFATTACH
@$1.050 !system=IFNET subsystem=mce0 type=LINK_UP
@100.01 !system=IFNET subsystem=mce0 type=DETACH
@120 !system=ETHERNET subsystem=mce0 type=IFATTACH
@$((120 + $1)).050 !system=IFNET subsystem=mce0 type=LINK_UP
@400 !system=IFNET subsystem=other0 type=LINK_UP
EOF2
}

# In transparent mode, hn(4) takes the VF up. No command of the program does.
test_transparent() {
    timed 5 >"$work/none.trace"
    run 0 replay --output-journal none.db none.trace
    for wait in 3 9; do
        transparent $wait >"$work/$wait.trace"
        run 0 replay --output-journal $wait.db $wait.trace
        run 0 show -H -n all -k state -k link $wait.db
        printf '%s\n' "$printed" >"$work/$wait.lines"
        same "changes to switched" 2 "$(grep -c 'delayed -> switched' "$work/$wait.lines")"
    done
    for wait in 3 9; do
        other=$((12 - wait))
        run 0 replay --sysctl hw.hn.vf_xpnt_attwait=$other --output-journal as$other.db $wait.db
        says "B: answers are assumed from record"
        run 0 show -H -n all -k state -k link as$other.db
        same "a wait of $other s, asked of one of $wait s" "$(cat "$work/$other.lines")" "$printed"
        run 0 replay --sysctl hw.hn.vf_transparent=1 --sysctl hw.hn.vf_xpnt_attwait=$wait \
            --mode observe --output-journal of$wait.db none.db
        run 0 show -H -n all -k state -k link of$wait.db
        same "transparent mode, asked of a journal without" "$(cat "$work/$wait.lines")" "$printed"
    done
    # Without transparent mode, hn(4) does not take the VF up, so that the VF gets no link.
    run 0 replay --sysctl hw.hn.vf_transparent=0 --output-journal untaken.db 3.db
    run 1 show -n all -k link -i mce0 untaken.db
    # Observe mode runs no command, so that no command takes the VF up.
    run 0 replay --mode observe --output-journal observed.db none.db
    run 1 show -n all -k vf-up observed.db
    run 0 replay --sysctl hw.hn.vf_transparent=0 --mode act --output-journal taken.db 3.db
    run 0 show -H -n all -k state taken.db
    same "changes to lagged" 2 "$(printf '%s\n' "$printed" | grep -c 'delayed -> lagged')"
}

# Two slots lose their VFs together: the same decisions for other interfaces.
compare_slots() {
    {
        printf '%%vfjournal 1\n%%mode act\n%%rc hyperv_vf_delay="2"\n'
        printf '%%if hn%d up\n%%vf mce%d hn%d\n' 0 0 0 1 1 1
        printf '@1795356000 !system=ETHERNET subsystem=mce0 type=IFATTACH\n'
        printf '@+1 !system=ETHERNET subsystem=mce1 type=IFATTACH\n'
        printf '@+4 !system=HYPERV_NIC_VF subsystem=hn%d type=VF_UP\n' 0 1
        printf '@+9 !system=HYPERV_NIC_VF subsystem=hn%d type=VF_DOWN\n' 0 1
        printf '@+0.1 !system=IFNET subsystem=mce%d type=DETACH\n' 0 1
        printf '@+9 !system=ETHERNET subsystem=mce%d type=IFATTACH\n%%at +9\n' 0 1
    } >"$work/slots.trace"
    "$vfjournal" replay --output-journal "$work/slots.db" "$work/slots.trace" >"$log" 2>&1 || fail "no slots"
    run 0 migrations slots.db
    of_hn0=$(printf '%s\n' "$printed" | sed -n '4s/ .*//p')
    of_hn1=$(printf '%s\n' "$printed" | sed -n '5s/ .*//p')
    run 1 diff slots.db "$of_hn0" "$of_hn1"
    says "-> lagged: joined"
    says "run ifconfig mce0 up (B: ifconfig mce1
                                        up)"
    check "no blank at the end of a line" test "$(printf '%s\n' "$printed" | grep -c ' $')" -eq 0
    check "the same states are beside each other" test "$(printf '%s\n' "$printed" | grep -c '^[+-] ')" -eq 0
    run 1 diff -o json slots.db "$of_hn0" "$of_hn1"
    says '"text":"ifconfig mce0 up","text_b":"ifconfig mce1 up","same":true,"seq_a":'
}

test_diff() {
    make_journal
    run 0 migrations journal.db
    first=$(printf '%s\n' "$printed" | sed -n '2s/ .*//p')
    second=$(printf '%s\n' "$printed" | sed -n '3s/ .*//p')
    run 1 diff --utc journal.db --set hyperv_vf_delay=10 "$second"
    same "one migration, two settings" \
        "A: migration $second of hn0, 2026-11-22 14:01:44Z B: migration $second of hn0, \
2026-11-22 14:01:44Z, with hyperv_vf_delay=10; answers are assumed from record 10 on" \
        "$(printf '%s\n' "$printed" | sed -n 1,3p | tr -s '\n ' '  ' | sed 's/ $//')"
    says "~   14.0 s    2.5 s    14.0 s   10.5 s  -> delayed: delay-started"
    says "1 of 7 decisions differs; B took 8.0 s more"
    check "80 columns" is_narrow
    run 0 diff --set hyperv_vf_delay=2 journal.db "$second"
    says "0 of 7 decisions differ; both took the same time"
    run 1 diff journal.db "$first" "$second"
    says "run ifconfig lagg0 create"
    says "on the slow path                     2.5 s          16.5 s         +14.0 s"
    run 0 diff journal.db "$first" "$first"
    run 1 diff -o json journal.db "$first" "$second"
    says '{"side":"a","migration":'"$first"',"slot":"hn0"'
    says '"failed_commands":'
    says '"command_time":'
    says '{"decision":"run","text":"ifconfig lagg0 create","same":false,"seq_a":'
    says '"same":false,"decisions":'
    compare_slots
    run 2 diff journal.db "$second"
    says "give A and B, or A and a setting as --set NAME=VALUE, beside FILE: journal.db"
    run 2 diff journal.db 1 2 3
    says "an argument too many: 3"
    run 1 diff --state journal.db 3 20
    says "-: after record 3; +: after record 20"
    says "+                    state: delayed"
    run 0 diff --state -J journal.db 20 20
    says "0 of "
    run 1 diff --state -o json journal.db 3 20
    says '{"subject":"hn0","fact":"state","b":"'

    run 2 diff journal.db 99 "$second"
    says "no migration has the ID 99; the nearest is"
    run 2 diff journal.db x "$second"
    says "A and B are numbers from 1 on, not: x"
    run 2 diff journal.db
    says "give A and B, or A and a setting"
    run 2 diff -J journal.db 1
    says "give A and B, or A and a setting"
    run 2 diff --state journal.db 1 99999
    says "no record 99999: the journal holds records 1 to"
    run 2 diff --state --set hyperv_vf_delay=2 journal.db 1
    says "--state compares two records"
    run 2 diff absent.db 1 2
    says "no such journal"
    : >"$work/empty.db"
    run 2 diff empty.db 1 2
    check "no file is left behind" leaves_nothing
}

test_state() {
    make_journal
    run 0 replay --goto 8 journal.db
    says "The machine decides as recorded up to record 8:"
    says "                   state: delayed"
    says "           delay ends in: 2"
    goto=$printed
    run 0 replay --state 8 journal.db
    same "the state alone" "$printed" "$(printf '%s\n' "$goto" | sed 1,3d)"
    check "80 columns" is_narrow
    run 0 replay --state 8 -o json journal.db
    says '{"subject":"daemon","running":"yes","mode":"act","policy":"vfjournal"'
    says '"state":"delayed"'
    run 0 replay --state 8 guest.trace
    says "                   state: delayed"
    run 0 replay --state 8 --set hyperv_vf_delay=30 journal.db
    says "           delay ends in: 30"
    run 1 replay --state 99999 journal.db
    says "no record 99999: the journal holds records 1 to"
    run 2 replay --state 0 journal.db
    says "SEQ is the number of a record, from 1 on, not: 0"
    run 2 replay --state 1 --goto 1 journal.db
    says "exclude each other"
    # from a checkpoint, and by the whole journal
    i=0
    while [ $i -lt 900 ]; do
        printf '@+100 !system=IFNET subsystem=mce9 type=LINK_UP\n'
        i=$((i + 1))
    done >>"$trace"
    run 0 replay --output-journal long.db guest.trace
    last=$("$vfjournal" show -n 1 -a -o json "$work/long.db" | sed 's/.*"seq":\([0-9]*\).*/\1/')
    run 0 show -n all -k checkpoint -a long.db
    run 0 replay --state "$last" long.db
    short=$printed
    run 0 replay --goto "$last" long.db
    same "the state from a checkpoint" "$short" "$(printf '%s\n' "$printed" | sed 1,3d)"
}

test_many() {
    make_journal
    printf 'nonsense <&"\n' >"$work/bad.trace"
    odd=$(printf 'a<&"\033\377')
    run 2 replay --junit out.xml journal.db guest.trace bad.trace "$odd"
    says "journal.db: same: the machine decides as recorded
guest.trace: played"
    if command -v python3 >/dev/null; then
        found=$(python3 -c '
import sys, xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot()[0]
print(*[suite.get(key) for key in ("tests", "failures", "errors", "skipped")])
for case in suite:
    print(case.get("name"), *[child.tag + ":" + child.get("type", "") for child in case])
' "$work/out.xml" 2>&1)
        same "the report" '4 0 2 0
journal.db
guest.trace
bad.trace error:unusable
a<&"\x1b\xff error:unusable' "$found"
    fi
    run 2 replay --fail-fast --junit out.xml bad.trace journal.db
    says "journal.db: skipped"
    check "a skipped file" grep -q '<skipped message="an earlier file failed"/>' "$work/out.xml"
    run 0 replay journal.db guest.trace
    run 2 replay --output-journal new.db journal.db guest.trace
    says "--output-journal takes one FILE, not also: guest.trace"
    run 2 replay -J journal.db journal.db guest.trace
    says "give the journal once"
    run 4 replay --junit absent/out.xml journal.db
    says "absent/out.xml: No such file or directory"
    : >"$work/empty.db"
    run 1 replay --junit out.xml empty.db
    check "no records" grep -q '<failure type="empty" message="vfjournal: empty.db' "$work/out.xml"
    cp "$tests/fixtures/journal-4-rules-2.db" "$work/old.db"
    run 3 replay --junit out.xml old.db
    check "other rules" grep -q '<failure type="rules-changed" message="old.db: rules changed' \
        "$work/out.xml"
}

# on_terminal ARGUMENT...: runs the verb by the script on standard input.
on_terminal() {
    found=$(cd "$work" && "$pty" "$vfjournal" "$@" 2>&1)
    same "on a terminal: $*" "" "$found"
}

is_gone() { ! kill -0 "$(cat "$work/pid")" 2>/dev/null; }

test_bisect() {
    make_journal
    run 0 bisect --utc --run '! grep -q type=VF_DOWN "$1"' guest.trace
    says "up to line 16: bad"
    says "CMD fails from line 12 on, after 5 runs:
      12 @+100 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN"
    # a beginning is a journal: whole, and verified
    run 0 bisect --utc --run "'$vfjournal' replay \"\$1\" >/dev/null || exit 200
        '$vfjournal' show -k vf-down -J \"\$VFJ_FILE\" >/dev/null && exit 1; exit 0" journal.db
    says "  hn0   vf-down      !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN"
    run 0 bisect --run 'exit 1' journal.db
    says "CMD fails from record 1 on"
    run 0 bisect --run '[ "$VFJ_SEQ" -lt 20 ]' -o json journal.db
    says '"found":true,"first":'
    run 1 bisect --run true journal.db
    says "CMD does not fail on the whole file"
    run 3 bisect --run '[ "$VFJ_SEQ" -lt 50 ] || exit 1; [ "$VFJ_SEQ" -lt 20 ] || exit 125' journal.db
    says "CMD fails from one of the records "
    run 3 bisect --run 'exit 125' journal.db
    says "CMD skips the whole file"
    printf '#!/bin/sh\n! grep -q type=VF_DOWN "$1"\n' >"$work/judge"
    chmod 755 "$work/judge"
    run 0 bisect --utc --run ./judge guest.trace
    says "CMD fails from line 12 on"
    run 2 bisect --run ./absent journal.db
    says "CMD ended with status 127 at record"
    run 2 bisect --run 'exit 128' journal.db
    says "CMD ended with status 128 at record"
    # shellcheck disable=SC2016
    run 2 bisect --run 'kill -9 $$' journal.db
    says "CMD ended with status 137"
    run 2 bisect journal.db
    says "which command? give --run CMD"
    run 2 bisect --run true absent.db
    says "No such file or directory"
    : >"$work/empty.db"
    run 2 bisect --run true empty.db
    check "no file is left behind" leaves_nothing
    # Ctrl-C ends the command, too
    on_terminal bisect --run 'echo $$ >pid; echo begun; exec sleep 100' journal.db <<EOF2
await begun
send $(printf '\003')
end -2
EOF2
    await "the end of the command" is_gone
    check "no file is left after Ctrl-C" leaves_nothing
}

test_play() {
    space=' '
    make_journal
    on_terminal replay --play journal.db <<EOF2
await playing x1  record
send ${space}
await paused x1
send n
await paused
send p
await paused
send >
await paused x2
send <<
await paused 1/2
send g
await jump to record:
send 44\\n
await record 44
send gx\\e
await paused
send g999999999\\n
await end 1/2
send q
end 0
EOF2
    # a pause of 100 s is squeezed, and told
    on_terminal replay --play guest.trace <<'EOF2'
await playing x1
send >>>>>>
await , after 100.0 s
await , after 14.0 s
await end x64
send q
end 0
EOF2
    # the terminal is as before, whatever ends the player
    for signal in 1 2 3 15; do
        on_terminal replay --play --set hyperv_vf_delay=5 journal.db <<EOF2
await playing
signal $signal
end -$signal
EOF2
    done
    on_terminal replay --play journal.db <<EOF2
await playing
send $(printf '\003')
end -2
EOF2
    check "no file is left behind" leaves_nothing
    run 2 replay --play journal.db
    says "--play needs a terminal as standard input and output"
}

"test_$scenario"
judge
