#!/bin/sh
# vm against a stand-in of qemu: it logs in, starts run with its options, plugs and pulls as the
# guest asks, and exits as run does; without a login prompt it fails.
#   usage: test_vm.sh ROOT
set -u

root=${1:?usage: test_vm.sh ROOT}
command -v truncate >/dev/null || { echo "truncate is missing"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
: >"$work/image.raw"
: >"$work/hnvf.ko"

# The guest: a prompt, the lines that are typed, two requests, the end.
cat >"$work/qemu" <<'QEMU'
#!/bin/sh
for word in "$@"; do
    case $word in
    pipe,id=s,path=*) serial=${word#pipe,id=s,path=} ;;
    pipe,id=q,path=*) qmp=${word#pipe,id=q,path=} ;;
    *file=*/out.tar,*) drive=${word#*file=} returned=${drive%%,*} ;;
    esac
done
printf '%s\n' "$*" >"$STANDIN_LOG.argv"
exec 5<>"$qmp.in" 6<>"$qmp.out" 7<>"$serial.in" 8<>"$serial.out"
cat <&5 >"$STANDIN_LOG.qmp" &
cat_pid=$!
[ "$STANDIN_RESULT" = silent ] && { echo "no prompt here" >&8; sleep 1; kill $cat_pid; exit 0; }
printf 'FreeBSD/amd64 (guest) (ttyu0)\r\n\r\nlogin: ' >&8
while IFS= read -r line <&7; do
    printf '%s\n' "$line" >>"$STANDIN_LOG.typed"
    case $line in
    *tests/freebsd/run*) break ;;
    esac
done
printf '# %s\r\n' "$line" >&8
printf '@@HOST plug 0\r\n@@HOST plug-spare 1\r\n@@HOST link 0 off\r\nPROBES join sent 9\r\n@@HOST pull 0\r\n' >&8
mkdir -p "$STANDIN_LOG.d/kept"
echo journal >"$STANDIN_LOG.d/kept/static.db"
tar -C "$STANDIN_LOG.d" -cf "$returned" kept
printf '@@HOST done %s\r\n' "$STANDIN_RESULT" >&8
sleep 1
kill "$cat_pid"
QEMU
chmod +x "$work/qemu"

fault() {
    echo "$*"
    cat "$work/output"
    exit 1
}
play() { # RESULT: what run exits with in the guest
    rm -rf "$work"/log.*
    STANDIN_RESULT=$1 STANDIN_LOG=$work/log QEMU=$work/qemu ACCEL=tcg \
        sh "$root/tests/freebsd/vm" --module "$work/hnvf.ko" --out "$work/out" "$work/image.raw" \
        --only stock static >"$work/output" 2>&1
}

play 0 || fault "vm exits with $? though run was content"
grep -q '^root$' "$work/log.typed" || fault "nobody logged in"
grep -q 'freebsd/run --yes --console --keep /tmp/kept --module /tmp/hnvf/hnvf.ko --only stock static' \
    "$work/log.typed" || fault "run was not started with its options"
[ "$(grep -c device_add "$work/log.qmp")" = 2 ] || fault "two NICs were to be plugged"
grep -q '"spare1", "mac": "52:54:00:00:00:21"' "$work/log.qmp" || fault "no spare NIC"
grep -q 'set_link.*"vf0", "up": false' "$work/log.qmp" || fault "VF 0 keeps its link"
grep -q '"vf0", "mac": "52:54:00:00:00:10"' "$work/log.qmp" || fault "the VF of hn0 has another MAC"
grep -q 'device_del.*"vf0"' "$work/log.qmp" || fault "no VF was pulled"
grep -q '"quit"' "$work/log.qmp" || fault "qemu was not ended"
grep -q '^PROBES join sent 9$' "$work/output" || fault "the guest's output is not shown"
grep -q '^PROBES join sent 9$' "$work/out/console" || fault "the guest's output is not kept"
grep -qx journal "$work/out/kept/static.db" || fault "the guest's journals are not kept"
grep -q 'snapshot=on' "$work/log.argv" || fault "the image would be changed"
play 1 && fault "run failed and vm did not"
play silent && fault "a guest without a login prompt is a failure"
grep -q 'no login prompt' "$work/output" || fault "nobody says why"
grep -q 'sent no journals' "$work/output" || fault "nobody says that there are no journals"
[ -e "$work/out/kept" ] && fault "journals of another run are kept"
echo "vm serves its guest"
