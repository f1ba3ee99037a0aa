#!/bin/sh
# The rc.d script with the real daemon on a stand-in guest: start, stop, status, reload, and who
# does what when something is killed.
#   usage: test_service.sh SOURCES vfjournal vfj_guest vfj_lockf
set -u

sources=${1:?}
vfjournal=${2:?}
vfj_guest=${3:?}
vfj_lockf=${4:?}

for program in pgrep pkill; do
	command -v $program >/dev/null || {
		echo "$program is missing"
		exit 77
	}
done

work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_service.XXXXXX") || exit 1
guest=$work/guest
run=$guest/var/run/vfjournal
export RC_CONF="$work/rc.conf" RC_LOG="$work/log" SYSLOG="$work/syslog"
failures=0
checks=0

finish() {
	for pidfile in "$run/supervisor.pid" "$run/vfjournal.pid"; do
		[ ! -f "$pidfile" ] || kill -9 "$(cat "$pidfile")" 2>/dev/null
	done
	"$vfj_guest" stop "$guest" >/dev/null 2>&1
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# same NAME EXPECTED FOUND
same() {
	checks=$((checks + 1))
	[ "$2" = "$3" ] && return 0
	failures=$((failures + 1))
	printf 'FAILED: %s\n--- expected\n%s\n--- found\n%s\n---\n' "$1" "$2" "$3"
}

# within NAME COMMAND...: it is true after at most ten seconds.
within() {
	within_name=$1
	tries=100
	shift
	checks=$((checks + 1))
	until "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || {
			failures=$((failures + 1))
			echo "FAILED: waited in vain: $within_name"
			return 1
		}
		sleep 0.1
	done
}

service() {
	sh "$work/rc.d/vfjournal" "$@" 2>&1
	echo "[$?]"
}

# The rest of rc.conf is what the guest's is.
configure() {
	printf '%s\n' "vfjournal_flags=\"--root $guest\"" "$@" >"$RC_CONF"
}

owner() { cat "$run/vfjournal.pid" 2>/dev/null; }
runs() { pgrep -L -F "$run/vfjournal.pid" >/dev/null 2>&1 && [ -n "$(owner)" ]; }
is_up() { runs && "$vfjournal" show -a --journal "$guest/var/db/vfjournal/journal.db" 2>/dev/null | grep -qw connected; }
is_another() { runs && [ "$(owner)" != "$1" ]; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }
mode() { stat -c %a "$1" 2>/dev/null || stat -f %Lp "$1"; }

# What devd would start for a VF_UP of hn0, by the rule of vfjournal.conf.
devd_vf_up() {
	rm -f "$work/devd"
	"$sources/adapters/freebsd/install/libexec/vfjournal-devd" -R "$guest" vf-up hn0
	cat "$work/devd" 2>/dev/null
}
ours_to_do() { [ -z "$(devd_vf_up)" ]; }

# --- a guest, and the script in it ---

mkdir -p "$work/prefix/sbin" "$work/rc.d"
ln -s "$vfjournal" "$work/prefix/sbin/vfjournal"
sed -e "s,%%PREFIX%%,$work/prefix," -e "s,/etc/rc.subr,$sources/tests/service/rc.subr," \
	-e "s,/usr/sbin/daemon,sh $sources/tests/service/daemon.sh," -e "s,/usr/bin/lockf,$vfj_lockf," -e "s,\"/var/,\"$guest/var/,g" \
	-e "s,:=/var/,:=$guest/var/," "$sources/adapters/freebsd/install/rc.d/vfjournal.in" >"$work/rc.d/vfjournal"
"$vfj_guest" init "$guest" hn0=mce0 || exit 1
"$vfj_guest" start "$guest" || exit 1
mkdir -p "$guest/usr/bin"
ln -s "$vfj_lockf" "$guest/usr/bin/lockf"
printf '#!/bin/sh\necho "hyperv_vfup $*" >%s\n' "$work/devd" >"$guest/usr/libexec/hyperv/hyperv_vfup"
chmod 755 "$guest/usr/libexec/hyperv/hyperv_vfup"

# --- not enabled, and wrong ---

configure
same "describe" "Journal and driver of Hyper-V network VFs
[0]" "$(service describe)"
same "start, not enabled" "Cannot 'start' vfjournal. Set vfjournal_enable to YES.
[0]" "$(service start)"
same "status, not running" "vfjournal is not running.
[1]" "$(service onestatus)"
configure 'vfjournal_enable=YES' 'vfjournal_mode=dance'
same "a mode that is none" "[1]" "$(service start | tail -n 1)"
same "nothing was started" "" "$(cat "$RC_LOG" 2>/dev/null)"

# --- observe, the default ---

configure 'vfjournal_enable=YES'
same "start" "[0]" "$(service start)"
within "the daemon runs" is_up
same "what was started" "umask 0077
daemon -c -f -R 5 -P $run/supervisor.pid -S -T vfjournal -l daemon $work/prefix/sbin/vfjournal daemon --observe\
 --policy vfjournal --journal $guest/var/db/vfjournal/journal.db --pidfile $run/vfjournal.pid --root $guest" "$(cat "$RC_LOG")"
same "modes" "755 700 600 600" "$(mode "$run") $(mode "$guest/var/db/vfjournal") \
$(mode "$guest/var/db/vfjournal/journal.db") $(mode "$run/vfjournal.pid")"
same "observing, the scripts do their work" "hyperv_vfup hn0" "$(devd_vf_up)"
first=$(owner)
supervisor=$(cat "$run/supervisor.pid")
same "a second start" "vfjournal already running? (pid=$supervisor).
[1]" "$(service start)"
same "status" "vfjournal is running as pid $supervisor." "$(service status | head -n 1)"
same "status says more, and 0" "[0]" "$(service status | tail -n 1)"
same "with what the verb says" "1" "$(service status | grep -c "daemon: running, pid $first, mode observe")"
same "show" "2" "$(service show -n 1 | wc -l | tr -d ' ')"

same "verify" "[0]" "$(service verify | tail -n 1)"
same "verify says so" "1" "$(service verify | grep -c ': verified')"
same "doctor looks" "1" "$(service doctor --root "$guest" | grep -c '^ok *rc.conf')"

same "reload" "[0]" "$(service reload)"
sleep 0.3
same "the same daemon and supervisor after it" "$first $supervisor" "$(owner) $(cat "$run/supervisor.pid")"
is_gone "$supervisor" && same "the supervisor lives" "yes" "no"

kill -9 "$first"
within "it is started again" is_another "$first"
within "what it said went to syslog" grep -q '^daemon vfjournal: daemon: version ' "$SYSLOG"
second=$(owner)
same "stop" "[0]" "$(service stop)"
within "the daemon ends with its supervisor" is_gone "$second"
same "no pidfile stays" "" "$(ls "$run")" # nor a lock: it never acted
same "stop again" "[1]" "$(service stop | tail -n 1)"
same "reload of nothing" "[1]" "$(service reload | tail -n 1)"

# --- act ---

: >"$RC_LOG"
configure 'vfjournal_enable=YES' 'vfjournal_mode=act' 'vfjournal_policy=scripts' 'vfjournal_scheduled_events=YES' \
	"vfjournal_flags=\"--root $guest --scheduled-events-url http://127.0.0.1:1/\""
same "start" "[0]" "$(service start)"
# devd starts next at boot, and asks at once.
same "the daemon acts when the start is over" "" "$(devd_vf_up)"
same "if_lagg is loaded first" "kldload if_lagg" "$(head -n 1 "$RC_LOG")"
same "mode and policy" "1" "$(grep -c -e ' --act --policy scripts ' "$RC_LOG")"
same "scheduled events" "1" "$(grep -c -e ' --scheduled-events --root ' "$RC_LOG")"
third=$(owner)

# A supervisor that is killed leaves the daemon, which goes on.
kill -9 "$(cat "$run/supervisor.pid")"
same "a start beside it is refused" "[1]" "$(service start | tail -n 1)"
same "it is still the one that acts" "$third" "$(cat "$run/act.lock")"
same "which devd sees" "" "$(devd_vf_up)"
kill -9 "$third"
within "it is dead" is_gone "$third"
same "killed, the scripts do their work" "hyperv_vfup hn0" "$(devd_vf_up)"
same "restart" "[0]" "$(service restart | tail -n 1)"
same "the daemon acts again" "" "$(devd_vf_up)"
same "stop" "[0]" "$(service stop)"
same "stopped, the scripts do their work" "hyperv_vfup hn0" "$(devd_vf_up)"

# A daemon that cannot act delays the boot for seconds, and no more.
configure 'vfjournal_enable=YES' 'vfjournal_mode=act' "vfjournal_flags=\"--root $guest/none\""
same "a start of a daemon that cannot act" "$work/rc.d/vfjournal: WARNING: the daemon does not act yet
[0]" "$(service start)"
kill -TERM "$(cat "$run/supervisor.pid")"
within "its supervisor ends" eval '[ ! -f "$run/supervisor.pid" ]'

# --- a journal elsewhere: a directory that was there stays as it was ---

mkdir -m 755 "$work/elsewhere"
configure 'vfjournal_enable=YES' "vfjournal_journal=$work/elsewhere/j.db"
same "start" "[0]" "$(service start)"
within "its journal" test -s "$work/elsewhere/j.db"
within "the daemon runs" runs
same "its modes" "755 600" "$(mode "$work/elsewhere") $(mode "$work/elsewhere/j.db")"
same "stop" "[0]" "$(service stop)"

# --- without a supervisor: in the background by itself ---

journal=$work/background/journal.db
same "to the background" "[0]" "$("$vfjournal" daemon -b --act --root "$guest" --journal "$journal" \
	--pidfile "$run/vfjournal.pid" 2>&1; echo "[$?]")"
runs || same "it runs when the first process ends" "yes" "no"
fourth=$(owner)
same "and acts by then" "" "$(devd_vf_up)"
same "the journal was open by then" "600" "$(mode "$journal")"
same "a second one is refused" "pidfile: another daemon runs: $run/vfjournal.pid
[4]" "$("$vfjournal" daemon -b --root "$guest" --journal "$journal.2" --pidfile "$run/vfjournal.pid" 2>&1; echo "[$?]")"
same "and a second that acts" "act lock: another daemon acts: $run/act.lock
[4]" "$("$vfjournal" daemon -b --act --root "$guest" --journal "$journal.2" --pidfile "$run/2.pid" 2>&1; echo "[$?]")"
kill -TERM "$fourth"
within "it ends in order" is_gone "$fourth"
same "and removes its pidfile" "no" "$([ -e "$run/vfjournal.pid" ] && echo yes || echo no)"
mkdir "$work/directory"
same "a start that fails says so" "[2]" "$("$vfjournal" daemon -b --root "$guest" --journal "$work/directory" \
	--pidfile "$run/vfjournal.pid" 2>/dev/null; echo "[$?]")"
same "and leaves no pidfile" "no" "$([ -e "$run/vfjournal.pid" ] && echo yes || echo no)"

echo "$checks checks, $failures failed"
[ $failures -eq 0 ]
