# shellcheck shell=bash
# What every host script may use. It is put in front of each of them.
set -Eeuo pipefail
shopt -s inherit_errexit
umask 022
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
# A connection that was cut takes the reader of the output away; the script goes on to a state that the next run knows.
trap '' PIPE
# The status of an end whose reason has been printed.
readonly explained=3
trap 'unexpected $? "$BASH_COMMAND"' ERR

# say prints one line of progress.
say() { printf '%s\n' "$*" 2>/dev/null || true; }

# die ends the run with one clear message.
die() {
	printf 'error: %s\n' "$*" >&2 || true
	exit "$explained"
}

# unexpected STATUS COMMAND names the step that ends the run without a word of its own.
unexpected() {
	(($1 == explained || BASH_SUBSHELL)) || printf 'error: %s: "%s" failed with status %d\n' "${FUNCNAME[1]}" "$2" "$1" >&2
}

# patience SECONDS prints how long to wait for something; a rehearsal of its absence sets PATIENCE to wait less.
patience() { printf '%s\n' "${PATIENCE:-$1}"; }

# wait_for SECONDS WHAT COMMAND... tries the command once a second until it succeeds or the time is up. What the last try
# said is then in $said.
wait_for() {
	local limit what=$2
	limit=$(patience "$1")
	local deadline=$((SECONDS + limit))
	shift 2
	until said=$("$@" 2>&1); do
		((SECONDS < deadline)) || die "$what: not there after $limit s${said:+; the last try said: $(last_words)}"
		sleep 1
	done
}

last_words() { tail -n 3 <<<"$said" | paste -sd ' '; }

# write_file PATH MODE writes standard input to the file, in one step that a power cut does not halve, and is true only if
# that changed anything. It is made for conditions, where bash does not end at the first failure: each step says itself
# that it failed. One script runs at a time, so that the name of the new file is free, or left by a run that was killed.
write_file() {
	local path=$1 mode=$2 new=$1.new
	if ! { mkdir -p "$(dirname "$path")" && rm -f "$new" && (umask 077 && cat >"$new") && chmod "$mode" "$new"; }; then
		rm -f "$new"
		die "$path: cannot be written"
	fi
	if [[ -f $path ]] && cmp -s "$new" "$path" && [[ $(stat -c %a "$path") == "${mode#0}" ]]; then
		rm "$new"
		return 1
	fi
	if ! { sync "$new" && mv "$new" "$path" && sync "$(dirname "$path")"; }; then
		rm -f "$new"
		die "$path: cannot be replaced"
	fi
}

# install_packages PACKAGE... installs those of Debian's packages that are missing.
install_packages() {
	local missing=() p
	for p in "$@"; do
		dpkg-query --show --showformat='${db:Status-Status}' "$p" 2>/dev/null | grep -qx installed || missing+=("$p")
	done
	((${#missing[@]})) || return 0
	say "packages: installing ${missing[*]}"
	# Debian's daily job may hold these locks at the first boot, and no option makes either command wait. The first ends
	# what a power cut or a killed run left half-installed.
	wait_for 300 "package database (dpkg --configure --pending)" dpkg --configure --pending
	wait_for 300 "package lists (apt-get update)" apt-get --quiet=2 update
	apt-get --quiet=2 --option DPkg::Lock::Timeout="$(patience 300)" install --yes --no-install-recommends "${missing[@]}" >/dev/null ||
		die "packages: ${missing[*]} cannot be installed${said:+; the package lists: $(last_words)}"
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
	systemctl start "$unit" || die "$1: not mounted: $(journalctl --unit "$unit" --no-pager --lines=5 --output=cat | paste -sd ';')"
	mountpoint -q "$1" || die "$1: not mounted although $unit started"
}

# stop_unit UNIT stops a unit that may not exist.
stop_unit() {
	systemctl cat "$1" >/dev/null 2>&1 || return 0
	systemctl --quiet disable --now "$1" || die "$1: cannot be stopped: $(journalctl --unit "$1" --no-pager --lines=5 --output=cat | paste -sd ';')"
}

# one_at_a_time waits for a script that still runs: a connection that was cut ends the script's client, not the script.
one_at_a_time() {
	local lock=/run/lvs-cloud.lock
	[[ -w /run ]] || return 0
	exec 9<>"$lock"
	if ! flock --nonblock 9; then
		say "waiting: an earlier run of a host script is still going on"
		flock --wait "$(patience 900)" 9 || die "$lock: still held by an earlier run of a host script, process $(<"$lock"), or what it began"
	fi
	printf '%s\n' "$$" >"$lock"
}
one_at_a_time
