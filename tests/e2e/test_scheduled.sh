#!/bin/sh
# Azure Scheduled Events from end to end: a daemon on the stand-in guest, and a server of ours in the
# place of Azure's instance metadata service. Its clock is shortened: a second is UNIT milliseconds.
#   usage: test_scheduled.sh VFJOURNAL VFJ_GUEST VFJ_SCHEDULED_SERVER SCENARIO
# VFJ_TEST_USER and VFJ_TEST_OPTIONS are as in test_daemon.sh.
set -u

vfjournal=$1
guest=$2
server=$3
name=$4
unit=20
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_scheduled.XXXXXX") || exit 1
if [ -n "${VFJ_TEST_USER-}" ]; then
    [ "$(id -u)" -eq 0 ] || exit 77
fi
chmod 755 "$work"
as_user() { [ -z "${VFJ_TEST_USER-}" ] || echo "--user $VFJ_TEST_USER"; }
pid=
server_pid=

# shellcheck source=tests/kit/checks.sh
. "${0%/*}/../kit/checks.sh"

dir=$work/guest
azure=$work/azure
log=$work/daemon.log
journal=$dir/var/db/vfjournal/journal.db

finish() {
    [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
    [ -z "$server_pid" ] || kill -KILL "$server_pid" 2>/dev/null
    "$guest" stop "$dir" >/dev/null 2>&1
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

host() { "$guest" host "$dir" "$@"; }
row_holds() { rows | grep -q -e "$1"; }
# rows about scheduled events, by their bodies
scheduled() { rows | sed -n 's/.*"kind":"scheduled","body":"\(.*\)","digest.*/\1/p' | sed 's/\\"/"/g'; }
phases() { scheduled | sed -n 's/^phase=\([a-z]*\).*/\1/p' | tr '\n' ' '; }
phases_are() { [ "$(phases)" = "$1 " ]; }
requests() { wc -l <"$azure/requests"; }
answers_more_than() { [ "$(requests)" -gt "$1" ]; }
# Two more requests were answered: the client has seen what the server has now.
settled() {
    seen=$(requests)
    await "two more requests" answers_more_than $((seen + 2))
}

start_server() {
    mkdir -p "$azure"
    : >"$azure/requests"
    printf vm-1 >"$azure/name"
    document ''
    "$server" "$azure" &
    server_pid=$!
    await "the server" test -s "$azure/port"
    port=$(cat "$azure/port")
}

# document EVENT,EVENT: the service's answer from now on
document() {
    printf '{"DocumentIncarnation":%d,"Events":[%s]}' "$((incarnation += 1))" "$1" >"$azure/document.new"
    mv "$azure/document.new" "$azure/document"
}
incarnation=0

# event ID TYPE STATUS NOT-BEFORE SECONDS TEXT [VM]
event() {
    printf '{"EventId":"%s","EventType":"%s","ResourceType":"VirtualMachine","Resources":["%s"],' "$1" "$2" "${7:-vm-1}"
    printf '"EventStatus":"%s","NotBefore":"%s","Description":"%s","EventSource":"Platform","DurationInSeconds":%s}' \
        "$3" "$4" "$6" "$5"
}

manner() {
    echo "$1" >"$azure/manner.new"
    mv "$azure/manner.new" "$azure/manner"
}

begin() {
    "$guest" init "$dir" "$@" || exit 1
    mkdir -p "$dir/var/empty"
    host sysctl hw.hn.vf_transparent 1
    "$guest" start "$dir" >/dev/null
}

start_daemon() {
    before=$(count connected)
    # shellcheck disable=SC2046,SC2086
    "$vfjournal" daemon --root "$dir" $(as_user) ${VFJ_TEST_OPTIONS-} --scheduled-events \
        --scheduled-events-url "http://127.0.0.1:$port/metadata/scheduledevents?api-version=2020-07-01" \
        --scheduled-events-second "$unit" "$@" 2>>"$log" &
    pid=$!
    await "the connection" more_than "$before" connected
}

stop_daemon() {
    kill -TERM "$pid"
    wait "$pid"
    same "exit status" 0 $?
    pid=
}

# Whatever happened: only reading requests with the header, a journal that replays, and a trace of it
# that gives the same.
end() {
    [ -z "$pid" ] || stop_daemon
    same "requests that are not wanted" '' "$(grep -v '^GET /metadata/[^ ]* HTTP/1.1 Metadata$' "$azure/requests")"
    "$vfjournal" verify --journal "$journal" >"$work/verify" 2>&1
    same "verify" 0 $?
    "$vfjournal" replay "$journal" >"$work/replay" 2>&1
    same "replay" 0 $?
    "$vfjournal" export --trace --journal "$journal" >"$work/exported.trace" 2>"$work/export.out"
    same "export" '0' "$?$(cat "$work/export.out")"
    "$vfjournal" replay "$work/exported.trace" >"$work/replayed" 2>&1
    same "scheduled events of the exported trace" "$(scheduled | sed 's/^/scheduled /')" \
        "$(sed -n 's/.* \(scheduled phase=.*\)/\1/p' "$work/replayed")"
}

LIVE="Virtual machine is being paused because of a memory-preserving Live Migration operation."

is_switched() { row_holds "\"slot\":\"hn0\",\"vf\":\"$1\".*\"to\":\"switched\""; }
switches_are() { [ "$(rows | grep -c '"to":"switched"')" -eq "$1" ]; }

# A live migration: announced, begun, the VF leaves and comes back, over.
scenario_migration() {
    begin hn0=mce0
    start_server
    start_daemon
    host plug mce0 hn0
    await "the VF in use" is_switched mce0
    await "the service answers" phases_are "watching"
    check "by its name" row_holds 'phase=watching resources=vm-1'
    document "$(event A1 Freeze Scheduled 'Mon, 30 Nov 2026 22:26:58 GMT' 5 "$LIVE")"
    await "the announcement" phases_are "watching announced"
    document "$(event A1 Freeze Started '' 5 "$LIVE")"
    await "the start" phases_are "watching announced started"
    host unplug mce0
    await "the VF left" row_holds '"from":"switched","to":"detached"'
    host plug mce0 hn0
    await "the VF is back" switches_are 2
    document ''
    await "the end" phases_are "watching announced started over"
    same "the rows" "phase=watching resources=vm-1
phase=announced id=A1 type=Freeze here=yes not_before=1796077618 duration=5 source=Platform resources=vm-1 text=\"$LIVE\"
phase=started id=A1 type=Freeze here=yes duration=5 source=Platform resources=vm-1 text=\"$LIVE\"
phase=over id=A1 type=Freeze here=yes duration=5 source=Platform resources=vm-1 text=\"$LIVE\"" "$(scheduled)"
    check "the log has the announcement" grep -q 'scheduled: live migration announced, not before 2026-11-30T22:26:58Z, for 5 s' "$log"
    # shown when it is asked for nothing in particular
    check "show has it" sh -c "'$vfjournal' show --utc -n all -J '$journal' | grep -q 'scheduled *live migration announced, not before'"
    end
}

# A reboot: the guest goes down, and the next daemon sees the end. What it knew is not announced twice.
scenario_reboot() {
    begin hn0=mce0
    start_server
    start_daemon
    await "the service answers" phases_are "watching"
    document "$(event R1 Reboot Scheduled 'Tue, 01 Dec 2026 03:00:00 GMT' -1 "Host server is undergoing maintenance.")"
    await "the announcement" phases_are "watching announced"
    stop_daemon
    document "$(event R1 Reboot Started '' -1 "Host server is undergoing maintenance.")"
    start_daemon
    await "the start" phases_are "watching announced watching started"
    stop_daemon
    document ''
    start_daemon
    await "the end" phases_are "watching announced watching started watching over"
    check "the duration is unknown" row_holds 'phase=announced id=R1 type=Reboot here=yes not_before=1796094000 source=Platform'
    end
}

# Announced, put off, and cancelled: it never begins. Another VM's event is recorded as such.
scenario_cancelled() {
    begin hn0=mce0
    start_server
    rm "$azure/name"
    start_daemon
    await "the service answers" phases_are "watching"
    same "the host's name is the VM's" "$(hostname | sed 's/\..*//')" "$(scheduled | sed 's/.*resources=//')"
    document "$(event C1 Redeploy Scheduled 'Mon, 30 Nov 2026 22:26:58 GMT' 600 "" "$(hostname)")"
    await "the announcement" phases_are "watching announced"
    document "$(event C1 Redeploy Scheduled 'Mon, 30 Nov 2026 23:26:58 GMT' 600 "" "$(hostname)")"
    await "it is put off" phases_are "watching announced announced"
    document "$(event X9 Freeze Scheduled 'Mon, 30 Nov 2026 23:26:58 GMT' 9 "" vm-other)"
    await "it is cancelled" phases_are "watching announced announced over announced"
    check "another VM's is told apart" row_holds 'phase=announced id=X9 type=Freeze here=no'
    document ''
    await "all over" phases_are "watching announced announced over announced over"
    end
}

# The host fails: the VF leaves unannounced, then the event is in the list, begun already.
scenario_failure() {
    begin hn0=mce0
    start_server
    start_daemon
    host plug mce0 hn0
    await "the VF in use" is_switched mce0
    await "the service answers" phases_are "watching"
    host unplug mce0
    await "the VF left" row_holds '"from":"switched","to":"detached"'
    document "$(event F1 Reboot Started '' -1 "Virtual machine is being restarted because of a hardware failure.")"
    await "the event" phases_are "watching started"
    host plug mce0 hn0
    await "the VF is back" switches_are 2
    document ''
    await "the end" phases_are "watching started over"
    end
}

# Wrong answers of every manner cost a row, and the next right answer counts again.
scenario_hostile() {
    begin hn0=mce0
    start_server
    start_daemon
    await "the service answers" phases_are "watching"
    expected=watching
    for bad in huge slow cut html redirect headers close error garbage continue; do
        manner "$bad"
        await "$bad: silent" phases_are "$expected silent"
        manner ok
        await "$bad: over" phases_are "$expected silent watching"
        expected="$expected silent watching"
    done
    for why in 'too long' 'in time' 'cut off' 'not JSON' 'HTTP status 302' 'header' 'HTTP status 500' \
        'too many bytes'; do
        check "the reason is told: $why" row_holds "phase=silent text=.*$why"
    done
    check "the daemon lives" kill -0 "$pid"
    # documents that are JSON, and yet no document
    printf '[{"Events":1}]' >"$azure/document.new"
    mv "$azure/document.new" "$azure/document"
    await "no list: silent" phases_are "$expected silent"
    check "the reason is told" row_holds 'no list of events'
    printf '{"Events":[7,null,"x",{"EventId":1,"EventType":[],"EventStatus":"Scheduled"},{"EventId":"\\u0001a\\nb \\"c","EventType":"F r","EventStatus":"scheduled","Resources":[1,"VM-1"],"Description":"\\u001b[2J\\\\","DurationInSeconds":1e9}]}' >"$azure/document.new"
    mv "$azure/document.new" "$azure/document"
    await "an odd event" phases_are "$expected silent watching announced"
    check "its bytes are tamed" row_holds 'id=_a_b__c type=F_r here=yes resources=VM-1 text=?\[2J?'
    end
}

# Each list has other events: after some of them the daemon ends the process that asks.
scenario_many() {
    begin hn0=mce0
    start_server
    start_daemon
    await "the service answers" phases_are "watching"
    manner many
    await "the daemon refuses them" row_holds 'phase=silent text=.*too many changes'
    await "the process that asked has ended" no_helper
    check "the daemon lives" kill -0 "$pid"
    same "rows in all" 50 "$(scheduled | wc -l)" # watching, 16, 32, silent
    end
}

# Nobody answers, as on Hyper-V without Azure: the daemon says so once, and asks no more.
scenario_absent() {
    begin hn0=mce0
    mkdir -p "$azure"
    : >"$azure/requests"
    port=1
    unit=1
    start_daemon
    await "it is given up" phases_are "silent"
    check "it says so" grep -q 'scheduled: no Scheduled Events: 127.0.0.1: .*asked for no more' "$log"
    check "the daemon lives" kill -0 "$pid"
    await "the process that asked has ended" no_helper
    end
}
now_ms() { awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime; }
no_helper() { [ -z "$(ps -A -o ppid= -o stat= -o comm= | awk -v pid="$pid" '$1 == pid && $3 ~ /^scheduled/ && $2 !~ /^Z/')" ]; }

find_helper() {
    ps -A -o pid= -o comm= | awk '$2 ~ /^scheduled/ { print $1 }' | while read -r p; do
        [ "$(awk '$1 == "PPid:" { print $2 }' "/proc/$p/status" 2>/dev/null)" = "$pid" ] && echo "$p"
    done
}

# The process that asks holds nothing but its socket, and the daemon sleeps while nothing changes.
scenario_idle() {
    begin hn0=mce0
    start_server
    start_daemon
    await "the service answers" phases_are "watching"
    helper=$(find_helper)
    check "it runs" test -n "$helper"
    if [ -d "/proc/$helper/fd" ]; then
        same "its descriptors lead nowhere" '' "$(for fd in /proc/"$helper"/fd/*; do readlink "$fd"; done |
            grep -v -e '^/dev/null$' -e '^socket:' -e '^anon_inode:' -e '^pipe:')"
        if [ "$(id -u)" -eq 0 ]; then
            same "its root is empty" "$dir/var/empty" "$(readlink "/proc/$helper/root")"
            check "it is not root" test "$(stat -c %u "/proc/$helper")" -ne 0
        fi
        switches() { cat /proc/"$pid"/task/*/status | grep voluntary; }
        settled
        idle_before=$(switches)
        asked_before=$(requests)
        began_ms=$(now_ms)
        sleep 3
        asked=$(($(requests) - asked_before))
        most=$((($(now_ms) - began_ms) / (60 * unit) + 1))
        same "the daemon has no wake-ups" "$idle_before" "$(switches)"
        check "it asks once in 60 of its seconds: $asked, at most $most" test "$asked" -ge 1 -a "$asked" -le "$most"
    fi
    end
}

uid_of() { awk '$1 == "Uid:" { print $2, $3, $4, $5 }' "/proc/$1/status"; }
# as_user_signals UID PID: whether a process of the user may signal the other one
as_user_signals() { setpriv --reuid "$1" --regid "$1" --clear-groups sh -c "kill -0 $2" 2>/dev/null; }

# The process that asks has a user of its own: what took it over can't stop or trace the daemon. One
# that does not end holds up nobody.
scenario_apart() {
    VFJ_TEST_OPTIONS= # in capability mode the daemon can't wait for it
    begin hn0=mce0
    start_server
    start_daemon
    await "the service answers" phases_are "watching"
    helper=$(find_helper)
    monitor=$(awk '$1 == "PPid:" { print $2 }' "/proc/$pid/status")
    check "it runs" test -n "$helper"
    user=$(id -u nobody)
    same "its user" "$user $user $user $user" "$(uid_of "$helper")"
    uid=$(id -u "$VFJ_TEST_USER")
    same "the daemon's user" "$uid $uid $uid $uid" "$(uid_of "$pid")"
    if command -v setpriv >/dev/null; then
        for target in "$pid" "$monitor"; do
            as_user_signals "$user" "$target" &&
                fail "user $user can signal process $target"
        done
        check "its own user can signal it" as_user_signals "$user" "$helper"
    fi
    kill -STOP "$helper"
    stop_daemon
    check "it says so" grep -q "scheduled: process $helper, which asks, does not end" "$log"
    kill -KILL "$helper"
    await "the process that asked has ended" eval '[ ! -d "/proc/$helper" ]'
    end
}

"scenario_$name"
judge
