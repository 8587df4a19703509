# shellcheck shell=bash
# What makes an upgrade of k3s safe: one minor at a time, a snapshot before, and the way back. It stands in front of
# install.sh.

# The version that was last ready with the data on the volume.
readonly recorded=$MOUNT_POINT/k3s/version
# Snapshots: the datastore and credentials, and the files of the root disk that belong to them.
readonly snapshots=$MOUNT_POINT/k3s/snapshots
readonly snapshots_kept=2
# What a snapshot may take until it is dropped: the binary, and what changes in the datastore meanwhile.
readonly room_mib=1024
# Name the snapshot of an upgrade that has not become ready yet, and the one that is being put back. k3s does not
# start while the latter exists.
readonly pending=$MOUNT_POINT/k3s/upgrading restoring=$MOUNT_POINT/k3s/restoring

# check_step ends the run, before anything is touched, unless VERSION may follow the version that is recorded.
check_step() {
	mountpoint -q "$MOUNT_POINT" || die "$MOUNT_POINT: not mounted; k3s never runs on the root disk"
	[[ -s $recorded ]] || return 0
	local from old new form='^v1\.([0-9]+)\.[0-9]+\+k3s[0-9]+$'
	from=$(<"$recorded")
	[[ $from =~ $form ]] || die "$recorded: got \"$from\", want the release that the data on this volume belongs to; nothing was changed"
	old=${BASH_REMATCH[1]}
	[[ $VERSION =~ $form ]] || die "k3s: got version \"$VERSION\", want a release such as $from; nothing was changed"
	new=${BASH_REMATCH[1]}
	((new == old || new == old + 1)) || die "k3s: got $VERSION after $from, want a release of v1.$old or v1.$((old + 1)) next:" \
		"Kubernetes is upgraded one minor version at a time and never goes back; nothing was changed"
}

# stop_k3s stops k3s, which a new root disk does not have yet.
stop_k3s() {
	systemctl cat k3s.service >/dev/null 2>&1 || return 0
	systemctl stop k3s.service
}

upgrade_ahead() { [[ -s $recorded && ! -e $pending && $(<"$recorded") != "$VERSION" ]]; }

# check_room ends the run, before anything is touched, if an upgrade lies ahead and the volume is too full for its
# snapshot: a k3s that is stopped on a full volume may not start again either.
check_room() {
	local free
	free=$(df --output=avail --block-size=1M "$MOUNT_POINT" | tail -n 1)
	((free >= room_mib)) || ! upgrade_ahead || die "$MOUNT_POINT: got $((free)) MB free, want $room_mib MB for the snapshot before an upgrade; nothing was changed"
}

# take_snapshot FILE... stops k3s and copies its state, and the files, unless the version stays the same. On XFS the
# copy of the state shares its blocks with the original: it takes no time and, at first, no room.
take_snapshot() {
	upgrade_ahead || return 0
	local file dir
	dir=$snapshots/$(date --utc +%Y%m%dT%H%M%SZ)-$(<"$recorded")
	# A failure must not leave the cluster stopped.
	# shellcheck disable=SC2154 # the binary is install.sh's
	trap 'rm -rf "$snapshots/part" "$binary.new"; systemctl start k3s.service || say "k3s: does not start again either"' EXIT
	stop_k3s
	rm -rf "$snapshots/part"
	mkdir -p "$snapshots/part/root"
	chmod 0700 "$snapshots"
	cp --archive --reflink=auto "$MOUNT_POINT/k3s/server" "$snapshots/part/server"
	for file; do
		[[ ! -e $file ]] || cp --archive --parents "$file" "$snapshots/part/root"
	done
	sync --file-system "$snapshots"
	mv "$snapshots/part" "$dir"
	if write_file "$pending" 0600 <<<"$dir"; then say "k3s: snapshot of $(<"$recorded") in $dir"; fi
	trap - EXIT
}

# put_back makes binary, configuration and data what they were in the snapshot.
put_back() {
	local snapshot files file
	[[ ! -e $pending ]] || mv "$pending" "$restoring"
	snapshot=$(<"$restoring")
	[[ -d $snapshot/server && -d $snapshot/root ]] || die "$restoring: got \"$snapshot\", want the snapshot to put back"
	trap 'say "k3s: stays stopped until a run has put back what $restoring names"' EXIT
	stop_k3s
	find "$MOUNT_POINT/k3s/server" -mindepth 1 -delete
	cp --archive --reflink=auto "$snapshot/server/." "$MOUNT_POINT/k3s/server/"
	files=$(cd "$snapshot/root" && find . -type f)
	while IFS= read -r file; do
		[[ -z $file ]] || cp --archive --remove-destination "$snapshot/root/$file" "/$file"
	done <<<"$files"
	# A root disk that never had the version of the snapshot must not run the newer one on its data.
	# shellcheck disable=SC2154 # the paths are install.sh's
	[[ -e $snapshot/root/$binary ]] || rm -f "$binary" "$unit_file"
	systemctl daemon-reload
	sync
	rm "$restoring"
	trap - EXIT
}

# finish_put_back ends what a run before, that was cut off, began; and takes an upgrade back that was cut off when the
# version before is wanted again, since the newer one may have written to its data. A snapshot of another version than the
# recorded one belongs to an upgrade that was ready: only its mark was left behind.
finish_put_back() {
	if [[ -e $pending && $(<"$pending") != *-"$(<"$recorded")" ]]; then rm "$pending"; fi
	if [[ -e $restoring || (-e $pending && $(<"$recorded") == "$VERSION") ]]; then put_back; fi
}

# undo REASON ends the run, after it has put back what a failed upgrade replaced.
undo() {
	local words after
	words="its last words: $(journalctl --unit k3s.service --no-pager --lines=15 --output=cat)"
	[[ -e $pending ]] || die "k3s: $VERSION $1; $words"
	say "k3s: $VERSION $1, putting back $(<"$recorded")"
	put_back
	after="$(<"$recorded") runs again, with its own configuration and the data from before the upgrade"
	if [[ ! -e $binary ]]; then
		after="its data is that of $(<"$recorded") again, which this root disk never had: nothing runs; set k3s.version to it, and run \`pulumi up\`"
	elif ! start; then
		after="$(<"$recorded") and its data were put back but do not become ready either; its snapshots are in $snapshots"
	fi
	die "k3s: $VERSION did not become ready; $after; $words"
}

# settle records that VERSION is ready, and keeps the newest snapshots alone.
settle() {
	if write_file "$recorded" 0600 <<<"$VERSION"; then say "k3s: the volume belongs to $VERSION now"; fi
	rm -f "$pending"
	[[ -d $snapshots ]] || return 0
	find "$snapshots" -mindepth 1 -maxdepth 1 -name '2*' | sort | head --lines=-$snapshots_kept | xargs --no-run-if-empty rm -rf
	say "k3s: snapshots of earlier versions: $(find "$snapshots" -mindepth 1 -maxdepth 1 -name '2*' | sort | paste -sd ' ')"
}
