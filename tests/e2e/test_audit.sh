#!/bin/sh
# The verbs about migrations, as a user meets them.
#   usage: test_audit.sh VFJOURNAL SCENARIO
# Scenarios: migrations, migration, report, check, show, announced.
set -u

vfjournal=$1
scenario=$2
name=audit_$scenario
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_audit.XXXXXX") || exit 1
log=$work/log
journal=$work/journal.db
TZ=UTC
LC_ALL=C
export TZ LC_ALL
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
    dd if=/dev/zero of="$work/damaged.db" bs=4096 seek=7 count=$((pages / 2)) conv=notrunc 2>/dev/null
}

migrations() {
    make_journal
    run 0 migrations "$journal"
    says "ID   SLOT  BEGAN"
    same "lines" 6 "$(lines)"
    says "  unfinished  mce1 -> -  host event "
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

migration() {
    make_journal
    first=$(ids | cut -d' ' -f3)
    open=$(ids -n 1 | tr -d ' ')
    run 0 migration "$journal" "$first"
    says "migration $first of hn0: clean, 16.0 s without the fast path"
    says "began: 2026-11-22 14:02:40.200000Z, record $first: the data path moved back to hn"
    says "ended: 2026-11-22 14:02:56.210000Z, record "
    says "VF: mce0 (mlx5en(4)) before, mce0 (mlx5en(4)) after; it left 1 time"
    says "states: detached 14.0 s, attached 10.0 ms, delayed 2.0 s"
    says "commands: 2 ran in "
    says "findings: none"
    says "gaps: none"
    says "ifconfig lagg0 laggport mce0"
    says "ok, "
    same "the ID is a record" "$first" "$(printf '%s\n' "$printed" | sed -n '/^$/,$p' | sed -n 2p | tr -s ' ' | cut -d' ' -f2)"
    run 0 migration -J "$journal" --slow 15s "$first"
    says ": slow, "
    run 0 migration "$journal" "$open"
    says "hn1: unfinished, "
    says "ended: not yet; the state is detached, and the newest record is of 2026-11-23 "
    says "mce1 (mlx5en(4)) before, none after"
    says "host event: "
    says ", with hn0 ("
    run 0 migration -o json "$journal" "$first"
    same "objects" 3 "$(lines)"
    says "\"migration\":$first,\"host_event\":$first,\"slot\":\"hn0\",\"kind\":\"migration\",\"verdict\":\"clean\""
    says '"argv":["ifconfig","mce0","up"]'
    says '"outcome":"exited","status":0'

    gaps

    run 1 migration "$journal" $((first + 1))
    says "no migration has the ID $((first + 1)); the nearest is $first"
    for word in 0 -1 1x '' 99999999999999999999; do
        run 2 migration "$journal" -- "$word"
        says "ID is a number"
    done
    run 2 migration -J "$journal"
    says "which ID?"
    run 2 migration "$journal"
    says "ID is a number as \`vfjournal migrations\` prints it, not: $journal"
    run 0 migration "$first" "$journal"
    run 2 migration "$journal" 1 2
    run 2 migration --slow 0s "$journal" 1
    bad_journals_of_id
    damage
    run 5 migration "$work/damaged.db" "$open"
    says "damaged: "
    run 0 verify "$journal"
    cp "$journal" "$work/edited.db"
    if command -v sqlite3 >/dev/null; then
        sqlite3 "$work/edited.db" "DROP TRIGGER record_is_never_deleted; DELETE FROM record
            WHERE seq = $first + 3; CREATE TRIGGER record_is_never_deleted BEFORE DELETE ON record
BEGIN
    SELECT raise(ABORT, 'the journal is append-only: no DELETE');
END;"
        run 6 migration "$work/edited.db" "$first"
        says "1 record is missing in migration $first"
    fi
}

# A migration during which the daemon ends, starts again and misses events, and the guest boots.
gaps() {
    cat >"$work/gaps.trace" <<'EOF'
%vfjournal 1
%mode act
%rc hyperv_vf_delay="2"
%rc ifconfig_hn0="inet 10.0.0.4/24"
%if hn0 up inet 10.0.0.4/24
%vf mce0 hn0
@1795356000 !system=ETHERNET subsystem=mce0 type=IFATTACH
@+60 !system=IFNET subsystem=mce0 type=DETACH
%at +5
%stop
%at +10
%start
%at +5
%gap too slow
%at +5
@+5 !system=ETHERNET subsystem=mce0 type=IFATTACH
%at +30
EOF
    "$vfjournal" replay --output-journal "$work/gaps.db" "$work/gaps.trace" >"$log" 2>&1 || fail "no journal"
    run 0 migrations -n 1 "$work/gaps.db"
    says "1 gap, 1 daemon start"
    gap=$(printf '%s\n' "$printed" | sed -n '$p' | cut -d' ' -f1)
    run 0 migration "$work/gaps.db" "$gap"
    says "gaps: events may be missing in 1 place; a daemon started 1 time; no daemon ran for 10.0 s"
    says "gap "
    says "started "
    run 1 check --offline "$work/gaps.db"
    says "WARNING - events may be missing: 1 gap"
    run 0 check --offline --max-gap 1 "$work/gaps.db"
    run 0 report "$work/gaps.db"
    says "Gaps, where events may be missing: 1, and 0 before"
    says ", 1 gap"
}

bad_journals_of_id() {
    run 2 migration -J "$work/absent.db" 1
    says "no such journal"
    : >"$work/empty"
    run 1 migration -J "$work/empty" 1
    says "it holds no records"
}

report() {
    make_journal
    run 0 report "$journal"
    says "2026-11-16 14:08:20Z to 2026-11-23 14:08:20Z, and the 7 d before"
    says "The journal begins at 2026-11-22 14:00:00Z: it lacks a part of that time."
    says "hn0    this    2     39.0s   16.0s   23.0s   23.0s   2     0"
    says "hn1    this    1     322.0s "
    says "2026-11-22  hn0    1     16.0s "
    says "2026-11-23  hn1    1 "
    says "hn0    ......##  at most 1 a day"
    says "hn0    lagged 99.95 %, delayed 0.01 %, attached 0.00 %, detached 0.04 %"
    same "lines of more than 80 columns" "" "$(printf '%s\n' "$printed" | sed -n '/^.\{81\}/p')"
    printed=$(LC_ALL=C.UTF-8 "$vfjournal" report "$journal")
    says "$(printf '\302\267\302\267\342\226\210\342\226\210')"
    run 0 report -S 2026-11-23 "$journal"
    says "hn0    this    1     23.0s "
    says "before  1     16.0s "
    run 0 report -i hn1 "$journal"
    checks=$((checks + 1))
    case $printed in *hn0*) fail "hn0 was not asked for: $printed" ;; esac
    run 0 report -o json -S 2026-11-22 "$journal"
    same "objects: the whole, two slots with two days each" 7 "$(lines)"
    says '"before":{"begin":"2026-11-20T'
    says '"slot":"hn0","migrations":2,"unfinished":0,"failed":0,"slow":0,"slow_path":39.03,"p50":16.01'
    says '"slot":"hn1","day":"2026-11-23","migrations":1'
    TZ=Pacific/Kiritimati run 0 report "$journal"
    says "2026-11-23  hn0    1 "
    says "2026-11-24  hn0    1 "

    run 1 report -i hn7 "$journal"
    says "no record names the slot hn7"
    run 1 report -S 2020-01-01 -U 2020-01-09 "$journal"
    says "no record is of the period"
    run 1 report -S 2026-12-01 "$journal"
    says "-S is not before the newest record"
    run 1 report -S 2026-11-23 -U 2026-11-23 "$journal"
    says "-S is not before -U"
    run 2 report -S 2019-01-01 "$journal"
    says "more than 366 days"
    run 2 report -S soon "$journal"
    says "-S takes a time, as 2026-11-22 03:12 or -2h, not: soon"
    run 2 report -U 23:60 "$journal"
    run 2 report -o csv "$journal"
    bad_journals report
    damage
    run 5 report "$work/damaged.db"
    says "damaged: "
}

check_verb() {
    make_journal
    run 2 check --offline "$journal"
    says "VFJOURNAL CRITICAL - hn1 is without the fast path for 322.0 s | outage=322.010000s;;120;0"
    says " without=1;;;0;2 flaps=1;10;;0 failed=0;0;;0 gaps=0;0;;0 waiting=0;;0;0 age=0.000000s;;;0"
    same "lines" 1 "$(lines)"
    run 0 check --offline --max-outage 10m "$journal"
    says "VFJOURNAL OK - hn1 is without the fast path for 322.0 s | "
    run 1 check --offline --max-outage 10m --max-flaps 0/h "$journal"
    says "WARNING - hn1 is without the fast path for 322.0 s; the VF of hn1 left 1 time within"
    run 0 check --offline --max-outage 10m --max-flaps 0/1s "$journal"
    run 2 check --offline --max-outage 322s "$journal"
    run 1 check --offline --max-outage 323s --max-flaps 1/2d "$journal"
    says "the VF of hn0 left 2 times within 2 d | "
    run 0 check --offline --max-outage 323s --max-flaps 2/2d "$journal"
    run 2 check "$journal"
    says "VFJOURNAL CRITICAL - no daemon writes the journal; "
    run 2 check --max-outage 10m --stale 1h "$journal"
    says "; the newest record is old: "

    run 2 check --offline --prometheus "$work/vf.prom" "$journal"
    printed=$(cat "$work/vf.prom")
    says 'vfjournal_episodes{slot="hn0",kind="migration"} 2'
    says 'vfjournal_slow_path_seconds{slot="hn0"} 41.030000'
    says 'vfjournal_without_fast_path{slot="hn1"} 1'
    says 'vfjournal_outage_seconds{slot="hn1"} 322.010000'
    says 'vfjournal_daemon_running 0'
    same "nothing is left" "$work/vf.prom" "$(ls "$work"/vf.prom*)"
    same "each line is a comment or a sample" "" \
        "$(printf '%s\n' "$printed" | grep -Ev '^# (HELP|TYPE) vfjournal_[a-z_]+ |^vfjournal_[a-z_]+(\{[a-z]+="[a-z0-9]+"(,[a-z]+="[a-z]+")?\})? [0-9.]+$')"
    run 2 check --offline --prometheus - "$journal"
    says "# TYPE vfjournal_episodes gauge"
    run 3 check --offline --prometheus "$work/no/where" "$journal"

    for option in '--max-outage 5' '--max-flaps 10' '--max-flaps x/h' '--max-flaps 1/y' '--max-gap -1' \
        '--max-failed x' '--window 1' '--stale x' '--such'; do
        # shellcheck disable=SC2086
        run 3 check $option "$journal"
    done
    run 3 check "$journal" more
    run 3 check "$work/absent.db"
    same "on standard output, in one line" "VFJOURNAL UNKNOWN - $work/absent.db: no such journal" \
        "$("$vfjournal" check "$work/absent.db" 2>/dev/null)"
    : >"$work/empty"
    run 3 check "$work/empty"
    says "VFJOURNAL UNKNOWN - "
    head -c 8192 "$journal" >"$work/cut.db"
    run 3 check "$work/cut.db"
    says "damaged"
    damage
    run 3 check --offline --max-outage 10m "$work/damaged.db"
    says "damaged"
    run 2 check --offline "$work/damaged.db"
}

# show -M ID: the records of one migration.
show() {
    make_journal
    first=$(ids | cut -d' ' -f3)
    open=$(ids -n 1 | tr -d ' ')
    run 0 show -M "$first" "$journal"
    same "the first line" "vf-down" "$(printf '%s\n' "$printed" | sed -n 1p | tr -s ' ' | cut -d' ' -f4)"
    says "2026-11-22 14:02:40.200000Z  hn0   state        lagged -> attached"
    says "vf-detached"
    same "the last line" "delayed -> lagged" "$(printf '%s\n' "$printed" | sed -n '$p' | grep -o 'delayed -> lagged')"
    checks=$((checks + 1))
    case $printed in *hn1* | *mce1*) fail "the other slot is in it: $printed" ;; esac
    run 0 show -M "$open" "$journal"
    says "hn1   state        lagged -> attached"
    checks=$((checks + 1))
    case $printed in *hn0*) fail "the other slot is in it: $printed" ;; esac
    run 0 show -M "$open" -i hn0 "$journal"
    says "hn0   run          ifconfig lagg0 laggport mce0"
    run 0 show -M "$first" -n 1 -s lagged "$journal"
    same "lines" 1 "$(lines)"
    run 1 show -M "$first" -S +1h "$journal"
    run 1 show -M $((first + 1)) "$journal"
    says "no migration has the ID $((first + 1)); the nearest is $first"
    for twice in "-M $open -M $first" "-g vf -g lagged" "-b 1 -b -1"; do
        # shellcheck disable=SC2086 # a list of words
        run 2 show $twice "$journal"
        says "not also: ${twice##* }"
    done
    run 2 show -M x "$journal"
    says "ID is a number as \`vfjournal migrations\` prints it, not: x"
    run 0 show -M "$first" "$journal"
    once=$printed
    run 0 show -f -M "$first" "$journal"
    same "-f of a migration that has ended" "$once" "$printed"
    run 0 show -r "$journal"
    once=$printed
    printed=$("$vfjournal" show -f -r - <"$journal")
    same "-f of a pipe ends: nothing comes later" "$once" "$printed"
    run 1 show -f -U 2026-11-01 "$journal"
    says "no record is as old as -U"
    follow
    run 2 show -M "$first" -J "$work/absent.db"
}

# has TEXT: the follower has printed the text.
has() { grep -q -e "$1" "$work/followed"; }

# grows TIME: the journal has the records of a longer one up to the time.
grows() {
    count=$("$vfjournal" show -a -o json -U "$1" "$work/long.db" | wc -l)
    "$vfjournal" export "$work/long.db" | head -n "$count" |
        "$vfjournal" import - "$work/longer.db" >"$log" 2>&1 || fail "no longer journal"
    mv "$work/longer.db" "$journal"
}

# follows OPTION...: a follower in the background
follows() {
    "$vfjournal" show -f "$@" "$journal" >"$work/followed" 2>&1 &
    follower=$!
}

# ends_with FILE: the follower has printed the last line of the file.
ends_with() { has "$(sed -n '$p' "$1" | cut -c1-40)"; }

# -f ends when the migration does, and -U is past; -r reverses what is there; --list-boots adds boots.
follow() {
    cat >>"$work/trace" <<'EOF'
@1795445000 !system=ETHERNET subsystem=mce1 type=IFATTACH
@+3 !system=HYPERV_NIC_VF subsystem=hn1 type=VF_UP
@+60 !system=HYPERV_NIC_VF subsystem=hn1 type=VF_DOWN
@+0.01 !system=IFNET subsystem=mce1 type=DETACH
%at +10
@1795446000 !system=ETHERNET subsystem=mce1 type=IFATTACH
@+3 !system=HYPERV_NIC_VF subsystem=hn1 type=VF_UP
%boot
%at +1
%boot
%at +1
EOF
    "$vfjournal" replay --output-journal "$work/long.db" "$work/trace" >"$log" 2>&1 ||
        fail "no long journal"
    grows @1795444900
    follows -M "$open"
    await "the first lines" has "lagged -> attached"
    grows @1795445900
    wait "$follower"
    same "status of -f -M" 0 $?
    "$vfjournal" show -M "$open" "$journal" >"$work/whole"
    same "-f -M" "$(cat "$work/whole")" "$(cat "$work/followed")"

    "$vfjournal" show -r -n 3 "$journal" >"$work/reversed"
    cursor=$("$vfjournal" show -a -n 1 --show-cursor "$journal" | sed -n 's/^-- cursor: //p')
    follows -r -n 3
    await "the newest first" ends_with "$work/reversed"
    grows @1795446003
    "$vfjournal" show --after-cursor "$cursor" "$journal" >"$work/later"
    await "the newest last" ends_with "$work/later"
    kill "$follower"
    wait "$follower"
    same "what is there reversed, then what comes" "$(cat "$work/reversed" "$work/later")" \
        "$(cat "$work/followed")"

    follows --list-boots -i hn1
    await "one boot" has "^1  "
    mv "$work/long.db" "$journal"
    await "the third boot" has "^3  "
    kill "$follower"
    wait "$follower"
    same "each boot once" "1 2 3 " "$(cut -d' ' -f1 "$work/followed" | tr '\n' ' ')"
    run 1 show -f -k gap -S now -U +1s "$journal"
    says "no record"
}

# A live migration that Azure announced, one that it did not, and each verb that tells of them.
announced() {
    cat >"$work/trace" <<'EOF'
%vfjournal 1
%sysctl hw.hn.vf_transparent=1
%mode observe
%if hn0 up inet 10.0.0.4/24
%sysctl dev.hn.0.tx.0.packets=100
%vf mce0 hn0
@1796076000 !system=ETHERNET subsystem=mce0 type=IFATTACH
@+2.1 !system=IFNET subsystem=mce0 type=LINK_UP
%at +10
%scheduled watching resources=vm-1
%scheduled announced id=A-1 type=Freeze here=yes not_before=1796077618 duration=5 text="a Live Migration operation"
@1796077617 !system=IFNET subsystem=mce0 type=DETACH
%at +4
%scheduled started id=A-1 type=Freeze here=yes duration=5 text="a Live Migration operation"
%sysctl dev.hn.0.tx.0.packets=142
@+60.6 !system=ETHERNET subsystem=mce0 type=IFATTACH
@+2.2 !system=IFNET subsystem=mce0 type=LINK_UP
%at +300
%scheduled over id=A-1 type=Freeze here=yes
@1796099000 !system=IFNET subsystem=mce0 type=DETACH
@+1 !system=IFNET subsystem=hn0 type=LINK_DOWN
@+1 !system=IFNET subsystem=hn0 type=LINK_UP
@+60 !system=ETHERNET subsystem=mce0 type=IFATTACH
@+2.2 !system=IFNET subsystem=mce0 type=LINK_UP
%at +10
EOF
    "$vfjournal" replay --output-journal "$journal" "$work/trace" >"$log" 2>&1 || fail "no journal"
    first=$(ids -V clean | cut -d' ' -f2)
    second=$(ids -n 1 | tr -d ' ')
    run 0 migrations "$journal"
    says "mce0  announced: live migration, 5 s"
    says "mce0  not announced"
    run 0 migration -J "$journal" "$first"
    says "announced: 2026-11-30 22:26:58Z for 5 s as live migration, told 26 min"
    says "in words: a Live Migration operation"
    says "measured: VF gone 64.6 s, hn carried the traffic: 42 packets sent, 0 link drops on hn"
    run 0 migration -J "$journal" "$second"
    says "announced: no, though Azure Scheduled Events were watched"
    says "measured: VF gone 62.0 s, hn sent no packet, 1 link drop on hn"
    run 0 migration -o json -J "$journal" "$first"
    says '"announced":true,"announced_before":1604.9,"announcement":"A-1","announced_type":"Freeze"'
    says '"link_drops":0,"packets_of_hn":42'
    run 0 migrations -o json -n 1 "$journal"
    says '"announced":false'
    run 0 report -S 2026-11-30 -U 2026-12-02 "$journal"
    says "Announced by Azure: 1, not announced: 1; and before: 0, 0"
    run 0 report -o json -S 2026-11-30 -U 2026-12-02 "$journal"
    says '"announced":1'
    run 0 check --offline "$journal"
    says "1 migration was not announced |"
    run 0 check --offline --prometheus - "$journal"
    says 'vfjournal_announced{slot="hn0"} 1'
    says 'vfjournal_unannounced{slot="hn0"} 1'
    run 0 timeline -o svg -J "$journal" "$first"
    says '>announced<'
    says '>live migration, 5 s<'
    run 0 timeline -o txt -J "$journal" "$first"
    says "announced: live migration, 5 s."
    run 0 show -k scheduled "$journal"
    says "scheduled    live migration started, for 5 s: a Live Migration operation [A-1]"
    run 0 explain -J "$journal" "$first"
    says "Azure Scheduled Events announced it 26 min"
    run 0 explain -J "$journal" "$second"
    says "did not announce it"
    run 0 explain -J "$journal" "$("$vfjournal" show -k scheduled -o json "$journal" | sed -n 's/.*"seq":\([0-9]*\),.*phase=started.*/\1/p')"
    says "migration $first of hn0 belongs to it: 66.8 s without the"
}

case $scenario in
check) check_verb ;;
*) "$scenario" ;;
esac
judge
