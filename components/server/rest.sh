#!/usr/bin/env bash
# Puts the server to rest before it becomes another type: Hetzner's provider pulls the plug for that, and a plug is
# pulled only once nothing is written any more. Running it again changes nothing.
: "${SERVER_TYPE:?}"

up() {
	local type_file=/etc/lvs-cloud/server-type type
	type=$(cat "$type_file" 2>/dev/null || true)
	if [[ -z $type || $type == "$SERVER_TYPE" ]]; then
		# Nothing lies ahead, or a change was taken back before it was made.
		wake
		say "server: stays a ${type:-$SERVER_TYPE}"
		return
	fi
	say "server: rests, to become a $SERVER_TYPE"
	halt
}

# wake starts everything that is installed.
wake() { systemctl start multi-user.target; }

# halt stops what lives on volumes, and unmounts them. If one stays in use, everything is started again.
halt() {
	local unit units=()
	mapfile -t units < <(grep --files-with-matches --no-messages '^What=/dev/disk/by-id/scsi-0HC_Volume_' /etc/systemd/system/*.mount)
	for unit in "${units[@]}"; do
		if ! rest "$unit"; then
			wake
			die "${unit##*/}: $reason; everything was started again, and nothing was changed"
		fi
		say "server: ${unit##*/} is unmounted"
	done
	sync
}

# rest is false, with the reason, when the volume of a mount unit is still in use after what is bound to it has stopped.
reason=
rest() {
	local device number left
	device=$(sed -n 's/^What=//p' "$1")
	number=$(mountpoint --devno --quiet "$device" || true)
	reason="cannot be stopped"
	systemctl stop "${1##*/}" || return 1
	# A directory of the volume that is mounted elsewhere as well keeps it in use.
	left=$(findmnt --list --noheadings --output MAJ:MIN,TARGET | awk -v number="$number" '$1 == number { print $2 }' | paste -sd ' ')
	reason="still mounted on $left, where something is in use"
	[[ -z $left ]]
}
