#!/bin/sh
# vfjournal export --perfetto: each trace is one of Perfetto's, by its published messages.
#   usage: test_perfetto.sh VFJOURNAL VFJ_MAKE_JOURNAL
# The messages are in a package that is installed once; without it the test is skipped.
set -u

vfjournal=$1
make_journal=$2
name=perfetto
tests=${0%/*}/..
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_perfetto.XXXXXX") || exit 1
log=
journal=
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# shellcheck source=tests/kit/checks.sh
. "$tests/kit/checks.sh"
# shellcheck source=tools/common.sh
. "$tests/../tools/common.sh"

python=$(perfetto_python) || {
    echo "skipped: Python's package perfetto can't be installed here, and has the messages"
    exit 77
}

# status WHAT EXPECTED ARGUMENT...: the exit status
status() {
    what=$1 expected=$2
    shift 2
    "$vfjournal" export "$@" >"$work/out" 2>"$work/err"
    same "$what: exit status" "$expected" $?
}
# trace NAME [--has WORD]...: of a journal
trace() {
    file=$1
    shift
    "$vfjournal" export --perfetto "$work/$file.db" >"$work/$file.pftrace" || fail "$file: exit status $?"
    "$vfjournal" export --perfetto "$work/$file.db" | cmp -s - "$work/$file.pftrace" ||
        fail "$file: other bytes the second time"
    checks=$((checks + 1))
    "$python" "$tests/e2e/check_perfetto.py" "$@" "$work/$file.pftrace" >"$work/said" 2>&1 ||
        fail "$file: $(cat "$work/said")"
}

cp "$tests/fixtures/freebsd-13.2-two-migrations.db" "$work/real.db"
cp "$tests/fixtures/journal-1.db" "$work/first.db"
cp "$tests/fixtures/journal-4-rules-2.db" "$work/rules2.db"
"$make_journal" "$work/migration.db" || exit 1
"$make_journal" "$work/hostile.db" hostile || exit 1
"$make_journal" "$work/empty.db" empty || exit 1
count=0
for file in "$tests"/traces/transparent/*.trace "$tests"/traces/migration/*.trace; do
    count=$((count + 1))
    "$vfjournal" replay --output-journal "$work/trace$count.db" "$file" >/dev/null 2>&1 || rm -f "$work/trace$count.db"
done

trace real --has hn0 --has vtnet1 --has lagg0 --has commands --has 'ifconfig lagg0 create' --has lagged --has vf-up \
    --has 'vtnet1 has the data path' --has started
same "a real journal" "10 tracks, 133 events, 38 flows" "$(cat "$work/said")"
trace first --has hn0
trace rules2 --has command-failed
trace migration --has lagged
trace hostile --has '</text><script>alert(1)</script>'\''>-->]]>&amp;\x1b[31m\xc2\x9b31m\xe2\x80\xae\xff'
check "a password is not there" test "$(grep -a -c geheim "$work/hostile.pftrace")" -eq 0
for number in $(seq 1 $count); do
    [ ! -f "$work/trace$number.db" ] || trace "trace$number"
done
check "traces were read" test "$count" -gt 10

status "both forms" 2 --trace --perfetto "$work/real.db"
status "no records" 1 --perfetto "$work/empty.db"
status "no such file" 2 --perfetto "$work/none.db"
status "two files" 2 --perfetto "$work/real.db" "$work/first.db"
head -c 20000 "$work/real.db" >"$work/cut.db"
status "a cut file" 5 --perfetto "$work/cut.db"

judge
