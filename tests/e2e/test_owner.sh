#!/bin/sh
# Root works on a journal that another user can replace: nothing of root's is given away, changed or
# shown.
#   usage: test_owner.sh VFJOURNAL VFJ_MAKE_JOURNAL
# Only root can try that, where another user's number can be set. passwd(5) does not know the
# number.
set -u

[ "$(id -u)" -eq 0 ] || exit 77
vfjournal=$1
make_journal=$2
name=owner
traces=${0%/*}/../traces
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_owner.XXXXXX") || exit 1
chmod 755 "$work"
log=$work/log
journal=$work/hostile/journal.db
user=64321
other=64322
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

: >"$work/probe"
chown $user:$user "$work/probe" 2>/dev/null || exit 77
[ "$(stat -c %u "$work/probe" 2>/dev/null || stat -f %u "$work/probe")" = $user ] || exit 77

# shellcheck source=tests/kit/checks.sh
. "${0%/*}/../kit/checks.sh"

attributes() { stat -c '%n %u %g %a %s' "$@" 2>/dev/null || stat -f '%N %u %g %Lp %z' "$@"; }
owner_mode() { stat -c '%u %a' "$1" 2>/dev/null || stat -f '%u %Lp' "$1"; }
no_leftovers() { [ -z "$(find "$work/new" "$work/tmp" -mindepth 1 ! -name new.db)" ]; }

# What root has beside the journal: files that hold what nobody else may read.
suffixes='-wal -shm -journal -snapshot .lock .new -snapshot.new'
make_secrets() {
    mkdir -p "$work/secret"
    for suffix in $suffixes; do
        echo "root's alone $suffix" >"$work/secret/file$suffix"
        chmod 600 "$work/secret/file$suffix"
    done
}
fingerprint() {
    attributes "$work"/secret/*
    cat "$work"/secret/*
}

# A journal of root's, whole, with checkpoints to prune by.
mkdir "$work/root" "$work/new" "$work/tmp"
chmod 700 "$work/root" "$work/new"
chmod 1777 "$work/tmp"
TMPDIR=$work/tmp
export TMPDIR
"$make_journal" "$work/root/journal.db" || exit 1

# hostile KIND: the user's directory, with a journal of the user's, and beside it root's files by
# KIND of link
hostile() {
    rm -rf "$work/hostile" "$work/secret"
    make_secrets
    mkdir "$work/hostile"
    cp "$work/root/journal.db" "$journal"
    for suffix in $suffixes; do
        case $1 in
        hard) ln "$work/secret/file$suffix" "$journal$suffix" ;;
        soft) ln -s "$work/secret/file$suffix" "$journal$suffix" ;;
        fifo) mkfifo "$journal$suffix" ;;
        none) ;;
        esac
    done
    chown $user:$user "$work/hostile" "$journal"
    [ "$1" != fifo ] || chown $user:$user "$work/hostile"/*
    chmod 700 "$work/hostile"
}

# The arguments that a verb needs to get at its journal.
arguments() {
    case $1 in
    backup) echo "--journal $journal $work/new/new.db" ;;
    prune) echo "--journal $journal --keep 1s --archive $work/new/new.db" ;;
    export) echo "--journal $journal --trace" ;;
    recover) echo "$journal $work/new/new.db" ;;
    replay) echo "$journal" ;;
    show) echo "--journal $journal -a -o json" ;;
    explain | migration) echo "--journal $journal 1" ;;
    timeline) echo "--journal $journal --since 1970-01-01 -o svg" ;;
    check) echo "--journal $journal --offline --prometheus -" ;;
    complete) echo "show -J $journal --interface x" ;;
    doctor) echo "--journal $journal --root $work" ;;
    *) echo "--journal $journal" ;;
    esac
}

# Every verb that has to do with journals, also one that is new: its help says so.
verbs=$("$vfjournal" --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | while read -r verb; do
    case $verb in
    daemon | help | replay) ;;
    *) "$vfjournal" "$verb" --help | grep -Eq -e '--journal FILE|DAMAGED' && echo "$verb" ;;
    esac
done)
verbs="$verbs replay complete"
check "the verbs were found" test "$(echo "$verbs" | wc -w)" -ge 9

# run VERB: bounded, for a FIFO must hold nobody up
run() {
    # shellcheck disable=SC2046
    timeout 60 "$vfjournal" "$1" $(arguments "$1") >"$log" 2>&1
}

for kind in hard soft fifo none; do
    for verb in $verbs; do
        hostile $kind
        rm -f "$work/new/new.db"
        before=$(fingerprint)
        run "$verb"
        status=$?
        same "$verb, $kind: root's files" "$before" "$(fingerprint)"
        check "$verb, $kind: it ends" test $status -ne 124
        check "$verb, $kind: nothing of them is shown" eval '! grep -q "root.s alone" "$log"'
        check "$verb, $kind: nothing else is left" no_leftovers
        [ ! -e "$work/new/new.db" ] || same "$verb, $kind: the new file is root's" "0 600" "$(owner_mode "$work/new/new.db")"
    done
done

# A journal that is not hostile is used, and a file in root's directory comes of it.
for verb in show status verify export replay backup prune recover; do
    hostile none
    rm -f "$work/new/new.db"
    run $verb
    status=$?
    case $verb in
    status) check "$verb works" test $status -le 1 ;;
    *) same "$verb works" 0 $status ;;
    esac
    same "$verb: the journal is the user's" "$user" "$(attributes "$journal" | cut -d ' ' -f 2)"
    [ -z "$(find "$work/hostile" ! -user $user)" ] || fail "$verb: a file of root's in the user's directory"
    case $verb in
    backup | prune | recover)
        same "$verb: the new file" "0 600" "$(owner_mode "$work/new/new.db")"
        check "$verb: it is whole" "$vfjournal" verify --journal "$work/new/new.db"
        ;;
    esac
done

# The publisher's refusals are the verb's.
hostile none
echo old >"$work/new/new.db"
run backup
same "an existing file" 2 $?
check "is named" grep -q "new/new.db: .*File exists" "$log"
same "and stays" old "$(cat "$work/new/new.db")"
rm "$work/new/new.db"
timeout 60 "$vfjournal" backup --journal "$journal" "$work/none/new.db" >"$log" 2>&1
same "no such directory" 2 $?
check "is said" grep -q "none/new.db: .*No such file" "$log"

# A journal's file in place of the journal: what the user can't read, root does not read for the
# user's path.
for file in "$work/root/journal.db" /dev/zero "$work/root"; do
    hostile none
    rm "$journal"
    ln -s "$file" "$journal"
    for verb in show verify replay recover backup; do
        run $verb
        check "$verb of a link to $file" test $? -ge 2
        rm -f "$work/new/new.db"
    done
done
hostile none
rm "$journal"
mkfifo "$journal"
chown $user "$journal"
for verb in $verbs; do
    run "$verb"
    check "$verb of a FIFO" test $? -ne 124
done

# Components above the directory count, and so do links on the way.
hostile none
mkdir "$work/hostile/below"
cp "$work/root/journal.db" "$work/hostile/below/journal.db"
chmod 700 "$work/hostile/below"
"$vfjournal" verify --journal "$work/hostile/below/journal.db" >"$log" 2>&1
check "root's directory in the user's" test $? -ge 2
ln -s "$work/root" "$work/hostile/link"
chown -h $user "$work/hostile/link"
"$vfjournal" verify --journal "$work/hostile/link/journal.db" >"$log" 2>&1
check "the user's link to root's directory" test $? -ge 2
ln -s "$journal" "$work/root/link.db"
ln "$work/secret/file-shm" "$journal-shm"
ln "$work/secret/file-wal" "$journal-wal"
before=$(fingerprint)
"$vfjournal" verify --journal "$work/root/link.db" >"$log" 2>&1
same "root's link to the user's journal" "$before" "$(fingerprint)"
rm "$work/root/link.db"

# A directory that everybody can write to: as nobody, which is said, with what nobody can read.
cp "$work/root/journal.db" "$work/tmp/open.db"
chmod 644 "$work/tmp/open.db"
ln "$work/secret/file-shm" "$work/tmp/open.db-shm"
ln "$work/secret/file-wal" "$work/tmp/open.db-wal"
before=$(fingerprint)
"$vfjournal" verify --journal "$work/tmp/open.db" >"$log" 2>&1
same "in a directory of everybody's" "$before" "$(fingerprint)"
rm "$work/tmp"/open.db-*
"$vfjournal" verify --journal "$work/tmp/open.db" >"$log" 2>&1
same "can be read" 0 $?
check "it is said" grep -q "$work/tmp: others can write to it: root goes on as user nobody" "$log"
chmod 600 "$work/tmp/open.db"
for verb in show status verify replay; do
    "$vfjournal" $verb "$work/tmp/open.db" >"$log" 2>&1
    same "$verb of a file that nobody can't read" 2 $?
    check "$verb says as whom it tried, and why" \
        grep -q "open.db: .*Permission denied (tried as user nobody, since $work/tmp: others can write to it)" "$log"
done
rm "$work"/tmp/open.db*

# The files count, too: of a user, or open to others, in a directory of root's. A new file of SQLite's
# would be given to the owner of the journal.
mkdir "$work/shared"
chmod 755 "$work/shared"
shared=$work/shared/journal.db
for kind in owner wal lock group everybody; do
    rm -f "$shared"*
    cp "$work/root/journal.db" "$shared"
    chmod 644 "$shared"
    case $kind in
    owner) chown $user "$shared" && why="belongs to user $user" ;;
    wal) : >"$shared-wal" && chown $user "$shared-wal" && why="-wal: belongs to user $user" ;;
    lock) : >"$shared.lock" && chown $user "$shared.lock" && why=".lock: belongs to user $user" ;;
    group) chmod 664 "$shared" && why="its group can write to it" ;;
    everybody) chmod 666 "$shared" && why="others can write to it" ;;
    esac
    for verb in show verify status explain migrations export; do
        # shellcheck disable=SC2046
        timeout 60 "$vfjournal" $verb $(journal=$shared arguments $verb) >"$log" 2>&1
        check "$verb: $kind" test $? -le 1
    done
    before=$(attributes "$work/shared"/*)
    "$vfjournal" prune --journal "$shared" --keep 1s >"$log" 2>&1
    check "prune: $kind" test $? -ge 2
    check "prune names the file: $kind" grep -q -e "$why" "$log"
    same "nothing is changed: $kind" "$before" "$(attributes "$work/shared"/*)"
    "$vfjournal" backup --journal "$shared" "$work/new/new.db" >"$log" 2>&1
    same "backup: $kind" 0 $?
    same "the new file is root's: $kind" "0 600" "$(owner_mode "$work/new/new.db")"
    rm "$work/new/new.db"
    "$vfjournal" daemon --one-process --root "$work" --journal "$shared" >"$log" 2>&1
    same "the daemon in one process: $kind" 4 $?
    check "the daemon names the file: $kind" grep -q -e "$why" "$log"
done
rm -rf "$work/shared"

# What root has to itself root works on as root.
"$vfjournal" backup --journal "$work/root/journal.db" "$work/new/new.db" >"$log" 2>&1
same "root's own" 0 $?
same "is root's" "0 600" "$(owner_mode "$work/new/new.db")"
rm "$work/new/new.db"

# Into a directory of the user's: the new file is the user's, whoever's the journal is.
hostile none
"$vfjournal" backup --journal "$work/root/journal.db" "$work/hostile/new.db" >"$log" 2>&1
same "into the user's directory" 0 $?
same "the new file is the user's" "$user 600" "$(owner_mode "$work/hostile/new.db")"
mkdir "$work/others"
chown $other "$work/others"
"$vfjournal" backup --journal "$journal" "$work/others/new.db" >"$log" 2>&1
same "into another user's directory" 0 $?
same "the new file is that user's" "$other 600" "$(owner_mode "$work/others/new.db")"
cp "$traces/crash/crash-at-each-step.trace" "$work/hostile/a.trace"
"$vfjournal" replay --journal "$work/new/new.db" "$work/hostile/a.trace" >"$log" 2>&1
same "the replay of a user's trace" 0 $?
same "into root's directory" "0 600" "$(owner_mode "$work/new/new.db")"
rm "$work/new/new.db"
check "no leftovers" no_leftovers

# A journal from a pipe: the reader is the user of the new file's directory.
for input in - /dev/fd/7; do
    rm -f "$work/others/piped.db"
    "$vfjournal" backup $input "$work/others/piped.db" <"$work/root/journal.db" 7<"$work/root/journal.db" >"$log" 2>&1
    same "from $input" 0 $?
    same "from $input: the new file is that user's" "$other 600" "$(owner_mode "$work/others/piped.db")"
done
check "no leftovers of a pipe" no_leftovers

# A cursor file in the user's directory may be a FIFO: root does not wait.
mkfifo "$work/others/cursor"
timeout 60 "$vfjournal" show --cursor-file "$work/others/cursor" "$work/root/journal.db" >"$log" 2>&1
same "a FIFO as cursor file" 2 $?
ln -sf "$work/secret/file-wal" "$work/others/cursor"
before=$(fingerprint)
timeout 60 "$vfjournal" show --cursor-file "$work/others/cursor" "$work/root/journal.db" >"$log" 2>&1
same "a link as cursor file" 2 $?
same "the link's target" "$before" "$(fingerprint)"
rm "$work/others/cursor"
timeout 60 "$vfjournal" show --cursor-file "$work/others/cursor" "$work/root/journal.db" >"$log" 2>&1
same "a new cursor file" 0 $?
same "is the user's" "$other 600" "$(owner_mode "$work/others/cursor")"
timeout 60 "$vfjournal" show --cursor-file "$work/others/cursor" "$work/root/journal.db" >"$log" 2>&1
same "the cursor is read" 1 $?
timeout 60 "$vfjournal" show --cursor-file "$work/others/cursor" - <"$work/root/journal.db" >"$log" 2>&1
same "for a journal from a pipe, too" 1 $?
rm "$work/others/cursor"

# A link of the user's leads to a directory of root's.
mkdir "$work/root/metrics"
echo old >"$work/root/metrics/vf.prom"
ln -s "$work/root/metrics" "$work/others/way"
timeout 60 "$vfjournal" check --offline --prometheus "$work/others/way/vf.prom" "$work/root/journal.db" >"$log" 2>&1
same "metrics by way of a user's link" 3 $?
check "the user can't write there" grep -q "others/way/vf.prom: Permission denied" "$log"
same "root's file stays" old "$(cat "$work/root/metrics/vf.prom")"
timeout 60 "$vfjournal" check --offline --prometheus "$work/others/vf.prom" "$work/root/journal.db" >"$log" 2>&1
check "metrics in a user's directory" test $? -le 2
same "are the user's" "$other 644" "$(owner_mode "$work/others/vf.prom")"
rm "$work/others/vf.prom"
rm "$work/others/way"
timeout 60 "$vfjournal" check --offline --prometheus "$work/root/metrics/vf.prom" "$work/root/journal.db" >"$log" 2>&1
check "root's own directory" grep -q '^vfjournal_' "$work/root/metrics/vf.prom"

# The journal is the user's, the file is to be root's, or another user's: a process of that user
# replaces it.
mkdir "$work/root/kept"
for file in "$work/root/kept/vf.prom" "$work/root/metrics/vf.prom"; do
    timeout 60 "$vfjournal" check --offline --prometheus "$file" "$journal" >"$log" 2>&1
    check "metrics of a user's journal" test $? -le 2
    check "are there" grep -q '^vfjournal_' "$file"
    same "are root's" "0 644" "$(owner_mode "$file")"
done
# Without standard descriptors, and by a parent who ignores the end of children.
: >"$work/root/kept/vf.prom"
(timeout 60 "$vfjournal" check --offline --prometheus "$work/root/kept/vf.prom" "$journal" <&- >&- 2>&-)
check "metrics without standard descriptors" grep -q '^vfjournal_' "$work/root/kept/vf.prom"
(trap '' CHLD && exec "$vfjournal" show --cursor-file "$work/root/kept/none" "$journal.none") >"$log" 2>&1
same "the status where the end of children is ignored" 2 $?
cursor=$work/root/kept/cursor
timeout 60 "$vfjournal" show -n 5 --cursor-file "$cursor" "$journal" >"$log" 2>&1
same "a new cursor file" 0 $?
same "is root's" "0 600" "$(owner_mode "$cursor")"
check "holds a cursor" grep -Eq '^[0-9]+:[0-9a-f]{32}$' "$cursor"
timeout 60 "$vfjournal" show --cursor-file "$cursor" "$journal" >"$log" 2>&1
same "nothing is new" 1 $?
timeout 60 "$vfjournal" export --cursor-file "$cursor.export" "$journal" >/dev/null 2>"$log"
same "export with a new cursor file" 0 $?
same "which is root's" "0 600" "$(owner_mode "$cursor.export")"
check "and holds a cursor" grep -Eq '^[0-9]+:[0-9a-f]{32}$' "$cursor.export"
rm "$cursor.export"
echo "1:00000000000000000000000000000000" >"$cursor"
timeout 60 "$vfjournal" show --cursor-file "$cursor" "$journal" >"$log" 2>&1
same "another journal's cursor" 8 $?
rm "$cursor"
mkdir "$cursor"
timeout 60 "$vfjournal" show --cursor-file "$cursor" "$journal" >"$log" 2>&1
same "a directory as cursor file" 2 $?
rmdir "$cursor"
same "nothing else is there" vf.prom "$(ls -A "$work/root/kept")"
# In the user's own directory the user writes it.
timeout 60 "$vfjournal" show -n 5 --cursor-file "$work/hostile/cursor" "$journal" >"$log" 2>&1
same "a cursor file of the user's" 0 $?
same "is the user's" "$user 600" "$(owner_mode "$work/hostile/cursor")"
rm "$work/hostile/cursor"
timeout 60 "$vfjournal" show -n 5 --cursor-file "$work/others/cursor" "$journal" >"$log" 2>&1
same "a cursor file in a third user's directory" 0 $?
same "is that user's" "$other 600" "$(owner_mode "$work/others/cursor")"
rm "$work/others/cursor"
# A user who can change the journal's directory, and kills the process of its own, leaves nothing.
"$vfjournal" show -f --cursor-file "$cursor" "$journal" >"$log" 2>&1 &
pid=$!
await "the cursor of a followed journal" test -s "$cursor"
child=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null)
if [ -n "$child" ]; then
    kill -KILL $child
    wait $pid
    same "the user's process is killed" 137 $?
else
    kill -TERM $pid
    wait $pid
fi
check "nothing is left over" test "$(ls -A "$work/root/kept" | wc -l)" -eq 2
rm "$cursor"

# The user could trace a pager, which has root's terminal and environment.
if command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1; then
    printf '#!/bin/sh\necho paged; cat\n' >"$work/root/pager"
    chmod 755 "$work/root" "$work/root/pager"
    for file in "$work/root/journal.db" "$journal"; do
        NO_COLOR=1 TERM=vt100 PAGER="$work/root/pager" script -qec "$vfjournal show -n all -J $file" /dev/null </dev/null >"$log" 2>&1
        [ "$file" = "$journal" ] && paged=0 || paged=1
        same "pages of $file" $paged "$(grep -c paged "$log")"
        check "is shown" grep -q "the data path moves to the VF" "$log"
    done
    chmod 700 "$work/root"
fi

# A user's TMPDIR: root makes nothing there.
hostile hard
before=$(fingerprint)
for to in "$work/new/new.db" "$work/others/tmp.db"; do
    TMPDIR=$work/hostile "$vfjournal" backup --journal "$work/root/journal.db" "$to" >"$log" 2>&1
    same "a user's TMPDIR" 0 $?
    same "is not used by root" "" "$(find "$work/hostile" -mindepth 1 ! -name 'journal.db*')"
done
same "root's files beside it" "$before" "$(fingerprint)"
rm "$work/new/new.db"
hostile none

# hostile_guest FILE: a --root whose FILE somebody else can change, and what says that root ran
# something of it
hostile_guest() {
    rm -rf "$work/guest" "$work/ran"
    mkdir -p "$work/guest/etc" "$work/guest/sbin" "$work/guest/bin" "$work/guest/usr/libexec/hyperv" \
        "$work/guest/var/db"
    for program in sbin/sysctl sbin/ifconfig sbin/route; do
        printf '#!/bin/sh\nid -u >>"%s"\n' "$work/ran" >"$work/guest/$program"
        chmod 755 "$work/guest/$program"
    done
    printf 'id -u >>"%s"\n' "$work/ran" >"$work/guest/etc/rc.conf"
    case $1 in
    */link) ln -s "$work/hostile" "$work/guest/usr/local" && chown -h $user "$work/guest/usr/local" ;;
    '') chown $user "$work/guest" ;;
    *) touch -a "$work/guest/$1" && chown $user "$work/guest/$1" ;;
    esac
}
for file in '' etc etc/rc.conf etc/rc.conf.local etc/rc.subr sbin sbin/ifconfig var/db usr/local/link; do
    for verb in doctor config 'daemon --one-process'; do
        hostile_guest "$file"
        # shellcheck disable=SC2086
        timeout 20 "$vfjournal" $verb --root "$work/guest" >"$log" 2>&1
        same "$verb, /$file is a user's" 2 $?
        check "$verb, /$file: it is said" grep -q "root runs nothing of it" "$log"
        check "$verb, /$file: nothing was run" test ! -e "$work/ran"
    done
done
# Files of a guest that is all root's, and hostile nevertheless: none holds doctor or a daemon up.
hostile_guest ''
chown 0 "$work/guest"
mkdir -p "$work/guest/etc/devd" "$work/guest/var/run/dhclient"
for file in etc/pf.conf etc/jail.conf etc/devd.conf etc/devd/a.conf var/run/dhclient.hn0.pid; do
    mkfifo "$work/guest/$file"
done
truncate -s 64G "$work/guest/etc/ipfw.rules" "$work/guest/etc/devd/b.conf" "$work/guest/var/run/dhclient/dhclient.hn1.pid"
for file in etc/rc.firewall etc/devd/c.conf; do
    ln -s "${file##*/}" "$work/guest/$file"
done
printf '#!/bin/sh\necho hv\n' >"$work/guest/sbin/sysctl" # as kern.vm_guest
for verb in doctor config; do
    timeout 60 "$vfjournal" $verb --root "$work/guest" --journal "$work/none.db" >"$log" 2>&1
    check "$verb ends in a hostile guest" test $? -ne 124
done
timeout 60 "$vfjournal" doctor --root "$work/guest" >"$log" 2>&1
check "doctor reports that guest" grep -q '^FAIL' "$log"
hostile_guest ''
chown 0 "$work/guest"
mkfifo "$work/guest/etc/pf.conf"
mkdir "$work/guest/var/run"
"$vfjournal" daemon --act --one-process --root "$work/guest" >"$log" 2>&1 &
pid=$!
await "the daemon's start in a hostile guest" grep -q 'daemon: version' "$log"
kill -TERM $pid
wait $pid
same "the daemon's end there" 0 $?

hostile_guest bin
chown 0 "$work/guest/bin"
"$vfjournal" config --root "$work/guest" >"$log" 2>&1
check "root's own is read" test -e "$work/ran"

# A full disk is status 4 in every verb that writes, and no file stays on it.
mkdir -m 700 "$work/full"
if mount -t tmpfs -o size=40k,mode=700 none "$work/full" 2>/dev/null; then
    trap 'umount "$work/full"; rm -rf "$work"' EXIT
    full=$work/full/new.db
    for line in "backup $work/root/journal.db $full" "recover $work/root/journal.db $full" \
        "prune -k 1s -a $full $work/root/journal.db" \
        "replay -o commands --output-journal $full $traces/migration/azure-migration.trace"; do
        # shellcheck disable=SC2086
        "$vfjournal" $line >"$log" 2>&1
        same "a full disk: $line" 4 $?
        check "is said: $line" grep -q "$full: no space left for it: " "$log"
        check "and nothing stays: $line" test -z "$(ls -A "$work/full")"
    done
    TMPDIR=$work/full "$vfjournal" show - <"$work/root/journal.db" >"$log" 2>&1
    same "a full disk for a journal from a pipe" 4 $?
    check "nothing of it stays" test -z "$(ls -A "$work/full")"
    umount "$work/full"
    trap 'rm -rf "$work"' EXIT
fi
[ ! -e /dev/full ] || {
    "$vfjournal" show -a "$work/root/journal.db" >/dev/full 2>"$log"
    same "a full standard output" 4 $?
}

# The pidfile and the act lock are root's: not in a directory that others can change.
cp "$work/secret/file-wal" "$work/root/d.pid"
ln -s "$work/root" "$work/others/link"
chown -h $other "$work/others/link"
before=$(attributes "$work/root/d.pid")
ln "$work/root/d.pid" "$work/tmp/linked.pid"
for path in "$work/others/d.pid" "$work/others/link/d.pid" "$work/tmp/d.pid" "$work/tmp/linked.pid"; do
    for option in --pidfile --act-lock; do
        "$vfjournal" daemon --one-process --act --root "$work" --journal "$work/root/journal.db" $option "$path" >"$log" 2>&1
        same "$option $path" 2 $?
        check "$option $path: it is said" grep -q 'root does not make it' "$log"
    done
done
same "root's file of that name" "$before" "$(attributes "$work/root/d.pid")"
rm "$work/root/d.pid" "$work/others/link" "$work/tmp/linked.pid"

# Several files in one process: what root has read of one must not be in the memory of the user of
# the next one. And a file that a user can replace is not opened as root.
hostile none
mkdir -p "$work/guest/etc" "$work/new/import"
echo 'ifconfig_hn0="inet 10.99.88.77/24 vhid 1 pass Secret-1"' >"$work/guest/etc/rc.conf"
chmod 600 "$work/guest/etc/rc.conf"
for verb in fleet replay; do
    "$vfjournal" $verb "$work/root/journal.db" "$journal" >"$log" 2>&1
    same "$verb of two users" 2 $?
    check "$verb of two users: it is said" grep -q "$journal: root does not make or read it" "$log"
    "$vfjournal" $verb "$work/root/journal.db" "$work/root/journal.db" >"$log" 2>&1
    same "$verb of root's" 0 $?
done
ln -s "$work/secret/file-wal" "$work/hostile/link"
chown -h $user "$work/hostile/link"
"$vfjournal" fleet "$work/hostile/link" >"$log" 2>&1
check "fleet does not read root's file" test $? -ne 0
"$vfjournal" import -d "$work/new/import" "$work/hostile/link" >"$log" 2>&1
same "import of a user's file" 2 $?
check "is said" grep -q 'root does not make or read it' "$log"
"$vfjournal" replay --rc "$work/hostile/link" "$work/root/journal.db" >"$log" 2>&1
same "--rc of a user's" 2 $?
check "is said, too" grep -q 'root does not make or read it' "$log"
"$vfjournal" bundle -a --root "$work/guest" -J "$journal" "$work/new/bundle.tar" >"$log" 2>&1
check "a bundle of a user's journal" test -s "$work/new/bundle.tar"
check "has nothing that root alone may read" test "$(grep -a -c '10\.99\.88\.77' "$work/new/bundle.tar")" -eq 0
check "and tells who made it" grep -a -q "have what that user may see: as user" "$work/new/bundle.tar"

# A password of --rc is blanked, as in a guest's rc.conf.
"$vfjournal" replay --rc "$work/guest/etc/rc.conf" --output-journal "$work/new/rc.db" "$traces/static/static.trace" >"$log" 2>&1
check "a password of --rc" test "$(cat "$log" "$work/new/rc.db" | grep -a -c 'Secret-1')" -eq 0
check "the rest is read" grep -a -q '10\.99\.88\.77' "$work/new/rc.db"
rm -rf "$work/new/import" "$work/new/bundle.tar" "$work/new/rc.db"

# The daemon in one process can't become the user, and refuses.
"$vfjournal" daemon --one-process --root "$work" --journal "$journal" >"$log" 2>&1
same "the daemon in one process" 4 $?
check "names the directory" grep -q "$work/hostile: belongs to user $user" "$log"
check "and makes nothing there" test ! -e "$journal.lock"

judge
