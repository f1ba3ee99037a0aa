#!/bin/sh
# Every script that is shipped, and those that test it, can be read by a POSIX sh(1), and shellcheck
# warns of nothing.
#   usage: check_scripts.sh SOURCES
set -u

cd "${1:?}" || exit 1
set -- adapters/freebsd/install/libexec/* adapters/freebsd/install/rc.d/* adapters/freebsd/install/periodic/* tests/service/*.sh tests/service/rc.subr
for script in "$@"; do
	sh -n "$script" || exit 1
done
command -v shellcheck >/dev/null || {
	echo "$# scripts are read; shellcheck is missing"
	exit 77
}
# The guest's own files can't be followed from here, nor can what eval sets.
shellcheck -s sh -S warning -e SC1090,SC1091,SC2154 "$@" && echo "$# scripts"
