package e2e

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// The addresses of the scenario; on the twin they are this machine's.
const (
	atHome   = "127.0.0.1"
	atRunner = "127.0.0.2"
	stranger = "127.0.0.3"
)

const accessName = "lvs-cloud-twin-access"

// access is the scenario of an operator whose network is not configured; its steps build on each other.
type access struct {
	operator
	address string // of the server
}

// TestAccess follows one cloud that lets nobody in but through `lvs access`.
func TestAccess(t *testing.T) {
	cloud := take(t, "access", t.TempDir())
	a := &access{operator: operator{Cloud: cloud, client: cloud.impatient()}}
	follow(t,
		step{"doctor warns when nobody is let in", a.nobody},
		step{"open works before there is a server", a.openFirst},
		step{"up goes through it", a.up},
		step{"servers of others are not opened", a.others},
		step{"Pulumi never sees it", a.unseen},
		step{"a second address does not close the first", a.second},
		step{"addresses let in at the same moment are both in", a.atOnce},
		step{"close shuts SSH and the Kubernetes API, and nothing else", a.shut},
		step{"doctor names the way in, and it needs the token alone", a.tokenAlone},
		step{"what has expired is shown, and closed alone", a.expired},
		step{"what is somebody else's is left alone", a.foreign},
		step{"closing leaves no server without a firewall", a.lastOne},
		step{"nothing is left", a.gone},
	)
}

func (a *access) nobody(t *testing.T) {
	if err := a.Configure(nil, "access", "adminCIDRs"); err != nil {
		t.Fatal(err)
	}
	bad, code := a.doctor(t)
	if f := bad["access"]; len(bad) != 1 || code != 0 || f.Status != "warn" || f.Fix != "lvs access open --stack "+Stack {
		t.Errorf("got %+v and exit code %d, want one warning that names `lvs access open`, and 0", bad, code)
	}
	if got := a.access(t, nil, "show"); len(got.Entrances) > 0 {
		t.Errorf("got %+v, want nobody let in", got)
	}
}

func (a *access) openFirst(t *testing.T) {
	text, code := a.lvs(t, nil, "access", "open", "--from", atHome)
	if code != 0 || !strings.Contains(text, "There is no server yet") || !strings.Contains(text, atHome+"/32") {
		t.Fatalf("got exit code %d and\n%s\nwant it opened, and that there is no server yet", code, text)
	}
	bad, code := a.doctor(t)
	wantFindings(t, bad, code)
}

func (a *access) up(t *testing.T) {
	must[string](t)(a.Pulumi("up", "--yes"))
	a.address = must[string](t)(a.Output("serverAddress"))
	_, _, _, operators := a.find(t)
	if len(operators.Rules) > 0 {
		t.Errorf("got the rules %v in the stack's own firewall, want none: nothing is configured", operators.Rules)
	}
	a.wantIn(t, atHome)
	bad, code := a.doctor(t)
	wantFindings(t, bad, code)
}

// others makes servers with nearly the same labels, and looks at the firewalls of all.
func (a *access) others(t *testing.T) {
	for name, labels := range map[string]map[string]string{
		"stack": {"project": "lvs-cloud", "stack": "other"}, "project": {"project": "other", "stack": Stack}, "unlabelled": {"stack": Stack},
	} {
		made, _, err := a.client.Server.Create(t.Context(), hcloud.ServerCreateOpts{
			Name: "other-" + name, ServerType: &hcloud.ServerType{Name: "cx23"}, Image: &hcloud.Image{Name: "debian-13"},
			Location: &hcloud.Location{Name: "nbg1"}, Labels: labels, StartAfterCreate: new(false),
		})
		if err != nil {
			t.Fatal(err)
		}
		a.await(t, append(made.NextActions, made.Action)...)
	}
	if got := a.access(t, nil, "open", "--from", atHome); !slices.Equal(got.Servers, []string{"lvs-cloud-twin-node"}) {
		t.Errorf("got it open on %q, want the stack's own server alone", got.Servers)
	}
	servers := must[[]*hcloud.Server](t)(a.client.Server.All(t.Context()))
	if len(servers) != 4 {
		t.Errorf("got %d servers, want 4", len(servers))
	}
	id := a.firewall(t).ID
	for _, s := range servers {
		on := slices.ContainsFunc(s.PublicNet.Firewalls, func(f *hcloud.ServerFirewallStatus) bool { return f.Firewall.ID == id })
		if on != (s.Name == "lvs-cloud-twin-node") {
			t.Errorf("%s: got it behind the access firewall %t, want %t", s.Name, on, !on)
		}
		if s.Name == "lvs-cloud-twin-node" {
			continue
		}
		gone, _, err := a.client.Server.DeleteWithResult(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		a.await(t, gone.Action)
	}
}

func (a *access) unseen(t *testing.T) {
	before := a.firewall(t)
	must[string](t)(a.Pulumi("preview", "--refresh", "--expect-no-changes"))
	must[string](t)(a.Pulumi("refresh", "--yes", "--expect-no-changes"))
	must[string](t)(a.Pulumi("up", "--yes", "--expect-no-changes"))
	// A change of the stack's own firewall passes it by, too. That network is not this machine's.
	if err := a.Configure([]string{"192.0.2.1/32"}, "access", "adminCIDRs"); err != nil {
		t.Fatal(err)
	}
	if got := must[[]string](t)(a.Steps()); !slices.Equal(got, []string{"update hcloud:index/firewall:Firewall operators"}) &&
		!slices.Equal(got, []string{"update lvs-cloud:components:Firewall firewall", "update hcloud:index/firewall:Firewall operators"}) {
		t.Errorf("got the steps %q, want the operators firewall alone updated", got)
	}
	must[string](t)(a.Pulumi("up", "--yes"))
	after := a.firewall(t)
	if after == nil || after.ID != before.ID || len(after.Rules) != len(before.Rules) || len(after.AppliedTo) != 1 || len(after.AppliedTo[0].AppliedToResources) != 1 {
		t.Errorf("got %+v after Pulumi, want it as it was: %+v", after, before)
	}
	a.wantIn(t, atHome)
}

func (a *access) second(t *testing.T) {
	got := a.access(t, nil, "open", "--from", atRunner, "--for", "2h")
	if len(got.Entrances) != 3 { // with the stack's own
		t.Fatalf("got %+v, want two addresses, and the configured network", got.Entrances)
	}
	home, runner, own := got.Entrances[0], got.Entrances[1], got.Entrances[2]
	if home.From != atHome+"/32" || runner.From != atRunner+"/32" || !runner.Until.After(home.Until) {
		t.Errorf("got %+v and %+v, want each with an end of its own", home, runner)
	}
	if own.From != "192.0.2.1/32" || own.By != "lvs-cloud-twin-operators" || !own.Until.IsZero() {
		t.Errorf("got %+v, want the configured network, without an end", own)
	}
	a.wantIn(t, atHome, atRunner)
	again := a.access(t, nil, "open", "--from", atRunner, "--for", "1m")
	if !again.Entrances[1].Until.Equal(runner.Until) {
		t.Errorf("got %v after opening for a minute, want it never shortened: %v", again.Entrances[1].Until, runner.Until)
	}
	if got := a.access(t, nil, "close", "--from", atRunner); !slices.Equal(got.Closed, []string{atRunner + "/32"}) {
		t.Errorf("got %q closed, want the runner", got.Closed)
	}
	a.wantIn(t, atHome)
}

func (a *access) atOnce(t *testing.T) {
	a.access(t, nil, "close") // so that both find nothing, and both make the firewall
	var both sync.WaitGroup
	for _, from := range []string{atHome, atRunner} {
		both.Go(func() {
			if text, code := a.lvs(t, nil, "access", "open", "--from", from); code != 0 {
				t.Errorf("%s: got exit code %d and\n%s\nwant 0", from, code, text)
			}
		})
	}
	both.Wait()
	a.wantIn(t, atHome, atRunner)
}
