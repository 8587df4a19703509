# shellcheck shell=bash
# What makes an upgrade of k3s safe: one minor at a time, a snapshot before, and the way back. It stands in front of
# install.sh.

# The version that was last ready with the data on the volume.
readonly recorded=$MOUNT_POINT/k3s/version
# Snapshots: the datastore and credentials, and the files of the root disk that belong to them.
readonly snapshots=$MOUNT_POINT/k3s/snapshots
readonly snapshots_kept=2
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

# take_snapshot FILE... stops k3s and copies its state, and the files, unless the version stays the same. On XFS the
# copy of the state shares its blocks with the original: it takes no time and, at first, no room.
take_snapshot() {
	[[ -s $recorded && ! -e $pending && $(<"$recorded") != "$VERSION" ]] || return 0
	local file dir
	dir=$snapshots/$(date --utc +%Y%m%dT%H%M%SZ)-$(<"$recorded")
	trap 'systemctl start k3s.service' EXIT # a full disk must not leave the cluster stopped
	systemctl stop k3s.service
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
	local snapshot file
	[[ ! -e $pending ]] || mv "$pending" "$restoring"
	snapshot=$(<"$restoring")
	[[ -d $snapshot/server ]] || die "$snapshot: got no snapshot, want the one to put back"
	systemctl stop k3s.service
	find "$MOUNT_POINT/k3s/server" -mindepth 1 -delete
	cp --archive --reflink=auto "$snapshot/server/." "$MOUNT_POINT/k3s/server/"
	while IFS= read -r -d '' file; do
		cp --archive --remove-destination "$snapshot/root/$file" "/$file"
	done < <(find "$snapshot/root" -type f -printf '%P\0')
	systemctl daemon-reload
	sync
	rm "$restoring"
}

# finish_put_back ends what a run before, that was cut off, began; and takes an upgrade back that was cut off when the
# version before is wanted again, since the newer one may have written to its data.
finish_put_back() {
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
	if ! start; then after="$(<"$recorded") and its data were put back but do not become ready either; its snapshots are in $snapshots"; fi
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
