#!/bin/sh
# What is installed is what the port's packing list says, nothing more and nothing less, with the
# right modes and with the prefix in place.
#   usage: test_install.sh SOURCES BUILD
set -u

sources=${1:?}
build=${2:?}
port=$sources/adapters/freebsd/install/port
work=$(mktemp -d "${TMPDIR:-/tmp}/vfj_install.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
status=0

fail() {
	echo "$*"
	status=1
}

# install_to PREFIX: into a directory that stands for /
install_to() {
	rm -rf "$work/root"
	DESTDIR="$work/root" cmake --install "$build" --prefix "$1" >"$work/out" 2>&1 || {
		cat "$work/out"
		exit 1
	}
	(cd "$work/root$1" && find . \( -type f -o -type l \) | sed 's,^\./,,' | LC_ALL=C sort) >"$work/installed"
	elsewhere=$(cd "$work/root" && find . -type f ! -path ".$1/*")
	[ -z "$elsewhere" ] || fail "not under $1: $elsewhere"
}

# A port packs its rc.d scripts without a word in the list, and compresses man pages.
{
	sed -n -e '/^@dir/d' -e 's/^@sample //' -e 's,%%EXAMPLESDIR%%,share/examples/vfjournal,' -e 's,%%DATADIR%%,share/vfjournal,' -e '/./p' "$port/pkg-plist" |
		sed '/^share\/man\//s/\.gz$//'
	sed -n 's,^USE_RC_SUBR=[[:space:]]*,etc/rc.d/,p' "$port/Makefile"
} | LC_ALL=C sort >"$work/listed"

install_to /usr/local
diff "$work/listed" "$work/installed" >"$work/diff" || fail "pkg-plist (<) is not what is installed (>):
$(grep '^[<>]' "$work/diff")"
if grep '%%' "$work/listed"; then
	fail "pkg-plist has variables that are not known here"
fi

while IFS= read -r file; do
	path=$work/root/usr/local/$file
	case $file in
	sbin/* | libexec/* | etc/rc.d/* | etc/periodic/* | share/vfjournal/fleet/load)
		[ -x "$path" ] || fail "$file can't be run"
		;;
	*)
		[ ! -x "$path" ] || fail "$file can be run"
		;;
	esac
	case $file in
	sbin/*) ;;
	*)
		if grep -n '%%[A-Z]*%%' "$path"; then
			fail "$file: a variable is left"
		fi
		;;
	esac
	[ -z "$(find "$path" -perm -022)" ] || fail "$file can be written by others"
done <"$work/installed"

(cd "$work/root/usr/local/etc" && cat rc.d/vfjournal devd/vfjournal.conf periodic/daily/460.vfjournal) |
	grep -o '/usr/local/[a-z/-]*' | sort -u >"$work/programs"
[ "$(wc -l <"$work/programs")" -ge 2 ] || fail "no script names a program"
while IFS= read -r program; do
	[ -x "$work/root$program" ] || fail "there is no $program"
done <"$work/programs"

# The prefix is that of the installation, whatever it was when the build was configured.
install_to /opt/vfj
diff "$work/listed" "$work/installed" >"$work/diff" || fail "under another prefix:
$(grep '^[<>]' "$work/diff")"
if grep -rn '/usr/local/\(sbin\|libexec\)' "$work/root/opt/vfj/etc"; then
	fail "another prefix is left"
fi
grep -q 'action "/opt/vfj/libexec/vfjournal/vfjournal-devd vf-up ' "$work/root/opt/vfj/etc/devd/vfjournal.conf" ||
	fail "devd would not find vfjournal-devd"
"$work/root/opt/vfj/sbin/vfjournal" --version >/dev/null || fail "what was installed does not run"

grep -q '^@dir(_vfjournal,_vfjournal,700) /var/db/vfjournal$' "$port/pkg-plist" || fail "the journal's directory is not in the list"
version=$(sed -n 's/^DISTVERSION=[[:space:]]*//p' "$port/Makefile")
[ "vfjournal $version" = "$("$work/root/opt/vfj/sbin/vfjournal" --version)" ] || fail "the port's version is $version"

[ $status -eq 0 ] && echo "$(wc -l <"$work/installed" | tr -d ' ') files"
exit $status
