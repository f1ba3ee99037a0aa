#!/bin/sh
# The module compiles against FreeBSD's kernel headers, those of FREEBSD_SRC or /usr/src.
#   usage: check_module.sh ROOT
# Skipped (77) where no kernel sources or no clang are. The interface headers that a kernel build
# makes (device_if.h, bus_if.h, opt_*.h) are made here, with the sources' own script.
set -u

root=${1:?usage: check_module.sh ROOT}
sources=${FREEBSD_SRC:-/usr/src}
[ -f "$sources/sys/net/if_var.h" ] || { echo "no FreeBSD sources in $sources (FREEBSD_SRC)"; exit 77; }
cc=
for program in "${CC:-}" clang clang-14 cc; do
    [ -n "$program" ] && "$program" --version 2>/dev/null | grep -q clang && cc=$program && break
done
[ -n "$cc" ] || { echo "clang is missing"; exit 77; }
awk=$(command -v nawk || command -v awk) || { echo "awk is missing"; exit 77; }

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
for interface in kern/device_if.m kern/bus_if.m; do
    "$awk" -f "$sources/sys/tools/makeobjops.awk" "$sources/sys/$interface" -h || exit 1
done
: >opt_global.h
: >opt_inet.h
: >opt_inet6.h
ln -s "$sources/sys/amd64/include" machine
ln -s "$sources/sys/x86/include" x86
status=0
rename=
grep -q ifnet_rename_event "$sources/sys/net/if_var.h" && rename=-DHNVF_HAS_RENAME_EVENT
version=$(sed -n 's/^#define[[:space:]]*__FreeBSD_version[[:space:]]*\([0-9]*\).*/\1/p' \
    "$sources/sys/sys/param.h")
for options in '-DVIMAGE' '-DVIMAGE -DINVARIANTS -DINVARIANT_SUPPORT' '-UVIMAGE'; do
    for file in hnvf.c hnvf_map.c hnvf_ports.c hnvf_sysctls.c; do
        # shellcheck disable=SC2086
        "$cc" -target "x86_64-unknown-freebsd$((version / 100000)).0" -nostdinc -I. \
            -I"$sources/sys" -I"$sources/sys/contrib/ck/include" -D_KERNEL -DKLD_MODULE $options \
            $rename -ffreestanding -mcmodel=kernel -mno-red-zone -mno-sse -msoft-float \
            -std=gnu99 -Wall -Wextra -Wno-unused-parameter -Wno-pointer-sign \
            -Wno-address-of-packed-member -Wno-sign-compare -Wno-cast-function-type \
            -Wno-missing-field-initializers -Wswitch-enum -Werror -fsyntax-only \
            "$root/tests/freebsd/hnvf/$file" || status=1
    done
done
[ "$status" -eq 0 ] && echo "compiles against FreeBSD $version"
exit "$status"
