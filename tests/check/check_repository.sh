#!/bin/sh
# shellcheck disable=SC2016
# What a reader should never meet in the repository: ragged white space, notes to self, somebody's
# machine.
#   usage: check_repository.sh ROOT
# Recorded output of other programs is kept as it was, whatever it looks like.
set -u

root=${1:?usage: check_repository.sh ROOT}
cd "$root" || exit 1
status=0

list_files() {
    if [ -e .git ] && command -v git >/dev/null && git -c safe.directory='*' ls-files >/dev/null 2>&1; then
        git -c safe.directory='*' ls-files --cached --others --exclude-standard
    else
        find . -type f | sed 's,^\./,,' | grep -Ev '^(\.git|build)/'
    fi | grep -Ev '^tests/(.*/)?(samples|corpus)/' | LC_ALL=C sort -u | while IFS= read -r file; do
        [ -f "$file" ] && printf '%s\n' "$file"
    done
}

files=$(list_files)
[ -n "$files" ] || { echo "no files"; exit 1; }
ours=$(printf '%s\n' "$files" | grep -E '(\.[ch]|\.sh|\.sql|\.cmake|\.json|\.md|CMakeLists\.txt|\.clang-[a-z]+|/run|tools/[a-z-]+)$')

# refuse WHAT PATTERN FILES: each matching line is a fault.
refuse() {
    found=$(printf '%s\n' "$3" | xargs grep -nIE -e "$2" /dev/null)
    if [ -n "$found" ]; then
        printf '%s:\n%s\n' "$1" "$found"
        status=1
    fi
}

tab=$(printf '\t')
self='^tests/check_repository\.sh$'
refuse "trailing white space" "[ $tab]+\$" "$ours"
refuse "tab" "$tab" "$(printf '%s\n' "$ours" | grep -Ev '\.(md|sh)$')"
refuse "the mark of a merge" '^(<<<<<<<|>>>>>>>)( |$)' "$files"
refuse "carriage return" "$(printf '\r')" "$ours"
refuse "a note to self" '(^|[^A-Za-z])(TO''DO|FIX''ME|X''XX)([^A-Za-z]|$)' "$(printf '%s\n' "$files" | grep -Ev "$self")"
refuse "a path of somebody's machine" '(^|[^A-Za-z0-9_.$}-])/(work|home/[a-z]+|root|Users)/' "$(printf '%s\n' "$files" | grep -Ev "$self")"
refuse "a file outside the repository" '\.\./shared' "$(printf '%s\n' "$files" | grep -Ev "$self")"

for file in $ours; do
    if [ -s "$file" ] && [ -n "$(tail -c 1 "$file")" ]; then
        echo "$file: does not end with a newline"
        status=1
    fi
done

# Only said, not refused: a long file or function wants a reason, and may have one.
printf '%s\n' "$ours" | grep -E '\.[ch]$' | xargs awk '
    function report() { if (lines > 500) printf "note: %s has %d lines\n", file, lines }
    FNR == 1 { report(); file = FILENAME; start = 0 }
    { lines = FNR }
    /^\{/ { start = FNR; name = before }
    /^\}/ {
        if (start && FNR - start - 1 > 70) printf "note: %s:%d: %d lines: %s\n", FILENAME, start, FNR - start - 1, name
        start = 0
    }
    { before = $0 }
    END { report() }' /dev/null

[ $status -eq 0 ] && echo "$(printf '%s\n' "$files" | wc -l) files"
exit $status
