#!/usr/bin/env bash
# Installs or upgrades k3s with its state on the data volume. Running it again changes nothing.
: "${SERVER_ID:?}" "${NODE_NAME:?}" "${VERSION:?}" "${ARTIFACT_BASE_URL:?}" "${CHECKSUM?}" "${MOUNT_POINT:?}"
: "${CONFIG:?}" "${KUBELET_CONFIG:?}"

readonly binary=/usr/local/bin/k3s
# What must survive the server, and where it lives on the volume.
readonly -A binds=(
	[/var/lib/rancher/k3s/server]=k3s/server
	[/var/lib/rancher/k3s/storage]=k3s/storage
	[/etc/rancher/node]=k3s/node
)
changed=0

up() {
	bind_mounts
	fetch_binary
	configure
	install_unit
	start
	say "k3s: $("$binary" --version | head -n 1), node $NODE_NAME is ready"
}

down() {
	local where
	stop_unit k3s.service
	end_containers
	for where in "${!binds[@]}"; do
		stop_unit "$(systemd-escape --path --suffix=mount "$where")"
	done
	say "k3s: stopped"
}

bind_mounts() {
	local where source volume_unit
	volume_unit=$(systemd-escape --path --suffix=mount "$MOUNT_POINT")
	mountpoint -q "$MOUNT_POINT" || die "$MOUNT_POINT: not mounted; k3s never runs on the root disk"
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

# fetch_binary downloads k3s unless it is there. Nothing unchecked is ever put in its place.
fetch_binary() {
	local base=$ARTIFACT_BASE_URL/${VERSION/+/%2B} want=$CHECKSUM
	if [[ -z $want ]]; then
		want=$(fetch "$base/sha256sum-amd64.txt" | awk '$2 == "k3s" { print $1 }')
		[[ $want =~ ^[0-9a-f]{64}$ ]] || die "$base/sha256sum-amd64.txt: got no SHA-256 of k3s in it"
	fi
	[[ ! -x $binary || $(sha256 "$binary") != "$want" ]] || return 0
	say "k3s: downloading $VERSION"
	rm -f "$binary.new"
	fetch "$base/k3s" --output "$binary.new"
	local got
	got=$(sha256 "$binary.new")
	if [[ $got != "$want" ]]; then
		rm -f "$binary.new"
		die "$base/k3s: got SHA-256 $got, want $want; nothing was installed"
	fi
	chmod 0755 "$binary.new"
	got=$("$binary.new" --version | head -n 1)
	[[ $got == *" $VERSION "* ]] || die "$base/k3s: got $got, want $VERSION; nothing was installed"
	mv "$binary.new" "$binary"
	ln -sf k3s /usr/local/bin/kubectl
	changed=1
}

fetch() {
	local url=$1
	shift
	curl --fail --silent --show-error --location --retry 5 --retry-connrefused --max-time 600 "$url" "$@" ||
		die "$url: download failed"
}

sha256() { sha256sum "$1" | cut -d ' ' -f 1; }

configure() {
	if write_file /etc/rancher/k3s/config.yaml 0600 <<<"$CONFIG"; then changed=1; fi
	# k3s reads this folder on every start; a file without the ending .conf would be ignored.
	if write_file /var/lib/rancher/k3s/agent/etc/kubelet.conf.d/10-lvs-cloud.conf 0644 <<<"$KUBELET_CONFIG"; then changed=1; fi
}

install_unit() {
	local where require=() assert=("AssertPathIsMountPoint=$MOUNT_POINT")
	require+=("$(systemd-escape --path --suffix=mount "$MOUNT_POINT")")
	for where in "${!binds[@]}"; do
		require+=("$(systemd-escape --path --suffix=mount "$where")")
		assert+=("AssertPathIsMountPoint=$where")
	done
	if write_file /etc/systemd/system/k3s.service 0644 <<-EOF; then
		[Unit]
		Description=k3s
		Documentation=https://k3s.io
		Wants=network-online.target
		After=network-online.target ${require[*]}
		BindsTo=${require[*]}
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
		systemctl daemon-reload
		changed=1
	fi
}

start() {
	systemctl --quiet enable k3s.service
	say "k3s: starting"
	if ((changed)); then
		systemctl restart k3s.service || failed "did not start"
	else
		systemctl start k3s.service || failed "did not start"
	fi
	"$binary" kubectl wait --for=condition=Ready "node/$NODE_NAME" --timeout=180s >/dev/null || failed "node $NODE_NAME is not ready"
}

failed() { die "k3s: $1; its last words: $(journalctl --unit k3s.service --no-pager --lines=15 --output=cat)"; }

# end_containers kills the containers that k3s leaves running, and what they keep mounted.
end_containers() {
	pkill -KILL -f '^/var/lib/rancher/k3s/data/[^/]*/bin/containerd-shim' || true
	local cgroup
	for cgroup in /sys/fs/cgroup/kubepods /sys/fs/cgroup/kubepods.slice; do
		[[ ! -w $cgroup/cgroup.kill ]] || echo 1 >"$cgroup/cgroup.kill"
	done
	findmnt --list --noheadings --output TARGET |
		{ grep -E '^/(run/k3s|var/lib/kubelet/(pods|plugins)|run/netns/cni-)' || true; } | sort --reverse |
		xargs --no-run-if-empty --max-args=1 umount --lazy
}
