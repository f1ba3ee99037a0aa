#!/bin/sh
# The stand-in guest prints what FreeBSD 13.2 printed, line by line: the commands of a recorded
# session are run again, and the events of a recorded migration are compared.
#   usage: test_recorded.sh PATH-OF-vfj_guest
set -u

case $1 in
/*) guest=$1 ;;
*) guest=$PWD/$1 ;;
esac
recorded=$(cd "$(dirname "$0")/recorded" && pwd) || exit 1
listener=
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_recorded.XXXXXX") || exit 1
dir=$work/guest
status=0

finish() {
    "$guest" stop "$dir" 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

compare() {
    if ! diff -u "$work/$1.recorded" "$work/$1.printed"; then
        echo "FAILED: $1 (- FreeBSD 13.2, + the stand-in guest)"
        status=1
    fi
}

# Runs the commands of a session; its printed lines replace the recorded ones.
run_session() {
    while IFS= read -r line; do
        case $line in
        '$ '*)
            printf '%s\n' "$line"
            # shellcheck disable=SC2086
            set -- ${line#\$ }
            program=$1
            shift
            "$dir/sbin/$program" "$@" 2>&1
            echo "[exit $?]"
            ;;
        '% '*)
            # shellcheck disable=SC2086
            "$guest" host "$dir" ${line#% } || echo "the host refuses: $line"
            ;;
        esac
    done
}

# The MACs differ; an end of an epair has other options and another medium than a NIC.
same_words() {
    sed -e '/^[#%] /d' -e 's/52:54:00:12:34:5[67]/MAC/; s/5054:ff:fe12:3456/MAC/' \
        -e 's/00:0d:3a:00:00:0[01]/MAC/; s/20d:3aff:fe00:0/MAC/' \
        -e '/^\(lagg5\|hn5\): /,/^\[/{
            /options=[^ ]*VLAN_MTU/d; /^	ether /d; /^	media: /d; /groups: epair/d
        }'
}

# Each block of events: those that keep their order, then those of a link, which the kernel sends
# from a task of their own.
in_blocks() {
    awk '
    function flush(   i, j, text) {
        for (i = 1; i <= others; i++) print other[i]
        for (i = 2; i <= links; i++) {
            text = link[i]
            for (j = i - 1; j > 0 && link[j] > text; j--) link[j + 1] = link[j]
            link[j + 1] = text
        }
        for (i = 1; i <= links; i++) print link[i]
        if (others + links > 0) print "--"
        others = links = 0
    }
    /^#/ { next }
    /^[$%] / || /subsystem=block/ { flush(); next }
    /type=LINK_/ { link[++links] = $0; next }
    { other[++others] = $0 }
    END { flush() }'
}

# Runs what the recording did; after each block of events comes a line of our own.
run_migration() {
    was_event=
    while IFS= read -r line; do
        case $line in
        '$ '* | '% '*)
            [ -z "$was_event" ] || "$guest" host "$dir" line '!system=TEST subsystem=block type=END'
            was_event=
            ;;
        '!'* | [+-]*) was_event=1 ;;
        esac
        case $line in
        '$ '*)
            set -f
            # shellcheck disable=SC2086
            "$dir/sbin/"${line#\$ } >/dev/null || echo "[exit $?] $line"
            ;;
        '% unplug'*)
            # shellcheck disable=SC2086
            "$guest" host "$dir" ${line#% }
            ;;
        '% plug'*)
            words=${line#% plug * * }
            names=${line#% plug }
            # shellcheck disable=SC2086
            "$guest" host "$dir" plug ${names%" $words"} "$words"
            ;;
        esac
    done
}

# listen, events NAME: the events of the guest from here on, to $work/NAME.printed.
listen() {
    "$guest" start "$dir" || exit 1
    : >"$work/events"
    "$guest" listen "$dir" seqpacket --reads >"$work/events" &
    listener=$!
    await '# connected'
}
events() {
    "$guest" host "$dir" line '!system=TEST subsystem=last type=END'
    await subsystem=last
    sed -n 's/^\[\(.*\)\\n\]$/\1/p' "$work/events" | grep -v subsystem=last |
        in_blocks >"$work/$1.printed"
    "$guest" stop "$dir"
    wait "$listener"
}

await() {
    tries=0
    until grep -q -e "$1" "$work/events"; do
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || { echo "FAILED: no $1"; status=1; return; }
        sleep 0.05
    done
}

"$guest" init "$dir" hn0=vf0,none hn1=vf1,none || exit 1
"$dir/sbin/ifconfig" hn1 name mce0 >/dev/null
"$dir/sbin/ifconfig" hn0 down
"$dir/sbin/ifconfig" mce0 down
listen
session=$recorded/freebsd-13.2-ifconfig.txt
same_words <"$session" >"$work/session.recorded"
run_session <"$session" | same_words >"$work/session.printed"
[ "$(grep -c '^\$ ' "$work/session.recorded")" -gt 40 ] || status=1
compare session
# There hn0 and mce0 were virtio NICs, whose link comes with "up", and hn5 and mce5 epair(4) ends.
of_lagg() { grep -Ev 'subsystem=(hn|mce)[05] type=(LINK_|ATTACH|IFATTACH)'; }
of_lagg <"$recorded/freebsd-13.2-ifconfig-events.txt" | in_blocks >"$work/lagg.recorded"
events all
of_lagg <"$work/all.printed" | grep -v ^-- | in_blocks >"$work/lagg.printed"
[ "$(grep -c ^! "$work/lagg.recorded")" -gt 8 ] || status=1
compare lagg

rm -rf "$dir"
"$guest" init "$dir" hn0=vtnet1,none || exit 1
listen
migration=$recorded/freebsd-13.2-migration.txt
in_blocks <"$migration" >"$work/migration.recorded"
run_migration <"$migration"
events migration
[ "$(grep -c -e ^-- "$work/migration.recorded")" -gt 5 ] || status=1
compare migration
exit "$status"
