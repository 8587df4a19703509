#!/usr/bin/env bash
# Prepares the host for Longhorn: an iSCSI initiator, the kernel's part of it, and a folder on the data volume. Running it
# again changes nothing. Nothing of it is taken back when storage is switched: without a target an initiator does nothing.
: "${SERVER_ID:?}" "${PACKAGES:?}" "${MOUNT_POINT:?}" "${DATA_PATH:?}"

initiator_file=/etc/iscsi/initiatorname.iscsi
modules_file=/etc/modules-load.d/lvs-longhorn.conf
multipath_file=/etc/multipath/conf.d/lvs-longhorn.conf

up() {
	local packages
	read -ra packages <<<"$PACKAGES"
	data_folder
	install_packages "${packages[@]}"
	name_initiator
	keep_multipath_off
	if write_file "$modules_file" 0644 <<<iscsi_tcp; then :; fi
	if systemd-detect-virt --container --quiet; then
		say "iscsi: configured; not started, since a container shares the kernel of its host"
	else
		start_initiator
	fi
	say "storage: server $SERVER_ID is ready for Longhorn, which keeps its data in $DATA_PATH"
}

# data_folder makes the folder, never on the root disk, where Longhorn would fill up the node.
data_folder() {
	[[ $DATA_PATH == "$MOUNT_POINT"/* ]] || die "$DATA_PATH: got a folder elsewhere, want one on the data volume at $MOUNT_POINT"
	mountpoint -q "$MOUNT_POINT" || die "$MOUNT_POINT: got no data volume mounted, want it before Longhorn; nothing was changed"
	mkdir -p "$DATA_PATH"
	chmod 0700 "$DATA_PATH"
}

# name_initiator gives the host a name of its own where it has none. The package makes one when it is installed; the file
# may have gone since, or wait for a name, and iscsid does not start without.
name_initiator() {
	local name
	if grep -q '^InitiatorName=[^[:space:]]' "$initiator_file" 2>/dev/null; then return; fi
	name=$(iscsi-iname -p iqn.1993-08.org.debian:01)
	if write_file "$initiator_file" 0600 <<<"InitiatorName=$name"; then say "iscsi: named $name"; fi
}

# keep_multipath_off keeps multipathd, which some images bring along, from claiming the disks that Longhorn makes: a claimed
# one cannot be mounted. No disk of a server at Hetzner has more than one path.
# Source: https://longhorn.io/kb/troubleshooting-volume-with-multipath/
keep_multipath_off() {
	systemctl cat multipathd.service >/dev/null 2>&1 || return 0
	if write_file "$multipath_file" 0644 <<-'EOF'; then :; fi
		blacklist {
			devnode "^sd[a-z0-9]+"
		}
		EOF
	systemctl try-reload-or-restart multipathd.service
}

# start_initiator loads the module first: iscsid does not start without the kernel's part.
start_initiator() {
	local said
	said=$(modprobe iscsi_tcp 2>&1) ||
		die "iscsi_tcp: kernel $(uname -r) has no such module${said:+ ($said)}; install linux-image-amd64 and start the server again, or choose local-path for storage"
	systemctl --quiet enable iscsid.service
	systemctl start iscsid.service ||
		die "iscsid: did not start: $(journalctl --unit iscsid.service --no-pager --lines=5 --output=cat | paste -sd ';')"
}
