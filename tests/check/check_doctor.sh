#!/bin/sh
# vfjournal doctor and config against the stand-in guest: a sound one, and each thing that can be
# wrong with it.
#   usage: check_doctor.sh VFJOURNAL GUEST ROOT
set -u

vfjournal=${1:?usage: check_doctor.sh VFJOURNAL GUEST ROOT}
guest=${2:?usage: check_doctor.sh VFJOURNAL GUEST ROOT}
root=$(cd -- "${3:?usage: check_doctor.sh VFJOURNAL GUEST ROOT}" && pwd) || exit 1
failed=0
daemon=
# Root's daemon is one process here, which is warned of.
sound=0
[ "$(id -u)" -ne 0 ] || sound=1
scratch=$(mktemp -d) || exit 1
trap cleanup EXIT

cleanup()
{
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null
    [ ! -d "$scratch/g/state" ] || "$guest" stop "$scratch/g" >/dev/null 2>&1
    rm -rf "$scratch"
}
cd "$scratch" || exit 1

# expect STATUS WHAT VERB ARGUMENT...
expect()
{
    wanted=$1 what=$2
    shift 2
    "$vfjournal" "$@" >out 2>&1
    found=$?
    [ $found -eq "$wanted" ] && return
    echo "$what: exit status $found, not $wanted"
    sed 's/^/    /' out
    failed=1
}

says()
{
    for pattern; do
        grep -Eq -e "$pattern" out && continue
        echo "$what: does not say: $pattern"
        sed 's/^/    /' out
        failed=1
    done
}

not()
{
    for pattern; do
        grep -Eq -e "$pattern" out || continue
        echo "$what: says: $pattern"
        sed 's/^/    /' out
        failed=1
    done
}

wait_for()
{
    tries=100
    until "$vfjournal" status -J g/var/db/vfjournal/journal.db 2>/dev/null | grep -Eq "$1"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || { echo "never: $1"; failed=1; return; }
        sleep 0.1
    done
}

install_rules()
{
    mkdir -p g/usr/local/etc/devd
    sed 's,%%PREFIX%%,/usr/local,' "$root/adapters/freebsd/install/devd/vfjournal.conf.in" >g/usr/local/etc/devd/vfjournal.conf
}

"$guest" init g hn0=mce0 hn1=mlxen0,dhcp && "$guest" start g || exit 1
mkdir -p g/etc/devd g/boot/kernel
: >g/boot/kernel/if_lagg.ko
cp "$root/tests/service/freebsd-devd.conf" g/etc/devd.conf
install_rules

# Before the first start.
expect 1 "no daemon" doctor --root g
says '^warn +daemon +does not run' '^warn +journal .*not there yet' '^ok +rc\.conf ' \
    '^ok +hn mode +not transparent' '^ok +guest +of Hyper-V' '^ok +if_lagg +is loaded when' '^ok +hn0 +no VF$' \
    '^ok +devd .*seqpacket\.pipe: a client can connect' \
    '^ok +rules +HYPERV_NIC_VF VF_UP: /usr/local/etc/devd/vfjournal\.conf:[0-9]+, priority 11' \
    '^ok +rules +ETHERNET IFATTACH: /usr/local/etc/devd/vfjournal\.conf' '^ok +delay +2 s, the least' \
    '^ok +rules +IFNET LINK_UP: /usr/local/etc/devd/vfjournal\.conf:[0-9]+, priority 11: vfjournal.s' '^ok +reach '
not 'FAIL'

# A sound guest with a daemon that acts. It says once whose rules name hn0.
printf 'pass in all\nblock in on hn0\nblock in on hn0\n' >g/etc/pf.conf
"$vfjournal" daemon --act --root g 2>log &
daemon=$!
wait_for 'devd: [0-9].*seqpacket'
[ "$(grep -c 'guest: /etc/pf\.conf:2 names hn0: once' log)" = 1 ] || { echo "pf.conf?"; cat log; failed=1; }
rm g/etc/pf.conf
"$guest" host g slow 8 ifconfig hn0 inet 10.0.0.4 delete
"$guest" host g plug mce0
tries=100
until g/sbin/ifconfig lagg0 2>/dev/null | grep -q 'laggport: hn0'; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || { echo "never a port"; failed=1; break; }
    sleep 0.1
done
expect $sound "in the middle of a join" doctor --root g
says '^ok +hn0 +the daemon works on it now'
"$guest" host g plug mlxen0
wait_for '^hn0 +lagged'
wait_for '^hn1 +lagged'
sleep 1
expect $sound "all well" doctor --root g
says '^ok +daemon +runs, pid [0-9]+, mode act' '^ok +hn0 +VF mce0, traffic on the VF; port of lagg0, and so is the VF$' \
    '^ok +if_lagg +is loaded$' '^ok +journal ' '^ok +clock ' '^ok +disk ' "^[0-9]+ well, $sound warnings, 0 failures\$"
[ $sound -eq 0 ] || says '^warn +daemon +is root, in one process, for there is no user _vfjournal' '-> pw useradd _vfjournal '
expect $sound "quiet" doctor -q --root g
grep -v -e 'daemon .*is root' -e '-> pw useradd' out >rest
[ -s rest ] && { echo "-q says something"; cat rest; failed=1; }
expect $sound "json" doctor -o json --root g
says '^\{"level":"ok","subject":"daemon","finding":"runs, pid '

# Nobody reaches the guest: that comes first.
g/sbin/ifconfig lagg1 inet 10.1.0.4 delete
g/sbin/route delete default >/dev/null 2>&1
expect 1 "out of reach" doctor --root g
says '^FAIL +hn1 +has no address, and its lagg has none either: nothing reaches' \
    '^FAIL +route +there is none, though rc\.conf or DHCP gives one'
not '^ok +reach'
head -1 out | grep -Eq '^FAIL +hn[01] ' || { echo "not first"; cat out; failed=1; }
g/sbin/ifconfig lagg1 inet 10.1.0.4/24
g/sbin/route add default 10.0.0.1 >/dev/null
mkdir -p g/usr/sbin
printf '#!/bin/sh\necho "? ($2) at (incomplete) on lagg0 expired [ethernet]"\n' >g/usr/sbin/arp
chmod +x g/usr/sbin/arp
expect 1 "a silent router" doctor -q --root g
says '^FAIL +route +its router does not answer'
printf '#!/bin/sh\necho "? ($2) at 00:15:5d:00:00:01 on lagg0 expires in 9 seconds [ethernet]"\n' >g/usr/sbin/arp
expect $sound "a router that answers" doctor --root g
says '^ok +reach '

# Rules that name hn0.
printf '# hn1\next_if = "hn0"\nnat on hn0:0 -> (hn0)\n' >g/etc/pf.conf
expect 1 "rules that name hn0" doctor -q --root g
says '^warn +hn0 +is named in /etc/pf\.conf:2: once it is joined' '-> name lagg0 there as well'
not 'hn1 +is named'
expect 0 "config of hn0 in rules" config -i hn0 --root g
says '^ +named: in /etc/pf\.conf:2, which has to name the lagg'
rm g/etc/pf.conf

# Other files that name hn0, and a variable of rc.conf that the daemon does not read. Those that it
# reads are not reported.
cp g/etc/rc.conf rc.conf.before
printf 'natd_interface="hn0"\n' >>g/etc/rc.conf
mkdir -p g/etc/jail.conf.d g/usr/local/etc/frr g/etc/rc.conf.d
printf 'www {\n interface = hn0;\n}\n' >g/etc/jail.conf.d/www.conf
printf 'interface hn0\n' >g/usr/local/etc/frr/frr.conf
printf 'route_x="-net 192.0.2.0/24 -iface hn0"\nifconfig_bridge7="addm hn0"\n' >g/etc/rc.conf.d/routing
expect 1 "other files that name hn0" doctor -q --root g
says '^warn +hn0 +is named in /etc/jail\.conf\.d/www\.conf:2: ' '^warn +hn0 +is named in /usr/local/etc/frr/frr\.conf:1: ' \
    "^warn +hn0 +is named in /etc/rc\\.conf:$(grep -c '' g/etc/rc.conf): "
not 'rc\.conf\.d'
mv rc.conf.before g/etc/rc.conf
rm -r g/etc/jail.conf.d g/usr/local/etc/frr g/etc/rc.conf.d

# netgraph(4) may take hn's packets.
printf '#!/bin/sh\n[ "$3" = ng_ether ]\n' >g/sbin/kldstat
chmod +x g/sbin/kldstat
expect 1 "netgraph" doctor -q --root g
says '^warn +netgraph +ng_ether\(4\) is loaded: '
printf '#!/bin/sh\nexit 1\n' >g/sbin/kldstat
expect $sound "no netgraph" doctor --root g
not 'netgraph'
rm g/sbin/kldstat

# devd's rules.
rm g/usr/local/etc/devd/vfjournal.conf
expect 1 "stock rules" doctor --root g
says '^FAIL +rules +HYPERV_NIC_VF VF_UP: /etc/devd\.conf:[0-9]+, priority 10: the stock script acts' \
    'rules +hn1: .*runs dhclient on it'
not 'rules +hn0: '
install_rules
cat >g/etc/devd/mine.conf <<'END'
/* shadows */ notify 20 {
    match "system" "ETHERNET"; // and a comment
    match "type" "!IFDETACH";
    action "logger $subsystem";
};
END
expect 1 "a shadow" doctor --root g
says '^warn +rules +ETHERNET IFATTACH: /etc/devd/mine\.conf:1, priority 20: it shadows'
sed 's/notify 11/notify 5/' g/usr/local/etc/devd/vfjournal.conf >low.conf
mv low.conf g/usr/local/etc/devd/vfjournal.conf
rm g/etc/devd/mine.conf
expect 1 "a low priority" doctor --root g
says '^FAIL +rules +HYPERV_NIC_VF VF_UP: .*the stock script acts'
install_rules
echo 'notify 1 { match "system' >g/etc/devd/broken.conf
expect 1 "a broken file" doctor --root g
says '^warn +rules +/etc/devd/broken\.conf:[0-9]+: not understood'
rm g/etc/devd/broken.conf

# The journal's files.
chmod 0755 g/var/db/vfjournal
chmod 0644 g/var/db/vfjournal/journal.db
expect 1 "open files" doctor -q --root g
says '/var/db/vfjournal is open to others' 'journal\.db is open to others' 'chmod 0700'
chmod 0700 g/var/db/vfjournal
chmod 0600 g/var/db/vfjournal/journal.db

# The delay, and rc.conf.
cp g/etc/rc.conf rc.conf
for value in 1 abc 2.5 -5 ''; do
    { cat rc.conf; echo "hyperv_vf_delay=\"$value\""; } >g/etc/rc.conf
    case $value in
    '') wanted=$sound ;;
    *) wanted=1 ;;
    esac
    expect $wanted "delay '$value'" doctor --root g
    says '(warn|ok) +delay +2 s'
    expect 0 "config, delay '$value'" config --root g
    [ -z "$value" ] || says '^ +delay: 2 s, clamped: ".*" is not a number of at least 2 \(hyperv_vf_delay in /etc/rc\.conf\)$'
done
{
    cat rc.conf
    echo 'hyperv_vf_delay="120"'
    echo 'ifconfig_hn0_alias0="inet 10.0.0.5/32"'
    echo 'ifconfig_hn0_ipv6="inet6 accept_rtadv"'
    echo 'static_routes="lab other:hn1"'
    echo 'route_lab="-net 10.9.0.0/16 10.0.0.254"'
    echo 'route_other="-net 10.8.0.0/16 10.1.0.254"'
    echo 'ipv6_static_routes="six"'
    echo 'ipv6_route_six="2001:db8:9::/48 2001:db8::9"'
    echo 'ipv6_defaultrouter="fe80::1%hn0"'
    echo 'ifconfig_hn1_alias0="inet 10.1.0.9/32 vhid 7 pass hush-hush"'
    echo 'vlans_hn0="10"'
    echo 'ifconfig_hn0_10="inet 10.7.0.4/24"'
    echo 'ifconfig_hn0_10_alias0="inet 10.7.0.5/32"'
    echo 'ipv4_addrs_hn0_10="10.7.0.6/32"'
} >g/etc/rc.conf
expect 0 "config" config --root g
says '^ +delay: 120 s \(hyperv_vf_delay in /etc/rc\.conf\)$' '^ +router: 10\.0\.0\.1 \(defaultrouter in /etc/rc\.conf\)$' \
    '^ +inet: inet 10\.0\.0\.4 netmask 255\.255\.255\.0 \(ifconfig_hn0 in /etc/rc\.conf\)$' \
    '^ +alias: inet 10\.0\.0\.5/32 \(ifconfig_hn0_alias0 in ' '^ +inet6: inet6 accept_rtadv \(ifconfig_hn0_ipv6 in ' \
    '^ +inet: DHCP \(ifconfig_hn1 in ' '^ +route: -net 10\.8\.0\.0/16 10\.1\.0\.254 \(static_routes in ' \
    '^ +route: -inet6 2001:db8:9::/48 2001:db8::9 \(ipv6_static_routes in ' '^ router6: fe80::1%hn0 \(ipv6_defaultrouter in ' \
    '^ +lagg: lagg1$' '^ +alias: inet 10\.1\.0\.9/32 vhid 7 pass \*+ \(ifconfig_hn1_alias0 in '
not 'hush-hush' 'hn0_10' '10\.7\.0\.'
expect 0 "config of one" config -i hn1 --root g
not '^hn0$'
"$guest" host g rename hn1 wan7
expect 0 "config of a renamed hn" config -i wan7 --root g
says '^wan7$' '^ +lagg: lagg1$'
"$guest" host g rename wan7 hn1
expect 1 "config of none" config -i hn9 --root g
echo 'ifconfig_hn5="DHCP"' >>g/etc/rc.conf
expect 1 "an hn that is not there" doctor -q --root g
says '^warn +hn5 +is in rc\.conf, but there is no such interface'
echo 'if then' >>g/etc/rc.conf
expect 1 "a broken rc.conf" doctor --root g
says "^FAIL +rc\\.conf +can't be read"
expect 2 "config of a broken rc.conf" config --root g
cp rc.conf g/etc/rc.conf

# Where a value comes from when several files are read.
mkdir -p etc/etc/defaults etc/etc/rc.conf.d etc/sbin
: >etc/etc/network.subr
cat >etc/etc/rc.subr <<END
load_rc_config() {
    for file in defaults/rc.conf rc.conf rc.conf.local rc.conf.d/netif; do . $scratch/etc/etc/\$file; done
}
END
echo 'rc_conf_files="/etc/rc.conf /etc/rc.conf.local" ifconfig_DEFAULT="DHCP"' >etc/etc/defaults/rc.conf
echo 'ifconfig_hn0="DHCP" ifconfig_hn1="SYNCDHCP"' >etc/etc/rc.conf
echo 'ifconfig_hn0="inet 10.0.0.9/24" hyperv_vf_delay=9' >etc/etc/rc.conf.local
echo '[ -n "$ifconfig_hn0" ] && defaultrouter=10.0.0.1' >etc/etc/rc.conf.d/netif
expect 0 "origins" config --root etc
says '^ +delay: 2 s, the least' 'inet: inet 10\.0\.0\.9/24 \(ifconfig_hn0 in /etc/rc\.conf\.local\)$' \
    'inet: DHCP, waited for .* \(ifconfig_hn1 in /etc/rc\.conf\)$' \
    'router: 10\.0\.0\.1 \(defaultrouter in /etc/rc\.conf\.d/netif\)$'

# The outage to come: the daemon is gone, and hn1, a lagg port, gets an address and a dhclient.
kill "$daemon"
wait "$daemon"
daemon=
g/sbin/ifconfig hn0 inet 10.0.0.77/24 alias
"$guest" host g unplug mlxen0
g/sbin/dhclient -b hn1 >/dev/null 2>&1
sleep 1
expect 1 "addresses on ports" doctor --root g
says '^FAIL +hn0 +has an address, though it is a port of a lagg: 10\.0\.0\.77/24' '-> ifconfig hn0 inet 10\.0\.0\.77 delete' \
    '^FAIL +hn1 +has a dhclient, though' '-> service dhclient stop hn1' '^warn +daemon +does not run'

# The kernel.
"$guest" host g sysctl hw.hn.vf_transparent 1
expect 1 "transparent" doctor -q --root g
not 'vf_transparent='
expect 1 "transparent, all of it" doctor --root g
says '^ok +hn mode +transparent: hn\(4\) itself moves the data path'
not 'if_lagg'
"$guest" host g sysctl --absent hw.hn.vf_transparent
expect 1 "an old kernel" doctor --root g
says '^ok +hn mode +not transparent'
"$guest" host g sysctl hw.bus.devctl_queue 0
"$guest" host g sysctl kern.vm_guest none
expect 1 "no queue" doctor -q --root g
says '^FAIL +devctl ' "^warn +guest +is none of Hyper-V's"

# A guest of another hypervisor, with interfaces of its own: one sentence.
mkdir other
"$guest" init other || exit 1
for name in hw.hn.vf_transparent hw.hn.vflist hw.hn.vfmap; do
    "$guest" host other sysctl --absent $name
done
"$guest" host other sysctl kern.vm_guest kvm
expect 1 "another hypervisor" doctor -q --root other
says '^warn +guest +is none of Hyper-V or Azure \(kern\.vm_guest=kvm\) and has no hn\(4\)' '-> disable the daemon'
expect 1 "another hypervisor, as JSON" doctor --root other -o json
says '^\{.*"level":"warn","subject":"guest"'
[ "$(wc -l <out)" -eq 1 ] || { echo "$what: more than one finding" && cat out && failed=1; }

# devd: gone, and full.
"$guest" host g devd stop
expect 1 "no devd" doctor -q --root g
says '^FAIL +devd .*seqpacket\.pipe'

# No guest at all, and a clock that was set back.
mkdir nothing
expect 1 "nothing" doctor -q --root nothing
says '^FAIL +hn mode ' "^FAIL +rc\\.conf +can't be read" '^FAIL +devd '
printf '@4000000000 !system=ETHERNET subsystem=ue0 type=IFATTACH\n' >future.trace
"$vfjournal" replay --journal future.db future.trace >/dev/null
expect 1 "the future" doctor --root nothing --journal future.db
says '^warn +clock .*yet to come'
LC_ALL=C sed 's/subsystem=ue0/subsystem=ue1/' future.db >edited.db
expect 1 "an edited journal" doctor --root nothing --journal edited.db
says '^FAIL +journal ' '-> vfjournal replay says where'
expect 1 "a hostile journal" doctor --root nothing --journal rc.conf
says "^FAIL +journal +rc\\.conf: can't be used"

expect 2 "a word too many" doctor nothing else
expect 2 "an unknown format" doctor -o xml
expect 2 "an unknown option" config --frobnicate
expect 0 "help" doctor --help
expect 0 "help on config" config --help

[ $failed -eq 0 ] && echo "all right"
exit $failed
