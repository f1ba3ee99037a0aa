# shellcheck shell=sh disable=SC2034,SC2154
# The words of a scenario; tests/freebsd/run reads this file, then the scenario.

# Variables that run sets: mode (vfjournal, stock or none), is_transparent (0 or 1), pairs, target,
# interval, work and journals (directories), host (local or console).

say() { printf '##### %s\n' "$*"; }

# fail WHY: the scenario goes on, and has failed.
fail() {
    printf '!!!!! %s\n' "$*"
    printf '%s\n' "$*" >>"$work/faults"
}

# until_ok SECONDS COMMAND, until_not SECONDS COMMAND: wait, four times a second at most.
until_ok() {
    deadline=$(($(date +%s) + $1))
    shift
    while ! "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt "$deadline" ] || return 1
        sleep 0.25
    done
}
until_not() {
    deadline=$(($(date +%s) + $1))
    shift
    while "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt "$deadline" ] || return 1
        sleep 0.25
    done
}

is_vfjournal() { [ "$mode" = vfjournal ]; }
vf_of() { sysctl -n "dev.hn.$1.vf" 2>/dev/null; }
has_vf() { [ -n "$(vf_of "$1")" ]; }
exists() { ifconfig "$1" >/dev/null 2>&1; }
is_up() { ifconfig "$1" 2>/dev/null | grep -q '<UP[,>]'; }
has_address() { ifconfig "$1" 2>/dev/null | grep -q "inet $2"; }
is_port() { ifconfig "lagg$2" 2>/dev/null | grep -q "laggport: $1 "; }
is_enabled() { [ "$(sysctl -n "dev.hn.$1.vf_xpnt_enabled")" = 1 ]; }

# is_joined N: laggN has hnN's VF as its active port.
is_joined() {
    vf=$(vf_of "$1")
    [ -n "$vf" ] && ifconfig "lagg$1" 2>/dev/null | grep -q "laggport: $vf .*ACTIVE"
}

# plug N...: the VFs of hnN arrive, one after the other. pull N...: they go, at once; through a
# console two seconds apart, since FreeBSD 13.2 panics when qemu's ACPI ejects two NICs at once: each
# of its threads detaches the same device.
plug() {
    for n in "$@"; do
        host_plug "$n"
        until_ok 20 has_vf "$n" || fail "no VF of hn$n after it was plugged"
    done
}
pull() {
    for n in "$@"; do
        host_pull "$n"
        [ "$host" = console ] && [ $# -gt 1 ] && until_not 20 has_vf "$n" && sleep 2
    done
    for n in "$@"; do
        until_not 20 has_vf "$n" || fail "the VF of hn$n is still there after it was pulled"
    done
}

# plug_other N: a VF of hnN arrives under another name than the one before; hn1 has no VF.
plug_other() {
    host_plug_other "$1"
    until_ok 20 has_vf "$1" || fail "no VF of hn$1 after another one was plugged"
}

# joined [N]: waits until the VF carries the traffic, then three seconds more. With nothing that ups
# a VF, ten seconds.
joined() {
    if [ "$mode" = none ] && [ "$is_transparent" = 0 ]; then
        sleep 7 # and three
    elif [ "$is_transparent" = 1 ]; then
        until_ok 30 is_enabled "${1:-0}" || fail "dev.hn.${1:-0}.vf_xpnt_enabled stays 0"
    else
        until_ok 90 is_joined "${1:-0}" || {
            fail "lagg${1:-0} did not get the VF"
            show_state
        }
    fi
    sleep 3
}

# joined_later: hn0 and its VF are joined when the conflict is gone; vfjournal looks again after
# growing pauses.
joined_later() {
    [ "$mode" = none ] && sleep 10 && return
    limit=30
    is_vfjournal && limit=240
    until_ok "$limit" is_joined 0 || fail "lagg0 did not get the VF when the conflict was gone"
    sleep 3
}

# left_alone REASON: vfjournal reports the conflict, makes no lagg, and hn0 carries the traffic.
left_alone() {
    if ! is_vfjournal; then
        sleep 15
        return 0
    fi
    until_ok 40 tells "$1" || fail "the journal does not tell $1"
    sleep 5
    exists lagg0 && fail "lagg0 was made in spite of $1"
    is_up "$(vf_of 0)" && fail "the VF is up in spite of $1"
    until_ok 5 ping_once || fail "no traffic with $1"
}

# The steps of a first join of hn0 with 10.0.2.20, in their order; each is a test.
join_steps() { echo lagg_exists lagg_has_address hn_is_port hn_lost_address vf_is_port vf_is_up; }
lagg_exists() { exists lagg0; }
lagg_has_address() { has_address lagg0 '10.0.2.20 '; }
hn_is_port() { is_port hn0 0; }
hn_lost_address() { ! has_address hn0 '10.0.2.20 '; }
vf_is_port() { has_vf 0 && is_port "$(vf_of 0)" 0; }
vf_is_up() { has_vf 0 && is_up "$(vf_of 0)"; }

# kill_each_step daemon|monitor: it gets SIGKILL at each step, and daemon(8) starts a daemon again.
is_another() { kill -0 "$(daemon_pid)" && [ "$(daemon_pid)" != "$before" ]; }
kill_each_step() {
    for step in $(join_steps); do
        say "kill of the $1 when $step"
        until_ok 10 "${1}_pid" || fail "no $1"
        phase "$1-$step"
        before=$(daemon_pid)
        victim=$("${1}_pid")
        at 60 "$step" 'kill -KILL "$victim"'
        plug 0
        wait "$at_pid"
        until_ok 20 is_another || fail "$step: no other daemon than $before runs"
        joined
        phase_end
        check_wants
        unjoin
    done
}

# unjoin: the VF goes, and hn0 is as after a boot without it; for another first join.
unjoin() {
    has_vf 0 && pull 0
    service vfjournal onestop
    exists lagg0 && ifconfig lagg0 destroy
    service netif quietstart hn0
    service routing quietstart
    service vfjournal start || fail "vfjournal does not start for another join"
    until_ok 20 ping_once || fail "no traffic on hn0 alone"
}

# at_end COMMAND: runs when the scenario ends; the last one counts.
# shellcheck disable=SC2064
at_end() { trap "$1" EXIT; }

# phase NAME: probes of target begin. phase_end: they end, and what was lost is a result. probe_from
# holds words before the program, such as "jexec NAME".
probe_from=''
phase() {
    phase_name=$1
    # shellcheck disable=SC2086
    case $target in
    *:*) $probe_from ping -6 -i "$interval" "$target" >"$work/ping" 2>&1 & ;;
    *) $probe_from ping -i "$interval" "$target" >"$work/ping" 2>&1 & ;;
    esac
    phase_pid=$!
    sleep 2
}
# longest_gap SENT FILE: the most probes in a row without answer, from the output of ping.
longest_gap() {
    sed -n 's/.*icmp_seq=\([0-9]*\).*/\1/p' "$2" | sort -n | awk -v sent="$1" '
        BEGIN { next_one = 0; most = 0 }
        { if ($1 - next_one > most) most = $1 - next_one; next_one = $1 + 1 }
        END { if (sent - next_one > most) most = sent - next_one; print most }'
}
phase_end() {
    kill -INT "$phase_pid" 2>/dev/null
    wait "$phase_pid" 2>/dev/null
    until_not 10 kill -0 "$phase_pid" # the probes of "boot" are no child of the scenario's shell
    sent=$(awk '/ packets transmitted/ { print $1 }' "$work/ping")
    answered=$(awk '/ packets transmitted/ { print $4 }' "$work/ping")
    : "${sent:=0}" "${answered:=0}"
    gap=$(longest_gap "$sent" "$work/ping")
    printf 'PROBES %s sent %d answered %d lost %d, at most %d in a row\n' "$phase_name" "$sent" \
        "$answered" $((sent - answered)) "$gap"
    printf '%s %s %s %d %d %d\n' "$scenario" "$mode" "$phase_name" "$sent" "$answered" "$gap" \
        >>"$results"
    [ "$sent" -gt 0 ] || fail "no probe was sent in $phase_name"
}

# migrate NAME [N...]: the VFs go for ten seconds and come back.
migrate() {
    migration=$1
    shift
    [ $# -gt 0 ] || set -- 0
    phase "$migration-leave"
    pull "$@"
    sleep 10
    phase_end
    phase "$migration-return"
    plug "$@"
    for vf_number in "$@"; do
        joined "$vf_number"
    done
    phase_end
}

# vfj WORD...: asks the program, when it is the one under test.
vfj() {
    is_vfjournal || return 0
    printf '$ vfjournal %s\n' "$*"
    vfjournal "$@" || fail "vfjournal $1 exits with $?"
}

journal() { echo "$journals/$scenario.db"; }
# story: what a reader of the journal gets, with the persisted names of reasons.
story() {
    vfjournal show --journal "$(journal)" -n all &&
        vfjournal show --journal "$(journal)" -n all -o json
}
# tells WORD: the journal has it; true with FreeBSD's scripts.
tells() {
    is_vfjournal || return 0
    story | grep -q -- "$1"
}

# The monitor is root's, and the daemon's child; there is none when the daemon is one process.
monitor_pid() { pgrep -x -u root -P "$(daemon_pid)" vfjournal; }
daemon_pid() { cat /var/run/vfjournal/vfjournal.pid 2>/dev/null; }
supervisor_pid() { cat /var/run/vfjournal/supervisor.pid 2>/dev/null; }

# at SECONDS TEST COMMAND: runs COMMAND when TEST is true for the first time, in the background.
at() {
    limit=$1 test=$2 command=$3
    (
        end=$(($(date +%s) + limit))
        while ! eval "$test" 2>/dev/null; do
            [ "$(date +%s)" -lt "$end" ] || exit 0
        done
        eval "$command"
    ) &
    at_pid=$!
}
