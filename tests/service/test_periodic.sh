#!/bin/sh
# periodic(8)'s script: what it says and how it ends, of a sound journal, an edited one, none, and
# when it is not enabled.
#   usage: test_periodic.sh SOURCES vfjournal
set -u

sources=${1:?}
vfjournal=${2:?}
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_periodic.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
failures=0

mkdir -p "$work/prefix/sbin"
ln -s "$vfjournal" "$work/prefix/sbin/vfjournal"
sed -e "s,%%PREFIX%%,$work/prefix,g" -e "s,/etc/defaults/periodic.conf,$work/periodic.conf,g" \
	"$sources/adapters/freebsd/install/periodic/460.vfjournal.in" >"$work/460.vfjournal"

# run STATUS WORDS: the script ends so, and says that; with no words, nothing.
run() {
	sh "$work/460.vfjournal" >"$work/out" 2>&1
	status=$?
	if [ $status -ne "$1" ] || ! grep -q -e "$2" "$work/out" && [ -n "$2" ] || [ -z "$2" ] && [ -s "$work/out" ]; then
		failures=$((failures + 1))
		echo "FAILED: expected status $1, and: $2; found status $status, and:"
		cat "$work/out"
	fi
}

configure() {
	{
		echo 'source_periodic_confs() { :; }'
		printf '%s\n' "$@"
	} >"$work/periodic.conf"
}

rm -f "$work/periodic.conf"
run 0 ""
configure
run 0 ""
configure 'daily_status_vfjournal_enable=NO'
run 0 ""
configure 'daily_status_vfjournal_enable=YES' "daily_status_vfjournal_journal=$work/none.db"
run 2 "no journal: $work/none.db"

echo "not a database, but not empty" >"$work/text.db"
configure 'daily_status_vfjournal_enable=YES' "daily_status_vfjournal_journal=$work/text.db"
run 2 "text.db"

# A journal of long ago, whose daemon does not run.
"$vfjournal" replay --journal "$work/j.db" "$sources/tests/traces/migration/azure-migration.trace" >/dev/null || exit 1
configure 'daily_status_vfjournal_enable=YES' "daily_status_vfjournal_journal=$work/j.db"
run 1 ": verified"
run 1 "Nothing happened in the last day"

# The same with a byte of a record edited, as somebody with a hex editor would do it.
LC_ALL=C sed 's/probe=slot ok=1/probe=slot ok=0/' "$work/j.db" >"$work/edited.db"
cmp -s "$work/j.db" "$work/edited.db" && exit 1
configure 'daily_status_vfjournal_enable=YES' "daily_status_vfjournal_journal=$work/edited.db"
run 3 "edited.db"

# One of today: a daemon that started, found no guest, and ended.
mkdir -p "$work/guest/var/run"
"$vfjournal" daemon --root "$work/guest" --journal "$work/today.db" 2>/dev/null &
daemon=$!
tries=50
until "$vfjournal" show --journal "$work/today.db" 2>/dev/null | grep -q started || [ $tries -eq 0 ]; do
	tries=$((tries - 1))
	sleep 0.1
done
kill -TERM $daemon
wait $daemon
configure 'daily_status_vfjournal_enable=YES' "daily_status_vfjournal_journal=$work/today.db"
run 1 "^ *1 started$"

# One of today with a migration.
{
	echo '%vfjournal 1'
	echo '%mode act'
	echo '%if hn0 up inet 10.0.0.4/24'
	echo '%rc ifconfig_hn0="inet 10.0.0.4/24"'
	echo '%rc hyperv_vf_delay="2"'
	echo '%vf mce0 hn0'
	echo "@$(($(date +%s) - 3600)) !system=ETHERNET subsystem=mce0 type=IFATTACH"
	echo '@+60 !system=IFNET subsystem=mce0 type=DETACH'
	echo '@+14 !system=ETHERNET subsystem=mce0 type=IFATTACH'
	echo '%at +60'
} >"$work/migration.trace"
"$vfjournal" replay --output-journal "$work/migration.db" "$work/migration.trace" >/dev/null || exit 1
configure 'daily_status_vfjournal_enable=YES' "daily_status_vfjournal_journal=$work/migration.db"
run 1 "^Without the VF in the last day:"
run 1 " 16.0 s  *clean  *mce0"

[ $failures -eq 0 ] && echo "periodic: as it should be"
exit $failures
