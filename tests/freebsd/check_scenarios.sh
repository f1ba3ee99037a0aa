#!/bin/sh
# The scenario list is sound: each scenario has what tests/freebsd/run needs, uses only headers that
# run reads and words that lib.sh or the guest has, and README.md tells of it.
#   usage: check_scenarios.sh ROOT
set -u

cd "${1:?usage: check_scenarios.sh ROOT}/tests/freebsd" || exit 1
status=0
refuse() {
    echo "$*"
    status=1
}

listed=$(sh ./run --list | awk '{ print $1 }')
count=0
for file in scenarios/*; do
    name=${file##*/}
    count=$((count + 1))
    sh -n "$file" || status=1
    head -1 "$file" | grep -q '^# .*\.$' || refuse "$name: the first line is no sentence"
    grep -q '^#rc: ifconfig_hn0=' "$file" || refuse "$name: no #rc: line for hn0"
    grep -q '^#want: inet' "$file" || refuse "$name: no address is wanted at the end"
    grep -q '^phase ' "$file" || grep -q '^migrate ' "$file" || refuse "$name: nothing is probed"
    # run begins the phase of the boot.
    [ "$(grep -c '^phase \|^#boot: ' "$file")" = "$(grep -c '^phase_end$' "$file")" ] ||
        refuse "$name: a phase has no end"
    bad=$(grep -n '^#[^ ]' "$file" |
        grep -Ev '^[0-9]+:#(rc|needs|want|target|tells|pairs|boot|vf-mode|also|alone|vfjournal-only): [^ ]')
    [ -z "$bad" ] || refuse "$name: run reads no such header: $bad"
    for need in $(sed -n 's/^#needs: //p' "$file"); do
        sed -n '/^offers()/,/^}/p' run | grep -Eq "^    (.* )?$need( .*)?\)" ||
            refuse "$name: run offers no $need"
        sed -n '/knows these needs/,/^## /p' README.md | grep -q "^|.* \`$need\`[ ,]" ||
            refuse "$name: README.md does not tell what $need is"
    done
    bad=$(sed -n 's/^#want: //p' "$file" | grep -Ev '^(inet|inet6|route) [^ ]+$')
    [ -z "$bad" ] || refuse "$name: run checks no $bad"
    bad=$(sed -n 's/^#vf-mode: //p' "$file" | grep -vx transparent)
    [ -z "$bad" ] || refuse "$name: no such VF mode: $bad"
    bad=$(sed -n 's/^#also: //p' "$file" | grep -vx transparent)
    [ -z "$bad" ] || refuse "$name: run plays no scenario in $bad mode, too"
    if grep -q 'vtnet[0-9]\|mlx\|mce' "$file" && [ "$name" != module-loop ]; then
        refuse "$name: a VF has another name on another machine"
    fi
    if grep -Eq '(plug|pull|joined|migrate [a-z]+)( 0)? 1' "$file" && ! grep -q '^#pairs: [28]' "$file"; then
        refuse "$name: uses hn1 without \"#pairs: 2\""
    fi
    printf '%s\n' "$listed" | grep -qx -- "$name" || refuse "$name: run does not list it"
    grep -q "^| .*\`$name\`.* |" README.md || refuse "$name: README.md does not tell of it"
done
[ "$count" -gt 0 ] || refuse "there are no scenarios"
for name in $(sed -n '/^## Scenarios/,/^A new/s/^\(| `[^|]*\)|.*/\1/p' README.md | tr -cd 'a-z0-9 \n-'); do
    [ -f "scenarios/$name" ] || refuse "README.md tells of $name, which is not there"
done
for script in run vm lib.sh; do
    sh -n "$script" || status=1
done
sh ./run no-such-scenario >/dev/null 2>&1 && refuse "run takes a scenario that is not there"
sh ./run --transparent foreign-lagg >/dev/null 2>&1 && refuse "run plays foreign-lagg without a lagg"
sh ./run --only vfjournal reboot static >/dev/null 2>&1 && refuse "run reboots between scenarios"
sh ./vm /nonexistent >/dev/null 2>&1 && refuse "vm takes an image that is not there"
if command -v shellcheck >/dev/null; then
    # Scenarios use variables of run, and run those of lib.sh.
    shellcheck -s sh -S warning -e SC1090,SC1091,SC2034,SC2154 run vm lib.sh check_scenarios.sh \
        test_vm.sh hnvf/check_module.sh scenarios/* || status=1
fi
echo "$count scenarios"
exit "$status"
