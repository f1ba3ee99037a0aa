#!/bin/sh
# vfjournal status, of journals that traces made, of none, of hostile ones, and while a daemon runs.
#   usage: check_status.sh VFJOURNAL GUEST
set -u

vfjournal=${1:?usage: check_status.sh VFJOURNAL GUEST}
guest=${2:?usage: check_status.sh VFJOURNAL GUEST}
failed=0
daemon=
scratch=$(mktemp -d) || exit 1

cleanup()
{
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null
    [ ! -d "$scratch/guest/state" ] || "$guest" stop "$scratch/guest" >/dev/null 2>&1
    rm -rf "$scratch"
}
trap cleanup EXIT
cd "$scratch" || exit 1

# expect STATUS WHAT COMMAND...: its output goes to the file out.
expect()
{
    wanted=$1 what=$2
    shift 2
    "$@" >out 2>&1
    found=$?
    [ $found -eq "$wanted" ] && return
    echo "$what: exit status $found, not $wanted"
    sed 's/^/    /' out
    failed=1
}

# says PATTERN...: the output of the last expect has each.
says()
{
    for pattern; do
        grep -Eq -e "$pattern" out && continue
        echo "$what: does not say: $pattern"
        sed 's/^/    /' out
        failed=1
    done
}

# Two hn: one whose VF left and came back, one whose lagg can't be made.
cat >two.trace <<'END'
%rc hyperv_vf_delay="120"
%if hn0 up inet 10.0.0.4/24
%vf mce0 hn0
%vf mlxen0 hn1
%fail 100 1 ifconfig lagg1 create
@1795356000 !system=ETHERNET subsystem=mce0 type=IFATTACH
@+0.5 !system=ETHERNET subsystem=mlxen0 type=IFATTACH
%at +130
%gap devd closed the connection
@+100 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN
@+0.01 !system=IFNET subsystem=mce0 type=DETACH
@+56 !system=ETHERNET subsystem=mce0 type=IFATTACH
END
"$vfjournal" replay --journal two.db two.trace >/dev/null || exit 1
expect 1 "two hn" "$vfjournal" status -J two.db
says 'two\.db, [0-9]+ records up to 2026-11-22 14:04:46Z, same$' 'daemon: not running; the last one: mode act' \
    'last gap: 2026-11-22 14:02:10Z: devd closed the connection' 'trouble: no daemon runs' \
    '^hn0 +delayed +mce0 +2 +2026-11-22 14:04:46Z +lagg0: hn0$' 'delay: 120\.0 s left when the journal ends' \
    'last: ifconfig mce0 up: ok' '^hn1 +delayed +mlxen0 +1 ' 'last: ifconfig lagg1 create: exit 1' \
    'fault: a command failed; [0-9]+ times in a row' 'retry: '
expect 1 "one hn" "$vfjournal" status -i mlxen0 -J two.db
says '^hn1 '
grep -q '^hn0 ' out && { echo "-i shows another hn"; failed=1; }
expect 1 "json" "$vfjournal" status -o json --journal=two.db
says '^\{"journal":"two\.db".*"running":false.*"attention":true\}$' \
    '^\{"slot":"hn0","state":"delayed","vf":"mce0","generation":2,.*"ports":\["hn0"\],.*"timer":"delay","left":120\.0' \
    '"fault":"command-failed","fault_text":"a command failed"'
expect 1 "an unknown hn" "$vfjournal" status -i hn7 -J two.db
says 'no slot has the interface hn7'
expect 1 "two of them" "$vfjournal" status -i hn0 -i hn1 two.db
says '^hn0 ' '^hn1 '
expect 1 "one is unknown" "$vfjournal" status -i hn0 -i hn7 two.db
says 'no slot has the interface hn7'

# What rc.conf says does not fit in one command.
words=$(printf 'w %.0s' 1 2 3 4 5 6 7 8 9 10)
cat >long.trace <<END
%rc ifconfig_hn0="inet 10.0.0.4/24 $words$words$words$words$words$words$words"
%if hn0 up
%vf mce0 hn0
@1795356000 !system=ETHERNET subsystem=mce0 type=IFATTACH
%at +130
END
"$vfjournal" replay --journal long.db long.trace >/dev/null || exit 1
expect 1 "too many words" "$vfjournal" status -J long.db
says 'fault: the configuration in rc\.conf is longer than one command can carry'
expect 0 "too many words, shown" "$vfjournal" show -J long.db
says 'hn0 .*mce0: the configuration in rc\.conf is longer than one command can carry'

# Policy scripts: the delay is a sleeper's.
sed '1i %policy scripts' two.trace >scripts.trace
"$vfjournal" replay --journal scripts.db scripts.trace >/dev/null || exit 1
expect 1 "scripts" "$vfjournal" status -J scripts.db
says 'policy scripts' 'delay: 120\.0 s left'

# Transparent mode.
printf '%%sysctl hw.hn.vf_transparent=1\n@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n' >transparent.trace
"$vfjournal" replay --journal transparent.db transparent.trace >/dev/null || exit 1
expect 1 "transparent" "$vfjournal" status -J transparent.db
says 'transparent VF mode' '^No VF has been seen\.$'
cat >stuck.trace <<'END'
%sysctl hw.hn.vf_transparent=1
%mode observe
%if hn0 up
%vf mce0 hn0
%sysctl dev.hn.0.vf_xpnt_enabled=0
@0 !system=ETHERNET subsystem=mce0 type=IFATTACH
%at 20
END
"$vfjournal" replay --journal stuck.db stuck.trace >/dev/null || exit 1
expect 1 "a VF that is not switched" "$vfjournal" status -J stuck.db
says 'finding: not-switched: the VF has been attached for 15 s' 'look for the reason in dmesg'
expect 1 "a VF that is not switched, as JSON" "$vfjournal" status -J stuck.db -o json
says '"transparent":true,"findings":."not-switched"'

# What is no journal, or no sound one.
expect 2 "no journal" "$vfjournal" status -J absent.db
says 'no such journal'
expect 2 "a directory" "$vfjournal" status -J "$scratch"
expect 2 "a text" "$vfjournal" status -J two.trace
printf 'SQLite format 3\000' >torn.db
expect 5 "a torn file" "$vfjournal" status -J torn.db
head -c 9000 two.db >cut.db
expect 5 "a cut file" "$vfjournal" status -J cut.db
: >empty.db
expect 1 "an empty file" "$vfjournal" status -J empty.db
says 'the file is empty: it holds no records'
sed 's/hyperv_vf_delay=120/hyperv_vf_delay=121/' two.db >edited.db
cmp -s two.db edited.db && echo "the edit was none"
expect 6 "an edited journal" "$vfjournal" status -J edited.db
says ', edited$' "trouble: the journal differs from the machine's decisions"
printf '99999999\n' >two.db.lock
expect 1 "a lock left behind" "$vfjournal" status -J two.db
says 'daemon: not running'
rm two.db.lock
ln -s /dev/zero two.db.lock
expect 1 "a lock that is none" "$vfjournal" status -J two.db
says "whether a daemon runs is unknown"

expect 2 "a word too many" "$vfjournal" status two.db other.db
expect 1 "the file as an operand" "$vfjournal" status two.db
says '^hn0 '
expect 1 "from a pipe" sh -c "cat two.db | '$vfjournal' status -"
says 'standard input, ' '^hn0 '
expect 2 "an unknown format" "$vfjournal" status -o xml -J two.db
expect 2 "an unknown option" "$vfjournal" status --frobnicate
expect 0 "help" "$vfjournal" status --help

# While a daemon runs: alive, asked by signal, in order again, and killed.
"$guest" init guest hn0=mce0 && "$guest" start guest || exit 1
journal=guest/var/db/vfjournal/journal.db
"$vfjournal" daemon --act --root guest 2>log &
daemon=$!
until_said()
{
    tries=100
    until "$vfjournal" status -J $journal 2>&1 | grep -Eq "$1"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || { echo "never says: $1"; "$vfjournal" status -J $journal; failed=1; return; }
        sleep 0.1
    done
}
until_said 'devd: [0-9].*seqpacket'
expect 0 "a daemon" "$vfjournal" status -J $journal
says "daemon: running, pid $daemon, mode act, policy vfjournal" 'No VF has been seen'
"$guest" host guest plug mce0
until_said 'delay: [0-9.]+ s left$'
until_said '^hn0 +lagged +mce0 +1 .* lagg0: hn0 mce0$'
expect 0 "lagged" "$vfjournal" status -J $journal
if [ "$(uname -s)" = Linux ]; then signal=USR1; else signal=INFO; fi
kill -$signal "$daemon"
sleep 0.3
grep -q '^status: mode act, policy vfjournal, record [0-9]*, connected to ' log || { echo "no status line"; failed=1; }
grep -q '^hn0: lagged, VF mce0$' log || { echo "no line for hn0"; failed=1; }
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null
daemon=
expect 1 "a dead daemon" "$vfjournal" status -J $journal
says 'the last one ended without a record' '^hn0 +lagged '

[ $failed -eq 0 ] && echo "all right"
exit $failed
