package e2e

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// machine is the scenario of one cloud's life; its steps build on each other.
type machine struct {
	*Cloud
	volumeID string
	zone     *Zone
	// made are the objects in the cluster that the program had made when remember was called.
	made []*unstructured.Unstructured
}

// TestMachine follows one cloud from nothing to its end, and back again with its data.
func TestMachine(t *testing.T) {
	cloud := take(t, "e2e", t.TempDir())
	m := &machine{Cloud: cloud}
	follow(t,
		step{"preview of an empty cloud makes nothing", m.previewEmpty},
		step{"up", m.up},
		step{"outputs lead to a working cluster", m.outputs},
		step{"nothing listens that is not on the list", m.listening},
		step{"no secret is readable in the state", m.secrets},
		step{"the volume is mounted by units that k3s requires", m.units},
		step{"k3s does not start without its volume", m.withoutVolume},
		step{"a foreign disk is refused by name, and left as it is", m.foreignDisks},
		step{"no unit waits for itself", m.bootOrder},
		step{"every object is stored as it was sent", m.stored},
		step{"nothing is left to change", m.settled},
		step{"what somebody changed in the cluster is put back", m.tampered},
		step{"a patch upgrade happens in place", m.upgrade},
		step{"records are published beside those of others", m.publish},
		step{"no secret is seen outside of Secrets", m.secretsElsewhere},
		step{"keys and user data replace nothing", m.noReplacement},
		step{"destroy is refused and touches nothing", m.destroyRefused},
		step{"with protection lifted everything goes but the volume", m.destroy},
		step{"a new cloud adopts the volume with its data", m.adopt},
	)
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (m *machine) previewEmpty(t *testing.T) {
	must[string](t)(m.Pulumi("preview"))
	if got := must[[]string](t)(m.Inventory()); len(got) > 0 {
		t.Errorf("got %q at Hetzner after a preview, want nothing", got)
	}
}

func (m *machine) up(t *testing.T) {
	// The release before the newest, so that there is one to upgrade to.
	if err := m.Configure("v1.36.4+k3s1", "k3s", "version"); err != nil {
		t.Fatal(err)
	}
	must[string](t)(m.Pulumi("up", "--yes"))
}

func (m *machine) outputs(t *testing.T) {
	out := must[string](t)
	m.volumeID = out(m.Output("volumeId"))
	address, apiServer := out(m.Output("serverAddress")), out(m.Output("apiServer"))
	if want := "https://" + address + ":6443"; apiServer != want {
		t.Errorf("apiServer: got %q, want %q", apiServer, want)
	}
	if raw := out(m.Pulumi("stack", "output", "--stack", Stack)); !strings.Contains(raw, "kubeconfig") || !strings.Contains(raw, "[secret]") {
		t.Errorf("kubeconfig: got it readable in\n%s\nwant a secret", raw)
	}
	m.checkNode(t, "v1.36.4+k3s1")
	m.remember(t)
	if got := out(m.SSH("hostname")); got != "lvs-cloud-twin-node" {
		t.Errorf("ssh: got host name %q, want lvs-cloud-twin-node", got)
	}
}

// secrets looks for each value that the state holds encrypted, as plain text anywhere in the state.
func (m *machine) secrets(t *testing.T) {
	out := must[string](t)
	exported := out(m.Pulumi("stack", "export", "--stack", Stack))
	found := plainSecrets(t, out(m.Pulumi("stack", "export", "--stack", Stack, "--show-secrets")))
	if len(found) < 10 {
		t.Fatalf("got %d secrets in the state, want those of the keys, the token and the kubeconfig at least", len(found))
	}
	for _, secret := range found {
		if text, ok := secret.(string); ok && len(text) >= shortest && strings.Contains(exported, text) {
			t.Errorf("got the secret that begins with %.6q readable in the state, want it encrypted", text)
		}
	}
}

// checkNode asks the API for its one node and the namespaces every cluster has.
func (m *machine) checkNode(t *testing.T, version string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	client, err := m.Kubernetes()
	if err != nil {
		t.Fatal(err)
	}
	nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(nodes.Items) != 1 || nodes.Items[0].Name != "lvs-cloud-twin-node" {
		t.Fatalf("got %d nodes, want lvs-cloud-twin-node alone", len(nodes.Items))
	}
	node := nodes.Items[0]
	if got := node.Status.NodeInfo.KubeletVersion; got != version {
		t.Errorf("node: got version %q, want %q", got, version)
	}
	ready := slices.ContainsFunc(node.Status.Conditions, func(c corev1.NodeCondition) bool {
		return c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
	})
	if !ready {
		t.Errorf("node: got conditions %v, want Ready", node.Status.Conditions)
	}
	internal := corev1.NodeAddress{Type: corev1.NodeInternalIP, Address: "10.0.1.10"}
	if !slices.Contains(node.Status.Addresses, internal) {
		t.Errorf("node: got addresses %v, want the fixed private one, %v", node.Status.Addresses, internal)
	}
	namespaces, err := client.CoreV1().Namespaces().List(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, n := range namespaces.Items {
		names = append(names, n.Name)
	}
	for _, want := range []string{"default", "kube-system"} {
		if !slices.Contains(names, want) {
			t.Errorf("got namespaces %q, want %s among them", names, want)
		}
	}
}

// remember writes what later steps must find again: in the cluster, and as a file on the volume.
func (m *machine) remember(t *testing.T) {
	t.Helper()
	client, err := m.Kubernetes()
	if err != nil {
		t.Fatal(err)
	}
	meta := metav1.ObjectMeta{Name: "keepsake", Namespace: "default"}
	if _, err := client.CoreV1().ConfigMaps("default").Create(t.Context(), &corev1.ConfigMap{
		ObjectMeta: meta, Data: map[string]string{"word": "data survives"},
	}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.CoreV1().Secrets("default").Create(t.Context(), &corev1.Secret{
		ObjectMeta: meta, StringData: map[string]string{"word": "so do secrets"},
	}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	must[string](t)(m.SSH("echo 'and files' > /data/keepsake && sync"))
	m.made = nil
	objects := must[*Objects](t)(m.Objects())
	for _, s := range must[[]*unstructured.Unstructured](t)(m.Sent()) {
		m.made = append(m.made, must[*unstructured.Unstructured](t)(objects.Live(t.Context(), s)))
	}
}

// recall looks for what remember wrote.
func (m *machine) recall(t *testing.T) {
	t.Helper()
	client, err := m.Kubernetes()
	if err != nil {
		t.Fatal(err)
	}
	config, err := client.CoreV1().ConfigMaps("default").Get(t.Context(), "keepsake", metav1.GetOptions{})
	if err != nil || config.Data["word"] != "data survives" {
		t.Errorf("ConfigMap: got %v (%v), want what was written", config, err)
	}
	secret, err := client.CoreV1().Secrets("default").Get(t.Context(), "keepsake", metav1.GetOptions{})
	if err != nil || string(secret.Data["word"]) != "so do secrets" {
		t.Errorf("Secret: got %v (%v), want what was written", secret, err)
	}
	objects := must[*Objects](t)(m.Objects())
	for _, o := range m.made {
		if live, err := objects.Live(t.Context(), o); err != nil || live.GetUID() != o.GetUID() {
			t.Errorf("%s %s: got another one, or none (%v), want the one that was made at first", o.GetKind(), o.GetName(), err)
		}
	}
	if got := must[string](t)(m.SSH("cat /data/keepsake")); got != "and files" {
		t.Errorf("file: got %q, want what was written", got)
	}
}

func (m *machine) units(t *testing.T) {
	out := must[string](t)
	mounts := map[string]string{ // mount point: unit
		"/data":                       "data.mount",
		"/var/lib/rancher/k3s/server": `var-lib-rancher-k3s-server.mount`,
		"/etc/rancher/node":           "etc-rancher-node.mount",
	}
	bound := strings.Fields(strings.TrimPrefix(out(m.SSH("systemctl show k3s.service --property BindsTo")), "BindsTo="))
	asserts := out(m.SSH("systemctl cat k3s.service"))
	for point, unit := range mounts {
		if got := out(m.SSH("systemctl is-active " + unit)); got != "active" {
			t.Errorf("%s: got %q, want active", unit, got)
		}
		if got := out(m.SSH("stat --format %m " + point)); got != point {
			t.Errorf("%s: got it on the file system of %s, want a mount of its own", point, got)
		}
		if !slices.Contains(bound, unit) || !strings.Contains(asserts, "AssertPathIsMountPoint="+point+"\n") {
			t.Errorf("k3s: got BindsTo %q and no assertion of %s, want both for it", bound, point)
		}
	}
	if got := out(m.SSH("blkid --probe --match-tag LABEL --output value /dev/disk/by-id/scsi-0HC_Volume_" + m.volumeID)); got != "lvs-data" {
		t.Errorf("file system: got label %q, want lvs-data", got)
	}
	// Under the mount lies a directory nothing can be written to.
	if got := out(m.SSH("mkdir -p /mnt/bare && mount --bind / /mnt/bare && lsattr -d /mnt/bare/data; umount /mnt/bare")); !strings.Contains(strings.Fields(got)[0], "i") {
		t.Errorf("bare mount point: got attributes %q, want immutable", got)
	}
	if got := out(m.SSH("nft list table inet lvs_cloud")); !strings.Contains(got, "ip daddr 169.254.169.254") {
		t.Errorf("metadata guard: got %q, want a rule for 169.254.169.254", got)
	}
}

func (m *machine) settled(t *testing.T) {
	for _, args := range [][]string{
		{"preview", "--expect-no-changes"},
		{"refresh", "--yes", "--expect-no-changes"},
		{"up", "--yes", "--expect-no-changes"},
	} {
		if _, err := m.Pulumi(args...); err != nil {
			t.Errorf("%s: %v", args[0], err)
		}
	}
}

func (m *machine) upgrade(t *testing.T) {
	before := must[[]string](t)(m.Inventory())
	if err := m.Configure("v1.36.5+k3s1", "k3s", "version"); err != nil {
		t.Fatal(err)
	}
	want := []string{"update command:remote:Command k3s-install"}
	steps := must[[]string](t)(m.Steps())
	steps = slices.DeleteFunc(steps, func(s string) bool { return strings.Contains(s, "lvs-cloud:components:") })
	slices.Sort(steps)
	if !slices.Equal(steps, want) {
		t.Errorf("plan: got %q, want %q", steps, want)
	}
	must[string](t)(m.Pulumi("up", "--yes"))
	m.checkNode(t, "v1.36.5+k3s1")
	m.recall(t)
	if after := must[[]string](t)(m.Inventory()); !slices.Equal(before, after) {
		t.Errorf("got the inventory\n%s\nwant it as before\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
	}
}

func (m *machine) noReplacement(t *testing.T) {
	for name, args := range map[string][]string{
		// A new seed of the host key is new user data, one of the login key a new SSH key as well.
		"host key":  {"--replace", "urn:pulumi:" + Stack + "::lvs-cloud::lvs-cloud:components:Server$random:index/randomPassword:RandomPassword::node-host-key"},
		"login key": {"--replace", "urn:pulumi:" + Stack + "::lvs-cloud::lvs-cloud:components:Server$random:index/randomPassword:RandomPassword::node-login-key"},
	} {
		if err := m.Configure(ProtectionLifted, "protection"); err != nil { // the engine replaces nothing that is protected
			t.Fatal(err)
		}
		must[string](t)(m.Pulumi("up", "--yes"))
		steps := must[[]string](t)(m.Steps(args...))
		if !slices.ContainsFunc(steps, func(s string) bool { return strings.Contains(s, "randomPassword:RandomPassword") }) {
			t.Errorf("%s: got plan %q, want the seed replaced", name, steps)
		}
		for _, s := range steps {
			if op := strings.Fields(s); strings.Contains(op[1], "hcloud:index/server:Server") && op[0] != "update" {
				t.Errorf("%s: got %q planned, want the server left in place", name, s)
			}
		}
	}
	if err := m.Configure(nil, "protection"); err != nil {
		t.Fatal(err)
	}
	before := must[[]string](t)(m.Inventory())
	for _, image := range []string{"ubuntu-24.04", "debian-13"} {
		if err := m.Configure(image, "server", "image"); err != nil {
			t.Fatal(err)
		}
		must[string](t)(m.Pulumi("up", "--yes"))
	}
	after := must[[]string](t)(m.Inventory())
	if len(before) != len(after) || strings.Fields(before[0])[1] != strings.Fields(after[0])[1] {
		t.Errorf("image: got the inventory\n%s\nwant the same server as before\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
	}
}

// The records of somebody else in the zone, as Zone.Records lists them.
var foreignRecords = []string{"@ MX - 10 mail.example.com.", "www A 60 192.0.2.80"}

func (m *machine) publish(t *testing.T) {
	var err error
	m.zone, err = m.MakeZone(t.Context(), "example.com",
		hcloud.ZoneCreateOptsRRSet{Name: "@", Type: hcloud.ZoneRRSetTypeMX, Records: []hcloud.ZoneRRSetRecord{{Value: "10 mail.example.com."}}},
		hcloud.ZoneCreateOptsRRSet{Name: "www", Type: hcloud.ZoneRRSetTypeA, TTL: hcloud.Ptr(60), Records: []hcloud.ZoneRRSetRecord{{Value: "192.0.2.80"}}},
	)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.UseZone("example.com"); err != nil {
		t.Fatal(err)
	}
	must[string](t)(m.Pulumi("up", "--yes"))
	address := must[string](t)(m.Output("serverAddress"))
	want := append([]string{"*.cloud A 300 " + address, "cloud A 300 " + address}, foreignRecords...)
	slices.Sort(want)
	if got := must[[]string](t)(m.zone.Records(t.Context())); !slices.Equal(got, want) {
		t.Errorf("got records %q, want %q", got, want)
	}
}

// ProtectionLifted is the configuration that allows a destroy.
const ProtectionLifted = "lifted"

func (m *machine) destroyRefused(t *testing.T) {
	before := must[[]string](t)(m.Inventory())
	out, err := m.Pulumi("destroy", "--yes")
	if err == nil {
		t.Fatal("got a destroy that went through, want it refused")
	}
	if !strings.Contains(err.Error(), "protect") {
		t.Errorf("got\n%s\nwant it to say that the cloud is protected", out)
	}
	if after := must[[]string](t)(m.Inventory()); !slices.Equal(before, after) {
		t.Errorf("got the inventory\n%s\nwant it as before\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
	}
	m.settled(t)
	m.recall(t)
}

func (m *machine) destroy(t *testing.T) {
	if err := m.Configure(ProtectionLifted, "protection"); err != nil {
		t.Fatal(err)
	}
	must[string](t)(m.Pulumi("up", "--yes"))
	must[string](t)(m.Pulumi("destroy", "--yes"))
	got := must[[]string](t)(m.Inventory())
	if want := "volume " + m.volumeID + " lvs-cloud-twin-data 50GB attached=false protected=true"; len(got) != 1 || got[0] != want {
		t.Errorf("got %q left, want %q alone", got, want)
	}
	if got := must[[]string](t)(m.zone.Records(t.Context())); !slices.Equal(got, foreignRecords) {
		t.Errorf("got records %q left, want those of others: %q", got, foreignRecords)
	}
}

func (m *machine) adopt(t *testing.T) {
	if err := m.Configure(nil, "protection"); err != nil {
		t.Fatal(err)
	}
	if err := m.Configure(must[int](t)(strconv.Atoi(m.volumeID)), "volume", "adoptID"); err != nil {
		t.Fatal(err)
	}
	must[string](t)(m.Pulumi("up", "--yes"))
	if got := must[string](t)(m.Output("volumeId")); got != m.volumeID {
		t.Errorf("got volume %s, want %s", got, m.volumeID)
	}
	m.checkNode(t, "v1.36.5+k3s1")
	m.recall(t)
	m.settled(t)
}
