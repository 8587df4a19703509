#!/usr/bin/env bash
# Writes the cluster's token to the data volume, once.
: "${MOUNT_POINT:?}" "${TOKEN:?}"

# The token on the volume is the one its datastore is sealed with, so it wins over any other.
up() {
	local file=$MOUNT_POINT/k3s/token
	mountpoint -q "$MOUNT_POINT" || die "$MOUNT_POINT: not mounted; the token never lies on the root disk"
	if [[ ! -s $file ]]; then
		write_file "$file" 0600 <<<"$TOKEN"
	elif [[ $(<"$file") != "$TOKEN" ]]; then
		say "k3s: the volume already belongs to a cluster; its own token is kept"
	fi
}
