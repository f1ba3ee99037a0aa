#!/bin/sh
# daemon(8) of FreeBSD, as far as the rc.d script uses it: a supervisor that starts a program again
# when it ends. It waits a tenth of the time it is told to.
#   RC_LOG    where its words are noted
#   SYSLOG    the file that stands for syslog(3); lines have the tag

echo "daemon $*" >>"$RC_LOG"
while getopts cfR:P:ST:l: option; do
	case $option in
	R) delay=$OPTARG ;;
	P) pidfile=$OPTARG ;;
	T) tag=$OPTARG ;;
	l) facility=$OPTARG ;;
	*) ;;
	esac
done
shift $((OPTIND - 1))

supervise()
{
	child=
	trap 'trap "" TERM; kill -TERM "$child"; wait "$child"; rm -f "$pidfile" "$pidfile.out"; exit 0' TERM
	trap 'rm -f "$pidfile" "$pidfile.out"; exit 1' HUP
	while :; do
		"$@" >"$pidfile.out" 2>&1 </dev/null &
		child=$!
		wait "$child"
		sed "s/^/$facility $tag: /" "$pidfile.out" >>"$SYSLOG"
		sleep "0.$delay" &
		wait $!
	done
}

cd / || exit 1
(
	exec >/dev/null 2>&1 </dev/null
	supervise "$@"
) &
echo $! >"$pidfile"
