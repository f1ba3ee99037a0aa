#!/bin/sh
# Every C file reads as clang-format writes it.
#   usage: check_format.sh ROOT
# One version judges, since versions differ in detail: 14, Debian 12's. Elsewhere the check is
# skipped, in CI it fails.
set -u

root=${1:?usage: check_format.sh ROOT}
cd "$root" || exit 1

cannot() {
    echo "$1"
    [ -n "${CI:-}" ] && exit 1
    exit 77
}

for program in clang-format-14 clang-format ''; do
    [ -n "$program" ] && command -v "$program" >/dev/null && break
done
[ -n "$program" ] || cannot "clang-format is missing"
case $("$program" --version) in
*' 14.'*) ;;
*) cannot "clang-format is not version 14: $("$program" --version)" ;;
esac

# shellcheck disable=SC2046
set -- $(find core store adapters tools tests -type f \( -name '*.c' -o -name '*.h' \) | LC_ALL=C sort)
if "$program" --dry-run -Werror "$@"; then
    echo "$# files"
else
    echo "to format them: $program -i FILE"
    exit 1
fi
