#!/bin/sh
# No function of core/ reaches itself: neither by its own call, nor through others, nor through a
# table of functions.
#   usage: check_calls.sh ROOT
#
# The calls are those that gcc sees in each source before anything is inlined (-fcallgraph-info).
# Calls through a pointer are resolved here, and a new one is refused until it is.
set -u

root=${1:?usage: check_calls.sh ROOT}
cd "$root" || exit 1
root=$PWD
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

cannot()
{
    echo "check_calls: skipped: $*"
    exit 77
}

compiler=
for program in gcc gcc-12 gcc-13 gcc-14; do
    echo 'int f(void); int f(void) { return 1; }' >"$work/try.c"
    (cd "$work" && "$program" -fcallgraph-info -c try.c -o try.o) >/dev/null 2>&1 || continue
    [ -f "$work/try.ci" ] || continue
    compiler=$program
    break
done
[ -n "$compiler" ] || cannot "no gcc that tells its call graph"

# graph DIRECTORY FILE...: the calls of the sources, one "CALLER CALLEE" a line; a static function
# is "FILE:NAME".
graph()
{
    into=$1
    shift
    for source; do
        object=$into/$(printf '%s' "$source" | tr / _)
        "$compiler" -std=c17 -O0 -I "$root" -DVFJ_VERSION='""' -fcallgraph-info -c "$source" -o "$object.o" || exit 1
    done
    awk -F '"' '/^edge:/ { print $2, $4 }' "$into"/*.ci
}

# Calls through a pointer, by their caller: "CALLER TARGET" for each function that the pointer can
# hold.
targets()
{
    # rows of the plan: the last word of each, NULL but for those
    awk '/^    \{VFJ_NEED_/ { sub(/\}.*/, ""); name = $NF
            if (name == "NULL") next
            print "core/machine/plan.c:plan_phases", (name ~ /^vfj_/ ? name : "core/machine/plan.c:" name) }' core/machine/plan.c
    # the policies
    for file in core/machine/step.c core/policy/scripts.c; do
        awk -v file="$file" '/^    \.[a-z]+ = [a-z_]+,$/ { sub(/,$/, ""); name = (($3 ~ /^vfj_/) ? $3 : file ":" $3)
            print "core/machine/step.c:handle", name
            print "core/machine/step.c:start", name
            print "core/machine/step.c:stopping", name }' "$file"
    done
    echo "core/model/play.c:submit_only (sink)" # who plays a trace is not of core/
}

# judge TARGETS: of the calls read, resolves those through pointers; says what is on a cycle. 1 when
# there is something.
judge()
{
    awk -v targets="$1" '
        function add(from, to) {
            if ((from, to) in seen) return
            seen[from, to] = 1
            caller[edges] = from
            callee[edges++] = to
            known[from] = known[to] = 1
        }
        BEGIN {
            edges = 0
            while ((getline line < targets) > 0) {
                split(line, word, " ")
                pointed[word[1]] = pointed[word[1]] " " word[2]
            }
        }
        $2 == "__indirect_call" {
            if (!($1 in pointed)) {
                print "a call through a pointer that this check can not resolve, in " $1
                bad = 1
            }
            used[$1] = 1
            count = split(pointed[$1], word, " ")
            for (i = 1; i <= count; i++) add($1, word[i])
            next
        }
        { add($1, $2) }
        END {
            for (name in pointed)
                if (!(name in used)) {
                    print "no call through a pointer in " name
                    bad = 1
                }
            # Take away what calls nothing that is left, or is called by nothing that is left:
            # cycles stay.
            left = edges
            do {
                taken = 0
                split("", out); split("", in_)
                for (i = 0; i < edges; i++)
                    if (!(i in gone)) { out[caller[i]] = 1; in_[callee[i]] = 1 }
                for (i = 0; i < edges; i++)
                    if (!(i in gone) && (!(callee[i] in out) || !(caller[i] in in_))) { gone[i] = 1; taken++; left-- }
            } while (taken > 0)
            for (i = 0; i < edges; i++)
                if (!(i in gone)) print "a function that reaches itself: " caller[i] " calls " callee[i]
            functions = 0
            for (name in known) functions++
            if (left == 0 && !bad) printf "%d functions, %d calls: no cycle\n", functions, edges
            exit left > 0 || bad
        }'
}

# The check itself: cycles that are planted are found, and a graph without one is not accused.
plant()
{
    mkdir "$work/$1" || exit 1
    cat >"$work/$1/a.c"
    : >"$work/none"
    (cd "$work/$1" && graph "$work/$1" a.c) >"$work/$1/graph" || exit 1
    judge "${2:-$work/none}" <"$work/$1/graph" >"$work/$1/said"
}
plant direct <<'END' && { echo "a direct cycle is not found"; exit 1; }
static int f(int n) { return n > 0 ? f(n - 1) : 0; }
int g(int n);
int g(int n) { return f(n); }
END
plant mutual <<'END' && { echo "a mutual cycle is not found"; exit 1; }
int a(int n);
static int c(int n) { return a(n); }
static int b(int n) { return n > 0 ? c(n - 1) : 0; }
int a(int n) { return b(n); }
END
plant unknown <<'END' && { echo "an unknown pointer is not found"; exit 1; }
int a(int (*f)(void));
int a(int (*f)(void)) { return f(); }
END
echo "a a" >"$work/pointers"
plant pointed "$work/pointers" <<'END' && { echo "a cycle through a pointer is not found"; exit 1; }
int a(int (*f)(void));
int a(int (*f)(void)) { return f(); }
END
plant without <<'END' || { echo "a cycle is found where there is none"; exit 1; }
static int c(int n) { return n; }
static int b(int n) { return c(n) + c(n + 1); }
int a(int n);
int a(int n) { return b(n) + c(n); }
END

mkdir "$work/core" || exit 1
targets >"$work/targets"
[ "$(grep -c plan_phases "$work/targets")" -ge 20 ] || { echo "the rows of the plan are not found"; exit 1; }
[ "$(grep -c step.c:handle "$work/targets")" -ge 10 ] || { echo "the policies are not found"; exit 1; }
find core -name '*.c' | LC_ALL=C sort >"$work/sources"
# shellcheck disable=SC2046
graph "$work/core" $(cat "$work/sources") >"$work/graph" || exit 1
judge "$work/targets" <"$work/graph"
