#!/bin/sh
# The daemon as two processes: who they are, what they have open, whose the files are, and what the
# end of one does to the other. Only root can try that.
#   usage: test_split.sh VFJOURNAL VFJ_GUEST VFJ_FIND_IN_MEMORY
set -u

[ "$(id -u)" -eq 0 ] || exit 77
[ -d /proc/self/fd ] || exit 77

vfjournal=$1
guest=$2
find_in_memory=$3
name=split
user=nobody
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_split.XXXXXX") || exit 1
chmod 755 "$work"
dir=$work/guest
log=$work/log
errors=$log # where the daemon's standard error goes
journal=$dir/var/db/vfjournal/journal.db
pid=
monitor=

# shellcheck source=tests/kit/checks.sh
. "${0%/*}/../kit/checks.sh"

finish() {
    [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
    "$guest" stop "$dir" >/dev/null 2>&1
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

is_gone() { ! kill -0 "$1"; }
of_status() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"; }
# Beyond the standard ones.
descriptors() {
    for fd in "/proc/$1"/fd/*; do
        [ "${fd##*/}" -le 2 ] || readlink "$fd"
    done | sed 's/:\[.*//' | sort
}
# What can be written to by one of its descriptors: fdinfo's flags are octal, and 1 and 2 are
# O_WRONLY and O_RDWR.
writable() {
    for fd in "/proc/$1"/fd/*; do
        flags=$(sed -n 's/^flags:[[:space:]]*//p' "/proc/$1/fdinfo/${fd##*/}")
        case $flags in
        *[12]) readlink "$fd" ;;
        esac
    done | sort -u
}

# The standard descriptors of a process, with their types and modes: "0 /dev/null r, 1 pipe w".
standard() {
    for fd in 0 1 2; do
        flags=$(sed -n 's/^flags:[[:space:]]*//p' "/proc/$1/fdinfo/$fd")
        case $flags in
        *0) mode=r ;;
        *1) mode=w ;;
        *) mode=rw ;;
        esac
        echo "$fd $(readlink "/proc/$1/fd/$fd" | sed 's/:\[.*//') $mode"
    done | paste -s -d , - | sed 's/,/, /g'
}
ours='0 /dev/null r, 1 pipe w, 2 pipe w'
inodes() { for fd in "/proc/$1"/fd/*; do readlink "$fd"; done; }
has_output_of() { inodes "$monitor" | grep -qxF "$(readlink "/proc/$1/fd/2")"; }

start_daemon() {
    before=$(count connected)
    # a descriptor that whoever started us left open reaches neither the monitor nor a program
    "$vfjournal" daemon --root "$dir" --pidfile "$dir/daemon.pid" "$@" 2>>"$errors" 9<>"$work/root" &
    pid=$!
    await "the connection" more_than "$before" connected
    monitor=$(sed -n 's/.*, monitor \([0-9]*\),.*/\1/p' "$log" | tail -n 1)
}

end_daemon() {
    kill -TERM "$pid"
    wait "$pid"
    same "exit status" 0 $?
    await "the monitor's end" is_gone "$monitor" # in capability mode it is init that takes note of it
    check "the pidfile is gone" test ! -e "$dir/daemon.pid"
    pid=
}

# A program that tells who it is and what it has open, before it does its work: the fourth
# descriptor is ls's own.
spy() {
    cat >"$work/$1" <<END
#!/bin/sh
id -u >>"$work/$1.user"
ls -m /proc/self/fd >>"$work/$1.descriptors"
exec "$dir/sbin/$1" "\$@"
END
    chmod 755 "$work/$1"
}

# What only root may know: in root's environment, and in files that root reads at a start.
secrets="secret-environment-$$ secret-rules-$$ secret-password-$$"
VFJ_TEST_SECRET=secret-environment-$$
export VFJ_TEST_SECRET
# A sanitizer keeps a copy of the environment for itself.
searched=$secrets
! grep -q __asan_init "$vfjournal" || searched="secret-rules-$$ secret-password-$$"
is_free_of_secrets() {
    # shellcheck disable=SC2086
    "$find_in_memory" "$1" $searched >"$work/found" 2>&1
    same "secrets in the memory of $2" "1 " "$? $(cat "$work/found")"
    same "the environment of $2" "" \
        "$(tr '\0' '\n' <"/proc/$1/environ" | grep -Ev '^(TZ|LANG|LC_[A-Z]*|TERM|COLUMNS|NO_COLOR|TMPDIR)=|^$')"
}

: >"$log"
: >"$work/root"
"$guest" init "$dir" hn0=mce0 || exit 1
spy ifconfig
spy sysctl
echo "pass quick on hn0 tag secret-rules-$$" >"$dir/etc/pf.conf"
chmod 600 "$dir/etc/pf.conf"
printf '\nifconfig_hn7="inet 10.7.0.1/24 vhid 1 pass secret-password-%s"\n' $$ >>"$dir/etc/rc.conf"
"$guest" start "$dir" >/dev/null

# Who they are, and what they can.
start_daemon --act --user $user --ifconfig "$work/ifconfig" --sysctl "$work/sysctl"
uid=$(id -u $user)
same "the daemon's user" "$uid	$uid	$uid	$uid" "$(of_status "$pid" Uid)"
gid=$(id -g $user)
same "the daemon's group" "$gid	$gid	$gid	$gid" "$(of_status "$pid" Gid)"
same "no other groups" "$gid" "$(of_status "$pid" Groups | sed 's/ *$//')"
for set in CapInh CapPrm CapEff CapAmb; do
    same "the daemon's capabilities, $set" 0000000000000000 "$(of_status "$pid" $set)"
done
same "no program gives it rights" 1 "$(of_status "$pid" NoNewPrivs)"
same "the monitor's user" "0	0	0	0" "$(of_status "$monitor" Uid)"
same "the monitor is the daemon's" "$pid" "$(of_status "$monitor" PPid)"
same "the pidfile names the daemon" "$pid" "$(cat "$dir/daemon.pid")"
same "the lock names the daemon" "$pid" "$(cat "$dir/var/run/vfjournal/act.lock")"

# What the monitor has open: 0 to 2, the socket, both locks, the daemon's output, and what libevent
# needs.
same "the monitor's descriptors" "$dir/daemon.pid $dir/var/run/vfjournal/act.lock anon_inode pipe pipe pipe socket" \
    "$(descriptors "$monitor" | paste -s -d ' ' -)"

# What the daemon can write to: the journal's files, sockets, pipes, and what libevent needs.
mine="^($journal(-wal|-shm|\\.lock)?|(socket|pipe|anon_inode):.*)\$"
check "the journal is among what can be written" eval 'writable "$pid" | grep -qx "$journal"'
same "nothing else can be written" "" "$(writable "$pid" | grep -Ev "$mine")"
same "the standard descriptors" "$ours" "$(standard "$pid")"
check "the output leads to the monitor" has_output_of "$pid"

# What it can't know. The monitor, which is root, has the environment.
is_free_of_secrets "$pid" "the daemon"
check "the monitor has root's environment" "$find_in_memory" "$monitor" "secret-environment-$$"

# Whose the files are.
same "the journal's directory" "$user 700" "$(stat -c '%U %a' "${journal%/*}")"
for file in "$journal" "$journal-wal" "$journal-shm" "$journal.lock"; do
    same "${file##*/}" "$user 600" "$(stat -c '%U %a' "$file")"
done
same "the pidfile" "root 600" "$(stat -c '%U %a' "$dir/daemon.pid")"
same "the lock" "root 600" "$(stat -c '%U %a' "$dir/var/run/vfjournal/act.lock")"

# It does its work, by programs that are root's and have the standard descriptors.
"$guest" host "$dir" plug mce0 >/dev/null
await "joined" eval 'rows | grep -q "\"to\":\"lagged\""'
check "packets get out" "$guest" host "$dir" reach
for program in ifconfig sysctl; do
    same "$program is run by root" 0 "$(sort -u "$work/$program.user")"
    same "$program's descriptors" "0, 1, 2, 3" "$(sort -u "$work/$program.descriptors")"
done
end_daemon
same "replay" 0 "$("$vfjournal" replay "$journal" >/dev/null 2>&1; echo $?)"

# The daemon is killed: the monitor goes, the lock is free at once, the next daemon goes on.
start_daemon --act --user $user
kill -KILL "$pid"
wait "$pid" 2>/dev/null
await "the monitor's end" is_gone "$monitor"
check "the lock is free" flock -n "$dir/var/run/vfjournal/act.lock" true
start_daemon --act --user $user
end_daemon

# A low limit of descriptors is raised, for both.
before_limit=$(ulimit -S -n)
ulimit -S -n 16
start_daemon --act --user $user
ulimit -S -n "$before_limit"
for process in "$pid" "$monitor"; do
    check "the limit of descriptors" test "$(sed -n 's/^Max open files *\([0-9]*\).*/\1/p' "/proc/$process/limits")" -ge 1024
done
end_daemon

# A file as standard error is the monitor's, which writes what the daemon prints there.
check "the first line" grep -q "daemon: version .*, user $user, monitor" "$log"

# Whatever root's standard error is, the daemon has a pipe to the monitor, which copies it: a pipe of
# a supervisor, a FIFO open for reading and writing, a terminal, a socket.
mkfifo "$work/pipe" "$work/fifo"
cat "$work/pipe" >>"$log" &
errors=$work/pipe
start_daemon --act --user $user
same "with a pipe" "$ours" "$(standard "$pid")"
check "which is another one" eval '! inodes "$pid" | grep -qx "$work/pipe"'
check "the monitor has it" eval 'inodes "$monitor" | grep -qx "$work/pipe"'
errors=$log
end_daemon
# start_on WHAT COMMAND...: by way of the command, which runs its last arguments
start_on() {
    how=$1
    shift
    : >"$log"
    "$@" "$vfjournal" daemon --root "$dir" --pidfile "$dir/daemon.pid" --user $user >"$log" 2>&1 &
    starter=$!
    await "the daemon with $how" eval 'pid=$(cat "$dir/daemon.pid") && [ "$(of_status "$pid" Uid | cut -f 1)" = "$uid" ]'
    same "with $how" "$ours" "$(standard "$pid")"
    monitor=$(tr -d ' ' <"/proc/$pid/task/$pid/children")
    check "with $how: it leads to the monitor" has_output_of "$pid"
    await "what it says, with $how" grep -q 'daemon: version' "$log"
    kill -TERM "$pid"
    await "its end, with $how" test ! -e "$dir/daemon.pid"
    wait $starter
    pid=
}
cat >"$work/on_fifo" <<END
cat <>"$work/fifo" &
reader=\$!
"\$@" 2<>"$work/fifo" >&2
kill \$reader
END
cat >"$work/on_terminal" <<END
exec script -qec "\$*" /dev/null </dev/null
END
cat >"$work/on_socket" <<'END'
use Socket;
$| = 1;
socketpair(my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or exit 1;
if (fork() == 0) {
    open(STDERR, ">&", $theirs) and open(STDOUT, ">&", $theirs) and open(STDIN, "<&", $theirs) and exec @ARGV;
    exit 1;
}
close $theirs;
print while <$ours>;
END
start_on "a pipe" sh -c '"$@" 2>&1 | cat' sh
start_on "a FIFO" sh "$work/on_fifo"
! command -v script >/dev/null || start_on "a terminal" sh "$work/on_terminal"
! command -v perl >/dev/null || start_on "a socket" perl "$work/on_socket"

# The monitor is killed: the daemon ends, so that whoever supervises it starts it again. Its output is
# gone with the monitor; the journal has the cause.
start_daemon --act --user $user
kill -KILL "$monitor"
wait "$pid"
same "exit status without a monitor" 4 $?
pid=
check "it is journalled" eval 'rows | tail -n 1 | grep -q "\"kind\":\"stopped\".*monitor"'

# Signals to the process group, as a terminal sends them, end the daemon in order, not the monitor
# before it.
start_daemon --act --user $user
kill -INT "$monitor"
kill -TERM "$monitor"
kill -HUP "$monitor"
sleep 0.2
check "the monitor takes no signals" kill -0 "$monitor"
end_daemon

# refused WHAT PATH: a start that gives nothing away, and names what it would have had to give
refused() {
    "$vfjournal" daemon --root "$dir" --user $user 2>"$log"
    same "$1" 4 $?
    check "$1 is named" grep -q "$2 does not belong to user $user" "$log"
}

# What was there before this start is not given away: it may be another file of root's by a second
# name, and that its link count is one says nothing about yesterday.
chown -R root "${journal%/*}"
refused "a directory of root's" "var/db/vfjournal"
same "it stays root's" root "$(stat -c %U "${journal%/*}")"
chown $user "${journal%/*}"
refused "a journal of root's" "var/db/vfjournal/journal.db"
same "it stays root's, too" root "$(stat -c %U "$journal")"
chown -R $user "${journal%/*}"
echo "root's alone" >"$work/secret"
chmod 600 "$work/secret"
for suffix in -wal -shm -journal -snapshot .lock; do
    rm -f "$journal$suffix"
    ln "$work/secret" "$journal$suffix"
    [ "$suffix" != -wal ] || rm "$work/secret" # and the other name is gone since
    refused "root's file as $suffix" "journal.db$suffix"
    same "it is not given away, $suffix" "root 600" "$(stat -c '%U %a' "$journal$suffix")"
    [ "$suffix" != -wal ] || ln "$journal$suffix" "$work/secret"
    rm "$journal$suffix"
done
for name_there in journal.db-linked .profile; do
    ln "$work/secret" "${journal%/*}/$name_there"
    start_daemon --user $user
    same "a file with another name" root "$(stat -c %U "$work/secret")"
    end_daemon
    rm "${journal%/*}/$name_there"
done

# A directory that this start makes is the user's; but not below one that others can write to.
mv "${journal%/*}" "$work/kept"
start_daemon --user $user
same "the directory that was made" "$user 700" "$(stat -c '%U %a' "${journal%/*}")"
end_daemon
rm -rf "${journal%/*}"
mkdir "$dir/everybody"
chmod 777 "$dir/everybody"
below=$dir/everybody/below/journal.db
"$vfjournal" daemon --root "$dir" --journal "$below" --user $user 2>"$log"
same "below a directory of everybody's" 4 $?
check "it is named" grep -q "everybody: others can write to it" "$log"
check "nothing is made there" test ! -e "${below%/*}"
"$vfjournal" daemon --root "$dir" --journal "$below" --one-process 2>"$log"
same "nor does root as one process" 4 $?
check "as it says" grep -q "root as one process does not open it: .*everybody: others can write to it" "$log"
mv "$work/kept" "${journal%/*}"
"$vfjournal" daemon --root "$dir" --one-process 2>"$log"
same "root as one process, of a user's directory" 4 $?
check "says whose it is" grep -q "var/db/vfjournal: belongs to user $uid" "$log"

# In capability mode its end leaves the files that SQLite would remove by name, but the journal is
# whole without them.
ASAN_OPTIONS=detect_leaks=0
export ASAN_OPTIONS
start_daemon --act --user $user --capsicum
check "capability mode" grep -q 'capsicum: in capability mode' "$log"
"$guest" host "$dir" line '!system=IFNET subsystem=sandbox0 type=ATTACH' >/dev/null
await "the line" eval 'rows | grep -q sandbox0'
end_daemon
same "the WAL" 0 "$(stat -c %s "$journal-wal")"
cp "$journal" "$work/copy.db"
check "the file alone is the journal" "$vfjournal" replay "$work/copy.db"
same "the last row of the copy" stopped "$("$vfjournal" show -J "$work/copy.db" -a -o json | tail -n 1 |
    sed 's/.*"kind":"\([a-z]*\)".*/\1/')"
same "the last row" stopped "$(rows | tail -n 1 | sed 's/.*"kind":"\([a-z]*\)".*/\1/')"
start_daemon --act --user $user --capsicum
end_daemon
check "replay" "$vfjournal" replay "$journal"
chown -R root "${journal%/*}"
start_daemon --one-process --capsicum
check "without a monitor it is not entered" grep -q 'capsicum: not in capability mode: one process' "$log"
monitor=$pid
end_daemon
chown -R $user "${journal%/*}"
# In the background: who started it and reads what it says is not kept waiting by the monitor.
said=$(timeout 20 "$vfjournal" daemon --root "$dir" -b --pidfile "$dir/daemon.pid" --user $user 2>&1)
same "the start in the background" "0 " "$? $said"
daemon=$(cat "$dir/daemon.pid")
monitor=$(tr -d ' ' <"/proc/$daemon/task/$daemon/children")
same "the monitor has let go" "/dev/null /dev/null /dev/null" \
    "$(readlink "/proc/$monitor/fd/0" "/proc/$monitor/fd/1" "/proc/$monitor/fd/2" | paste -s -d ' ' -)"
kill -TERM "$daemon"
await "the pidfile to be gone" test ! -e "$dir/daemon.pid"
await "the monitor's end" is_gone "$monitor"

# On a terminal of root's: a process without root's rights has no controlling terminal, so that it
# cannot send keystrokes to it. It may be the leader of the terminal's session, or not.
# on_terminal COMMAND: what ran it last is $!
on_terminal() { script -qec "$1" /dev/null >/dev/null 2>&1 </dev/null & }
terminal_of() { sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 5; } # by proc(5); 0: none
directory_of() { readlink "/proc/$1/cwd"; }
user_of() { of_status "$1" Uid | cut -f 1; }
only_child() { tr -d ' ' <"/proc/$1/task/$1/children"; }
is_users_verb() { [ -s "$work/verb" ] && [ "$(user_of "$(cat "$work/verb")")" = "$uid" ]; }
is_waited_for() { is_users_verb || { only_child "$waits" >"$work/verb" && is_users_verb; }; }
chmod 700 "$work/guest/etc"
if command -v script >/dev/null; then
    for how in 'exec COMMAND' 'COMMAND & echo $! >FILE; wait'; do
        rm -f "$work/pid" "$work/verb"
        command="$vfjournal daemon --root $dir --pidfile $dir/daemon.pid --user $user"
        (cd "$work/guest/etc" && on_terminal "$(echo "$how" | sed "s,COMMAND,$command,; s,FILE,$work/pid,")")
        await "the daemon on a terminal" test -s "$dir/daemon.pid"
        pid=$(cat "$dir/daemon.pid")
        await "the daemon's user" eval '[ "$(user_of "$pid")" = "$uid" ]'
        same "the daemon's terminal: $how" 0 "$(terminal_of "$pid")"
        same "the daemon's directory: $how" / "$(directory_of "$pid")"
        kill -TERM "$pid"
        await "the end on a terminal" test ! -e "$dir/daemon.pid"
        pid=
    done
    chmod 755 "$work/guest/etc"
    rm -f "$work/verb"
    on_terminal "$vfjournal show -f $journal & echo \$! >$work/verb; wait"
    await "a verb on a terminal" is_users_verb
    same "a verb's terminal" 0 "$(terminal_of "$(cat "$work/verb")")"
    is_free_of_secrets "$(cat "$work/verb")" "a verb"
    kill -TERM "$(cat "$work/verb")"
    rm -f "$work/verb" "$work/waits"
    # where the verb leads the session, a process of root's waits in its place and passes signals on
    on_terminal "echo \$\$ >$work/waits; exec $vfjournal show -f $journal"
    script=$!
    await "a verb that leads" test -s "$work/waits"
    waits=$(cat "$work/waits")
    await "its user" is_waited_for
    verb=$(cat "$work/verb")
    same "its terminal" 0 "$(terminal_of "$verb")"
    kill -TSTP "$waits"
    await "both stop" eval 'of_status "$verb" State | grep -q T && of_status "$waits" State | grep -q T'
    kill -CONT "$waits"
    kill -CONT "$script" # script(1) stops with what it runs
    await "both go on" eval 'of_status "$verb" State | grep -q S'
    kill -TERM "$waits"
    await "both end" eval 'is_gone "$waits" && is_gone "$verb"'
fi

# Without a user it goes on as one process, and says so; a user that was named must be one.
rm -rf "${journal%/*}"
start_daemon
case $(sed -n 's/.*\(one process: no user _vfjournal\|user _vfjournal, monitor\).*/\1/p' "$log") in
'one process: no user _vfjournal')
    same "root as a whole" "0	0	0	0" "$(of_status "$pid" Uid)"
    monitor=$pid
    ;;
'user _vfjournal, monitor') ;;
*) fail "neither is said" ;;
esac
end_daemon
chown -R root "${journal%/*}"
start_daemon --one-process
check "as told" grep -q 'one process: by --one-process' "$log"
monitor=$pid
end_daemon
"$vfjournal" daemon --root "$dir" --user no-such-user 2>"$log"
same "no such user" 4 $?
check "is said" grep -q "can't run as another user: no user no-such-user" "$log"
"$vfjournal" daemon --root "$dir" --user root 2>"$log"
same "root is no such user" 4 $?

judge
