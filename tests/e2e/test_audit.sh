#!/bin/sh
# The verbs about migrations, as a user meets them.
#   usage: test_audit.sh VFJOURNAL SCENARIO
# Scenarios: migrations.
set -u

vfjournal=$1
scenario=$2
name=audit_$scenario
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_audit.XXXXXX") || exit 1
log=$work/log
journal=$work/journal.db
TZ=UTC
export TZ
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# shellcheck source=tests/kit/checks.sh
. "${0%/*}/../kit/checks.sh"

# run STATUS VERB ARGUMENT...: sets $printed to both streams.
run() {
    expected=$1
    shift
    printed=$("$vfjournal" "$@" 2>&1)
    same "status of: vfjournal $*: $printed" "$expected" $?
}

# says TEXT: the last output has a line with that text.
says() {
    checks=$((checks + 1))
    case $printed in
    *"$1"*) ;;
    *) fail "no \"$1\" in: $printed" ;;
    esac
}

lines() { printf '%s\n' "$printed" | wc -l | tr -d ' '; }

# The first join, a migration of 16 s, two VFs that leave together, and one that stays away.
make_journal() {
    cat >"$work/trace" <<'EOF'
%vfjournal 1
%mode act
%rc hyperv_vf_delay="2"
%rc ifconfig_hn0="inet 10.0.0.4/24"
%rc ifconfig_hn1="inet 10.0.1.4/24"
%if hn0 up inet 10.0.0.4/24
%if hn1 up inet 10.0.1.4/24
%vf mce0 hn0
%vf mce1 hn1
@1795356000 !system=ETHERNET subsystem=mce0 type=IFATTACH
@+0.1 !system=ETHERNET subsystem=mce1 type=IFATTACH
@+60 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP
@+0.1 !system=HYPERV_NIC_VF subsystem=hn1 type=VF_UP
@+100 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN
@+0.01 !system=IFNET subsystem=mce0 type=DETACH
@+14 !system=ETHERNET subsystem=mce0 type=IFATTACH
@+3 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP
@+86400 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN
@+0.01 !system=IFNET subsystem=mce0 type=DETACH
@+1 !system=HYPERV_NIC_VF subsystem=hn1 type=VF_DOWN
@+0.01 !system=IFNET subsystem=mce1 type=DETACH
@+20 !system=ETHERNET subsystem=mce0 type=IFATTACH
@+3 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP
%at +300
EOF
    "$vfjournal" replay --output-journal "$journal" "$work/trace" >"$log" 2>&1 ||
        fail "no journal"
}

# ids [OPTION]...: the IDs that migrations prints.
ids() { "$vfjournal" migrations "$@" "$journal" 2>&1 | sed 1d | cut -d' ' -f1 | tr '\n' ' '; }

# Journals that cannot answer: bad_journals VERB [ARGUMENT]...
bad_journals() {
    run 2 "$@" -J "$work/absent.db"
    says "no such journal"
    : >"$work/empty"
    run 1 "$@" -J "$work/empty"
    says "it holds no records"
    echo "no journal at all" >"$work/text"
    run 2 "$@" -J "$work/text"
    says "not a"
    printf '%s' "$printed" >"$log"
    head -c 8192 "$journal" >"$work/cut.db"
    run 5 "$@" -J "$work/cut.db"
    says "truncated"
}

# Most pages become zeroes, those of the second migration too.
damage() {
    cp "$journal" "$work/damaged.db"
    pages=$(($(wc -c <"$journal") / 4096))
    dd if=/dev/zero of="$work/damaged.db" bs=4096 seek=6 count=$((pages / 2)) conv=notrunc 2>/dev/null
}

migrations() {
    make_journal
    run 0 migrations "$journal"
    says "ID       SLOT"
    same "lines" 6 "$(lines)"
    says " unfinished  mce1 -> -      host event "
    says "first"
    same "the newest" "$(ids | cut -d' ' -f4,5)" "$(ids -n 2 | sed 's/ $//')"
    same "all" "$(ids)" "$(ids -n all)"
    same "of one slot" 2 "$(ids -i hn1 | wc -w | tr -d ' ')"
    same "of a VF" "$(ids -i hn1)" "$(ids -i mce1)"
    same "of both" "$(ids)" "$(ids -i hn1 -i hn0)"
    same "unfinished" "$(ids -n 1)" "$(ids -V unfinished)"
    same "the next day" "$(ids -n 2)" "$(ids -S '2026-11-23')"
    same "that day" "$(ids | cut -d' ' -f1-3) " "$(ids -n all -U '2026-11-23 00:00')"
    same "slow ones" "$(ids | cut -d' ' -f3,4) " "$(ids -V slow --slow 15s)"
    same "with a short limit" 4 "$(ids -V slow --slow 1s | wc -w | tr -d ' ')"
    run 0 migrations --slow 15s "$journal"
    says " slow "
    run 0 migrations -o json "$journal"
    same "objects" 5 "$(lines)"
    says '"host_event":'
    says '"states":{"detached":14.0'
    says '"driver_before":"mlx5en(4)"'
    run 0 migrations -o json - <"$journal"
    same "objects of standard input" 5 "$(lines)"
    TZ=Europe/Berlin run 0 migrations "$journal"
    says "+01:00"
    TZ=Europe/Berlin run 0 migrations --utc "$journal"
    says "Z  "

    run 1 migrations -i hn7 "$journal"
    says "no migration matches"
    run 1 migrations -V failed "$journal"
    run 1 migrations -S +1h "$journal"
    run 1 migrations -S now -U yesterday "$journal"
    says "-S is later than -U"
    run 2 migrations -S 2026-02-29 "$journal"
    says "2026-02-29"
    run 2 migrations -n 0 "$journal"
    says "-n takes"
    run 2 migrations -V good "$journal"
    says "-V takes clean, slow, failed or unfinished, not: good"
    run 2 migrations --slow 5 "$journal"
    says "--slow takes"
    run 2 migrations -o xml "$journal"
    says "-o takes"
    run 2 migrations -i 'a b' "$journal"
    run 2 migrations "$journal" more
    bad_journals migrations
    damage
    run 5 migrations "$work/damaged.db"
    says "damaged: "
    says " are unreadable"
    printf '%%vfjournal 1\n%%if hn0 up\n@1 ?at slot=0\n' >"$work/quiet"
    "$vfjournal" replay --output-journal "$work/quiet.db" "$work/quiet" >/dev/null 2>&1
    run 1 migrations "$work/quiet.db"
    says "no slot was ever without the fast path"
}

"$scenario"
judge
