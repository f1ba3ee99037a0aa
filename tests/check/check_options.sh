#!/bin/sh
# Every option that a verb's --help names is in its section of vfjournal.8, and no other; so is
# every verb, every directive of a trace, every kind of record and every view in the page that is
# about it. And the examples of these pages do what is said of them.
#   usage: check_options.sh VFJOURNAL ROOT
set -u

vfjournal=${1:?usage: check_options.sh VFJOURNAL ROOT}
root=${2:?usage: check_options.sh VFJOURNAL ROOT}
status=0
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

refuse()
{
    echo "$*"
    status=1
}

# The section of a verb, from its .Ss to the next heading.
section()
{
    awk -v verb="$1" '/^\.S[sh] / { inside = ($1 == ".Ss" && $2 == verb) } inside' "$root/man/vfjournal.8"
}

# In help, an option begins a line, stands after another one and a comma, or alone in the first
# line's brackets.
options_of_help()
{
    "$vfjournal" "$1" --help | sed '1d; s/default.*//' | grep -E '^ +-' |
        grep -oE '(^|[ ,])--?[a-zA-Z][a-z-]*' | tr -d ' ,'
    "$vfjournal" "$1" --help | sed -n 1p | grep -oE '[[ ]--?[a-zA-Z][a-z-]*' | tr -d '[ '
}

options_of_page()
{
    section "$1" | grep '^\.It' | grep -oE 'Fl -?[a-zA-Z-]+( , -[a-z-]+)?' |
        sed 's/^Fl //; s/ , /\n/' | sed 's/^/-/'
}

verbs=$("$vfjournal" --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | grep -v '^help$')
[ -n "$verbs" ] || refuse "no verbs"
count=0
for verb in $verbs; do
    grep -q "^\.Cm $verb\$" "$root/man/vfjournal.8" || grep -q "^\.Cm $verb " "$root/man/vfjournal.8" ||
        refuse "vfjournal.8: no synopsis of $verb"
    options_of_help "$verb" | LC_ALL=C sort -u >"$scratch/help"
    options_of_page "$verb" | LC_ALL=C sort -u >"$scratch/page"
    found=$(LC_ALL=C comm -23 "$scratch/help" "$scratch/page")
    [ -z "$found" ] || refuse "vfjournal.8: $verb: not there:" $found
    found=$(LC_ALL=C comm -13 "$scratch/help" "$scratch/page" | grep -Ev '^(-h|--help)$')
    [ -z "$found" ] || refuse "vfjournal $verb --help: not there:" $found
    count=$((count + $(wc -l <"$scratch/help")))
done
[ "$count" -ge 20 ] || refuse "only $count options found"

for word in $(sed -n 's/^    X([A-Z_]*, "\([a-z]*\)").*/\1/p' "$root/core/model/trace.h"); do
    grep -q "^\.It Ic %$word" "$root/man/vfjournal-trace.5" || refuse "vfjournal-trace.5: no %$word"
done
kinds=$(sed -n '/define VFJ_EVENT_KINDS/,/^$/s/^ *X([A-Z]*, "\([a-z]*\)").*/\1/p' "$root/core/data/event.h")
[ -n "$kinds" ] || refuse "no kinds of events"
for word in $kinds transition command checkpoint journal; do
    grep -q "^\.It Cm $word\$" "$root/man/vfjournal-journal.5" || refuse "vfjournal-journal.5: no kind $word"
done
for word in $(sed -n 's/.*CREATE VIEW \([a-z]*\) AS.*/\1/p' "$root/store/schema.c"); do
    sed -n '/^\.Ss Views/,/^\.Ss Digest/p' "$root/man/vfjournal-journal.5" | grep -q "^\.It Cm $word\$" ||
        refuse "vfjournal-journal.5: no view $word"
done

# blocks PAGE: the literal blocks of its EXAMPLES, into files 1, 2, 3 ...
blocks()
{
    rm -f "$scratch"/[0-9]*
    awk -v to="$scratch/" '
        /^\.Sh / { inside = $2 == "EXAMPLES" }
        /^\.Ed/ { open = 0 }
        inside && open { print > (to number) }
        inside && /^\.Bd -literal/ { open = 1; number++ }' "$root/man/$1"
}

blocks vfjournal-trace.5
"$vfjournal" replay --policy scripts -o commands "$scratch/1" >"$scratch/printed" 2>&1
cmp -s "$scratch/printed" "$scratch/2" || refuse "vfjournal-trace.5: the example gives something else:" \
    "$(diff "$scratch/2" "$scratch/printed")"
"$vfjournal" replay "$scratch/3" >"$scratch/printed" 2>&1 || refuse "vfjournal-trace.5: the last example does not play"
grep -q 'lagged: joined' "$scratch/printed" || refuse "vfjournal-trace.5: the last example does not end lagged"

"$vfjournal" replay --journal "$scratch/journal.db" "$scratch/1" >/dev/null || refuse "no journal to ask"
if command -v sqlite3 >/dev/null; then
    blocks vfjournal-journal.5
    for query in "$scratch"/[0-9]*; do
        sqlite3 -readonly "$scratch/journal.db" <"$query" >"$scratch/printed" 2>&1 ||
            refuse "vfjournal-journal.5: a query that fails:" "$(cat "$query" "$scratch/printed")"
    done
    sqlite3 -readonly "$scratch/journal.db" "VACUUM INTO '$scratch/copy.db'" &&
        "$vfjournal" replay "$scratch/copy.db" >/dev/null || refuse "vfjournal-journal.5: the copy is none"
fi

[ $status -eq 0 ] && echo "$count options, all there"
exit $status
