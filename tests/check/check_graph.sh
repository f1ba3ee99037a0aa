#!/bin/sh
# README.md and vfjournal-hyperv.7 hold the drawing that the program makes of its tables; and each
# format is what it is said to be.
#   usage: check_graph.sh VFJOURNAL ROOT
#
# VFJ_ACCEPT=1 in the environment puts the drawing of today into both.
set -u

vfjournal=${1:?usage: check_graph.sh VFJOURNAL ROOT}
root=${2:?usage: check_graph.sh VFJOURNAL ROOT}
status=0
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

refuse()
{
    echo "$*"
    status=1
}

# blocks FROM TO FILE: the lines between a line FROM and a line TO, which begin a drawing and end
# it. Patterns of awk.
blocks()
{
    awk -v from="$1" -v to="$2" '$0 ~ to { inside = 0 } inside; $0 ~ from { inside = 1 }' "$3"
}

# accept FROM TO FILE DRAWING: put the drawing there.
accept()
{
    awk -v from="$1" -v to="$2" -v drawing="$4" '
        $0 ~ to { inside = 0 }
        !inside
        $0 ~ from { inside = 1; while ((getline line < drawing) > 0) print line }' "$3" >"$scratch/accepted" &&
        cat "$scratch/accepted" >"$3"
}

# compare FILE FROM TO DRAWING
compare()
{
    [ -n "${VFJ_ACCEPT:-}" ] && accept "$2" "$3" "$root/$1" "$4"
    blocks "$2" "$3" "$root/$1" >"$scratch/there"
    cmp -s "$4" "$scratch/there" || refuse "$1: not what vfjournal graph prints:" "$(diff "$4" "$scratch/there")"
}

LC_ALL=C.UTF-8 "$vfjournal" graph >"$scratch/text" || refuse "no drawing"
sed '/^Reasons$/,$d' "$scratch/text" | sed '1,2d; $d' >"$scratch/drawing"
[ -s "$scratch/drawing" ] || refuse "no drawing of the states"
compare README.md '^```text graph$' '^```$' "$scratch/drawing"

# roff: a line must not begin with a dot or an apostrophe, and a hyphen-minus is written as such
LC_ALL=C "$vfjournal" graph -o text | sed 's/\\/\\e/g; s/-/\\-/g' >"$scratch/page"
grep -q "^[.']" "$scratch/page" && refuse "a line that roff(7) would take for a request"
compare man/vfjournal-hyperv.7 '^[.]." graph$' '^[.]Ed$' "$scratch/page"

for locale in C C.UTF-8; do
    LC_ALL=$locale "$vfjournal" graph -o text >"$scratch/wide"
    # without the bytes of UTF-8 that follow the first of a character
    LC_ALL=C tr -d '\200-\277' <"$scratch/wide" | LC_ALL=C grep -q '.\{73\}' && refuse "$locale: wider than 72 columns"
done
LC_ALL=C grep -q '[^ -~]' "$scratch/page" && refuse "not ASCII alone in the locale C"

"$vfjournal" graph -o dot >"$scratch/dot"
"$vfjournal" graph -o mermaid >"$scratch/mermaid"
"$vfjournal" graph -o svg >"$scratch/svg"
[ "$(head -n 1 "$scratch/mermaid")" = "stateDiagram-v2" ] || refuse "mermaid: not a state diagram"
grep -q '<script\|href=' "$scratch/svg" && refuse "svg: not a picture alone"
for word in title desc prefers-color-scheme; do
    grep -q "$word" "$scratch/svg" || refuse "svg: no $word"
done
if command -v dot >/dev/null; then
    dot -Tplain -o "$scratch/plain" "$scratch/dot" || refuse "dot(1) does not read it"
fi
if command -v xmllint >/dev/null; then
    xmllint --noout "$scratch/svg" || refuse "svg: not XML"
fi

# Each row of the table of moves is in each format.
rows=$(sed -n '/define VFJ_SLOT_MOVES/,/^$/s/^ *X(\([A-Z]*\), \([A-Z]*\), \([A-Z_]*\)).*/\1 \2 \3/p' "$root/core/data/decision.h" |
    tr 'A-Z_' 'a-z-')
[ -n "$rows" ] || refuse "no table of moves"
printf '%s\n' "$rows" | while read -r from to reason; do
    grep -q -- "$from -> $to .*$reason" "$scratch/dot" || echo "dot: no $from -> $to: $reason"
    grep -q -- "$from --> $to : .*$reason" "$scratch/mermaid" || echo "mermaid: no $from --> $to: $reason"
    grep -q -- "^$from: .* To $to: [a-z, -]*$reason" "$scratch/svg" || echo "svg: no $from to $to: $reason"
done | grep . && status=1
if grep -- '->' "$scratch/dot" | sed -n '/waiting -> running/p; /idle -> running/p' | grep -q .; then
    refuse "a batch without an observation before it"
fi

"$vfjournal" graph -o png >"$scratch/out" 2>"$scratch/complaint"
[ $? -eq 2 ] || refuse "an unknown format: another exit status than 2"
[ -s "$scratch/out" ] && refuse "an unknown format: something was printed"
grep -q 'text, dot, mermaid or svg, not: png' "$scratch/complaint" || refuse "complaint: $(cat "$scratch/complaint")"
"$vfjournal" graph more >/dev/null 2>&1
[ $? -eq 2 ] || refuse "an argument too many: another exit status than 2"

# With a journal, each move has its counts.
fixtures=$root/tests/fixtures
cp "$fixtures/freebsd-13.2-two-migrations.db" "$fixtures/journal-4-rules-2.db" "$scratch"
real=$scratch/freebsd-13.2-two-migrations.db
"$vfjournal" graph "$real" >"$scratch/counted"
for line in '      3       0  delayed -> lagged: joined' '      2       0  lagged -> attached: vf-down' \
    '      0       0  attached -> lagged: joined'; do
    grep -q -x -F -e "$line" "$scratch/counted" || refuse "text: not there: $line"
done
grep -q Activities "$scratch/counted" && refuse "text: activities with the counts of a journal"
"$vfjournal" graph -o dot -J "$real" >"$scratch/dot"
grep -q 'delayed -> lagged .*joined (3).*\[penwidth=6.0\]' "$scratch/dot" || refuse "dot: no wide line"
grep -q 'attached -> lagged .*joined (0).*style=dashed' "$scratch/dot" || refuse "dot: no dashed line"
"$vfjournal" graph -o dot -J "$scratch/journal-4-rules-2.db" | grep -q 'delayed -> lagged .*color="#c0182b"' ||
    refuse "dot: no red line for a failed command"
"$vfjournal" graph -o mermaid "$real" | grep -q 'delayed --> lagged : joined (3)' || refuse "mermaid: no count"
"$vfjournal" graph -o svg "$real" >"$scratch/svg"
grep -q 'class="arrow never"' "$scratch/svg" || refuse "svg: no dashed line"
grep -q '>([0-9]*)' "$scratch/svg" && refuse "svg: a count without its reason"
grep -q 'delayed to lagged, joined: 3, failed commands: 0' "$scratch/svg" || refuse "svg: no counts"
"$vfjournal" graph -o svg "$scratch/journal-4-rules-2.db" | grep -q 'class="c3 failed"' || refuse "svg: no red line"
if command -v dot >/dev/null; then
    dot -Tplain -o "$scratch/plain" "$scratch/dot" || refuse "dot(1) does not read the counts"
fi
if command -v python3 >/dev/null; then
    python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$scratch/svg" || refuse "svg: not XML"
fi
: >"$scratch/empty"
"$vfjournal" graph "$scratch/empty" >/dev/null 2>"$scratch/complaint"
[ $? -eq 1 ] && grep -q 'no records' "$scratch/complaint" || refuse "an empty file: $(cat "$scratch/complaint")"
"$vfjournal" graph "$scratch/none.db" >/dev/null 2>&1
[ $? -eq 2 ] || refuse "no such journal: another exit status than 2"
"$vfjournal" graph "$real" "$real" >/dev/null 2>&1
[ $? -eq 2 ] || refuse "two journals: another exit status than 2"

[ $status -eq 0 ] && echo "$(printf '%s\n' "$rows" | wc -l) moves, all drawn"
exit $status
