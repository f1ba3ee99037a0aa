#!/bin/sh
# A daemon that is killed again and again, kill -9, at random points: at the end the guest is as
# without kills.
#   usage: test_kill.sh VFJOURNAL VFJ_GUEST [ROUNDS [SEED]]
# VFJ_TEST_USER: the daemon is to be that user, with a monitor; only root can try that.
# Each round is a guest of its own and a live migration of two interfaces; five rounds run at a
# time.
set -u

vfjournal=$1
guest=$2
rounds=${3:-10}
seed=${4:-1}
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_kill.XXXXXX") || exit 1
if [ -n "${VFJ_TEST_USER-}" ]; then
    [ "$(id -u)" -eq 0 ] || exit 77
    chmod 755 "$work" # the user must get to the journal
fi
as_user() { [ -z "${VFJ_TEST_USER-}" ] || echo "--user $VFJ_TEST_USER"; }

finish() {
    for dir in "$work"/*/; do
        [ ! -f "$dir/daemon.pid" ] || kill -KILL "$(cat "$dir/daemon.pid")" 2>/dev/null
        "$guest" stop "$dir" >/dev/null 2>&1
    done
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

rows() { "$vfjournal" show --journal "$journal" -a -o json 2>/dev/null; }

start_daemon() {
    # shellcheck disable=SC2046
    "$vfjournal" daemon --root "$dir" $(as_user) --act 2>>"$dir/daemon.log" &
    pid=$!
    echo "$pid" >"$dir/daemon.pid"
}

kill_daemon() {
    kill -KILL "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    kills=$((kills + 1))
}

# Which interface is up, which are its ports and its addresses; and what gets out.
describe() {
    for interface in hn0 hn1 mce0 mce1 mlxen0 lagg0 lagg1; do
        "$dir/sbin/ifconfig" "$interface" 2>/dev/null | sed -n \
            -e "s/^\([a-z0-9]*\): flags=[0-9a-f]*<\(UP\)*.*/\1 \2/p" \
            -e "s/^[[:space:]]*\(laggport: [a-z0-9]*\).*/    \1/p" \
            -e "s/^[[:space:]]*\(inet [0-9.]*\).*/    \1/p"
    done
    "$guest" host "$dir" reach
    "$guest" host "$dir" reach 10.1.0.1
}

# No row for a second, and both are joined; 40 seconds at most.
settle() {
    tries=0
    while [ $tries -lt 40 ]; do
        before=$(rows | wc -l)
        sleep 1
        if [ "$(rows | wc -l)" -eq "$before" ] && [ "$(joined)" -eq 2 ]; then
            return
        fi
        tries=$((tries + 1))
    done
}

joined() {
    { "$dir/sbin/ifconfig" lagg0; "$dir/sbin/ifconfig" lagg1; } 2>/dev/null | grep -c -e 'laggport: m'
}

# round NAME SEED: with kills unless the seed is 0
round() {
    dir=$work/$1
    journal=$dir/var/db/vfjournal/journal.db
    kills=0
    "$guest" init "$dir" hn0=mce0 hn1=mce1 && "$guest" start "$dir" >/dev/null || return 1
    start_daemon
    "$guest" play "$dir" "$work/play" &
    player=$!
    if [ "$2" -ne 0 ]; then
        for pause in $(awk -v seed="$2" 'BEGIN { srand(seed); for (i = 0; i < 60; i++) {
            r = rand(); printf "%.3f\n", r < 0.5 ? rand() * 0.08 : r < 0.9 ? rand() * 0.5 : rand() * 2.5 } }'); do
            sleep "$pause"
            kill_daemon
            start_daemon
            kill -0 "$player" 2>/dev/null || [ $((kills % 7)) -ne 0 ] || break
        done
    fi
    wait "$player"
    settle
    describe >"$work/$1.state" 2>&1
    kill -TERM "$pid"
    wait "$pid" || echo "the daemon's exit status is $?" >>"$work/$1.state"
    "$vfjournal" replay "$journal" >"$dir/replay.out" 2>&1 || {
        echo "replay: $?"
        cat "$dir/replay.out"
    } >>"$work/$1.state"
    "$guest" stop "$dir" >/dev/null
    echo "$kills" >"$work/$1.kills"
}

cat >"$work/play" <<'END'
@0.0 plug mce0 hn0
@0.3 plug mce1 hn1
@3.2 unplug mce0
@3.4 unplug mce1
@4.2 plug mce1 hn1
@4.5 plug mlxen0 hn0
END

# In a shell of its own: what it waits for are its own children.
(round without 0)
if ! grep -q 'inet 10.0.0.4' "$work/without.state"; then
    echo "FAILED: the run without kills"
    cat "$work/without.state"
    exit 1
fi
[ -z "${VFJ_VERBOSE:-}" ] || cat "$work/without.state"

failures=0
kills=0
done=0
while [ $done -lt "$rounds" ]; do
    batch=0
    pids=
    while [ $batch -lt 5 ] && [ $((done + batch)) -lt "$rounds" ]; do
        number=$((seed + done + batch))
        (round "$number" "$number") &
        pids="$pids $!"
        batch=$((batch + 1))
    done
    # shellcheck disable=SC2086
    wait $pids
    while [ $batch -gt 0 ]; do
        number=$((seed + done))
        kills=$((kills + $(cat "$work/$number.kills" 2>/dev/null || echo 0)))
        if ! diff "$work/without.state" "$work/$number.state" >"$work/diff"; then
            failures=$((failures + 1))
            echo "FAILED: seed $number"
            cat "$work/diff"
            tail -n 40 "$work/$number/daemon.log"
        fi
        rm -rf "${work:?}/$number"
        done=$((done + 1))
        batch=$((batch - 1))
    done
done
printf '%d rounds, %d kills, %d failures\n' "$rounds" "$kills" "$failures"
[ "$failures" -eq 0 ]
