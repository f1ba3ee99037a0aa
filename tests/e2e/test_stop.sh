#!/bin/sh
# A daemon that is told to end in each step of a join: the guest has its network after that, the
# stock scripts can go on from there, and so can the next daemon.
#   usage: test_stop.sh VFJOURNAL VFJ_GUEST
# VFJ_TEST_USER: the daemon is to be that user, with a monitor; only root can try that.
# Each step is a guest of its own; four of them run at a time.
set -u

vfjournal=$1
guest=$2
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_stop.XXXXXX") || exit 1
if [ -n "${VFJ_TEST_USER-}" ]; then
    [ "$(id -u)" -eq 0 ] || exit 77
    chmod 755 "$work" # the user must get to the journal
fi
as_user() { [ -z "${VFJ_TEST_USER-}" ] || echo "--user $VFJ_TEST_USER"; }
name=stop
log=
journal=

# shellcheck source=tests/kit/checks.sh
. "${0%/*}/../kit/checks.sh"

finish() {
    for directory in "$work"/*/; do
        [ ! -f "$directory/daemon.pid" ] || kill -KILL "$(cat "$directory/daemon.pid")" 2>/dev/null
        "$guest" stop "$directory" >/dev/null 2>&1
    done
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

host() { "$guest" host "$dir" "$@"; }
is_lagged() { [ "$(rows | grep -c '"to":"lagged"')" -ge "$1" ]; }
row_holds() { rows | grep -q -F -e "$1"; }
has_hn() { "$dir/sbin/ifconfig" lagg0 2>/dev/null | grep -q "laggport: hn0 "; }
ran() { "$guest" log "$dir" | sed 's/^[0-9a-z]* //'; }

is_running() { grep -q -F -e "slow $*" "$dir/state/slow"; }
has_ended() { ran | grep -q -F -e "$*"; }

# begin NAME KIND: a guest whose VF is joined as soon as it attaches
begin() {
    name=$1
    dir=$work/$1
    log=$dir/daemon.log
    journal=$dir/var/db/vfjournal/journal.db
    "$guest" init "$dir" "hn0=mce0,$2" || exit 1
    echo 'hyperv_vf_delay="0"' >>"$dir/etc/rc.conf"
    "$guest" start "$dir" >/dev/null
    [ "$2" = static ] || return 0
    "$dir/sbin/ifconfig" hn0 inet 10.0.0.5/32 alias
    "$dir/sbin/route" add -net 192.168.7.0/24 10.0.0.9 >/dev/null
    cat >>"$dir/etc/rc.conf" <<'END'
ifconfig_hn0_alias0="inet 10.0.0.5/32"
static_routes="far"
route_far="-net 192.168.7.0/24 10.0.0.9"
END
}

start_daemon() {
    before=$(count connected)
    # shellcheck disable=SC2046
    "$vfjournal" daemon --root "$dir" $(as_user) --act 2>>"$log" &
    pid=$!
    echo "$pid" >"$dir/daemon.pid"
    await "the connection" more_than "$before" connected
}

# end_daemon SIGNAL STATUS
end_daemon() {
    kill "-$1" "$pid"
    wait "$pid" 2>/dev/null
    same "exit status" "$2" $?
    rm -f "$dir/daemon.pid"
}

check_network() {
    check "packets get out $1" host reach
    [ "$kind" != static ] || check "by the static route, too, $1" host reach 192.168.7.1
    [ "$kind" != static ] || check "the alias is there $1" eval '"$dir/sbin/ifconfig" | grep -q "inet 10.0.0.5 "'
}

# As FreeBSD's hyperv_vfattach and hyperv_vfup: the VF is upped, and goes into a lagg that is there.
vf_returns() {
    host unplug mce0
    check_network "without VF"
    host plug mce0
    "$dir/sbin/ifconfig" mce0 up
    "$dir/sbin/ifconfig" lagg0 laggport mce0
    check_network "with the VF back"
}

# try NAME KIND COMMAND...: the daemon is told to end while that command runs
try() {
    kind=$2
    begin "$1" "$2"
    shift 2
    host slow 0.7 "$@"
    start_daemon
    host plug mce0
    await "$*" is_running "$*"
    end_daemon TERM 0
    check "the last row says stopped" eval 'rows | tail -n 1 | grep -q "\"kind\":\"stopped\""'
    check "the command ended first" has_ended "$*"
    check "lagg0 has hn0" has_hn
    check_network "when the daemon has ended"
    vf_returns
    start_daemon
    await "no plan" is_quiet
    check_network "with the next daemon"
    end_daemon TERM 0
    "$vfjournal" replay "$journal" >"$dir/replay.out" 2>&1
    same "replay" 0 $?
    "$guest" stop "$dir" >/dev/null
    judge
}

# No row for half a second.
is_quiet() {
    quiet_before=$(rows | wc -l)
    sleep 0.5
    [ "$(rows | wc -l)" -eq "$quiet_before" ]
}

# What a join runs, a command a line.
steps_of() {
    kind=$1
    begin "all-$1" "$1"
    start_daemon
    host plug mce0
    await "joined" is_lagged 1
    end_daemon TERM 0
    ran | sed -n '/^ifconfig lagg0 create/,$p' | grep -v '^kill' >"$work/$1.steps" # each kill is of another pid
    "$guest" stop "$dir" >/dev/null
    judge
}

# A second signal ends the daemon at once, and so does the end of its time.
try_patience() {
    kind=static
    begin "$1" static
    host slow 13 ifconfig lagg0 inet
    start_daemon
    host plug mce0
    await "an address" is_running "ifconfig lagg0 inet 10.0.0.4/24"
    began=$(date +%s)
    kill -TERM "$pid"
    sleep 1
    check "it finishes what it has begun" kill -0 "$pid"
    await "the row that says so" row_holds '"kind":"stopping"'
    if [ "$1" = twice ]; then
        began=$(date +%s)
        kill -TERM "$pid"
    fi
    wait "$pid"
    same "exit status" 0 $?
    took=$(($(date +%s) - began))
    rm -f "$dir/daemon.pid"
    if [ "$1" = twice ]; then
        check "a second signal ends it at once: $took s" [ $took -le 3 ]
        check "which it says" row_holds 'a second signal'
    else
        check "it ends after ten seconds: $took s" eval '[ $took -ge 9 ] && [ $took -le 13 ]'
        check "which it says" row_holds 'something is half-done'
    fi
    "$guest" stop "$dir" >/dev/null
    judge
}

(steps_of dhcp) >"$work/dhcp.out" 2>&1 &
(steps_of static) >"$work/static.out" 2>&1 &
wait
(try_patience twice) >"$work/twice.out" 2>&1 &
(try_patience long) >"$work/long.out" 2>&1 &

number=0
for kind in dhcp static; do
    [ -s "$work/$kind.steps" ] || fail "no join of a $kind guest: $(cat "$work/$kind.out")"
    while read -r step; do
        number=$((number + 1))
        # shellcheck disable=SC2086
        (try "$number-$kind" "$kind" $step) >"$work/$number.out" 2>&1 &
        [ $((number % 4)) -ne 0 ] || wait
    done <"$work/$kind.steps"
done
wait
cat "$work"/*.out
name=stop
check "every guest was tried, and well" [ "$(cat "$work"/*.out | grep -c ' 0 failed$')" -eq $((number + 4)) ]
printf '%s: %d steps\n' "$name" "$number"
judge
