package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// operator is the scenario of somebody who works with the lvs command; its steps build on each other.
type operator struct {
	*Cloud
	client *hcloud.Client
}

// TestLVS follows the operator's command through one cloud's life.
func TestLVS(t *testing.T) {
	cloud := take(t, "lvs", t.TempDir())
	o := &operator{Cloud: cloud, client: cloud.impatient()}
	follow(t,
		step{"the cost is that of the price list", o.cost},
		step{"doctor has nothing against a first up", o.healthyBefore},
		step{"doctor finds what stands in its way", o.obstacles},
		step{"doctor has nothing against the cloud", o.healthyAfter},
		step{"the kubeconfig is merged and works", o.kubeconfig},
		step{"doctor finds what other hands changed, and what it says mends it", o.mended},
		step{"doctor finds a server that is off", o.off},
	)
}

// lvs runs the command with additional variables, and returns its answer, followed by what it said besides, and its
// exit code.
func (o *operator) lvs(t *testing.T, env []string, args ...string) (string, int) {
	t.Helper()
	cmd := exec.Command(o.lvsBinary(), append(args, "--stack", Stack, "--config-file", o.config)...)
	cmd.Dir, cmd.Env = o.root, append(slices.Clone(o.env), env...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	fmt.Fprintf(o.Log, "$ lvs %s\n%s%s", strings.Join(args, " "), out.String(), said.String())
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	for _, secret := range []string{o.Env("HCLOUD_TOKEN"), "PRIVATE KEY", "client-key-data"} {
		if strings.Contains(out.String()+said.String(), secret) {
			t.Errorf("lvs %s: got a secret printed, want none", args[0])
		}
	}
	return out.String() + said.String(), cmd.ProcessState.ExitCode()
}

// finding is one line of the doctor.
type finding struct{ Check, Status, Message, Fix string }

// doctor returns what failed or warned, by check, and the exit code.
func (o *operator) doctor(t *testing.T, env ...string) (map[string]finding, int) {
	t.Helper()
	text, code := o.lvs(t, env, "doctor", "--output", "json", "--identity", o.Env("TWIN_SSH_KEY"))
	var answer struct{ Findings []finding }
	if err := json.NewDecoder(strings.NewReader(text)).Decode(&answer); err != nil { // progress may follow
		t.Fatalf("doctor: %v in\n%s", err, text)
	}
	if len(answer.Findings) < 6 {
		t.Errorf("doctor: got %d findings, want at least those about this machine", len(answer.Findings))
	}
	bad := map[string]finding{}
	for _, f := range answer.Findings {
		if f.Status == "ok" {
			continue
		}
		if bad[f.Check] = f; f.Fix == "" {
			t.Errorf("doctor: got no command that mends %q, want one", f.Message)
		}
	}
	return bad, code
}

// wantFindings fails unless exactly those checks did, with the exit code that belongs to it.
func wantFindings(t *testing.T, bad map[string]finding, code int, checks ...string) {
	t.Helper()
	var got []string
	for c := range bad {
		got = append(got, c)
	}
	slices.Sort(got)
	slices.Sort(checks)
	wantCode := 0
	if len(checks) > 0 {
		wantCode = 1
	}
	if !slices.Equal(got, checks) || code != wantCode {
		t.Errorf("doctor: got %v with exit code %d, want exactly %q and %d", bad, code, checks, wantCode)
	}
}

func (o *operator) cost(t *testing.T) {
	text, code := o.lvs(t, nil, "cost", "--output", "json")
	var bill struct {
		Currency     string
		Lines        []struct{ Net, Gross float64 }
		Total        struct{ Net, Gross float64 }
		Budget       struct{ Within bool }
		Stock        struct{ Availability string }
		Alternatives []struct {
			ServerType string
			Total      struct{ Net float64 }
		}
	}
	if err := json.NewDecoder(strings.NewReader(text)).Decode(&bill); err != nil || code != 0 {
		t.Fatalf("cost: got exit code %d (%v), want 0 and JSON", code, err)
	}
	prices := must[hcloud.Pricing](t)(func() (hcloud.Pricing, error) { p, _, err := o.client.Pricing.Get(t.Context()); return p, err }())
	number := func(s string) float64 { return must[float64](t)(strconv.ParseFloat(s, 64)) }
	want := number(prices.Volume.PerGBMonthly.Net) * 50
	for _, s := range prices.ServerTypes {
		for _, p := range s.Pricings {
			if s.ServerType.Name == "cx23" && p.Location.Name == "nbg1" {
				want += number(p.Monthly.Net)
			}
		}
	}
	for _, ip := range prices.PrimaryIPs {
		for _, p := range ip.Pricings {
			if p.Location == "nbg1" {
				want += number(p.Monthly.Net)
			}
		}
	}
	if math.Abs(bill.Total.Net-want) > 1e-6 || math.Abs(bill.Total.Net-8.85) > 1e-6 || math.Abs(bill.Total.Gross-10.5315) > 1e-6 {
		t.Errorf("total: got %v, want %.4f net, which is 8.85, and 10.5315 gross", bill.Total, want)
	}
	if bill.Currency != prices.Currency || !bill.Budget.Within || bill.Stock.Availability != "in stock" || len(bill.Lines) != 4 {
		t.Errorf("got %+v, want four lines in %s, within the budget, in stock", bill, prices.Currency)
	}
	if len(bill.Alternatives) == 0 || bill.Alternatives[0].ServerType != "cx33" || math.Abs(bill.Alternatives[0].Total.Net-11.85) > 1e-6 {
		t.Errorf("alternatives: got %+v, want cx33 for 11.85 first", bill.Alternatives)
	}
}

func (o *operator) healthyBefore(t *testing.T) {
	bad, code := o.doctor(t)
	wantFindings(t, bad, code)
}

func (o *operator) obstacles(t *testing.T) {
	bad, code := o.doctor(t, "HCLOUD_TOKEN="+strings.Repeat("real", 16))
	wantFindings(t, bad, code, "token")

	bad, code = o.doctor(t, "PULUMI_CONFIG_PASSPHRASE=another")
	wantFindings(t, bad, code, "passphrase")

	o.faults(t, Fault{Effect: "sold_out", ServerType: "cx23", Location: "nbg1"})
	bad, code = o.doctor(t)
	wantFindings(t, bad, code, "server type")
	if f := bad["server type"]; !strings.Contains(f.Message, "sold out") || !strings.HasSuffix(f.Fix, " cx33") {
		t.Errorf("got %+v, want cx33 instead of a sold out type", f)
	}
	if text, code := o.lvs(t, nil, "cost"); code != 0 || !strings.Contains(text, "cx23 is sold out in nbg1. A new server can be had as cx33, for EUR 11.85") {
		t.Errorf("cost: got exit code %d and\n%s\nwant it to say that the type is sold out, and what is not", code, text)
	}
	o.faults(t)

	made, _, err := o.client.Volume.Create(t.Context(), hcloud.VolumeCreateOpts{
		Name: "lvs-cloud-twin-data", Size: 50, Location: &hcloud.Location{Name: "nbg1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	o.await(t, append(made.NextActions, made.Action)...)
	bad, code = o.doctor(t)
	wantFindings(t, bad, code, "volume")
	if f := bad["volume"]; !strings.HasSuffix(f.Fix, fmt.Sprintf("volume.adoptID' %d", made.Volume.ID)) {
		t.Errorf("got %+v, want the command that adopts the volume", f)
	}
	if _, err := o.client.Volume.Delete(t.Context(), made.Volume); err != nil {
		t.Fatal(err)
	}
}

func (o *operator) await(t *testing.T, actions ...*hcloud.Action) {
	t.Helper()
	actions = slices.DeleteFunc(actions, func(a *hcloud.Action) bool { return a == nil })
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := o.client.Action.WaitFor(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

func (o *operator) healthyAfter(t *testing.T) {
	must[string](t)(o.Pulumi("up", "--yes"))
	bad, code := o.doctor(t)
	wantFindings(t, bad, code)
}

const otherKubeconfig = `# kept by hand
apiVersion: v1
kind: Config
current-context: work
clusters:
- name: work # the office
  cluster: {server: "https://work.example.com:6443"}
contexts:
- name: work
  context: {cluster: work, user: me, namespace: team}
users:
- name: me
  user: {token: mine}
`

func (o *operator) kubeconfig(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(otherKubeconfig), 0o644); err != nil {
		t.Fatal(err)
	}
	fetch := []string{"kubeconfig", "--file", file, "--identity", o.Env("TWIN_SSH_KEY")}
	for range 2 { // the second time finds its own entries
		if text, code := o.lvs(t, nil, fetch...); code != 0 || !strings.Contains(text, "valid until 20") {
			t.Fatalf("got exit code %d and\n%s\nwant it merged, and the end of its certificate", code, text)
		}
	}
	text := string(must[[]byte](t)(os.ReadFile(file)))
	mode := must[os.FileInfo](t)(os.Stat(file)).Mode()
	if !strings.Contains(text, "# kept by hand") || !strings.Contains(text, "# the office") || mode != 0o600 {
		t.Errorf("got mode %v and\n%s\nwant 0600, and the comments kept", mode, text)
	}
	raw := must[*clientcmdapi.Config](t)(clientcmd.Load([]byte(text)))
	if work := raw.Contexts["work"]; raw.CurrentContext != "work" || len(raw.Contexts) != 2 || work.Namespace != "team" || raw.AuthInfos["me"].Token != "mine" {
		t.Errorf("got %+v, want the other context as it was, and current", raw)
	}
	rest := must[*rest.Config](t)(clientcmd.NewNonInteractiveClientConfig(*raw, "lvs-cloud-twin", nil, nil).ClientConfig())
	client := must[*kubernetes.Clientset](t)(kubernetes.NewForConfig(rest))
	nodes := must[*corev1.NodeList](t)(client.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{}))
	if len(nodes.Items) != 1 || nodes.Items[0].Name != "lvs-cloud-twin-node" {
		t.Errorf("got %d nodes, want lvs-cloud-twin-node alone", len(nodes.Items))
	}

	broken := "clusters: [what"
	if err := os.WriteFile(file, []byte(broken), 0o640); err != nil {
		t.Fatal(err)
	}
	if out, code := o.lvs(t, nil, fetch...); code != 1 || string(must[[]byte](t)(os.ReadFile(file))) != broken {
		t.Errorf("got exit code %d and\n%s\nwant a broken file refused and left as it is", code, out)
	}
}

// find returns the machine's objects that the next steps meddle with.
func (o *operator) find(t *testing.T) (*hcloud.Server, *hcloud.Volume, *hcloud.PrimaryIP, *hcloud.Firewall) {
	t.Helper()
	server, _, err := o.client.Server.GetByName(t.Context(), "lvs-cloud-twin-node")
	volume, _, verr := o.client.Volume.GetByName(t.Context(), "lvs-cloud-twin-data")
	ip, _, ierr := o.client.PrimaryIP.GetByName(t.Context(), "lvs-cloud-twin-ipv4")
	operators, _, ferr := o.client.Firewall.GetByName(t.Context(), "lvs-cloud-twin-operators")
	if err := errors.Join(err, verr, ierr, ferr); err != nil || server == nil || volume == nil || ip == nil || operators == nil {
		t.Fatalf("got server %v, volume %v, address %v, firewall %v (%v), want all of them", server, volume, ip, operators, err)
	}
	return server, volume, ip, operators
}

func (o *operator) mended(t *testing.T) {
	_, volume, ip, operators := o.find(t)
	action, _, err := o.client.Volume.ChangeProtection(t.Context(), volume, hcloud.VolumeChangeProtectionOpts{Delete: new(false)})
	if err != nil {
		t.Fatal(err)
	}
	o.await(t, action)
	action, _, err = o.client.PrimaryIP.ChangeProtection(t.Context(), hcloud.PrimaryIPChangeProtectionOpts{ID: ip.ID, Delete: false})
	if err != nil {
		t.Fatal(err)
	}
	o.await(t, action)
	ssh := slices.DeleteFunc(slices.Clone(operators.Rules), func(r hcloud.FirewallRule) bool { return *r.Port != "22" })
	actions, _, err := o.client.Firewall.SetRules(t.Context(), operators, hcloud.FirewallSetRulesOpts{Rules: ssh})
	if err != nil {
		t.Fatal(err)
	}
	o.await(t, actions...)

	bad, code := o.doctor(t)
	wantFindings(t, bad, code, "volume", "address ipv4", "firewall operators", "api server")
	const fix = "pulumi up --refresh --stack " + Stack
	for _, check := range []string{"volume", "address ipv4", "firewall operators"} {
		if bad[check].Fix != fix {
			t.Errorf("%s: got %q as what mends it, want %q", check, bad[check].Fix, fix)
		}
	}
	must[string](t)(o.Pulumi("up", "--refresh", "--yes"))
	bad, code = o.doctor(t)
	wantFindings(t, bad, code)
}

func (o *operator) off(t *testing.T) {
	server, _, _, _ := o.find(t)
	action, _, err := o.client.Server.Poweroff(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	o.await(t, action)
	bad, code := o.doctor(t)
	wantFindings(t, bad, code, "server")
	if f := bad["server"]; !strings.Contains(f.Message, "off") || f.Fix != fmt.Sprintf("hcloud server poweron %d", server.ID) {
		t.Errorf("got %+v, want a server that is off, and how to start it", f)
	}
}
