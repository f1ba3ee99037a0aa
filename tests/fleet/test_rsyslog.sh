#!/bin/sh
# tools/fleet/agents/rsyslog.conf with a real rsyslog and a real PostgreSQL: every line that is
# appended to the export arrives, also those that were written while the database was away.
#   usage: test_rsyslog.sh VFJOURNAL
# Without rsyslog's ompgsql or PostgreSQL the test is skipped.
set -u

vfjournal=$1
# shellcheck disable=SC2034 # for checks.sh
name=rsyslog log='' journal=''
tests=${0%/*}/..
fleet=$tests/../tools/fleet
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_rsyslog.XXXXXX") || exit 1
# shellcheck source=tests/fleet/postgres.sh
. "$tests/fleet/postgres.sh"
trap 'stop_rsyslog; postgres_stop; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# shellcheck source=tests/kit/checks.sh
. "$tests/kit/checks.sh"

PATH=$PATH:/usr/sbin:/usr/local/sbin
stop_rsyslog() {
    [ ! -f "$work/pid" ] || kill "$(cat "$work/pid")" 2>/dev/null
}
for module in /usr/lib/*/rsyslog/ompgsql.so /usr/local/lib/rsyslog/ompgsql.so; do
    [ ! -f "$module" ] || break
done
if [ ! -f "$module" ] || ! command -v rsyslogd >/dev/null; then
    echo "skipped: rsyslog with ompgsql is not installed"
    exit 77
fi
postgres_need
psql -Xq1 -v ON_ERROR_STOP=1 -f "$fleet/schema.sql" 2>/dev/null

mkdir "$work/spool" && chmod 777 "$work/spool"
: >"$work/export.ndjson"
sed "s|/var/spool/rsyslog|$work/spool|; s|fleet.example.org|$PGHOST|; s|user=\"vfjournal\"|user=\"$PGUSER\"|
    s|/var/spool/vfjournal/|$work/|" "$fleet/agents/rsyslog.conf" >"$work/rsyslog.conf"
check "the configuration" rsyslogd -N 1 -f "$work/rsyslog.conf"
rsyslogd -n -i "$work/pid" -f "$work/rsyslog.conf" >"$work/said" 2>&1 &
await "rsyslog" test -s "$work/pid"

arrived() { [ "$(psql -XAtqc 'SELECT count(*) FROM vfjournal.inbox' 2>/dev/null)" = "$1" ]; }
export_of() { "$vfjournal" export "$tests/fixtures/$1"; }
export_of freebsd-13.2-two-migrations.db >>"$work/export.ndjson"
lines=$(wc -l <"$work/export.ndjson")
await "the first lines" arrived "$lines"
same "they are loaded" "$lines|0|0|0" "$(psql -XAtqc 'SELECT * FROM vfjournal.take_inbox()')"

# A row of a guest's journal may hold any words.
echo "it's \\ no 'JSON'; DROP TABLE vfjournal.event" >>"$work/export.ndjson"
await "a bad line" arrived 1
same "it is rejected" "0|0|1|0" "$(psql -XAtqc 'SELECT * FROM vfjournal.take_inbox()')"
same "its words" "it's \\ no 'JSON'; DROP TABLE vfjournal.event" "$(psql -XAtqc 'SELECT line FROM vfjournal.rejected')"

# Bytes that are no UTF-8 hold up no line after them.
printf 'caf\351 \377\n' >>"$work/export.ndjson"
export_of freebsd-13.2-lagg-destroyed.db | head -n 1 >>"$work/export.ndjson"
await "a line after other bytes" arrived 2
same "the other bytes are rejected" "1|0|1|0" "$(psql -XAtqc 'SELECT * FROM vfjournal.take_inbox()')"

# The database goes away and returns.
as_server "$postgres_bin/pg_ctl -D $work/server/data -m fast -w stop" >/dev/null 2>&1
export_of freebsd-13.2-lagg-destroyed.db >>"$work/export.ndjson"
more=$(export_of freebsd-13.2-lagg-destroyed.db | wc -l)
as_server "$postgres_bin/pg_ctl -D $work/server/data -l $work/server/log -w \
    -o \"-F -k $work/server -c listen_addresses=''\" start" >/dev/null 2>&1
await "the other lines" arrived "$more"
same "they are loaded" "$((more - 1))|1|0|0" "$(psql -XAtqc 'SELECT * FROM vfjournal.take_inbox()')"

judge
