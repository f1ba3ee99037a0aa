#!/bin/sh
# shellcheck disable=SC2013,SC2086
# The words that complete a command line, by `vfjournal complete` and by the functions of the
# shells that are here; and the format for lnav.
#   usage: check_completion.sh VFJOURNAL ROOT
set -u

vfjournal=${1:?usage: check_completion.sh VFJOURNAL ROOT}
root=${2:?usage: check_completion.sh VFJOURNAL ROOT}
case $vfjournal in /*) ;; *) vfjournal=$PWD/$vfjournal ;; esac
install=$root/adapters/freebsd/install
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
status=0

refuse()
{
    echo "$*"
    status=1
}

# same WHAT EXPECTED FOUND
same()
{
    [ "$2" = "$3" ] || refuse "$1:
--- expected
$2
--- found
$3"
}

trace=$root/tests/traces/migration/azure-migration.trace
journal=$work/journal.db
"$vfjournal" replay --output-journal "$journal" "$trace" >/dev/null || refuse "no journal"

# Every verb completes to the options of its help, and every word that an option completes to is
# one that the verb takes.
verbs=$("$vfjournal" --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
same "verbs" "$verbs" "$("$vfjournal" complete '')"
same "a verb" show "$("$vfjournal" complete sho)"
same "help" replay "$("$vfjournal" complete help repl)"
count=0
for verb in $verbs; do
    case $verb in help | complete) continue ;; esac
    "$vfjournal" "$verb" --help | sed '1d; s/default.*//' | grep -E '^ +-' | grep -oE -e '--[a-z][a-z-]*' |
        { cat; echo --help; } | LC_ALL=C sort -u >"$work/help"
    "$vfjournal" complete "$verb" -- | LC_ALL=C sort -u >"$work/complete"
    # the daemon's help names the program options in groups
    found=$(LC_ALL=C comm -13 "$work/complete" "$work/help")
    [ -z "$found" ] || refuse "complete $verb: not there:" $found
    for option in $(cat "$work/complete"); do
        case $option in --interface | --since | --until | --lines | --boot) continue ;; esac
        # what follows an option without a value is no value of it
        for word in $("$vfjournal" complete "$verb" "$option" '' | grep -v '=$'); do
            case $verb in
            daemon) "$vfjournal" daemon "$option" "$word" --no-such-option >"$work/out" 2>&1 ;;
            graph) "$vfjournal" graph "$option" "$word" >"$work/out" 2>&1 ;;
            replay) "$vfjournal" replay "$option" "$word" "$trace" >"$work/out" 2>&1 ;;
            *) "$vfjournal" "$verb" "$option" "$word" -J "$journal" >"$work/out" 2>&1 ;;
            esac
            if grep -q "^vfjournal .* takes .*, not" "$work/out"; then
                refuse "$verb $option $word: $(cat "$work/out")"
            fi
            count=$((count + 1))
        done
    done
done
[ "$count" -ge 30 ] || refuse "only $count values of options"

same "interfaces" "hn0
mce0" "$("$vfjournal" complete show -J "$journal" -i '' | LC_ALL=C sort)"
same "an interface" mce0 "$("$vfjournal" complete status -J "$journal" --interface m)"
same "boots" "1" "$("$vfjournal" complete show -J "$journal" --boot '' | sed -n 1p)"
same "migrations" "$("$vfjournal" migrations -n all -J "$journal" | sed -n 's/^\([0-9][0-9]*\) .*/\1/p' | sort -nr)" \
    "$("$vfjournal" complete migration -J "$journal" '')"
same "a joined value" --output=json "$("$vfjournal" complete show --output=j)"
same "fields" "state=
status=" "$("$vfjournal" complete show sta)"
same "a field's value" "if=mce0" "$("$vfjournal" complete show -J "$journal" if=m)"
same "a state" lagged "$("$vfjournal" complete show -s l)"
same "a file" "" "$("$vfjournal" complete show -J /etc/pass)"
same "no journal" "" "$("$vfjournal" complete show -J "$work/none" -i '' 2>/dev/null)"

PATH=$(dirname "$vfjournal"):$PATH
export PATH

# in_bash LINE: what bash offers for the line
in_bash()
{
    bash --norc -c '
        compopt() { :; }
        source "$1"
        COMP_LINE=$2 COMP_POINT=${#2}
        _vfjournal
        [[ ${#COMPREPLY[@]} -eq 0 ]] || printf "%s\n" "${COMPREPLY[@]}"' bash "$install/completion/vfjournal.bash" "$1"
}
if command -v bash >/dev/null; then
    same "bash: a verb" show "$(in_bash 'vfjournal sho')"
    same "bash: an option" --reverse "$(in_bash 'vfjournal show --rev')"
    same "bash: a value" mce0 "$(in_bash "vfjournal show -J $journal -i m")"
    same "bash: after =" lagged "$(in_bash 'vfjournal show state=la')"
fi
if command -v fish >/dev/null; then
    in_fish()
    {
        # The file of this directory is a candidate only where the program names none.
        mkdir -p "$work/files"
        touch "$work/files/m.db"
        HOME=$work XDG_CONFIG_HOME=$work XDG_DATA_HOME=$work fish --no-config -c \
            "cd $work/files; source $install/completion/vfjournal.fish; complete -C '$1'" 2>"$work/fish"
    }
    same "fish: a verb" show "$(in_fish 'vfjournal sho')"
    same "fish: a value" mce0 "$(in_fish "vfjournal show -J $journal -i m")"
    same "fish: a file" m.db "$(in_fish 'vfjournal show -J m')"
fi
if command -v zsh >/dev/null; then
    zsh -n "$install/completion/_vfjournal" || refuse "zsh: no function"
fi

# lnav takes no time of 1970, and no column that SQL has a word for.
if command -v lnav >/dev/null; then
    journal=$root/tests/fixtures/freebsd-13.2-two-migrations.db
    "$vfjournal" export -J "$journal" >"$work/rows.json"
    HOME=$work timeout 60 lnav -i "$install/examples/vfjournal.lnav.json" >"$work/out" 2>&1 </dev/null ||
        refuse "lnav: $(cat "$work/out")"
    query=';SELECT count(*), max("data/seq") FROM vfjournal'
    HOME=$work timeout 60 lnav -n -c "$query" -c ':write-csv-to -' "$work/rows.json" >"$work/out" 2>&1 </dev/null
    rows=$(wc -l <"$work/rows.json" | tr -d ' ')
    grep -q "^$rows,$rows" "$work/out" || refuse "lnav: not $rows rows: $(cat "$work/out")"
    query=';SELECT DISTINCT log_opid FROM vfjournal WHERE log_opid IS NOT NULL'
    HOME=$work timeout 60 lnav -n -c "$query" -c ':write-csv-to -' "$work/rows.json" 2>&1 </dev/null |
        grep -o '^[0-9]*' >"$work/out"
    same "lnav: operations" "$("$vfjournal" migrations -n all -J "$journal" | sed 1d | cut -d' ' -f1)" \
        "$(cat "$work/out")"
fi

[ $status -eq 0 ] && echo "$count values of options, all taken"
exit $status
