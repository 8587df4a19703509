package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// support says what the stand-in does with an option of `k3s server`.
type support int

const (
	used    support = iota // acted upon
	noted                  // accepted; it steers what the twin does not run
	refused                // anything but its default is an error: the twin would silently differ
)

// option is one option of `k3s server`.
type option struct {
	name    string // with ",x" for a one-letter form
	preset  any    // its default, which also says its type
	support support
	env     string // environment variable that sets it
}

// serverOptions are the options of `k3s server` v1.36. Source: docs.k3s.io/cli/server.
var serverOptions = []option{
	{"config,c", "", used, ""}, {"debug", false, used, ""}, {"v", 0, used, ""}, {"vmodule", "", used, ""},
	{"log,l", "", refused, ""}, {"alsologtostderr", false, noted, ""},

	{"bind-address", "", used, ""}, {"https-listen-port", 6443, used, ""},
	{"advertise-address", "", used, ""}, {"advertise-port", 0, used, ""},
	{"tls-san", []string{}, used, ""}, {"tls-san-security", true, noted, ""},
	{"data-dir,d", "", used, "K3S_DATA_DIR"},
	{"cluster-cidr", []string{}, used, ""}, {"service-cidr", []string{}, used, ""},
	{"service-node-port-range", "30000-32767", used, ""},
	{"cluster-dns", []string{}, used, ""}, {"cluster-domain", "cluster.local", used, ""},
	{"flannel-backend", "vxlan", used, ""}, {"flannel-ipv6-masq", false, noted, ""},
	{"flannel-external-ip", false, noted, ""}, {"flannel-iface", "", used, ""},
	{"flannel-conf", "", noted, ""}, {"flannel-cni-conf", "", noted, ""},
	{"egress-selector-mode", "agent", noted, ""}, {"servicelb-namespace", "kube-system", noted, ""},
	{"vpn-auth", "", refused, "K3S_VPN_AUTH"}, {"vpn-auth-file", "", refused, "K3S_VPN_AUTH_FILE"},

	{"write-kubeconfig,o", "", used, "K3S_KUBECONFIG_OUTPUT"},
	{"write-kubeconfig-mode", "", used, "K3S_KUBECONFIG_MODE"},
	{"write-kubeconfig-group", "", refused, "K3S_KUBECONFIG_GROUP"},
	{"token,t", "", used, "K3S_TOKEN"}, {"token-file", "", used, "K3S_TOKEN_FILE"},
	{"agent-token", "", noted, "K3S_AGENT_TOKEN"}, {"agent-token-file", "", noted, "K3S_AGENT_TOKEN_FILE"},
	{"server,s", "", refused, "K3S_URL"}, {"cluster-init", false, used, "K3S_CLUSTER_INIT"},
	{"cluster-reset", false, used, "K3S_CLUSTER_RESET"}, {"cluster-reset-restore-path", "", used, ""},

	{"kube-apiserver-arg", []string{}, used, ""}, {"etcd-arg", []string{}, used, ""},
	{"kube-controller-manager-arg", []string{}, used, ""}, {"kube-scheduler-arg", []string{}, used, ""},
	{"kube-cloud-controller-manager-arg", []string{}, noted, ""},
	{"kubelet-arg", []string{}, used, ""}, {"kube-proxy-arg", []string{}, used, ""},

	{"datastore-endpoint", "", refused, "K3S_DATASTORE_ENDPOINT"},
	{"datastore-cafile", "", refused, "K3S_DATASTORE_CAFILE"},
	{"datastore-certfile", "", refused, "K3S_DATASTORE_CERTFILE"},
	{"datastore-keyfile", "", refused, "K3S_DATASTORE_KEYFILE"}, {"kine-tls", false, refused, ""},
	{"etcd-expose-metrics", false, used, ""}, {"etcd-disable-snapshots", false, used, ""},
	{"etcd-snapshot-name", "etcd-snapshot", used, ""}, {"etcd-snapshot-schedule-cron", "0 */12 * * *", used, ""},
	{"etcd-snapshot-reconcile-interval", 10 * time.Minute, noted, ""},
	{"etcd-snapshot-retention", 5, used, ""}, {"etcd-snapshot-dir", "", used, ""},
	{"etcd-snapshot-compress", false, refused, ""},
	{"etcd-s3", false, noted, ""}, {"etcd-s3-endpoint", "s3.amazonaws.com", noted, ""},
	{"etcd-s3-endpoint-ca", "", noted, ""}, {"etcd-s3-skip-ssl-verify", false, noted, ""},
	{"etcd-s3-access-key", "", noted, "AWS_ACCESS_KEY_ID"}, {"etcd-s3-secret-key", "", noted, "AWS_SECRET_ACCESS_KEY"},
	{"etcd-s3-session-token", "", noted, "AWS_SESSION_TOKEN"},
	{"etcd-s3-bucket", "", noted, ""}, {"etcd-s3-bucket-lookup-type", "", noted, ""},
	{"etcd-s3-region", "us-east-1", noted, ""}, {"etcd-s3-folder", "", noted, ""}, {"etcd-s3-proxy", "", noted, ""},
	{"etcd-s3-config-secret", "", noted, ""}, {"etcd-s3-insecure", false, noted, ""},
	{"etcd-s3-retention", 5, noted, ""}, {"etcd-s3-timeout", 5 * time.Minute, noted, ""},

	{"default-local-storage-path", "", noted, ""}, {"disable", []string{}, used, ""},
	{"disable-scheduler", false, noted, ""}, {"disable-cloud-controller", false, used, ""},
	{"disable-kube-proxy", false, noted, ""}, {"disable-network-policy", false, noted, ""},
	{"disable-helm-controller", false, used, ""}, {"disable-agent", false, refused, ""},
	{"disable-apiserver", false, refused, ""}, {"disable-controller-manager", false, refused, ""},
	{"disable-etcd", false, refused, ""}, {"embedded-registry", false, noted, ""},
	{"supervisor-metrics", false, noted, ""}, {"helm-job-image", "", noted, ""},

	{"node-name", "", used, "K3S_NODE_NAME"}, {"with-node-id", false, refused, ""},
	{"node-label", []string{}, used, ""}, {"node-taint", []string{}, used, ""},
	{"node-ip,i", []string{}, used, ""}, {"node-external-ip", []string{}, used, ""},
	{"node-internal-dns", []string{}, used, ""}, {"node-external-dns", []string{}, used, ""},
	{"image-credential-provider-bin-dir", "/var/lib/rancher/credentialprovider/bin", noted, ""},
	{"image-credential-provider-config", "/var/lib/rancher/credentialprovider/config.yaml", noted, ""},
	{"docker", false, refused, ""}, {"container-runtime-endpoint", "", refused, ""},
	{"default-runtime", "", noted, ""}, {"image-service-endpoint", "", noted, ""},
	{"disable-default-registry-endpoint", false, noted, ""}, {"nonroot-devices", false, noted, ""},
	{"pause-image", "", noted, ""}, {"snapshotter", "overlayfs", noted, ""},
	{"private-registry", "", used, ""}, {"system-default-registry", "", noted, "K3S_SYSTEM_DEFAULT_REGISTRY"},
	{"airgap-extra-registry", []string{}, noted, ""}, {"resolv-conf", "", used, "K3S_RESOLV_CONF"},
	{"protect-kernel-defaults", false, used, ""}, {"secrets-encryption", false, used, ""},
	{"secrets-encryption-provider", "aescbc", used, ""},
	{"enable-pprof", false, noted, ""}, {"rootless", false, refused, ""}, {"prefer-bundled-bin", false, noted, ""},
	{"selinux", false, noted, "K3S_SELINUX"}, {"lb-server-port", 6444, noted, "K3S_LB_SERVER_PORT"},
}

// testOptions move the stand-in off a machine's own paths and ports; a configuration file cannot set them.
var testOptions = []option{
	{"twin-root", "", used, ""},
	{"twin-etcd-ports", "2379,2380,2381", used, ""},
	{"twin-loopback-node", false, used, ""},
	{"twin-readiness", "", used, ""},
}

// newFlags declares every option, and those that a command has beyond the server's.
func newFlags(more ...option) *pflag.FlagSet {
	flags := pflag.NewFlagSet("k3s server", pflag.ContinueOnError)
	flags.SetOutput(os.Stderr)
	for _, o := range slices.Concat(serverOptions, testOptions, more) {
		name, letter, _ := strings.Cut(o.name, ",")
		if len(name) == 1 {
			letter = name
		}
		switch preset := o.preset.(type) {
		case string:
			flags.StringP(name, letter, preset, "")
		case bool:
			flags.BoolP(name, letter, preset, "")
		case int:
			flags.IntP(name, letter, preset, "")
		case time.Duration:
			flags.DurationP(name, letter, preset, "")
		case []string:
			flags.StringArrayP(name, letter, preset, "")
		}
	}
	return flags
}

// configurable says whether a configuration file may set the option.
func configurable(name string) bool {
	for _, o := range serverOptions {
		long, letter, _ := strings.Cut(o.name, ",")
		if name == long || name == letter {
			return true
		}
	}
	return false
}

// parseFlags reads the options from the configuration files, the environment and the command
// line, the last of which wins.
func parseFlags(args []string, more ...option) (*pflag.FlagSet, error) {
	scout := newFlags(more...) // the command line alone, for what decides where the files are
	if err := scout.Parse(args); err != nil {
		return nil, err
	}
	if scout.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", scout.Arg(0))
	}
	root := scout.Lookup("twin-root").Value.String()
	file, named := configFile(args, newPaths(root, "").config())
	if named {
		if _, err := os.Stat(file); err != nil {
			return nil, fmt.Errorf("configuration: %w", err)
		}
	}
	settings, err := readConfig(file, configurable)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	flags := newFlags(more...)
	for _, o := range serverOptions {
		name, _, _ := strings.Cut(o.name, ",")
		if value := os.Getenv(o.env); o.env != "" && value != "" {
			if err := flags.Set(name, value); err != nil {
				return nil, fmt.Errorf("environment variable %s: %w", o.env, err)
			}
		}
	}
	return flags, flags.Parse(append(settings, args...))
}
