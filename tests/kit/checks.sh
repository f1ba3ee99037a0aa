# What the end-to-end tests share: checks that are counted, and the rows of a journal. Sourced.
# Who does so sets vfjournal, name (said with each failure), and before the first check log and
# journal, which need not be there.

checks=0
failures=0

fail() {
    failures=$((failures + 1))
    printf 'FAILED: %s: %s\n' "$name" "$*"
    [ ! -f "$log" ] || sed 's/^/    | /' "$log"
}

# check WHAT COMMAND...
check() {
    what=$1
    shift
    checks=$((checks + 1))
    "$@" >/dev/null 2>&1 || fail "$what"
}

# same WHAT EXPECTED FOUND
same() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] || fail "$1
--- expected
$2
--- found
$3
---"
}

# Until a command succeeds, a minute at most: await WHAT COMMAND...
await() {
    what=$1
    tries=0
    shift
    checks=$((checks + 1))
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 1200 ] || {
            fail "waited for $what"
            return 1
        }
        sleep 0.05
    done
}

rows() { "$vfjournal" show --journal "$journal" -a -o json 2>/dev/null; }
# How many rows of a kind.
count() { rows | grep -c -e "\"kind\":\"$1\""; }
more_than() { [ "$(count "$2")" -gt "$1" ]; }

# The end of a test: how many checks there were, and its exit status.
judge() {
    printf '%s: %d checks, %d failed\n' "$name" $checks $failures
    [ $failures -eq 0 ]
}
