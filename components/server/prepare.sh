#!/usr/bin/env bash
# Prepares a fresh host: keys, packages, kernel settings, swap, and the metadata service closed to pods.
: "${SERVER_ID:?}" "${SERVER_TYPE:?}" "${NODE_IP:?}" "${AUTHORIZED_KEYS:?}" "${PACKAGES:?}"

up() {
	local packages
	read -ra packages <<<"$PACKAGES"
	first_boot_done
	authorize
	install_packages "${packages[@]}"
	kernel_settings
	swap
	metadata_guard
	wait_for 120 "private address $NODE_IP" has_address
	# rest.sh compares it with the type that is asked for.
	if write_file /etc/lvs-cloud/server-type 0644 <<<"$SERVER_TYPE"; then say "host: a $SERVER_TYPE"; fi
	say "host: ready as server $SERVER_ID with $NODE_IP"
}

# first_boot_done waits for cloud-init, which holds the package manager's lock until it has finished.
first_boot_done() {
	local status=0
	timeout 300 cloud-init status --wait >/dev/null 2>&1 || status=$?
	# 2 is "done, with recoverable errors": deprecated keys in the vendor's own data cause it.
	[[ $status == 0 || $status == 2 ]] || die "cloud-init: first boot did not finish: $(cloud-init status --long 2>&1 | tail -n 3)"
}

has_address() { ip -4 -oneline address | grep -qF " $NODE_IP/"; }

# authorize makes the keys of the configuration, and no others, those that may log in.
authorize() {
	install -d -m 0700 /root/.ssh
	if write_file /root/.ssh/authorized_keys 0600 <<<"$AUTHORIZED_KEYS"; then
		say "ssh: $(grep -c . /root/.ssh/authorized_keys) keys may log in"
	fi
	if write_file /etc/ssh/sshd_config.d/10-lvs-cloud.conf 0644 <<-'EOF'; then :; fi
		PasswordAuthentication no
		KbdInteractiveAuthentication no
		PermitRootLogin prohibit-password
		EOF
	systemctl try-reload-or-restart ssh.service
}

# What is applied below is applied on every run: a run that was cut off may have written a file and not read it.

# kernel_settings are what the kubelet demands (protect-kernel-defaults) and what many small pods need.
kernel_settings() {
	if write_file /etc/sysctl.d/90-lvs-cloud.conf 0644 <<-'EOF'; then :; fi
		vm.overcommit_memory = 1
		vm.panic_on_oom = 0
		kernel.panic = 10
		kernel.panic_on_oops = 1
		fs.inotify.max_user_instances = 1024
		fs.inotify.max_user_watches = 524288
		# Swap is compressed memory here: using it early is cheap.
		vm.swappiness = 100
		vm.page-cluster = 0
		EOF
	systemctl restart systemd-sysctl.service
}

# swap is compressed memory for the host's own peaks; it never counts as capacity.
swap() {
	if write_file /etc/systemd/zram-generator.conf 0644 <<-'EOF'; then :; fi
		[zram0]
		zram-size = min(ram / 2, 4096)
		compression-algorithm = zstd
		EOF
	systemctl daemon-reload
	if systemd-detect-virt --container --quiet; then
		say "zram: configured; not started, since a container shares the swap of its host"
	else
		systemctl start dev-zram0.swap
	fi
}

# metadata_guard keeps pods from the metadata service, whose user data holds the host key; all but those that share the
# host's network, which only a trusted namespace may have. It is a table of its own: `nftables.service` would flush the
# rules of Kubernetes whenever it is started.
metadata_guard() {
	if write_file /etc/lvs-cloud/metadata-guard.nft 0644 <<-'EOF'; then :; fi
		table inet lvs_cloud
		delete table inet lvs_cloud
		table inet lvs_cloud {
			chain forward {
				type filter hook forward priority filter - 10
				ip daddr 169.254.169.254 counter drop
			}
		}
		EOF
	if write_file /etc/systemd/system/lvs-metadata-guard.service 0644 <<-'EOF'; then :; fi
		[Unit]
		Description=Metadata service closed to pods
		# Without the default dependencies: those wait for cloud-init, which waits for the network, which waits for this.
		DefaultDependencies=no
		Before=network-pre.target k3s.service shutdown.target
		Wants=network-pre.target
		Conflicts=shutdown.target

		[Service]
		Type=oneshot
		RemainAfterExit=yes
		ExecStart=nft --file /etc/lvs-cloud/metadata-guard.nft

		[Install]
		WantedBy=multi-user.target
		EOF
	systemctl daemon-reload
	systemctl --quiet enable lvs-metadata-guard.service
	systemctl restart lvs-metadata-guard.service # the rules change in one step
}
