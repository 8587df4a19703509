# shellcheck shell=bash
# What every host script may use. It is put in front of each of them.
set -euo pipefail
umask 022
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

# say prints one line of progress.
say() { printf '%s\n' "$*"; }

# die ends the run with one clear message.
die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# wait_for SECONDS WHAT COMMAND... tries the command once a second until it succeeds or the time is up.
wait_for() {
	local deadline=$((SECONDS + $1)) what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		((SECONDS < deadline)) || die "$what: not there in time"
		sleep 1
	done
}

# write_file PATH MODE writes standard input to the file, in one step, and is true only if that changed anything.
# It is made for conditions, where bash does not end at the first failure: each step says itself that it failed.
write_file() {
	local path=$1 mode=$2 tmp
	mkdir -p "$(dirname "$path")" || die "$path: cannot be written"
	tmp=$(mktemp "$path.XXXXXX") || die "$path: cannot be written"
	if ! { cat >"$tmp" && chmod "$mode" "$tmp"; }; then
		rm -f "$tmp"
		die "$path: cannot be written"
	fi
	if [[ -f $path ]] && cmp -s "$tmp" "$path" && [[ $(stat -c %a "$path") == "${mode#0}" ]]; then
		rm "$tmp"
		return 1
	fi
	mv "$tmp" "$path" || die "$path: cannot be replaced"
}

# guard_mount_point DIR makes an empty directory that nothing can be written to until something is mounted on it.
guard_mount_point() {
	mountpoint -q "$1" && return
	mkdir -p "$1"
	[[ -z $(ls -A "$1") ]] || die "$1: got files on the root disk, want an empty mount point; move them away first"
	chattr +i "$1"
}

# enable_mount WHERE (unit on standard input) installs the mount unit of a path and brings it up.
enable_mount() {
	local unit
	unit=$(systemd-escape --path --suffix=mount "$1")
	if write_file "/etc/systemd/system/$unit" 0644; then systemctl daemon-reload; fi
	guard_mount_point "$1"
	systemctl --quiet enable "$unit"
	systemctl start "$unit" || die "$1: not mounted: $(systemctl status --no-pager --lines=5 "$unit" 2>&1 | tail -n 5)"
	mountpoint -q "$1" || die "$1: not mounted although $unit started"
}

# stop_unit UNIT stops a unit that may not exist.
stop_unit() {
	systemctl cat "$1" >/dev/null 2>&1 || return 0
	systemctl --quiet disable --now "$1"
}

# one_at_a_time waits for a script that still runs: a connection that was cut ends the script's client, not the script.
one_at_a_time() {
	[[ -w /run ]] || return 0
	exec 9>/run/lvs-cloud.lock
	flock --nonblock 9 && return
	say "waiting: an earlier run of a host script is still going on"
	flock --wait 900 9 || die "/run/lvs-cloud.lock: held for 15 minutes by $(fuser /run/lvs-cloud.lock 2>/dev/null || echo "another script")"
}
one_at_a_time
