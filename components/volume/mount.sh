#!/usr/bin/env bash
# Mounts the data volume: waits for it, formats it only if it is provably blank, refuses what is not ours.
: "${SERVER_ID:?}" "${DEVICE:?}" "${MOUNT_POINT:?}" "${FILESYSTEM_UUID:?}" "${SIZE_GB:?}"

# How much of either end of a blank disk must be zero. Every signature that blkid knows lies within it.
readonly blank_mib=16

up() {
	wait_for 180 "volume $DEVICE" test -b "$DEVICE"
	mountpoint -q "$MOUNT_POINT" || identify
	mount_volume
	grow
	measure
}

down() {
	stop_unit k3s.service
	stop_unit "$(systemd-escape --path --suffix=mount "$MOUNT_POINT")"
	sync
	say "volume: unmounted"
}

# identify ends the run unless the volume carries our file system, or nothing at all and is then formatted.
identify() {
	local found
	found=$(blkid --probe --match-tag UUID --output value "$DEVICE" || true)
	if [[ $found == "$FILESYSTEM_UUID" ]]; then
		if is_unfinished; then
			say "volume: formatting was cut off, formatting $DEVICE again"
			format -f
		fi
		return
	fi
	found=$(wipefs --noheadings --output TYPE,UUID,LABEL "$DEVICE" | tr -s ' ' | paste -sd ';')
	[[ -z $found ]] || die "volume $DEVICE: got a disk with $found, want a blank one or XFS with UUID $FILESYSTEM_UUID;" \
		"nothing was changed. If this is your data under another stack's name: xfs_admin -U $FILESYSTEM_UUID $DEVICE"
	is_blank || die "volume $DEVICE: got data without a known signature, want a blank disk; nothing was changed"
	say "volume: blank, formatting $DEVICE"
	format
}

format() { mkfs.xfs -q "$@" -L lvs-data -m uuid="$FILESYSTEM_UUID" "$DEVICE" || die "volume $DEVICE: cannot be formatted"; }

# is_unfinished is true for a file system whose mkfs never ended: its intact superblock says so, and no kernel has ever
# mounted it, so that there is nothing on it.
is_unfinished() {
	local superblock
	superblock=$(xfs_db -r -c 'sb 0' -c 'print inprogress' -c crc "$DEVICE" 2>&1) || return 1
	[[ $superblock == *'inprogress = 1'* && $superblock == *'(correct)'* ]]
}

is_blank() {
	local bytes window=$((blank_mib * 1024 * 1024))
	bytes=$(blockdev --getsize64 "$DEVICE")
	cmp --quiet --bytes="$window" "$DEVICE" /dev/zero &&
		cmp --quiet --bytes="$window" --ignore-initial=$((bytes - window)):0 "$DEVICE" /dev/zero
}

# mount_volume mounts with nouuid, since a kernel otherwise refuses a second file system of the same identity: a copy
# that is looked at beside the original, or the volumes of two rehearsals on one machine.
mount_volume() {
	enable_mount "$MOUNT_POINT" <<-EOF
		[Unit]
		Description=LVS Cloud data volume

		[Mount]
		What=$DEVICE
		Where=$MOUNT_POINT
		Type=xfs
		Options=noatime,nofail,nouuid
		ReadWriteOnly=yes

		[Install]
		WantedBy=multi-user.target
		EOF
	local mounted
	mounted=$(findmnt --noheadings --output UUID "$MOUNT_POINT" || true)
	# Without udev's database findmnt knows no UUID; the device itself is then asked.
	[[ -n $mounted ]] || mounted=$(blkid --probe --match-tag UUID --output value "$DEVICE")
	[[ $mounted == "$FILESYSTEM_UUID" ]] || die "$MOUNT_POINT: got file system $mounted mounted, want $FILESYSTEM_UUID"
	say "volume: mounted on $MOUNT_POINT"
}

# grow makes the file system as large as the volume, online; it changes nothing if it is already. The kernel may learn
# of a resize a moment after Hetzner calls it done.
grow() {
	wait_for 60 "volume $DEVICE with $SIZE_GB GB" has_size
	xfs_growfs -d "$MOUNT_POINT" >/dev/null || die "$MOUNT_POINT: the file system could not be grown"
	say "volume: file system of $(df --output=size --block-size=G "$MOUNT_POINT" | tail -n 1 | tr -d ' ')"
}

has_size() { (($(blockdev --getsize64 "$DEVICE") >= SIZE_GB * 1024 * 1024 * 1024)); }

# measure prints how long the slowest per cent of synchronous writes take: etcd wants less than 10 ms. A full volume is
# mounted all the same.
# Source: https://etcd.io/docs/v3.6/op-guide/hardware/#disks
measure() {
	python3 - "$MOUNT_POINT" <<-'EOF'
		import os, sys, tempfile, time
		took = []
		try:
		    with tempfile.TemporaryFile(dir=sys.argv[1], buffering=0) as f:
		        for _ in range(300):
		            f.write(bytes(2300))
		            start = time.perf_counter()
		            os.fdatasync(f.fileno())
		            took.append((time.perf_counter() - start) * 1000)
		except OSError as e:
		    sys.exit(print(f"volume: fdatasync not measured: {e.strerror}"))
		p99 = sorted(took)[int(len(took) * 0.99)]
		print(f"volume: fdatasync p99 {p99:.1f} ms" + (", WARNING: etcd wants less than 10 ms" if p99 > 10 else ""))
		EOF
}
