#!/bin/sh
# What the stand-in guest must do, as FreeBSD 13.2 was seen to do it. usage: test_guest.sh
# PATH-OF-vfj_guest
set -u

case $1 in
/*) guest=$1 ;;
*) guest=$PWD/$1 ;;
esac
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_guest.XXXXXX") || exit 1
here=$(cd "$(dirname "$0")" && pwd)
failures=0
checks=0
dir=

# Ends the guest of the test before and makes a new one: new_guest NAME PAIR...
new_guest() {
    end_guest
    dir=$work/$1
    shift
    "$guest" init "$dir" "$@" || exit 1
}

start() {
    "$guest" start "$dir" "$@" 2>"$work/start.out" || same "start $*" 0 "$(cat "$work/start.out")"
}

end_guest() {
    [ -z "$dir" ] || "$guest" stop "$dir"
}

finish() {
    end_guest
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# Compares two texts: same NAME EXPECTED FOUND
same() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] && return 0
    failures=$((failures + 1))
    printf 'FAILED: %s\n--- expected\n%s\n--- found\n%s\n---\n' "$1" "$2" "$3"
}

# Runs a program of the guest: expect STATUS OUTPUT PROGRAM WORD...
expect() {
    expected="$2${2:+
}[$1]"
    shift 2
    program=$1
    shift
    where=sbin
    [ "$program" != kill ] || where=bin
    found=$("$dir/$where/$program" "$@" 2>&1; echo "[$?]")
    same "$program $*" "$expected" "$found"
}

host() {
    "$guest" host "$dir" "$@"
}

# Waits until a command succeeds, 5 seconds at most.
await() {
    tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || { same "await $*" yes no; return 1; }
        sleep 0.05
    done
}

holds() {
    grep -q -e "$2" "$1"
}

is_gone() {
    ! "$dir/bin/kill" -0 "$1"
}

has_inet() {
    [ -n "$(lines "$1" 'inet ')" ]
}

# Lines of one kind that ifconfig shows: lines IF PATTERN
lines() {
    "$dir/sbin/ifconfig" "$1" | sed -n "s/^	\($2.*\)/\1/p"
}

test_names_and_ports() {
    new_guest ports hn0=mce0,none
    expect 1 "sysctl: unknown oid 'dev.hn.7.vf'" sysctl -n dev.hn.7.vf
    expect 0 13.2-RELEASE sysctl -n kern.osrelease
    expect 0 'hw.bus.devctl_queue: 1000' sysctl hw.bus.devctl_queue
    expect 0 '' sysctl -i no.such.name
    expect 1 'ifconfig: interface mce9 does not exist' ifconfig mce9 up
    expect 1 'ifconfig: interface lagg0 does not exist' ifconfig lagg0
    expect 0 '' ifconfig lagg0 create
    expect 1 'ifconfig: interface lagg0 already exists' ifconfig lagg0 create
    expect 0 'lagg0: flags=8802<BROADCAST,SIMPLEX,MULTICAST> metric 0 mtu 1500
	options=800000<>
	ether 00:00:00:00:00:00
	laggproto failover lagghash l2,l3,l4
	groups: lagg
	media: Ethernet autoselect
	status: no carrier
	nd6 options=29<PERFORMNUD,IFDISABLED,AUTO_LINKLOCAL>' ifconfig lagg0
    host plug mce0 hn0
    host attach tap0
    expect 0 '' ifconfig lagg0 laggproto failover laggport hn0 laggport mce0
    same 'hn0 is the master and active' 'laggport: hn0 flags=5<MASTER,ACTIVE>
laggport: mce0 flags=0<>' "$(lines lagg0 laggport)"
    expect 0 '' ifconfig lagg0 laggport mce0
    expect 1 'ifconfig: lagg0 em7: SIOCSLAGGPORT: Invalid argument' ifconfig lagg0 laggport em7
    expect 1 'ifconfig: lagg0 lo0: SIOCSLAGGPORT: Protocol not supported' ifconfig lagg0 laggport lo0
    expect 1 'ifconfig: SIOCSLAGGDELPORT: Invalid argument' ifconfig lagg0 -laggport em7
    expect 0 lagg1 ifconfig lagg create
    expect 1 'ifconfig: lagg1 mce0: SIOCSLAGGPORT: Device busy' ifconfig lagg1 laggport mce0 laggport tap0 up
    same 'the rest was done' 'laggport: tap0 flags=0<>' "$(lines lagg1 laggport | sed 's/=.*/=0<>/')"
    expect 1 'ifconfig: Invalid aggregation protocol: bonding' ifconfig lagg1 laggproto bonding
    expect 1 'ifconfig: lagg0 lagg1: SIOCSLAGGPORT: Invalid argument' ifconfig lagg0 laggport lagg1
    expect 0 '' ifconfig lagg1 destroy
    expect 1 'ifconfig: SIOCIFDESTROY: Invalid argument' ifconfig hn0 destroy
    expect 0 'hn0 lo0 lagg0 mce0 tap0' ifconfig -l
    expect 0 '' ifconfig lagg0 inet6 no_dad
    same no_dad 'nd6 options=129<PERFORMNUD,IFDISABLED,AUTO_LINKLOCAL,NO_DAD>' "$(lines lagg0 nd6)"
    expect 1 'ifconfig: ioctl SIOCSIFMTU (set mtu): Invalid argument' ifconfig hn0 mtu 1400
    expect 0 '' ifconfig lagg0 mtu 1400
    same 'ports follow the mtu' 1400 "$("$dir/sbin/ifconfig" mce0 | sed -n 's/.* mtu //p')"
    host unplug mce0
    same 'a port that leaves is no port' 'laggport: hn0 flags=5<MASTER,ACTIVE>' "$(lines lagg0 laggport)"
    expect 1 'ifconfig: SIOCSLAGGDELPORT: Invalid argument' ifconfig lagg0 -laggport mce0
    expect 1 'ifconfig: interface mce0 does not exist' ifconfig mce0 up
    expect 0 '' ifconfig lagg0 destroy
    same 'a port gets its mtu back' 1500 "$("$dir/sbin/ifconfig" hn0 | sed -n 's/.* mtu //p')"
    expect 0 wan ifconfig hn0 name wan
    expect 1 'ifconfig: ioctl SIOCSIFNAME (set name): File exists' ifconfig wan name lo0
}

test_mtu_of_ports() {
    new_guest mtu hn0=mce0,none
    host plug mce0
    host maxmtu mce0 1500
    expect 0 '' ifconfig hn0 mtu 9000
    expect 0 '' ifconfig lagg0 create
    expect 1 'ifconfig: lagg0 mce0: SIOCSLAGGPORT: Invalid argument' ifconfig lagg0 laggport hn0 laggport mce0
    same 'one joined' 'laggport: hn0 flags=5<MASTER,ACTIVE>' "$(lines lagg0 laggport)"
}

test_addresses() {
    new_guest addresses hn0=mce0,none
    expect 0 '' ifconfig hn0 inet 10.9.9.9/24 alias
    expect 0 '' ifconfig hn0 -alias
    expect 1 "ifconfig: ioctl (SIOCDIFADDR): Can't assign requested address" ifconfig hn0 -alias
    expect 1 'ifconfig: 10.300.0.1: bad value' ifconfig hn0 inet 10.300.0.1
    expect 0 '' ifconfig lagg0 create
    expect 0 '' ifconfig lagg0 laggport hn0 up
    expect 0 '' ifconfig lagg0 inet 10.0.2.77/24
    expect 0 '' ifconfig lagg0 inet 10.0.2.78 netmask 255.255.255.0 alias
    expect 0 '' ifconfig lagg0 inet6 fd00::77/64
    expect 0 'lagg0: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500
	options=80028<VLAN_MTU,JUMBO_MTU,LINKSTATE>
	ether 00:0d:3a:00:00:00
	inet 10.0.2.77 netmask 0xffffff00 broadcast 10.0.2.255
	inet 10.0.2.78 netmask 0xffffff00 broadcast 10.0.2.255
	inet6 fd00::77 prefixlen 64
	inet6 fe80::20d:3aff:fe00:0%lagg0 prefixlen 64 scopeid 0x3
	laggproto failover lagghash l2,l3,l4
	laggport: hn0 flags=5<MASTER,ACTIVE>
	groups: lagg
	media: Ethernet autoselect
	status: active
	nd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>' ifconfig lagg0
    expect 1 "ifconfig: ioctl (SIOCDIFADDR): Can't assign requested address" ifconfig lagg0 inet 10.0.2.79 delete
    expect 0 '' ifconfig lagg0 inet 10.0.2.80/24
    same 'no alias: the first is replaced' '10.0.2.78 10.0.2.80' \
        "$("$dir/sbin/ifconfig" lagg0 inet | awk '/inet / { print $2 }' | xargs)"
}

test_inet6_of_ports() {
    new_guest inet6 hn0=mce0,none
    expect 0 '' ifconfig lagg0 create
    expect 0 '' ifconfig hn0 inet 192.0.2.5/24
    expect 0 '' ifconfig hn0 inet6 fe80::5/64
    expect 0 '' ifconfig hn0 inet6 2001:db8::5/64
    expect 0 '' ifconfig lagg0 laggproto failover laggport hn0 up
    expect 0 'hn0: flags=8863<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500
	options=80028<VLAN_MTU,JUMBO_MTU,LINKSTATE>
	ether 00:0d:3a:00:00:00
	inet 192.0.2.5 netmask 0xffffff00 broadcast 192.0.2.255
	media: Ethernet autoselect (10Gbase-T <full-duplex>)
	status: active
	nd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>' ifconfig hn0
    expect 0 '' ifconfig lagg0 inet6 2001:db8::6/64
    expect 0 '' ifconfig lagg0 inet6 2001:db8::6 delete
    expect 1 "ifconfig: ioctl (SIOCDIFADDR): Can't assign requested address" ifconfig lagg0 inet6 2001:db8::6 delete
}

test_routes() {
    new_guest routes hn0=mce0
    expect 1 'add net default: gateway 10.0.0.1 fib 0: route already in table' route add default 10.0.0.1
    expect 0 'add net 10.9.0.0: gateway 10.0.0.1' route add -net 10.9.0.0/16 10.0.0.1
    expect 0 'add net 10.8.0.0: gateway 10.0.0.1' route add -net 10.8.0.0/16 10.0.0.1 -mtu 1400
    same 'the MTU of each route' '1400 1500 ' \
        "$("$dir/usr/bin/netstat" -rnW | awk '$1 ~ /^10[.][89]/ { print $5 }' | sort | tr '\n' ' ')"
    same 'the interface of a route' hn0 "$("$dir/sbin/route" -n get 10.9.1.1 | sed -n 's/ *interface: //p')"
    same 'the gateway of the default route' 10.0.0.1 \
        "$("$dir/sbin/route" -n get -inet default | sed -n 's/ *gateway: //p')"
    expect 0 '' ifconfig hn0 inet 10.0.0.4 delete
    expect 255 'route: route has not been found' route -n get -inet default
    expect 255 'route: route has not been found' route -n get 10.9.1.1
    expect 1 'route: writing to routing socket: Network is unreachable
add net default: gateway 10.0.0.1 fib 0: Network is unreachable' route add default 10.0.0.1
    expect 1 'route: route has not been found
delete net default fib 0: not in table' route delete default
    same 'no way out' 'unreachable: no route' "$(host reach)"
    expect 0 '' ifconfig hn0 inet 10.0.0.4/24
    expect 0 'add net default: gateway 10.0.0.1' route add default 10.0.0.1
    expect 0 'delete net default' route delete default
}

test_inet6_routes() {
    new_guest routes6 hn0=mce0
    expect 255 'route: route has not been found' route -n get -inet6 default
    expect 1 'route: writing to routing socket: Network is unreachable
add net default: gateway fd00::1 fib 0: Network is unreachable' route add -inet6 default fd00::1
    expect 0 '' ifconfig hn0 inet6 fd00::4/64
    expect 0 'add net default: gateway fd00::1' route add -inet6 default fd00::1
    expect 0 'add net 2001:db8:9::: gateway fe80::9%hn0' route add -inet6 2001:db8:9::/48 fe80::9%hn0
    expect 0 '' ifconfig lagg0 create
    expect 0 '' ifconfig lagg0 laggproto failover laggport hn0 up
    expect 0 '' ifconfig lagg0 inet6 fd00::4/64
    expect 1 'add net default: gateway fd00::1 fib 0: route already in table' route add -inet6 default fd00::1
    same 'it stays where it was' hn0 "$("$dir/sbin/route" -n get -inet6 default | sed -n 's/ *interface: //p')"
    expect 0 'change net default: gateway fd00::1' route change -inet6 default fd00::1
    expect 0 'change net 2001:db8:9::: gateway fe80::9%lagg0' route change -inet6 2001:db8:9:: -prefixlen 48 fe80::9%lagg0
    same 'a scope' 'fe80::9%lagg0' "$("$dir/sbin/route" -n get -inet6 2001:db8:9::/48 | sed -n 's/ *gateway: //p')"
    expect 0 '   route to: ::
destination: ::
       mask: ::
    gateway: fd00::1
        fib: 0
  interface: lagg0
      flags: <UP,GATEWAY,DONE,STATIC>
 recvpipe  sendpipe  ssthresh  rtt,msec    mtu        weight    expire
       0         0         0         0      1500         1         0 ' route -n get -inet6 default
    expect 0 '' ifconfig lagg0 destroy
    expect 1 'route: route has not been found
change net default: gateway fd00::1 fib 0: not in table' route change -inet6 default fd00::1
    expect 1 'rtsol: failed to initialize interface' rtsol -i hn0
    expect 0 '' ifconfig hn0 inet6 accept_rtadv
    expect 0 '' rtsol -i hn0
}

test_log() {
    new_guest log hn0=mce0,none
    "$dir/sbin/ifconfig" lagg0 create
    "$dir/sbin/ifconfig" lagg0 create 2>/dev/null
    "$dir/sbin/ifconfig" lagg0 >/dev/null
    "$dir/sbin/sysctl" -n hw.hn.vflist >/dev/null
    same 'changes are logged' '0 ifconfig lagg0 create
1 ifconfig lagg0 create' "$("$guest" log "$dir")"
    same 'looks are logged apart' '0 ifconfig lagg0
0 sysctl -n hw.hn.vflist' "$("$guest" probes "$dir")"
}

test_faults() {
    new_guest faults hn0=mce0,none
    host fail 1 3 ifconfig lagg0 create
    expect 3 'ifconfig: told to fail' ifconfig lagg0 create
    expect 0 '' ifconfig lagg0 create
    host hang ifconfig lagg0
    "$dir/sbin/ifconfig" lagg0 up &
    hung=$!
    await holds "$dir/state/log" '^hang ifconfig lagg0 up'
    kill $hung
    wait $hung 2>/dev/null
    host clear ifconfig lagg0
    expect 0 '' ifconfig lagg0 up
    host slow 1.1 ifconfig lagg0
    began=$(date +%s)
    expect 0 '' ifconfig lagg0 down
    took=$(($(date +%s) - began))
    same 'a slow command' yes "$([ $took -ge 1 ] && echo yes || echo "$took s")"
}

# The lines that a client gets while a VF comes, is upped and leaves.
test_devd() {
    new_guest devd hn0=mce0
    start
    "$guest" listen "$dir" seqpacket --reads >"$work/seqpacket.out" &
    await holds "$work/seqpacket.out" '# connected'
    host plug mce0 hn0 'virtio_pci3 at slot=0 function=0 on pci1'
    same 'the data path is on hn' 'dev.hn.0.rxvf: ' "$("$dir/sbin/sysctl" dev.hn.0.rxvf)"
    expect 0 mce0:hn0 sysctl -n hw.hn.vfmap
    expect 0 '' ifconfig mce0 up
    expect 0 '' ifconfig mce0 up
    expect 0 mce0 sysctl -n dev.hn.0.rxvf
    same 'hn pretends' 'status: no carrier' "$(lines hn0 status)"
    host line '!system=OTHER subsystem=x type=Y'
    expect 0 '' ifconfig mce0 down
    expect 0 '' ifconfig mce0 up
    host unplug mce0
    same 'no VF is left' 'hw.hn.vflist: ' "$("$dir/sbin/sysctl" hw.hn.vflist)"
    await holds "$work/seqpacket.out" '^.-virtio_pci3'
    "$guest" stop "$dir"
    await holds "$work/seqpacket.out" '# end'
    same 'each event is one record' "# connected
[!system=IFNET subsystem=mce0 type=ATTACH\n]
[!system=ETHERNET subsystem=mce0 type=IFATTACH\n]
[+virtio_pci3 at slot=0 function=0 on pci1\n]
[!system=IFNET subsystem=mce0 type=LINK_UP\n]
[!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n]
[!system=IFNET subsystem=hn0 type=LINK_DOWN\n]
[!system=OTHER subsystem=x type=Y\n]
[!system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN\n]
[!system=IFNET subsystem=hn0 type=LINK_UP\n]
[!system=IFNET subsystem=mce0 type=LINK_DOWN\n]
[!system=IFNET subsystem=mce0 type=LINK_UP\n]
[!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n]
[!system=IFNET subsystem=hn0 type=LINK_DOWN\n]
[!system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN\n]
[!system=IFNET subsystem=hn0 type=LINK_UP\n]
[!system=IFNET subsystem=mce0 type=DETACH\n]
[-virtio_pci3 at slot=0 function=0 on pci1\n]
# end" "$(cat "$work/seqpacket.out")"
}

plays_cut() {
    "$guest" play "$dir" "$work/three.play"
    await holds "$work/stream.out" 'n\]$'
    holds "$work/stream.out" '^\[!a=b.n!c'
}

test_stream_is_cut() {
    new_guest stream hn0=mce0
    start --stream-chunk 7
    "$guest" listen "$dir" stream --reads >"$work/stream.out" &
    await holds "$work/stream.out" '# connected'
    printf '@0 line !a=b\n@0 line !c=d\n@0 line !e=f\n' >"$work/three.play"
    await plays_cut # a busy machine may read two pieces at once
    host devd stop
    await holds "$work/stream.out" '# end'
    same 'nothing is lost by it' '' \
        "$(sed -n 's/^\[\(.*\)\]$/\1/p' "$work/stream.out" | tr -d '\n' | sed 's/!a=b.n!c=d.n!e=f.n//g')"
}

test_slow_client_is_dropped() {
    new_guest slow hn0=mce0
    start
    "$guest" listen "$dir" seqpacket >"$work/slow.out" &
    slow=$!
    "$guest" listen "$dir" seqpacket >"$work/quick.out" &
    await holds "$work/slow.out" '# connected'
    await holds "$work/quick.out" '# connected'
    kill -STOP $slow
    awk 'BEGIN { pad = sprintf("%990s", ""); gsub(/ /, "x", pad);
        for (i = 1; i <= 900; i++) print "@0 line !n=" i " " pad }' >"$work/flood.play"
    "$guest" play "$dir" "$work/flood.play"
    await holds "$work/quick.out" '^!n=900 '
    kill -CONT $slow
    await holds "$work/slow.out" '# end'
    same 'the quick one got all' 900 "$(grep -c '^!n=' "$work/quick.out")"
    same 'the slow one did not' yes "$([ "$(grep -c '^!n=' "$work/slow.out")" -lt 900 ] && echo yes)"
}

test_queue_is_bounded() {
    new_guest queue hn0=mce0
    start
    host devd stop
    awk 'BEGIN { for (i = 1; i <= 1200; i++) print "@0 line !n=" i }' >"$work/many.play"
    "$guest" play "$dir" "$work/many.play"
    same 'the oldest are gone' '1000 !n=201' "$(grep -c '' "$dir/state/devq") $(head -n 1 "$dir/state/devq")"
    host devd start
    same 'devd has digested them' 0 "$(grep -c '' "$dir/state/devq")"
    expect 1 "devd: devd already running, pid: $(cat "$dir/var/run/devd.pid")" devd
}

test_transparent() {
    new_guest transparent hn0=mce0
    host sysctl hw.hn.vf_transparent 1
    host plug mce0 hn0
    expect 0 '' ifconfig mce0 up
    expect 0 mce0 sysctl -n dev.hn.0.vf
    expect 1 "sysctl: unknown oid 'dev.hn.0.rxvf'" sysctl -n dev.hn.0.rxvf
    same 'no event, no pretending' '0 status: active' "$(grep -c HYPERV "$dir/state/devq") $(lines hn0 status)"
    host sysctl --absent hw.hn.vflist
    expect 1 "sysctl: unknown oid 'hw.hn.vflist'" sysctl -n hw.hn.vflist
}

# hn(4) ups the VF by itself, not before the end of attwait. A VF that left meanwhile, and came back,
# waits as long again.
test_attwait() {
    new_guest attwait hn0=mce0
    host sysctl hw.hn.vf_transparent 1
    host sysctl hw.hn.vf_xpnt_attwait 1
    host plug mce0 hn0
    expect 0 0 sysctl -n dev.hn.0.vf_xpnt_enabled
    sleep 0.7
    host unplug mce0
    host plug mce0 hn0
    sleep 0.5
    expect 0 0 sysctl -n dev.hn.0.vf_xpnt_enabled
    sleep 0.8
    expect 0 1 sysctl -n dev.hn.0.vf_xpnt_enabled
    same 'the VF has its link' 'status: active' "$(lines mce0 status)"
    host unplug mce0
    expect 0 0 sysctl -n dev.hn.0.vf_xpnt_enabled
}

# hn maps one VF at a time, and loses it when it is renamed.
test_map() {
    new_guest map hn0=mce0
    host plug mce0
    host plug mce7 hn0
    expect 0 mce0:hn0 sysctl -n hw.hn.vfmap
    host link mce0 down
    expect 0 '' ifconfig mce0 up
    same 'a VF without link' 'unreachable: the route is on hn0, which has no link (No route to host)' "$(host reach)"
    expect 0 '' ifconfig mce0 down
    same 'the data path is back' 'reachable via hn0' "$(host reach)"
    expect 0 fast0 ifconfig mce0 name fast0
    same 'the map forgets it' 'dev.hn.0.vf: ' "$("$dir/sbin/sysctl" dev.hn.0.vf)"
    expect 0 '' ifconfig fast0 up
    same 'the MAC still counts' fast0 "$("$dir/sbin/sysctl" -n dev.hn.0.rxvf)"
}

test_ports_are_limited() {
    new_guest limit hn0=mce0
    "$dir/sbin/ifconfig" lagg0 create
    awk 'BEGIN { for (i = 0; i <= 32; i++) print "@0 attach tap" i }' >"$work/taps.play"
    "$guest" play "$dir" "$work/taps.play"
    # shellcheck disable=SC2046
    expect 1 'ifconfig: lagg0 tap32: SIOCSLAGGPORT: No space left on device' \
        ifconfig lagg0 $(awk 'BEGIN { for (i = 0; i <= 32; i++) print "laggport tap" i }')
}

test_no_dhcp_server() {
    new_guest noserver hn0=mce0,syncdhcp
    host tune dhcp_server 0
    host tune dhcp_timeout_ms 300
    host tune link_wait_ms 100
    start
    same 'no address' '' "$(lines hn0 'inet ')"
    host tune dhcp_server 1
    await has_inet hn0
    host link hn0 down
    "$dir/bin/kill" "$(cat "$dir/var/run/dhclient/dhclient.hn0.pid")"
    await is_gone "$(cat "$dir/var/run/dhclient/dhclient.hn0.pid")"
    expect 1 'hn0: no link ... giving up' dhclient hn0
}

test_dhclient() {
    new_guest dhclient hn0=mce0,dhcp
    start
    pidfile=$dir/var/run/dhclient/dhclient.hn0.pid
    same 'bound' 'inet 10.0.0.4 netmask 0xffffff00 broadcast 10.0.0.255' "$(lines hn0 'inet ')"
    expect 1 "dhclient already running, pid: $(cat "$pidfile").
exiting." dhclient hn0
    expect 1 'lagg0: not found
exiting.' dhclient lagg0
    expect 1 'kill: 1: No such process' kill 1
    expect 0 '' kill "$(cat "$pidfile")"
    await is_gone "$(cat "$pidfile")"
    same 'it leaves the address' 'inet 10.0.0.4 netmask 0xffffff00 broadcast 10.0.0.255' "$(lines hn0 'inet ')"
    "$dir/sbin/dhclient" -q hn0 2>/dev/null
    expect 0 '' ifconfig hn0 down
    await [ ! -e "$pidfile" ]
}

# The order of commands that loses next to nothing, and a lease carried over.
test_lease_is_carried_over() {
    new_guest carry hn0=mce0,dhcp
    start
    host plug mce0
    "$dir/sbin/ifconfig" lagg0 create
    sed 's/"hn0"/"lagg0"/' "$dir/var/db/dhclient.leases.hn0" >"$dir/var/db/dhclient.leases.lagg0"
    "$dir/bin/kill" "$(cat "$dir/var/run/dhclient/dhclient.hn0.pid")"
    "$dir/sbin/ifconfig" lagg0 laggproto failover laggport hn0
    "$dir/sbin/ifconfig" hn0 inet 10.0.0.4 delete
    "$dir/sbin/ifconfig" lagg0 inet 10.0.0.4 netmask 0xffffff00 up
    expect 0 'add net default: gateway 10.0.0.1' route add default 10.0.0.1
    expect 0 'DHCPREQUEST on lagg0 to 255.255.255.255 port 67
DHCPACK from 10.0.0.1
bound to 10.0.0.4 -- renewal in 43200 seconds.' dhclient lagg0
    for vf in mce0 mlxen0; do
        expect 0 '' ifconfig lagg0 laggport $vf
        expect 0 '' ifconfig $vf up
        same "with $vf" 'reachable via lagg0' "$(host reach)"
        host unplug $vf
        same "without $vf" 'reachable via lagg0' "$(host reach)"
        host plug mlxen0 hn0
    done
    same 'its link never went, so it bound once' 2 "$(grep -c fixed-address "$dir/var/db/dhclient.leases.lagg0")"
}

is_lost() {
    ! host reach
}

# The outage that the stock rules cause: DHCP, commands in the scripts' order, one migration.
test_outage() {
    new_guest outage hn0=mce0,dhcp
    host tune dhclient_grace_ms 0
    start --stock-dhclient-rule
    host plug mce0
    "$dir/sbin/ifconfig" mce0 up
    "$dir/sbin/ifconfig" lagg0 create
    "$dir/sbin/ifconfig" lagg0 laggproto failover laggport hn0 laggport mce0
    "$dir/sbin/ifconfig" hn0 -alias
    await [ ! -e "$dir/var/run/dhclient/dhclient.hn0.pid" ]
    "$dir/sbin/ifconfig" lagg0 up
    expect 0 '' dhclient -b lagg0
    await host reach
    host unplug mce0
    await has_inet hn0
    same 'still reachable' 'reachable via lagg0' "$(host reach)"
    host plug mce0
    "$dir/sbin/ifconfig" mce0 up
    "$dir/sbin/ifconfig" lagg0 laggport mce0
    await is_lost
    same 'the network is lost' 'unreachable: the route is on hn0, which has no link (No route to host)' "$(host reach)"
    expect 0 '' ifconfig hn0 inet 10.0.0.4 delete
    expect 0 'add net default: gateway 10.0.0.1' route add default 10.0.0.1
    same 'remedy' 'reachable via lagg0' "$(host reach)"
}

test_migration_is_played() {
    new_guest migration hn0=mce0 hn1=mce1
    "$guest" play "$dir" "$here/migration.play" --speed 20 || same play 0 $?
    same 'who is where' 'mlxen0:hn0 mce1:hn1' "$("$dir/sbin/sysctl" -n hw.hn.vfmap)"
}

test_names_and_ports
test_mtu_of_ports
test_addresses
test_inet6_of_ports
test_routes
test_inet6_routes
test_log
test_faults
test_devd
test_stream_is_cut
test_slow_client_is_dropped
test_queue_is_bounded
test_transparent
test_attwait
test_map
test_ports_are_limited
test_no_dhcp_server
test_dhclient
test_lease_is_carried_over
test_outage
test_migration_is_played

echo "$checks checks, $failures failures"
[ $failures -eq 0 ]
