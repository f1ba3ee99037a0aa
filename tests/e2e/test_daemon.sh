#!/bin/sh
# The daemon from end to end: a real one, against the stand-in guest.
#   usage: test_daemon.sh VFJOURNAL VFJ_GUEST SCENARIO
# A scenario is a function scenario_* at the end; each has a guest of its own.
# VFJ_TEST_USER: the daemon is to be that user, with a monitor; only root can try that.
# VFJ_TEST_OPTIONS: more options.
set -u

vfjournal=$1
guest=$2
name=$3
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_daemon.XXXXXX") || exit 1
if [ -n "${VFJ_TEST_USER-}" ]; then
    [ "$(id -u)" -eq 0 ] || exit 77
    chmod 755 "$work" # the user must get to the journal
fi
as_user() { [ -z "${VFJ_TEST_USER-}" ] || echo "--user $VFJ_TEST_USER"; }
dir=
log=
pid=

# shellcheck source=tests/kit/checks.sh
. "${0%/*}/../kit/checks.sh"

# begin PAIR...: a new guest
begin() {
    dir=$work/$name
    log=$dir/daemon.log
    journal=$dir/var/db/vfjournal/journal.db
    "$guest" init "$dir" "$@" || exit 1
}

start_guest() {
    "$guest" start "$dir" "$@" >/dev/null
}

# The daemon, once it listens to devd.
start_daemon() {
    before=$(count connected)
    # shellcheck disable=SC2046,SC2086
    "$vfjournal" daemon --root "$dir" $(as_user) ${VFJ_TEST_OPTIONS-} "$@" 2>>"$log" &
    pid=$!
    await "the connection" more_than "$before" connected
}

stop_daemon() {
    kill -TERM "$pid"
    wait "$pid"
    same "exit status" 0 $?
    pid=
    check "the last row says stopped" last_is stopped
}

end() {
    [ -z "$pid" ] || stop_daemon
    "$guest" stop "$dir"
    "$vfjournal" replay "$journal" >"$dir/replay.out" 2>&1
    same "replay" 0 $?
    round_trip
}

# The journal as a trace, and that replayed: the same commands, those that only read the guest among
# them. A journal whose beginning was pruned is refused.
round_trip() {
    "$vfjournal" export --trace --journal "$journal" >"$dir/exported.trace" 2>"$dir/export.out"
    exported=$?
    if grep -q 'its beginning was pruned' "$dir/export.out"; then
        same "export of a pruned journal" 2 "$exported"
        return
    fi
    same "export" '[0]' "$(cat "$dir/export.out")[$exported]"
    "$vfjournal" replay -o commands --probes "$journal" >"$dir/recorded.commands" 2>&1
    "$vfjournal" replay -o commands --probes "$dir/exported.trace" >"$dir/replayed.commands" 2>&1
    same "commands of the exported trace" "$(cat "$dir/recorded.commands")" "$(cat "$dir/replayed.commands")"
}

finish() {
    [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
    [ -z "$dir" ] || "$guest" stop "$dir" >/dev/null 2>&1
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

is_count() { [ "$(count "$2")" -eq "$1" ]; }
row_holds() { rows | grep -q -e "$1"; }
no_row_holds() { ! row_holds "$1"; }
newest_holds() { "$vfjournal" show --journal "$journal" -a -n 9 -o json 2>/dev/null | grep -q -e "$1"; }
last_is() { rows | tail -n 1 | grep -q -e "\"kind\":\"$1\""; }
host() { "$guest" host "$dir" "$@"; }
holds_port() { "$dir/sbin/ifconfig" "$1" 2>/dev/null | grep -q -e "laggport: $2 "; }
has_address() { "$dir/sbin/ifconfig" "$1" 2>/dev/null | grep -q -e "inet $2 "; }
is_lagged() { row_holds "\"slot\":\"$1\",\"vf\":\"$2\".*\"to\":\"lagged\""; }
ran() { "$guest" log "$dir" | sed 's/^[0-9]* //'; }
# No row for half a second.
is_quiet() {
    quiet_before=$(rows | wc -l)
    sleep 0.5
    [ "$(rows | wc -l)" -eq "$quiet_before" ]
}

# The daemon does not wake up while nothing happens.
sleeps() {
    [ -d "/proc/$pid/task" ] || return 0
    idle_before=$(cat /proc/"$pid"/task/*/status | grep voluntary)
    sleep 1
    same "no wake-ups when idle" "$idle_before" "$(cat /proc/"$pid"/task/*/status | grep voluntary)"
}

# Two interfaces, their VFs come, leave and come back in another order, one as another model.
two_migrations() {
    host plug mce0 hn0
    host plug mce1 hn1
    await "hn0 joined" is_lagged hn0 mce0
    await "hn1 joined" is_lagged hn1 mce1
    check "hn0's address is on lagg0" has_address lagg0 10.0.0.4
    check "hn1's address is on lagg1" has_address lagg1 10.1.0.4
    check "packets get out" host reach
    host unplug mce0
    host unplug mce1
    check "packets get out without VFs" host reach
    host plug mce1 hn1
    host plug mlxen0 hn0
    await "hn0 joined again" is_lagged hn0 mlxen0
    await "lagg0 has the new VF" holds_port lagg0 mlxen0
    await "lagg1 has its VF back" holds_port lagg1 mce1
    await "the end" is_quiet
    check "packets get out at the end" host reach
    check "and by hn1" host reach 10.1.0.1
}

scenario_act() {
    begin hn0=mce0 hn1=mce1
    start_guest
    start_daemon --act --pidfile "$dir/daemon.pid"
    same "pidfile" "$pid" "$(cat "$dir/daemon.pid")"
    same "the journal's directory" 700 "$(stat -c %a "${journal%/*}" 2>/dev/null || stat -f %Lp "${journal%/*}")"
    two_migrations
    check "newbus lines are journalled" row_holds '"body":"+mlx5_core0 '
    sleeps
    # shellcheck disable=SC2046
    "$vfjournal" daemon --root "$dir" $(as_user) 2>"$dir/second.log"
    same "a second daemon on the same journal" 2 $?
    same "says one line" 1 "$(wc -l <"$dir/second.log" | tr -d ' ')"
    "$vfjournal" daemon --root "$dir" --journal "$dir/other.db" --pidfile "$dir/daemon.pid" 2>/dev/null
    same "a second daemon with the same pidfile" 4 $?
    end
    check "the pidfile is gone" test ! -e "$dir/daemon.pid"
}

# What is followed is what is shown afterwards; a daemon that ends and one that starts are followed,
# too.
scenario_follow() {
    begin hn0=mce0
    start_guest
    start_daemon --act
    "$vfjournal" show --journal "$journal" -H -n all -f >"$dir/followed" 2>&1 &
    follower=$!
    host plug mce0 hn0
    await "hn0 joined" is_lagged hn0 mce0
    await "the join is followed" grep -q -e "-> lagged" "$dir/followed"
    stop_daemon
    await "the end is followed" grep -q -e "stopped" "$dir/followed"
    start_daemon --act
    host unplug mce0
    await "the VF left" row_holds '"to":"detached"'
    await "what the next daemon did is followed" grep -q -e "-> detached" "$dir/followed"
    end
    sleep 1
    check "it still follows" kill "$follower"
    wait "$follower"
    link=$(printf '\tlink\t')
    "$vfjournal" show --journal "$journal" -H -n all | grep -v "$link" | sort >"$dir/shown"
    # One that had not ended when it was first shown is shown again when it has, after what came
    # meanwhile. Changes of links are one line, or several.
    same "what was followed" "$(cat "$dir/shown")" \
        "$(grep -v -e "has not ended" -e "$link" "$dir/followed" | sort)"
}

scenario_network() {
    begin hn0=mce0 hn1=mce1
    start_guest
    start_daemon --act --capture network
    two_migrations
    host line '!system=ACPI subsystem=Thermal type=_TMP'
    host line '!system=IFNET subsystem=epair0a type=ATTACH'
    await "a line of the network" row_holds epair0a
    check "no newbus line" no_row_holds mlx5_core
    check "no other system" no_row_holds ACPI
    end
}

scenario_stream() {
    begin hn0=mce0 hn1=mce1
    start_guest --stream-chunk 7
    start_daemon --act --stream
    check "the stream socket" row_holds 'socket=.*devd\.pipe'
    two_migrations
    end
}

# What devd's stock rules do when hn0's link returns must not cost the network.
scenario_dhcp() {
    begin hn0=mce0,syncdhcp
    start_guest --stock-dhclient-rule
    start_daemon --act
    host plug mce0
    await "joined" is_lagged hn0 mce0
    check "packets get out" host reach
    host unplug mce0
    check "packets get out without VF" host reach
    host plug mce0
    await "joined again" is_count 2 'transition".*"to":"lagged'
    await "the end" is_quiet
    check "packets get out at the end" host reach
    check "one owner of the address" has_address lagg0 10.0.0.4
    check "and not hn0" eval '! has_address hn0 10.0.0.4'
    end
}

# IPv6 as the guest has it: the address and its default route go over to lagg0, and one that takes
# advertisements is asked for one. Routes of either family that no rc.conf has go over, too.
scenario_inet6() {
    begin hn0=mce0 hn1=mce1
    start_guest
    "$dir/sbin/ifconfig" hn0 inet6 fd00::4/64
    "$dir/sbin/route" add -inet6 default fe80::1%hn0 >/dev/null
    "$dir/sbin/route" add -inet6 2001:db8:7::/48 fd00::9 -mtu 1400 >/dev/null
    "$dir/sbin/route" add -net 172.16.0.0/12 10.0.0.9 -mtu 1400 >/dev/null
    "$dir/sbin/ifconfig" hn1 inet6 -ifdisabled accept_rtadv
    start_daemon --act
    host plug mce0
    await "joined" is_lagged hn0 mce0
    check "the address" eval '"$dir/sbin/ifconfig" lagg0 | grep -q "inet6 fd00::4 "'
    same "the default route" "fe80::1%lagg0" "$("$dir/sbin/route" -n get -inet6 default | sed -n 's/ *gateway: //p')"
    check "was seen" row_holds 'gateway6=fe80::1 gateway6_on_lagg=1'
    "$dir/usr/bin/netstat" -rnW >"$dir/routes"
    for route in 172.16.0.0/12 2001:db8:7::/48; do
        check "the route to $route" eval 'grep -F "$route" "$dir/routes" | grep -q " 1400 *lagg0$"'
    done
    host plug mce1
    await "the other joined" is_lagged hn1 mce1
    await "the end" is_quiet
    same "one was asked for an advertisement" "rtsol -i lagg1" "$(ran | grep rtsol)"
    end
}

scenario_scripts() {
    begin hn0=mce0
    start_guest
    start_daemon --act --policy scripts
    host plug mce0
    await "joined" holds_port lagg0 mce0
    await "the end" is_quiet
    same "what the scripts do" "ifconfig mce0 up
ifconfig lagg0 create
ifconfig lagg0 laggproto failover laggport hn0 laggport mce0
ifconfig lagg0 inet6 no_dad
ifconfig hn0 -alias
ifconfig lagg0 inet 10.0.0.4 netmask 255.255.255.0" "$(ran | grep -v '^ifconfig lagg0$')"
    end
}

scenario_observe() {
    begin hn0=mce0
    start_guest
    start_daemon
    host plug mce0
    await "what it would do" row_holds '"outcome":"skipped"'
    await "the end" is_quiet
    same "nothing was run" "" "$(ran)"
    check "no lagg" eval '! "$dir/sbin/ifconfig" lagg0'
    end
}

was_switched_twice() { [ "$(rows | grep -c '"to":"switched"')" -eq 2 ]; }

# hn(4) itself moves the data path: that is recorded, and a daemon in act mode runs nothing.
scenario_transparent() {
    begin hn0=mce0
    host sysctl hw.hn.vf_transparent 1
    start_guest
    start_daemon --act
    host plug mce0
    await "the switch is due" row_holds '"from":"attached","to":"delayed","reason":"attwait-started"'
    await "the switch" row_holds '"to":"switched"'
    check "by a snapshot" row_holds 'probe=snapshot ok=1 transparent=1 vf=mce0 enabled=1'
    host unplug mce0
    await "the VF left" row_holds '"from":"switched","to":"detached"'
    sleep 3 # a trace has no words for a snapshot that is made while the VF comes
    host plug mce0
    await "the switch again" was_switched_twice
    same "said once" 1 "$(grep -c 'act mode has nothing to act upon' "$log")"
    sleep 3 # the snapshots that follow the edges
    await "the end" is_quiet
    sleeps
    same "nothing was run" "" "$(ran)"
    end
}

scenario_hostile() {
    begin hn0=mce0
    start_guest
    start_daemon --act
    host line '!system=HYPERV_NIC_VF subsystem=hn0;reboot type=VF_UP'
    host line '!system=HYPERV_NIC_VF subsystem=../../x type=VF_UP'
    host line '!system=HYPERV_NIC_VF subsystem=hn0'
    host line '!system=HYPERV_NIC_VF subsystem=hn0 type=VF_SIDEWAYS'
    host line 'garbage'
    host line '!system=IFNET subsystem=last type=ATTACH'
    await "the last line" row_holds subsystem=last
    for note in bad-name no-type unknown-type malformed; do
        check "note $note" row_holds "\"note\":\"$note\""
    done
    same "names" 2 "$(rows | grep -c '"note":"bad-name"')"
    await "the end" is_quiet
    same "nothing was run" "" "$(ran)"
    end
}

# devd goes away; what happened meanwhile is found.
scenario_gap() {
    begin hn0=mce0
    start_guest
    start_daemon --act
    host devd stop
    await "the gap" is_count 1 gap
    host plug mce0
    host devd start
    await "the connection" is_count 2 connected
    await "joined" is_lagged hn0 mce0
    same "one gap" 1 "$(count gap)"
    end
}

# A daemon that is killed in the delay goes on with the same deadline; rc.conf is read again on
# SIGHUP.
scenario_crash() {
    begin hn0=mce0
    start_guest
    echo 'hyperv_vf_delay="4"' >>"$dir/etc/rc.conf"
    start_daemon --act
    host plug mce0
    await "the delay" row_holds '"to":"delayed"'
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null
    start_daemon --act
    await "joined" is_lagged hn0 mce0
    same "a gap says that none ran" 1 "$(rows | grep -c '"kind":"gap".*the last daemon ended without a record')"
    same "one delay" 1 "$(rows | grep -c '"to":"delayed"')"
    configured=$(count configured)
    echo 'hyperv_vf_delay="5"' >>"$dir/etc/rc.conf"
    kill -HUP "$pid"
    await "the new configuration" more_than "$configured" configured
    check "its value" row_holds 'hyperv_vf_delay=5'
    echo 'hyperv_vf_delay="' >>"$dir/etc/rc.conf"
    kill -HUP "$pid"
    await "the complaint" grep -q 'rc.conf: not read' "$log"
    same "the last configuration stays" $((configured + 1)) "$(count configured)"
    end
}

# rc.conf's files are looked at with the guest: no signal is needed. What can't be read changes
# nothing, is said in the journal, and is tried again.
scenario_rc() {
    begin hn0=mce0
    start_guest
    echo 'hyperv_vf_delay="3"' >>"$dir/etc/rc.conf"
    start_daemon --act
    await "the configuration" row_holds 'hyperv_vf_delay=3'
    await "the end" is_quiet
    configured=$(count configured)
    host unplug mce0 2>/dev/null
    host plug mce0 hn0
    await "joined" is_lagged hn0 mce0
    await "the end" is_quiet
    same "nothing has changed, nothing is read" "$configured" "$(count configured)"
    sed 's/hyperv_vf_delay="3"/hyperv_vf_delay="4"/' "$dir/etc/rc.conf" >"$dir/etc/rc.conf.new"
    mv "$dir/etc/rc.conf.new" "$dir/etc/rc.conf"
    host unplug mce0
    host plug mce0 hn0
    await "the new configuration" row_holds 'hyperv_vf_delay=4'
    host unplug mce0 # its delay may have begun before
    host plug mce0 hn0
    await "its delay" row_holds 'delay_us=4000000'
    cp "$dir/etc/rc.conf" "$dir/etc/rc.conf.good"
    echo 'hyperv_vf_delay="' >>"$dir/etc/rc.conf"
    configured=$(count configured)
    host unplug mce0
    host plug mce0 hn0
    await "a row says so" row_holds 'about=rc-unread why='
    check "the log, too" grep -q 'rc.conf: not read' "$log"
    same "the last configuration stays" "$configured" "$(count configured)"
    mv "$dir/etc/rc.conf.good" "$dir/etc/rc.conf"
    await "it is tried again by itself" more_than "$configured" configured
    same "said once" 1 "$(rows | grep -c rc-unread)"
    configured=$(count configured)
    echo 'hyperv_vf_delay="3"' >>"$dir/etc/rc.conf"
    kill -HUP "$pid"
    await "what the signal is for" more_than "$configured" configured
    host unplug mce0
    host plug mce0 hn0
    await "joined with it" newest_holds '"to":"lagged"'
    await "the end" is_quiet
    same "one change, one reading" $((configured + 1)) "$(count configured)"
    end
}

scenario_retry() {
    begin hn0=mce0
    start_guest
    start_daemon --act
    host fail 1 1 ifconfig lagg0 create
    host plug mce0
    await "joined all the same" is_lagged hn0 mce0
    check "the failure is told" row_holds '"reason":"\(create\|command\)-failed"'
    end
}

# A VF that loses its link takes the network with it until it is taken down.
scenario_link() {
    begin hn0=mce0
    start_guest
    echo 'vfjournal_link_wait="1"' >>"$dir/etc/rc.conf"
    start_daemon --act
    host plug mce0
    await "joined" is_lagged hn0 mce0
    host link mce0 down
    check "nothing gets out" eval '! host reach'
    await "it is told" row_holds '"reason":"no-link"'
    await "packets get out" host reach
    check "the fault stands" eval '"$vfjournal" status --journal "$journal" | grep -q "no link"'
    end
}

# Lines that come in a storm.
scenario_storm() {
    begin hn0=mce0
    start_guest
    start_daemon --capture all
    storm 1 10000
    await "the last line" newest_holds 'subsystem=epair10000a'
    same "all lines" 10000 "$(count 'devd')"
    same "no gap" 0 "$(count gap)"
    end
}

# 1, or the checkpoint's that the journal begins with
first_row() { "$vfjournal" verify --journal "$journal" | sed -n 's/.*; records \([0-9]*\) to .*/\1/p; s/.*; [0-9]* records.*/1/p'; }
begins_after() { [ "$(first_row)" -gt "$1" ]; }

# A journal that is kept small, by the daemon and by hand, while a storm is written to it; a disk
# with too little room.
scenario_prune() {
    begin hn0=mce0
    start_guest
    start_daemon --capture all --max-size 600K --min-free 1000000G
    storm 1 9000
    await "the last line" newest_holds 'subsystem=epair9000a'
    sleep 1.2 # it looks once a second
    echo "@0 line !system=IFNET subsystem=epair0a type=DETACH" >"$dir/one.play"
    "$guest" play "$dir" "$dir/one.play"
    await "a pruned journal" begins_after 4000
    check "a row that says so" row_holds 'about=pruned first='
    before=$(first_row)
    check "verified" "$vfjournal" verify --journal "$journal"
    same "no gap" 0 "$(count gap)"
    status=$("$vfjournal" status --journal "$journal")
    check "status knows the daemon's mode" eval 'echo "$status" | grep -q "running, pid .*, mode observe, policy vfjournal"'
    check "and that it is connected" eval 'echo "$status" | grep -qx " *devd: connected"'
    check "the log says that room is short" grep -q 'the disk is nearly full' "$log"
    check "and that it was pruned" grep -q 'journal: pruned' "$log"
    "$vfjournal" prune --keep 1s --journal "$journal" >"$dir/pruned" 2>&1
    same "pruned by hand" 0 $?
    end
    check "verified in the end" "$vfjournal" verify --journal "$journal"
    check "the file is small" [ "$(wc -c <"$journal")" -lt 2000000 ]
    check "begins no earlier" begins_after $((before - 1))
}

# storm FIRST LAST: that many lines, as fast as they go.
storm() {
    i=$1
    while [ "$i" -le "$2" ]; do
        echo "@0 line !system=IFNET subsystem=epair${i}a type=ATTACH"
        i=$((i + 1))
    done >"$dir/storm.play"
    "$guest" play "$dir" "$dir/storm.play"
}

# A daemon whose files can't grow over so many blocks of 512 bytes: as on a full disk.
start_limited() {
    printf '#!/bin/sh\ntrap "" XFSZ\nulimit -S -f %s\nexec "%s" "$@"\n' "$1" "$vfjournal" >"$dir/limited"
    chmod +x "$dir/limited"
    shift
    unlimited=$vfjournal
    vfjournal=$dir/limited
    start_daemon --act --capture all "$@"
    vfjournal=$unlimited
}

log_holds() { grep -q -e "$1" "$log"; }

# Lines until the log says so.
storm_until() {
    last=0
    until log_holds "$1" || [ $last -ge 20000 ]; do
        storm $((last + 1)) $((last + 500))
        last=$((last + 500))
        sleep 0.1
    done
    check "$1" log_holds "$1"
}

# The disk is full: the daemon ends and says so, where that is asked for; else it goes on, the
# network first, and writes when it can again.
scenario_full() {
    begin hn0=mce0
    start_guest
    start_limited 600 --on-journal-error stop
    host plug mce0
    await "joined" is_lagged hn0 mce0
    storm_until "journal: can't be written, the daemon stops: "
    wait "$pid"
    same "exit status" 4 $?
    pid=
    check "packets get out" host reach
    check "the journal is whole" "$vfjournal" verify --journal "$journal"

    start_limited 1200
    storm_until "journal: can't be written, rows wait in memory: "
    host unplug mce0
    host plug mlxen0 hn0
    await "joined all the same" holds_port lagg0 mlxen0
    check "packets get out" host reach
    check "the journal is whole" "$vfjournal" verify --journal "$journal"
    check "and knows nothing of that" no_row_holds mlxen0
    said=$("$vfjournal" status --journal "$journal")
    same "status needs attention" 1 $?
    check "and says first what waits" eval 'echo "$said" | sed -n 1p | grep -q "trouble: [1-9][0-9]* events wait in memory"'
    check "check says it first, too" eval '"$vfjournal" check --journal "$journal" 2>/dev/null |
        grep -q "^VFJOURNAL CRITICAL - the journal cannot be written: [1-9][0-9]* events* wait"'
    check "doctor says it, too" eval '"$vfjournal" doctor --root "$dir" --journal "$journal" | grep -q "events wait in memory"'
    if [ "$(uname -s)" = Linux ]; then kill -USR1 "$pid"; else kill -INFO "$pid"; fi
    await "the daemon's line" log_holds "^status: [1-9][0-9]* events wait in memory, the journal can't be written: "
    if command -v prlimit >/dev/null; then
        prlimit --pid "$pid" --fsize=unlimited:
        await "it is written again" log_holds "journal: is written again"
        await "and what waited" row_holds mlxen0
        check "nothing waits any more" eval '! "$vfjournal" status --journal "$journal" | grep -q "wait in memory"'
        check "a row says how many" row_holds 'journal .* [0-9]* events kept'
    else
        kill -KILL "$pid"
        pid=
    fi
    end
}

# A journal that is moved away keeps all rows, and the daemon ends in order.
scenario_moved() {
    begin hn0=mce0
    start_guest
    start_daemon --act
    host plug mce0
    await "joined" is_lagged hn0 mce0
    away=$dir/var/db/vfjournal/away.db
    mv "$journal" "$away"
    "$vfjournal" status --journal "$journal" >"$dir/status.out" 2>&1
    same "status" 2 $?
    check "status says why" grep -q 'a daemon writes a journal that was moved' "$dir/status.out"
    host unplug mce0
    wait "$pid"
    same "exit status" 4 $?
    check "the daemon says why" log_holds 'journal: was moved, removed or replaced under the daemon'
    journal=$away
    check "the move is a row" row_holds 'about=moved'
    check "what happened after it, too" row_holds '"kind":"devd".*VF_DOWN'
    check "the last row says stopped" last_is stopped
    check "the journal is whole" "$vfjournal" verify --journal "$away"
    journal=$dir/var/db/vfjournal/journal.db
    check "no file was made in its place" test ! -e "$journal"
    check "nor left locked" test ! -e "$journal.lock"

    start_daemon --act
    cp "$away" "$dir/replaced.db"
    [ -z "${VFJ_TEST_USER-}" ] || chown "$VFJ_TEST_USER" "$dir/replaced.db"
    mv "$dir/replaced.db" "$journal"
    "$vfjournal" status --journal "$journal" >"$dir/status.out" 2>&1
    check "status says that it was replaced" grep -q "a daemon writes a journal that was moved" "$dir/status.out"
    "$vfjournal" doctor --root "$dir" >"$dir/doctor.out" 2>&1
    check "doctor says it" grep -q "writes another file: the journal was moved" "$dir/doctor.out"
    host plug mce0
    wait "$pid"
    same "exit status after a replacement" 4 $?
    check "the replacement is as it was" cmp "$away" "$journal"

    start_daemon --act
    await "joined" is_lagged hn0 mce0
    mv "${journal%/*}" "$dir/elsewhere"
    host unplug mce0
    wait "$pid"
    same "exit status after the directory moved" 4 $?
    check "the journal is whole" "$vfjournal" verify --journal "$dir/elsewhere/journal.db"
    pid=
}

# Whoever owns the directory can cut the file that readers and the writer map.
scenario_cut_index() {
    begin hn0=mce0
    start_guest
    start_daemon --act
    host plug mce0
    await "joined" is_lagged hn0 mce0
    truncate -s 0 "$journal-shm"
    host unplug mce0
    wait "$pid"
    same "exit status" 4 $?
    # SIGBUS ends it at once; the monitor writes the line that it left in the pipe.
    await "the daemon says why" log_holds 'journal: a file of it was truncated while it was open'
    pid=
    start_daemon --act
    await "the next daemon goes on" row_holds '"to":"detached"'
    end
}

# Journals that can't be used stay as they are.
scenario_refused() {
    begin hn0=mce0
    mkdir -p "${journal%/*}"
    echo 'no database at all, but a text that is long enough to be looked at' >"$journal"
    cp "$journal" "$dir/copy"
    "$vfjournal" daemon --root "$dir" 2>"$log"
    same "exit status" 2 $?
    same "one line" 1 "$(wc -l <"$log" | tr -d ' ')"
    check "untouched" cmp "$journal" "$dir/copy"
    for wrong in '--policy none' --capture '--capture some' '--on-journal-error panic' '--keep 3y' '--max-size many' \
        '--min-free -1' '--probe guess' extra; do
        # shellcheck disable=SC2086
        "$vfjournal" daemon --root "$dir" $wrong 2>"$log"
        same "usage: $wrong" 2 $?
        check "it says what: $wrong" log_holds 'vfjournal daemon'
    done
}

"scenario_$name"
judge
