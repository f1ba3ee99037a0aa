# shellcheck shell=sh disable=SC2154 # whoever sources it sets work
# A PostgreSQL server for one test, in the directory $work. Sourced; needs nothing but $work, and
# sets PGHOST, PGUSER and PGDATABASE. Its data are lost at a crash: it does not wait for the disk.

# Debian has the server's programs in a directory of their own.
postgres_bin=
for directory in "$(dirname "$(command -v initdb || echo /nowhere/initdb)")" /usr/lib/postgresql/*/bin; do
    [ -x "$directory/initdb" ] && [ -x "$directory/pg_ctl" ] && postgres_bin=$directory
done

# The server refuses to run as root.
as_server() {
    if [ "$(id -u)" -eq 0 ]; then
        su -s /bin/sh nobody -c "$*"
    else
        sh -c "$*"
    fi
}

postgres_start() {
    [ -n "$postgres_bin" ] && command -v psql >/dev/null || return 77
    mkdir "$work/server" && chmod 755 "$work" || return 1
    [ "$(id -u)" -ne 0 ] || chown nobody "$work/server"
    if ! as_server "$postgres_bin/initdb -D $work/server/data -U fleet -A trust -E UTF8 --locale=C -N &&
        $postgres_bin/pg_ctl -D $work/server/data -l $work/server/log -w -t 120 \
            -o \"-F -k $work/server -c listen_addresses=''\" start" >"$work/initdb" 2>&1; then
        cat "$work/initdb" "$work/server/log" 2>/dev/null
        return 1
    fi
    export PGHOST="$work/server" PGUSER=fleet PGDATABASE=fleet
    psql -Xqd postgres -c 'CREATE DATABASE fleet'
}

# Starts the server for a test, which is skipped where PostgreSQL is not installed.
postgres_need() {
    postgres_start
    case $? in
    0) ;;
    77) echo "skipped: PostgreSQL is not installed" && exit 77 ;;
    *) exit 1 ;;
    esac
}

sql() { psql -XAtq -v ON_ERROR_STOP=1 -c "$*" 2>&1; }

postgres_stop() {
    [ ! -d "$work/server/data" ] || as_server "$postgres_bin/pg_ctl -D $work/server/data -m immediate stop" >/dev/null 2>&1
}
