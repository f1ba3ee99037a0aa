# shellcheck shell=sh disable=SC2034
# What the scripts beside it share: finding the repository, installing what is missing, building a
# preset. Sourced, with $0 in tools/, tools/dev/ or .ci/; needs nothing but a POSIX shell and the
# base system.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P) || exit 1
[ -e "$root/CMakePresets.json" ] || root=${root%/*}
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/vfjournal

say() { printf '== %s\n' "$*" >&2; }
die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        die "needs root or sudo to run: $*"
    fi
}

# Runs a command without its output, unless it fails: then all of it is shown.
quietly() {
    quiet_log=$(mktemp) || exit 1
    if "$@" >"$quiet_log" 2>&1 </dev/null; then
        rm -f "$quiet_log"
    else
        quiet_status=$?
        cat "$quiet_log" >&2
        rm -f "$quiet_log"
        return $quiet_status
    fi
}

# --- what is missing is collected by need_*, then installed by install_missing ---

missing=

# need APT-PACKAGE PKG-PACKAGE: wanted; "-" where the system has it anyway.
need() {
    if have apt-get; then
        need_package=$1
    else
        need_package=$2
    fi
    case " $missing " in
    *" $need_package "*) ;;
    *) [ "$need_package" = - ] || missing="$missing $need_package" ;;
    esac
}
need_command() { have "$1" || need "$2" "$3"; }
need_file() { [ -e "$1" ] || need "$2" "$3"; }
need_library() { { have pkg-config && pkg-config --exists "$1"; } || need "$2" "$3"; }

need_compiler() {
    need_command cc gcc -
    need_file /usr/include/stdlib.h libc6-dev -
    need_command cmake cmake cmake
    need_command ninja ninja-build ninja
    need_command pkg-config pkg-config pkgconf
}

need_build() {
    need_compiler
    need_library 'sqlite3 >= 3.40' libsqlite3-dev sqlite3
    need_library 'libevent_core >= 2.1' libevent-dev libevent
    need_library 'libevent_extra >= 2.1' libevent-dev libevent
    need_library 'libcrypto >= 1.1.1' libssl-dev -
    need_library 'cmocka >= 1.1' libcmocka-dev cmocka
}

# need_clang OPTION SOURCE: clang, and its library for the option, which Debian packages by the
# version of clang.
need_clang() {
    if ! have clang; then
        need clang -
        install_missing
    fi
    echo "$2" | clang "$1" -x c - -o /dev/null 2>/dev/null ||
        need "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev" -
}

need_fuzzer() {
    need_clang -fsanitize=fuzzer,address \
        'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }'
}

# clang's counters, and what reads them.
need_coverage() {
    need_clang -fprofile-instr-generate 'int main(void) { return 0; }'
    need_command llvm-cov llvm -
    need_command llvm-profdata llvm -
}

install_missing() {
    [ -n "$missing" ] || return 0
    say "installing:$missing"
    # shellcheck disable=SC2086
    if have apt-get; then
        apt_install $missing
    elif have pkg; then
        quietly as_root env ASSUME_ALWAYS_YES=yes pkg install -y $missing
    else
        die "neither apt-get nor pkg is here; install by hand:$missing"
    fi || die "could not install:$missing"
    missing=
    hash -r
}

# wish PACKAGE: as install_missing, but it goes on without.
wish() {
    say "installing: $1"
    apt_install "$1" 2>/dev/null || say "goes on without $1"
}

# The lists of packages may be missing or old: they are fetched when an install fails without them.
apt_install() {
    apt_try "$@" >/dev/null 2>&1 </dev/null && return 0
    as_root apt-get update -qq >/dev/null 2>&1 </dev/null
    quietly apt_try "$@"
}
apt_try() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "$@"
}

# The server of the tests about fleets. Debian would make and start a database for everybody; the
# tests start their own.
wish_postgresql() {
    have apt-get && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || return 0
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        as_root sh -c 'mkdir -p /etc/postgresql-common &&
            echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf'
    wish postgresql
}

# Prints the path of a Python that has the messages of Perfetto; installs them once into the cache.
perfetto_python() {
    perfetto_dir=$cache/perfetto-0.59.1
    [ -x "$perfetto_dir/bin/python3" ] && {
        echo "$perfetto_dir/bin/python3"
        return 0
    }
    have python3 || return 1
    say "installing: perfetto, a package of Python"
    mkdir -p "$cache" && perfetto_new=$(mktemp -d "$cache/perfetto.XXXXXX") || return 1
    if quietly python3 -m venv "$perfetto_new" &&
        quietly "$perfetto_new/bin/python3" -m pip install --disable-pip-version-check --retries 1 --timeout 20 \
            perfetto==0.59.1 protobuf; then
        # Another script may have been faster.
        [ -e "$perfetto_dir" ] || mv "$perfetto_new" "$perfetto_dir"
        rm -rf "$perfetto_new"
        [ -x "$perfetto_dir/bin/python3" ] && echo "$perfetto_dir/bin/python3"
    else
        rm -rf "$perfetto_new"
        return 1
    fi
}

# --- building ---

# configure PRESET [-DNAME=VALUE...]: makes build/PRESET, once; again when the repository has moved.
configure() {
    configure_preset=$1
    shift
    configure_dir=$root/build/$configure_preset
    if [ -e "$configure_dir/CMakeCache.txt" ]; then
        grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$configure_dir/CMakeCache.txt" && [ $# -eq 0 ] && return 0
        [ $# -gt 0 ] || set -- --fresh
    fi
    have ninja && set -- -G Ninja "$@"
    (cd "$root" && quietly cmake --preset "$configure_preset" "$@")
}

# build PRESET [TARGET...]
build() {
    build_preset=$1
    shift
    [ $# -eq 0 ] || set -- --target "$@"
    (cd "$root" && quietly cmake --build --preset "$build_preset" --parallel "$(processors)" "$@")
}

processors() { getconf _NPROCESSORS_ONLN 2>/dev/null || getconf NPROCESSORS_ONLN 2>/dev/null || echo 1; }
