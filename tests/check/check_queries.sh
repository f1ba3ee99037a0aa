#!/bin/sh
# Every query of docs/queries.md runs on a journal, and those that must find something do.
#   usage: check_queries.sh VFJOURNAL ROOT
set -u

vfjournal=${1:?usage: check_queries.sh VFJOURNAL ROOT}
root=${2:?usage: check_queries.sh VFJOURNAL ROOT}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
status=0

command -v sqlite3 >/dev/null || { echo "sqlite3 is missing"; exit 77; }

refuse()
{
    echo "$*"
    status=1
}

# A VF that leaves as announced and comes back, a command that fails, a daemon that is killed.
cat >"$work/guest.trace" <<'END'
%rc ifconfig_hn0="SYNCDHCP"
%rc hyperv_vf_delay="120"
%if hn0 up inet 10.0.0.4/24 dhclient 411
%vf mce0 hn0
%fail 1 1 ifconfig lagg0 inet6
@0 !system=ETHERNET subsystem=mce0 type=IFATTACH
@120.4 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP
%at 86000
%gap
%scheduled announced id=A type=Freeze here=yes not_before=86400 duration=5 text="Live Migration"
@86400 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN
@86400.01 !system=IFNET subsystem=mce0 type=DETACH
@86456 !system=ETHERNET subsystem=mce0 type=IFATTACH
@86576.3 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP
END
"$vfjournal" replay --output-journal "$work/journal.db" "$work/guest.trace" >"$work/out" 2>&1 ||
    refuse "no journal: $(cat "$work/out")"

awk -v to="$work/query" '
    /^## / { title = substr($0, 4) }
    /^```sql/ { inside = 1; number++; file = to number; print "-- " title > file; next }
    /^```/ { inside = 0 }
    inside { print > file }' "$root/docs/queries.md"
count=0
for query in "$work"/query*; do
    sqlite3 -readonly -batch -bail "$work/journal.db" <"$query" >"$work/out" 2>&1 ||
        refuse "a query fails: $(cat "$query" "$work/out")"
    [ -s "$work/out" ] || refuse "a query finds nothing: $(cat "$query")"
    count=$((count + 1))
done
[ "$count" -ge 10 ] || refuse "only $count queries"

# answer NUMBER EXPECTED
answer()
{
    found=$(sqlite3 -readonly -batch "$work/journal.db" <"$work/query$1")
    [ "$found" = "$2" ] || refuse "$(cat "$work/query$1")
--- expected
$2
--- found
$found"
}
answer 1 "hn0|lagged|mce0|1970-01-02T00:02:56.000000Z"
answer 3 "hn0|1970-01-02T00:00:00.010000Z|1970-01-02T00:02:56.000000Z|175.99"
answer 5 "1970-01-02|hn0|1"

[ $status -eq 0 ] && echo "$count queries"
exit $status
