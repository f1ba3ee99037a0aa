#!/bin/sh
# The manual is clean under mandoc -T lint, and the pages it refers to of its own are there.
#   usage: check_man.sh ROOT
# Which pages of the system are installed is no business of ours. Without mandoc it is skipped, in
# CI it fails.
set -u

root=${1:?usage: check_man.sh ROOT}
cd "$root/man" || exit 1
status=0

for page in vfjournal*.[1-9]; do
    sed -n 's/^\.Xr \(vfjournal[a-z-]*\) \([1-9]\).*/\1.\2/p' "$page" | sort -u | while read -r other; do
        [ -f "$other" ] || echo "$page: refers to $other"
    done | grep . && status=1
done

if ! command -v mandoc >/dev/null; then
    echo "mandoc is missing"
    [ $status -eq 0 ] && [ -z "${CI:-}" ] && exit 77
    exit 1
fi
for page in vfjournal*.[1-9]; do
    mandoc -T lint "$page" 2>&1 | grep -Ev 'mandoc\.db|referenced manual not found: Xr [a-z]' && status=1
done
[ $status -eq 0 ] && echo "clean: $(echo vfjournal*.[1-9])"
exit $status
