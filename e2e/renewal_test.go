package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// renewal is the scenario of one volume under several servers; its steps build on each other.
type renewal struct {
	growth
	version string // of k3s
}

// TestRenewal rebuilds, loses and replaces the server under a living cloud, whose data survives all of it.
func TestRenewal(t *testing.T) {
	cloud := take(t, "renewal", t.TempDir())
	r := &renewal{growth{machine{Cloud: cloud}}, "v1.36.4+k3s1"}
	follow(t,
		step{"up", r.begin},
		step{"nothing is rebuilt or replaced without a yes", r.unconfirmed},
		step{"a rebuild does not carry other changes with it", r.unapplied},
		step{"a rebuild keeps server, addresses and data", r.rebuild},
		step{"a cluster that cannot be stopped is not rebuilt", r.inUse},
		step{"a rebuild that Hetzner fails leaves the cluster running", r.failedRebuild},
		step{"a rebuild that is cut off is finished by up", r.cutOff},
		step{"a server beyond reach is rebuilt if that is said", r.unreachable},
		step{"a server deleted behind Pulumi's back is made again", r.lost},
		step{"a server whose type is sold out is not replaced", r.soldOutReplace},
		step{"a server is replaced on purpose", r.replace},
		step{"a lost server is replaced by one of another type", r.lostAndLarger},
		step{"a leaked kubeconfig is replaced", r.leaked},
		step{"a lost state is recovered", r.lostState},
	)
}

const confirmed = "--confirm=lvs-cloud-twin-node"

// renew runs rebuild or replace, confirmed, with the operator's key.
func (r *renewal) renew(args ...string) error {
	_, err := r.LVS(append(args, confirmed, "--identity", r.Env("TWIN_SSH_KEY"))...)
	return err
}

// refusedRenewal checks that a renewal ends with these messages, and that nothing at Hetzner or in the cluster changed.
func (r *renewal) refusedRenewal(t *testing.T, messages []string, args ...string) {
	t.Helper()
	before, run := must[[]string](t)(r.Inventory()), r.k3sRun(t)
	_, err := r.LVS(append(args, "--identity", r.Env("TWIN_SSH_KEY"))...)
	for _, want := range messages {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("lvs %s: got %v, want it refused with %q", args[0], err, want)
		}
	}
	if after := must[[]string](t)(r.Inventory()); !slices.Equal(before, after) {
		t.Errorf("got the inventory\n%s\nwant it as before\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
	}
	if after := r.k3sRun(t); after != run {
		t.Errorf("k3s: got %q, want it untouched, %q", after, run)
	}
}

// leave puts a file on the root disk, which a new root disk does not have.
func (r *renewal) leave(t *testing.T) {
	t.Helper()
	must[string](t)(r.SSH("touch /root/left"))
}

// intact checks that the cloud is as it was, on another root disk: its data, its node, its addresses, its protection.
func (r *renewal) intact(t *testing.T, address string) {
	t.Helper()
	if got := must[string](t)(r.Output("serverAddress")); got != address {
		t.Errorf("address: got %s, want %s as before", got, address)
	}
	r.checkNode(t, r.version)
	r.recall(t)
	if got := must[string](t)(r.SSH("hostname; ls /root/left 2>/dev/null || true")); got != "lvs-cloud-twin-node" {
		t.Errorf("got %q, want a host of the old name with a new root disk", got)
	}
	if s := r.server(t); !s.Protection.Delete || !s.Protection.Rebuild {
		t.Errorf("server: got protection %+v, want both", s.Protection)
	}
	if got := must[[]string](t)(r.Compare()); len(got) > 0 {
		t.Errorf("got %q, want Hetzner and the state to agree", got)
	}
	must[string](t)(r.Pulumi("preview", "--refresh", "--expect-no-changes"))
	must[string](t)(r.Pulumi("up", "--yes", "--expect-no-changes"))
}

func (r *renewal) unconfirmed(t *testing.T) {
	for _, verb := range []string{"rebuild", "replace"} {
		r.refusedRenewal(t, []string{"protection is lifted", `got "", want --confirm lvs-cloud-twin-node`}, verb)
		r.refusedRenewal(t, []string{`got "yes", want --confirm lvs-cloud-twin-node`}, verb, "--confirm", "yes")
	}
}

func (r *renewal) unapplied(t *testing.T) {
	if err := r.Configure(60, sizeGB...); err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"rebuild", "replace"} {
		r.refusedRenewal(t, []string{"changes that were never applied (update data"}, verb, confirmed)
	}
	if err := r.Configure(50, sizeGB...); err != nil {
		t.Fatal(err)
	}
	if err := r.Configure("v1.36.5+k3s1", k3sVersion...); err != nil {
		t.Fatal(err)
	}
	r.refusedRenewal(t, []string{"changes that were never applied (update k3s-install)"}, "rebuild", confirmed)
	if err := r.Configure(r.version, k3sVersion...); err != nil {
		t.Fatal(err)
	}
}

func (r *renewal) rebuild(t *testing.T) {
	r.leave(t)
	before, address := r.server(t), must[string](t)(r.Output("serverAddress"))
	if err := r.renew("rebuild"); err != nil {
		t.Fatal(err)
	}
	r.intact(t, address)
	if after := r.server(t); after.ID != before.ID || after.ServerType.Name != before.ServerType.Name || after.PublicNet.IPv6.ID != before.PublicNet.IPv6.ID {
		t.Errorf("server: got %d %s, want %d %s with its addresses", after.ID, after.ServerType.Name, before.ID, before.ServerType.Name)
	}
}

func (r *renewal) inUse(t *testing.T) {
	must[string](t)(r.SSH("mkdir -p /mnt/other && mount --bind /data /mnt/other && systemd-run --quiet --unit=holder --working-directory=/mnt/other sleep 3600"))
	before := must[[]string](t)(r.Inventory())
	err := r.renew("rebuild")
	for _, want := range []string{"data.mount: still mounted on /mnt/other", "everything was started again, and nothing was changed"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if after := must[[]string](t)(r.Inventory()); !slices.Equal(before, after) {
		t.Errorf("got the inventory\n%s\nwant it as before\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
	}
	must[string](t)(r.SSH("systemctl stop holder; umount /mnt/other"))
	r.awaitNode(t)
	r.recall(t)
}

// awaitNode waits until k3s, just started, says that its node is ready.
func (r *renewal) awaitNode(t *testing.T) {
	t.Helper()
	must[string](t)(r.SSH("timeout 120 sh -c 'until k3s kubectl wait --for=condition=Ready node --all --timeout=60s; do sleep 1; done' 2>/dev/null"))
}

func (r *renewal) failedRebuild(t *testing.T) {
	for _, fault := range []Fault{
		{Method: "POST", Path: "/servers/*/actions/rebuild", Effect: "fail_action", Message: "no room in the rack"},
		{Method: "POST", Path: "/servers/*/actions/rebuild", Effect: "server_error", Status: 500},
	} {
		r.faults(t, fault)
		err := r.renew("rebuild")
		r.faults(t)
		if err == nil || !strings.Contains(err.Error(), "the cluster was started again") {
			t.Errorf("got %v, want it to say that the cluster was started again", err)
		}
		if s := r.server(t); !s.Protection.Delete || !s.Protection.Rebuild {
			t.Errorf("server: got protection %+v, want both back", s.Protection)
		}
		r.awaitNode(t)
		r.recall(t)
	}
}

// cutOff ends a rebuild between the new root disk and the end of the installation.
func (r *renewal) cutOff(t *testing.T) {
	r.leave(t)
	address := must[string](t)(r.Output("serverAddress"))
	r.releases(t, "v1.36.5+k3s1")
	err := r.renew("rebuild")
	r.releases(t, "v1.36.4+k3s1", "v1.36.5+k3s1")
	if want := "the volume and its data are untouched, run `pulumi up --refresh --stack twin` to go on"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
	must[string](t)(r.Pulumi("up", "--yes"))
	r.intact(t, address)
}

func (r *renewal) unreachable(t *testing.T) {
	r.leave(t)
	address := must[string](t)(r.Output("serverAddress"))
	before := must[[]string](t)(r.Inventory())
	must[string](t)(r.SSH("systemctl stop ssh.socket ssh.service"))
	err := r.renew("rebuild")
	for _, want := range []string{"nothing was changed", "lvs access open --stack twin", "--unreachable"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if after := must[[]string](t)(r.Inventory()); !slices.Equal(before, after) {
		t.Errorf("got the inventory\n%s\nwant it as before\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
	}
	if err := r.renew("rebuild", "--unreachable"); err != nil {
		t.Fatal(err)
	}
	r.intact(t, address)
}

// deleteServer plays somebody at Hetzner's console.
func (r *renewal) deleteServer(t *testing.T) {
	t.Helper()
	client, s, no := r.Hetzner(), r.server(t), false
	r.power(t, (*hcloud.ServerClient).Poweroff)
	action, _, err := client.Server.ChangeProtection(t.Context(), s, hcloud.ServerChangeProtectionOpts{Delete: &no, Rebuild: &no})
	if err == nil {
		err = client.Action.WaitFor(t.Context(), action)
	}
	if err != nil {
		t.Fatal(err)
	}
	result, _, err := client.Server.DeleteWithResult(t.Context(), s)
	if err == nil {
		err = client.Action.WaitFor(t.Context(), result.Action)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// lost finds the server gone, on a day on which an upgrade was due as well.
func (r *renewal) lost(t *testing.T) {
	r.leave(t)
	r.version = "v1.36.5+k3s1"
	if err := r.Configure(r.version, k3sVersion...); err != nil {
		t.Fatal(err)
	}
	address, id := must[string](t)(r.Output("serverAddress")), r.server(t).ID
	r.deleteServer(t)
	must[string](t)(r.Pulumi("up", "--yes", "--refresh"))
	r.intact(t, address)
	if after := r.server(t).ID; after == id {
		t.Errorf("server: got %d again, want another", after)
	}
}

func (r *renewal) soldOutReplace(t *testing.T) {
	r.faults(t, Fault{Effect: "sold_out", ServerType: "cx23"})
	r.refusedRenewal(t, []string{"cx23 is sold out in nbg1", "Nothing was changed"}, "replace", confirmed)
	r.faults(t)
}

func (r *renewal) replace(t *testing.T) {
	r.leave(t)
	must[string](t)(r.SSH(witness))
	address, id := must[string](t)(r.Output("serverAddress")), r.server(t).ID
	if err := r.renew("replace"); err != nil {
		t.Fatal(err)
	}
	r.intact(t, address)
	if after := r.server(t).ID; after == id {
		t.Errorf("server: got %d again, want another", after)
	}
	if got := must[string](t)(r.SSH("cat /data/witness")); got != "in order" {
		t.Errorf("got %q, want what lives on the volume stopped before the server goes", got)
	}
}

// lostAndLarger plays the worst day: the server is gone, and its type cannot be had any more.
func (r *renewal) lostAndLarger(t *testing.T) {
	r.leave(t)
	address := must[string](t)(r.Output("serverAddress"))
	r.deleteServer(t)
	r.faults(t, Fault{Effect: "sold_out", ServerType: "cx23"})
	if err := r.renew("replace"); err == nil || !strings.Contains(err.Error(), "A new server can be had as cx33") {
		t.Errorf("got %v, want it to name a type that can be had", err)
	}
	if err := r.Configure("cx33", serverType...); err != nil {
		t.Fatal(err)
	}
	if err := r.renew("replace"); err != nil {
		t.Fatal(err)
	}
	r.faults(t)
	r.intact(t, address)
	if got := fmt.Sprint(r.server(t).ServerType.Name); got != "cx33" {
		t.Errorf("server: got a %s, want a cx33", got)
	}
}

// leaked ends the token that the program's kubeconfig holds, as docs/decisions/lasting-kubeconfig.md says.
func (r *renewal) leaked(t *testing.T) {
	before := must[string](t)(r.Output("kubeconfig"))
	must[string](t)(r.SSH("k3s kubectl --namespace kube-system delete secret lvs-cloud"))
	const urn = "urn:pulumi:" + Stack + "::lvs-cloud::lvs-cloud:components:Cluster$command:remote:Command::k3s-kubeconfig"
	must[string](t)(r.Pulumi("state", "unprotect", "--yes", "--stack", Stack, urn))
	must[string](t)(r.Pulumi("state", "taint", "--yes", "--stack", Stack, urn))
	must[string](t)(r.Pulumi("up", "--yes"))
	if after := must[string](t)(r.Output("kubeconfig")); after == before {
		t.Error("got the same kubeconfig, want another token")
	}
	r.checkNode(t, r.version)
	must[string](t)(r.Pulumi("preview", "--refresh", "--expect-no-changes"))
}

// lostState forgets everything that Pulumi knows, and follows docs/decisions/data-survival.md.
func (r *renewal) lostState(t *testing.T) {
	r.leave(t)
	address := must[string](t)(r.Output("serverAddress"))
	must[string](t)(r.Pulumi("stack", "rm", Stack, "--yes", "--force", "--preserve-config"))
	must[string](t)(r.Pulumi("stack", "init", Stack, "--secrets-provider", "passphrase"))
	r.deleteServer(t)
	client := r.Hetzner()
	for _, key := range must[[]*hcloud.SSHKey](t)(client.SSHKey.All(t.Context())) {
		if _, err := client.SSHKey.Delete(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	turns := 0
	for ; turns < 5; turns++ {
		_, err := r.Pulumi("up", "--yes")
		if err == nil {
			break
		}
		if !strings.Contains(err.Error(), "uniqueness_error") {
			t.Fatalf("got %v, want names that are taken", err)
		}
		for range 3 {
			if out := must[string](t)(r.LVS("recover", "--yes")); !strings.Contains(out, "Go on with: lvs recover") {
				break
			}
		}
	}
	if turns != 2 {
		t.Errorf("got %d turns, want two: for what the server needs, and for the volume", turns)
	}
	r.intact(t, address)
}
