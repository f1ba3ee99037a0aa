#!/bin/sh
# How fast tools/fleet is: loading against a plain COPY of the same bytes, and the views. For a
# machine with nothing else to do; it needs twice the size of the lines, some 2 GB, in TMPDIR.
#   usage: bench.sh VFJOURNAL [GUESTS [JOBS]]
# 1,000 guests of 1,000 rows unless set; a job for each processor.
set -u

vfjournal=${1:?usage: bench.sh VFJOURNAL [GUESTS [JOBS]]}
guests=${2:-1000}
jobs=${3:-$(getconf _NPROCESSORS_ONLN)}
rows=1000
tests=${0%/*}/..
fleet=$tests/../tools/fleet
work=$(mktemp -d "${TMPDIR:-/var/tmp}/vfj_fleet.XXXXXX") || exit 1
# shellcheck source=tests/fleet/postgres.sh
. "$tests/fleet/postgres.sh"
trap 'postgres_stop; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
postgres_start || { echo "PostgreSQL is not installed, or does not start" >&2 && exit 1; }

# A guest whose VF leaves and comes back all the time.
{
    printf '%s\n' '%vfjournal 1' '%rc ifconfig_hn0="SYNCDHCP"' '%rc hyperv_vf_delay="2"' \
        '%if hn0 up inet 10.0.0.4/24 dhclient 411' '%vf mce0 hn0' \
        '@0 !system=ETHERNET subsystem=mce0 type=IFATTACH' '@2.4 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP'
    awk 'BEGIN { for (i = 1; i <= 100; i++) { t = i * 3600
        printf "@%d !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN\n", t
        printf "@%d.01 !system=IFNET subsystem=mce0 type=DETACH\n", t
        printf "@%d !system=ETHERNET subsystem=mce0 type=IFATTACH\n", t + 30 + i % 50
        printf "@%d.3 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n", t + 32 + i % 50 } }'
} >"$work/trace"
"$vfjournal" replay --output-journal "$work/journal.db" "$work/trace" >/dev/null &&
    "$vfjournal" export "$work/journal.db" | head -n "$rows" >"$work/guest" || exit 1

# The same rows as so many guests, in a file for each job.
awk -v guests="$guests" -v jobs="$jobs" -v to="$work/lines" '{ line[NR] = $0 }
    END {
        for (guest = 0; guest < guests; guest++)
            for (i = 1; i <= NR; i++) {
                row = line[i]
                gsub(/\/vfjournal\/[^"]*/, sprintf("/vfjournal/%08x-0000-4000-8000-000000000000/%08x-0000-4000-8000-000000000001", guest, guest), row)
                print row >(to guest % jobs)
            }
    }' "$work/guest"
cat "$work"/lines* >"$work/all"

now() { date +%s.%N; }
seconds() { echo "$1 $2" | awk '{ printf "%.3f", $2 - $1 }'; }
sql() { psql -XAtq -v ON_ERROR_STOP=1 -c "$*"; }
psql -Xq1 -v ON_ERROR_STOP=1 -f "$fleet/schema.sql" 2>/dev/null
sql 'CREATE TABLE plain (line text)'

copy='' load=''
for _ in 1 2 3; do
    start=$(now)
    psql -Xq -c "\\copy plain FROM pstdin WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')" <"$work/all"
    copy="$copy $(seconds "$start" "$(now)")"
    sql 'TRUNCATE plain; TRUNCATE vfjournal.event; CHECKPOINT'
    start=$(now)
    sh "$fleet/load" -j "$jobs" "$work"/lines* >/dev/null || exit 1
    load="$load $(seconds "$start" "$(now)")"
    sql CHECKPOINT
done
median() { printf '%s\n' "$@" | sort -n | sed -n 2p; }
# shellcheck disable=SC2086 # a word each
copy=$(median $copy) load=$(median $load)
printf '%d rows of %d guests, %d bytes, %d jobs\n' "$(sql 'SELECT count(*) FROM vfjournal.event')" "$guests" \
    "$(wc -c <"$work/all")" "$jobs"
echo "$copy $load" | awk '{ printf "plain COPY  %8.3f s\nload        %8.3f s  %.2f of the rate of COPY, goal >= 0.5\n", $1, $2, $1 / $2 }'

sql 'VACUUM ANALYZE'
for view in guest missing head silent gap migration flap outage driver host_event; do
    start=$(now)
    answer=$(sql "SELECT count(*) FROM (SELECT * FROM vfjournal.$view) AS all_of_it")
    printf '%-11s %8.3f s  %s rows, goal < 1 s\n' "$view" "$(seconds "$start" "$(now)")" "$answer"
done
