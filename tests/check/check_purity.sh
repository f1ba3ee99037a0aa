#!/bin/sh
# The compiler's word for the claims about the layers: core imports nothing but memory and string
# functions and has no variable that can change, and neither core nor store has a way to run a
# program.
#   usage: check_purity.sh libvfj_core.a libvfj_model.a libvfj_store.a
set -u

core=${1:?usage: check_purity.sh libvfj_core.a libvfj_model.a libvfj_store.a}
model=${2:?usage: check_purity.sh libvfj_core.a libvfj_model.a libvfj_store.a}
store=${3:?usage: check_purity.sh libvfj_core.a libvfj_model.a libvfj_store.a}
status=0

command -v nm >/dev/null || { echo "nm is missing"; exit 77; }

# What the compiler puts in by itself: sanitizers, coverage, stack protector, position independence.
instruments='^(__(asan|ubsan|sanitizer|sancov|lsan|gcov|llvm|start___sanc|stop___sanc|odr_asan)[A-Za-z0-9_]*|__stack_chk_fail(_local)?|__stack_chk_guard|_GLOBAL_OFFSET_TABLE_|__[a-z]+_chk|__fentry__)(\.|$)'
# vsnprintf: values in, bytes out, with the conversions that vfj_text_format() permits. These depend
# on no locale, and allocate nothing.
# inet_pton is not here: its address families and its result are those of the system's headers, and
# libc's own is another one on each system (leading zeros, for one). A journal must read the same
# everywhere.
memory='^(vsnprintf|memcpy|memmove|memset|memcmp|memchr|strlen|strnlen|strcmp|strncmp|strchr|strrchr|strstr|strspn|strcspn|strpbrk)$'
running='^(v?fork|rfork|pdfork|posix_spawn[a-z_]*|f?exec[lv][a-zA-Z]*|system|popen|dlopen|dlsym)$'

# The names that the archives use and do not define.
imports() {
    nm -P "$@" 2>/dev/null | awk '
        $2 ~ /^[Uw]$/ { used[$1] = 1; next }
        $2 ~ /^[A-Za-z]$/ { defined[$1] = 1 }
        END { for (name in used) if (!(name in defined)) print name }' | LC_ALL=C sort
}

found=$(imports "$core" "$model" | grep -Ev "$instruments" | grep -Ev "$memory")
if [ -n "$found" ]; then
    echo "core imports what is neither memory nor string:"
    echo "$found" | sed 's/^/    /'
    status=1
fi

for archive in "$core" "$model" "$store"; do
    found=$(imports "$archive" | grep -E "$running")
    if [ -n "$found" ]; then
        echo "$archive can run a program:"
        echo "$found" | sed 's/^/    /'
        status=1
    fi
done

# Constants with pointers live in .data.rel.ro; sanitizers and coverage bring variables of their
# own.
if imports "$core" "$model" | grep -Eq '^__(asan|gcov|sanitizer|llvm)'; then
    echo "(instrumented: variables are not looked at)"
elif command -v objdump >/dev/null; then
    found=$(objdump -t "$core" "$model" 2>/dev/null | awk '
        $0 ~ / O / {
            for (i = 1; i <= NF; i++)
                if ($i ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ && $i !~ /^\.data\.rel\.ro/) print $NF, "in", $i
        }')
    if [ -n "$found" ]; then
        echo "core has variables:"
        echo "$found" | sed 's/^/    /'
        status=1
    fi
fi

[ $status -eq 0 ] && echo "core imports only: $(imports "$core" "$model" | grep -E "$memory" | tr '\n' ' ')"
exit $status
