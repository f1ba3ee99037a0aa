#!/bin/sh
# shellcheck disable=SC2016
# Each #include is an edge between layers, or between rooms of core; this says which edges there may
# be.
#   usage: check_layers.sh ROOT
#
#       tools ──► store ──► core
#         └────► adapters/freebsd ──► core
#
#       core/model ──► core/machine ◄── core/policy
#                          └──► core/data ──► core/text
set -u

root=${1:?usage: check_layers.sh ROOT}
cd "$root" || exit 1

find core store adapters tools -type f \( -name '*.c' -o -name '*.h' \) | LC_ALL=C sort | xargs awk '
    function layer_of(path) {
        if (path ~ /^core\//) return "core"
        if (path ~ /^store\//) return "store"
        if (path ~ /^adapters\/freebsd\//) return "freebsd"
        if (path ~ /^tools\//) return "tools"
        return ""
    }
    # The floor of a file of core: it includes files of its own room and of lower floors.
    function floor_of(path) {
        if (path ~ /^core\/text\//) return 1
        if (path ~ /^core\/data\//) return 2
        if (path ~ /^core\/machine\//) return 3
        if (path ~ /^core\/(policy|model)\//) return 4
        return path ~ /^core\/[^\/]*$/ ? 0 : 9
    }
    function room_of(path) {
        sub(/\/[^\/]*$/, "", path)
        return path
    }
    function refuse(why) {
        printf "%s:%d: %s\n    %s\n", FILENAME, FNR, why, $0
        bad++
    }
    BEGIN {
        # "A B": a file of layer A may include one of layer B.
        n = split("core core,store store,store core,freebsd freebsd,freebsd core," \
                  "tools tools,tools store,tools freebsd,tools core", list, ",")
        for (i = 1; i <= n; i++) edge[list[i]] = 1
        n = split("stdint.h stdbool.h stddef.h string.h inttypes.h", list, " ")
        for (i = 1; i <= n; i++) core_may[list[i]] = 1
    }
    FNR == 1 { files++ }
    /vfj_text_format\(.*%[-+ #0-9.*hljzt]*([aefgAEFGpnCS]|l[cs])/ {
        refuse("a conversion that depends on the locale or the machine")
    }
    # For root on FreeBSD, they leave password hashes in the memory of the process that calls them.
    /(^|[^a-z_])(getpw|getspnam|setpwent|setpassent|wordexp|getlogin)[a-z_]*\(/ && !/^ *\*|\/\*/ &&
        FILENAME != "adapters/freebsd/privsep/passwd.c" && !/getpwn?a?m?\(3\)/ {
        refuse("passwd(5) is read in adapters/freebsd/privsep/passwd.c only")
    }
    # Without memory there is no object; vfj_print_object() then reports that.
    /vfj_json_end\(/ && FILENAME !~ /^(store\/json\.[ch]|tools\/terminal\.c)$/ {
        refuse("an object of JSON is printed by vfj_print_object()")
    }
    /^[ \t]*#[ \t]*include/ {
        layer = layer_of(FILENAME)
        if (match($0, /<[^>]*>/)) {
            name = substr($0, RSTART + 1, RLENGTH - 2)
            # vfj_text_format() is made of vsnprintf(3).
            if (layer == "core" && !(name in core_may) &&
                !(FILENAME ~ /^core\/text\/text\.[ch]$/ && name ~ /^std(io|arg)\.h$/))
                refuse("core is pure: not this header")
            if (layer == "store" && name ~ /^(event\.h|ev[a-z]+\.h|event2\/|sys\/event\.h|sys\/sysctl\.h|net\/|netinet|sys\/socket\.h|spawn\.h|sys\/wait\.h)/)
                refuse("store knows no event loop, no network and no children")
            if (layer == "freebsd" && name ~ /^(sqlite3|openssl\/)/)
                refuse("an adapter never sees the journal")
            next
        }
        if (!match($0, /"[^"]*"/)) {
            refuse("an include that names no file")
            next
        }
        name = substr($0, RSTART + 1, RLENGTH - 2)
        target = layer_of(name)
        if (name ~ /\.c$/)
            refuse("a source is compiled, not included")
        else if (target == "" || name ~ /\.\./)
            refuse("includes are written from the root, and only of a layer")
        else if (!((layer " " target) in edge))
            refuse(layer " must not see " target)
        else if (layer == "core" && room_of(name) != room_of(FILENAME) && floor_of(name) >= floor_of(FILENAME))
            refuse(room_of(FILENAME) " must not see " room_of(name))
        else if ((getline line < name) < 0)
            refuse("no such file")
        else
            edges++
        close(name)
    }
    END {
        printf "%d files, %d edges between them, %d refused\n", files, edges, bad
        if (files == 0) bad++
        exit bad ? 1 : 0
    }'
