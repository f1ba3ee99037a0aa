#!/bin/sh
# The module compiles against FreeBSD's kernel headers.
#   usage: check_module.sh ROOT
# clang reads the kernel sources in FREEBSD_SRC or /usr/src. FREEBSD_CC, a compiler with FreeBSD's
# installed headers, needs no sources, but Debian's libck-dev. Skipped (77) where there is neither.
# opt_*.h, device_if.h and bus_if.h are files that a kernel build makes.
set -u

root=${1:?usage: check_module.sh ROOT}
sources=${FREEBSD_SRC:-/usr/src}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# The module calls no method of a device, so that with installed headers these files are empty.
use_installed_headers() {
    cc=$FREEBSD_CC
    : >device_if.h
    : >bus_if.h
    include=$(dpkg -L libck-dev | sed -n 's|/ck_epoch\.h$||p')
    [ -n "$include" ] || { echo "libck-dev is missing"; exit 77; }
    cp -R "$include"/ck_*.h "$include/gcc" . || exit 1
    # shellcheck disable=SC2086
    version=$(printf '#include <sys/param.h>\n__FreeBSD_version\n' | $cc -x c -E - | tail -1)
}

use_sources() {
    [ -f "$sources/sys/net/if_var.h" ] || {
        echo "no FreeBSD sources in $sources (FREEBSD_SRC)"
        exit 77
    }
    cc=
    for program in "${CC:-}" clang clang-14 cc; do
        [ -n "$program" ] && "$program" --version 2>/dev/null | grep -q clang && cc=$program && break
    done
    [ -n "$cc" ] || { echo "clang is missing"; exit 77; }
    awk=$(command -v nawk || command -v awk) || { echo "awk is missing"; exit 77; }
    for interface in kern/device_if.m kern/bus_if.m; do
        "$awk" -f "$sources/sys/tools/makeobjops.awk" "$sources/sys/$interface" -h || exit 1
    done
    ln -s "$sources/sys/amd64/include" machine
    ln -s "$sources/sys/x86/include" x86
    version=$(sed -n 's/^#define[[:space:]]*__FreeBSD_version[[:space:]]*\([0-9]*\).*/\1/p' \
        "$sources/sys/sys/param.h")
    cc="$cc -target x86_64-unknown-freebsd$((version / 100000)).0 -nostdinc -I$sources/sys \
        -I$sources/sys/contrib/ck/include"
    grep -q ifnet_rename_event "$sources/sys/net/if_var.h" && cc="$cc -DHNVF_HAS_RENAME_EVENT"
}

cd "$work" || exit 1
: >opt_global.h
: >opt_inet.h
: >opt_inet6.h
if [ -n "${FREEBSD_CC:-}" ]; then
    use_installed_headers
else
    use_sources
fi
status=0
for options in '-DVIMAGE' '-DVIMAGE -DINVARIANTS -DINVARIANT_SUPPORT' '-UVIMAGE'; do
    for file in hnvf.c hnvf_map.c hnvf_ports.c hnvf_sysctls.c; do
        # shellcheck disable=SC2086
        $cc -I. -D_KERNEL -DKLD_MODULE $options \
            -ffreestanding -mcmodel=kernel -mno-red-zone -mno-sse -msoft-float \
            -std=gnu99 -Wall -Wextra -Wno-unused-parameter -Wno-pointer-sign \
            -Wno-address-of-packed-member -Wno-sign-compare -Wno-cast-function-type \
            -Wno-missing-field-initializers -Wswitch-enum -Werror -c -o /dev/null \
            "$root/tests/freebsd/hnvf/$file" || status=1
    done
done
[ "$status" -eq 0 ] && echo "compiles against FreeBSD $version"
exit "$status"
