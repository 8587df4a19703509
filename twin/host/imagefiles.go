package host

// imageRemoved is what the installation leaves and no two servers may share.
var imageRemoved = []string{
	"etc/ssh/ssh_host_*", "etc/hostname", "etc/resolv.conf", "etc/machine-id", "var/lib/dbus/machine-id",
	"etc/systemd/system/getty.target.wants/*", "etc/systemd/system/timers.target.wants/*",
}

// imageMasks are units that act on the real machine's kernel, need hardware, or
// want a network that leads somewhere.
var imageMasks = []string{
	"systemd-udevd.service", "systemd-udev-trigger.service", "systemd-modules-load.service", "systemd-pstore.service",
	"systemd-random-seed.service", "systemd-timesyncd.service", "systemd-networkd.service", "systemd-networkd.socket",
	"systemd-networkd-wait-online.service", "systemd-resolved.service", "systemd-journald-audit.socket",
	"sys-kernel-debug.mount", "sys-kernel-tracing.mount", "sys-kernel-config.mount", "sys-fs-fuse-connections.mount",
	"proc-sys-fs-binfmt_misc.automount", "proc-sys-fs-binfmt_misc.mount", "systemd-binfmt.service", "kmod-static-nodes.service",
	"console-getty.service", "systemd-remount-fs.service", "e2scrub_reap.service", "cloud-init-hotplugd.socket",
}

// imageFiles are the image's own files, by path.
func imageFiles() map[string]string {
	return map[string]string{
		"etc/machine-id":  "",
		"etc/resolv.conf": "# The twin has no network that leads anywhere.\n",
		"etc/hosts":       imageHosts,
		// cloud-init writes /etc/hosts from it when user data asks for manage_etc_hosts.
		"etc/cloud/templates/hosts.debian.tmpl":    "## template:jinja\n127.0.1.1 {{fqdn}} {{hostname}}\n" + imageHosts,
		"etc/cloud/cloud.cfg.d/90-hetznertwin.cfg": imageCloudConfig,
		"etc/systemd/journald.conf.d/twin.conf":    "[Journal]\nStorage=persistent\nSystemMaxUse=64M\nAudit=no\nReadKMsg=no\n",
	}
}

var imageHosts = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n" +
	gateway.String() + " " + ArtifactHost + "\n"

// imageCloudConfig makes cloud-init behave as in Hetzner's images: root is the
// user, with the keys of the server. The modules left out act on disks, boot
// loaders and mirrors, which a server of the twin does not have.
const imageCloudConfig = `datasource_list: [NoCloud]
network: {config: disabled}
disable_root: false
users: []
ssh_genkeytypes: [ed25519, ecdsa]
cloud_init_modules:
  [bootcmd, write-files, disk_setup, mounts, set_hostname, update_hostname, update_etc_hosts, ca-certs, users-groups, ssh]
cloud_config_modules: [ssh-import-id, set-passwords, apt-configure, ntp, timezone, runcmd]
cloud_final_modules:
  [package-update-upgrade-install, write-files-deferred, scripts-vendor, scripts-per-once, scripts-per-boot,
   scripts-per-instance, scripts-user, phone-home, final-message, power-state-change]
`
