#!/usr/bin/env bash
# Installs or upgrades k3s with its state on the data volume. Running it again changes nothing. An upgrade that does not
# become ready is undone: binary, configuration and data are then what they were, and the old version runs.
: "${SERVER_ID:?}" "${SERVER_TYPE:?}" "${NODE_NAME:?}" "${VERSION:?}" "${ARTIFACT_BASE_URL:?}" "${CHECKSUM?}" "${MOUNT_POINT:?}"
: "${CONFIG:?}" "${KUBELET_CONFIG:?}" "${REGISTRIES?}"

readonly binary=/usr/local/bin/k3s
readonly config_file=/etc/rancher/k3s/config.yaml
# k3s reads this folder on every start; a file without the ending .conf would be ignored.
readonly kubelet_file=/var/lib/rancher/k3s/agent/etc/kubelet.conf.d/10-lvs-cloud.conf
# It is written by a step of its own, since it may hold a password; REGISTRIES changes with it, and is empty without one. It
# belongs to no version of k3s, so that no snapshot has it and no upgrade that is undone puts an old one back.
readonly registries_file=/etc/rancher/k3s/registries.yaml
readonly unit_file=/etc/systemd/system/k3s.service
# What must survive the server, and where it lives on the volume.
readonly -A binds=(
	[/var/lib/rancher/k3s/server]=k3s/server
	[/var/lib/rancher/k3s/storage]=k3s/storage
	[/etc/rancher/node]=k3s/node
)

up() {
	check_step
	finish_put_back
	check_room
	bind_mounts
	fetch_binary
	take_snapshot "$binary" "$config_file" "$kubelet_file" "$unit_file"
	[[ ! -e $binary.new ]] || mv "$binary.new" "$binary"
	ln -sf k3s /usr/local/bin/kubectl
	configure
	install_containers_unit
	install_unit
	if ! start; then undo "$reason"; fi
	settle
	say "k3s: $(version_of "$binary"), node $NODE_NAME is ready on a $SERVER_TYPE"
}

down() {
	local where
	stop_unit k3s.service
	stop_unit lvs-k3s-containers.service
	for where in "${!binds[@]}"; do
		stop_unit "$(systemd-escape --path --suffix=mount "$where")"
	done
	say "k3s: stopped"
}

bind_mounts() {
	local where source volume_unit
	volume_unit=$(systemd-escape --path --suffix=mount "$MOUNT_POINT")
	for where in "${!binds[@]}"; do
		source=$MOUNT_POINT/${binds[$where]}
		mkdir -p "$source"
		chmod 0700 "$source"
		enable_mount "$where" <<-EOF
			[Unit]
			Description=$where on the data volume
			BindsTo=$volume_unit
			After=$volume_unit
			AssertPathIsMountPoint=$MOUNT_POINT

			[Mount]
			What=$source
			Where=$where
			Type=none
			Options=bind,nofail

			[Install]
			WantedBy=multi-user.target
			EOF
	done
}

# fetch_binary downloads k3s beside the binary, unless that is it already. Nothing unchecked stays, nor half a file.
fetch_binary() {
	local base=$ARTIFACT_BASE_URL/${VERSION/+/%2B} want=$CHECKSUM
	if [[ -z $want ]]; then
		want=$(fetch "$base/sha256sum-amd64.txt" | awk '$2 == "k3s" { print $1 }')
		[[ $want =~ ^[0-9a-f]{64}$ ]] || die "$base/sha256sum-amd64.txt: got no SHA-256 of k3s in it"
	fi
	rm -f "$binary.new"
	[[ ! -x $binary || $(sha256 "$binary") != "$want" ]] || return 0
	say "k3s: downloading $VERSION"
	trap 'rm -f "$binary.new"' EXIT
	fetch "$base/k3s" --output "$binary.new"
	local got
	got=$(sha256 "$binary.new")
	[[ $got == "$want" ]] || die "$base/k3s: got SHA-256 $got, want $want; nothing was installed"
	chmod 0755 "$binary.new"
	got=$(version_of "$binary.new")
	[[ $got == "$VERSION" ]] || die "$base/k3s: got version \"$got\", want $VERSION; nothing was installed"
	sync "$binary.new"
	trap - EXIT
}

# fetch URL OPTION... gives up on a server that does not answer, or that sends next to nothing for half a minute.
fetch() {
	local url=$1 stalled
	stalled=$(patience 30)
	shift
	curl --fail --silent --show-error --location --connect-timeout "$stalled" --speed-time "$stalled" --speed-limit 1024 \
		--max-time 600 --retry 5 --retry-connrefused --retry-max-time "$(patience 120)" "$url" "$@" ||
		die "$url: download failed; nothing was installed"
}

sha256() { sha256sum "$1" | cut -d ' ' -f 1; }

# version_of BINARY prints the release it is, or nothing if it does not run.
version_of() { { "$1" --version || true; } | awk 'NR == 1 { print $3 }'; }

configure() {
	if write_file "$config_file" 0600 <<<"$CONFIG"; then say "k3s: new configuration"; fi
	if write_file "$kubelet_file" 0644 <<<"$KUBELET_CONFIG"; then say "k3s: new configuration of the kubelet"; fi
	drop_registries
}

# drop_registries takes away a file that is not wanted any more. A file that is gone has no age by which k3s would count as
# outdated, so that another one gets it before.
drop_registries() {
	[[ -z $REGISTRIES && -e $registries_file ]] || return 0
	touch "$config_file"
	rm "$registries_file"
	say "k3s: no registries any more"
}

mount_units() {
	local where
	for where in "$MOUNT_POINT" "${!binds[@]}"; do systemd-escape --path --suffix=mount "$where"; done | paste -sd ' '
}

# install_containers_unit makes that whatever stops k3s for good (a shutdown, an unmount) ends its containers after it
# and before their disks go. A restart of k3s alone leaves them running.
install_containers_unit() {
	if write_file /usr/local/lib/lvs-cloud/end-containers 0755 <<-'EOF'; then :; fi
		#!/usr/bin/env bash
		# Ends the containers that k3s leaves running: asked first, killed after 20 s; then what they keep mounted.
		set -uo pipefail
		for cgroup in /sys/fs/cgroup/kubepods /sys/fs/cgroup/kubepods.slice; do
			[[ -d $cgroup ]] || continue
			find "$cgroup" -name cgroup.procs -exec cat {} + | xargs --no-run-if-empty kill -TERM
			for _ in {1..20}; do
				grep -q '^populated 1' "$cgroup/cgroup.events" || break
				sleep 1
			done
			echo 1 >"$cgroup/cgroup.kill"
		done
		pkill -KILL -f '^/var/lib/rancher/k3s/data/[^/]*/bin/containerd-shim'
		findmnt --list --noheadings --output TARGET |
			grep -E '^/(run/k3s|var/lib/kubelet/(pods|plugins)|run/netns/cni-)' | sort --reverse |
			xargs --no-run-if-empty --max-args=1 umount --lazy
		exit 0
		EOF
	if write_file /etc/systemd/system/lvs-k3s-containers.service 0644 <<-EOF; then systemctl daemon-reload; fi
		[Unit]
		Description=Containers of k3s, which outlive a restart of it
		BindsTo=$(mount_units)
		After=$(mount_units)

		[Service]
		Type=oneshot
		RemainAfterExit=yes
		ExecStart=true
		ExecStop=/usr/local/lib/lvs-cloud/end-containers

		[Install]
		WantedBy=multi-user.target
		EOF
	systemctl --quiet enable --now lvs-k3s-containers.service
}

install_unit() {
	local where assert=("AssertPathIsMountPoint=$MOUNT_POINT" "AssertPathExists=!$MOUNT_POINT/k3s/restoring")
	for where in "${!binds[@]}"; do assert+=("AssertPathIsMountPoint=$where"); done
	if write_file "$unit_file" 0644 <<-EOF; then systemctl daemon-reload; fi
		[Unit]
		Description=k3s
		Documentation=https://k3s.io
		Wants=network-online.target lvs-k3s-containers.service
		After=network-online.target lvs-k3s-containers.service $(mount_units)
		BindsTo=$(mount_units)
		$(printf '%s\n' "${assert[@]}")

		[Service]
		Type=notify
		ExecStartPre=-modprobe --all br_netfilter overlay
		ExecStart=$binary server
		# Containers outlive a restart of k3s; a stop that must end them says so.
		KillMode=process
		Delegate=yes
		LimitNOFILE=1048576
		LimitNPROC=infinity
		LimitCORE=infinity
		TasksMax=infinity
		TimeoutStartSec=300
		Restart=always
		RestartSec=5

		[Install]
		WantedBy=multi-user.target
		EOF
}

# is_outdated is true if k3s runs, and what it is made of is newer than its start; be it by a run that was cut off.
is_outdated() {
	local since files=("$binary" "$config_file" "$kubelet_file" "$unit_file")
	[[ ! -e $registries_file ]] || files+=("$registries_file")
	since=$(systemctl show --property ExecMainStartTimestamp --value --timestamp=us+utc k3s.service)
	[[ -n $since && -n $(find "${files[@]}" -newerct "$since") ]]
}

# start is false, with the reason, when what is installed does not become ready in time.
reason=
start() {
	local verb=start since
	if is_outdated; then verb=restart; fi
	say "k3s: starting"
	reason="did not start"
	systemctl --quiet enable k3s.service || return 1
	systemctl "$verb" k3s.service || return 1
	reason="runs, but node $NODE_NAME is not ready"
	since=$(systemctl show --property ExecMainStartTimestamp --value k3s.service)
	node_ready "$(date --utc --date="$since" +%FT%TZ)"
}

# node_ready SINCE waits until the node has said, after that time, that it is ready, with the version that is installed.
# k3s counts as started before its node exists, and a node whose kubelet is gone still counts as ready for a while.
node_ready() {
	local since=$1 deadline=$((SECONDS + 180)) installed version ready heartbeat
	installed=$(version_of "$binary")
	while ((SECONDS < deadline)); do
		read -r version ready heartbeat < <("$binary" kubectl get node "$NODE_NAME" --ignore-not-found --output jsonpath='{.status.nodeInfo.kubeletVersion} {range .status.conditions[?(@.type=="Ready")]}{.status} {.lastHeartbeatTime}{end}' 2>/dev/null) || true
		if [[ $version == "$installed" && $ready == True && ! $heartbeat < $since ]]; then return 0; fi
		sleep 1
	done
	return 1
}
