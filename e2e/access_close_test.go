package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// listen makes the server answer on port 80, where nothing listens yet.
const listen = `systemd-run --quiet --collect --unit=web python3 -c '
import socket
s = socket.create_server(("", 80))
while True:
    c, _ = s.accept()
    c.sendall(b"hello")
    c.close()
'
until exec 3<>/dev/tcp/127.0.0.1/80; do sleep 0.1; done 2>/dev/null`

func (a *access) shut(t *testing.T) {
	must[string](t)(a.SSH("timeout 30 bash -c '" + strings.ReplaceAll(listen, "'", `'\''`) + "'"))
	if !a.answers(t, stranger, "80") {
		t.Fatal("port 80: got no answer, want one before anything is closed")
	}
	if got := a.access(t, nil, "close"); len(got.Closed) != 2 {
		t.Errorf("got %q closed, want both addresses", got.Closed)
	}
	a.wantIn(t)
	if !a.answers(t, stranger, "80") {
		t.Error("port 80: got no answer, want it open to everyone as before")
	}
	edge, _, err := a.client.Firewall.GetByName(t.Context(), "lvs-cloud-twin-edge")
	if err != nil {
		t.Fatal(err)
	}
	if got := ports(edge); !slices.Equal(got, []string{"443", "80", "icmp"}) || len(edge.AppliedTo) != 1 {
		t.Errorf("got the edge firewall with %q on %d servers, want it as it was", got, len(edge.AppliedTo))
	}
	if fw := a.firewall(t); fw != nil {
		t.Errorf("got %+v, want it gone with the last address", fw)
	}
	text, code := a.lvs(t, nil, "access", "close")
	if code != 0 || !strings.Contains(text, "There was nothing to close.") {
		t.Errorf("got exit code %d and\n%s\nwant 0, and that there was nothing", code, text)
	}
}

// tokenAlone gets in although the configured network is wrong, without Pulumi, its state or a key.
func (a *access) tokenAlone(t *testing.T) {
	bad, code := a.doctor(t)
	wantFindings(t, bad, code, "ssh", "api server")
	for _, check := range []string{"ssh", "api server"} {
		if bad[check].Fix != "lvs access open --stack "+Stack {
			t.Errorf("%s: got %q as what mends it, want `lvs access open`", check, bad[check].Fix)
		}
	}
	nothing := []string{"PATH=/nonexistent", "HOME=/nonexistent", "PULUMI_HOME=/nonexistent", "PULUMI_BACKEND_URL=file:///nonexistent", "PULUMI_CONFIG_PASSPHRASE="}
	a.access(t, nothing, "open", "--from", atHome)
	a.wantIn(t, atHome)
	bad, code = a.doctor(t)
	wantFindings(t, bad, code)
}

func (a *access) expired(t *testing.T) {
	a.access(t, nil, "open", "--from", atRunner)
	fw := a.firewall(t)
	rules := slices.Clone(fw.Rules)
	for i, r := range rules { // an hour later, for the runner
		if r.SourceIPs[0].IP.String() == atRunner {
			text, end, _ := strings.Cut(*r.Description, " until ")
			then := must[time.Time](t)(time.Parse(time.RFC3339, end)).Add(-2 * time.Hour)
			rules[i].Description = new(text + " until " + then.Format(time.RFC3339))
		}
	}
	actions, _, err := a.client.Firewall.SetRules(t.Context(), fw, hcloud.FirewallSetRulesOpts{Rules: rules})
	if err != nil {
		t.Fatal(err)
	}
	a.await(t, actions...)
	a.wantIn(t, atHome, atRunner) // Hetzner ends nothing by itself
	if text, code := a.lvs(t, nil, "access", "show"); code != 0 || strings.Count(text, "EXPIRED") != 1 {
		t.Errorf("got exit code %d and\n%s\nwant one address marked as expired", code, text)
	}
	bad, code := a.doctor(t)
	if f := bad["access"]; len(bad) != 1 || code != 0 || f.Fix != "lvs access close --expired --stack "+Stack {
		t.Errorf("got %+v and exit code %d, want one warning that names the command", bad, code)
	}
	if got := a.access(t, nil, "close", "--expired"); !slices.Equal(got.Closed, []string{atRunner + "/32"}) {
		t.Errorf("got %q closed, want what has expired", got.Closed)
	}
	a.wantIn(t, atHome)
	if got := a.access(t, nil, "close", "--expired"); len(got.Closed) > 0 {
		t.Errorf("got %q closed, want nothing: nothing has expired", got.Closed)
	}
	a.wantIn(t, atHome)
}

func (a *access) foreign(t *testing.T) {
	fw := a.firewall(t)
	relabel := func(labels map[string]string) {
		if _, _, err := a.client.Firewall.Update(t.Context(), fw, hcloud.FirewallUpdateOpts{Labels: labels}); err != nil {
			t.Fatal(err)
		}
	}
	relabel(map[string]string{"managed-by": "me"})
	for _, args := range [][]string{{"open", "--from", atRunner}, {"close"}} {
		text, code := a.lvs(t, nil, append([]string{"access"}, args...)...)
		if code != 1 || !strings.Contains(text, "managed-by=me, want lvs") {
			t.Errorf("%v: got exit code %d and\n%s\nwant a firewall of somebody else refused", args, code, text)
		}
	}
	if after := a.firewall(t); after == nil || len(after.Rules) != len(fw.Rules) {
		t.Errorf("got %+v, want it left alone", after)
	}
	a.wantIn(t, atHome)
	relabel(fw.Labels)
}

// lastOne closes when other hands have taken the stack's own firewalls away: without the last, everything would be open.
func (a *access) lastOne(t *testing.T) {
	_, _, _, operators := a.find(t)
	edge, _, err := a.client.Firewall.GetByName(t.Context(), "lvs-cloud-twin-edge")
	if err != nil {
		t.Fatal(err)
	}
	for _, fw := range []*hcloud.Firewall{edge, operators} {
		actions, _, err := a.client.Firewall.RemoveResources(t.Context(), fw, fw.AppliedTo)
		if err != nil {
			t.Fatal(err)
		}
		a.await(t, actions...)
	}
	text, code := a.lvs(t, nil, "access", "close")
	if code != 1 || !strings.Contains(text, `server "lvs-cloud-twin-node": got no other firewall on it`) {
		t.Errorf("got exit code %d and\n%s\nwant 1, and the server named", code, text)
	}
	a.wantIn(t)
	if a.answers(t, stranger, "80") {
		t.Error("port 80: got an answer, want a server with no other firewall closed to everyone")
	}
	bad, code := a.doctor(t)
	wantFindings(t, bad, code, "firewall edge", "firewall operators", "ssh", "api server")
	for _, check := range []string{"firewall edge", "firewall operators"} {
		if got, want := bad[check].Fix, "pulumi up --refresh --stack "+Stack; got != want {
			t.Errorf("%s: got %q as what mends it, want %q", check, got, want)
		}
	}
	must[string](t)(a.Pulumi("up", "--refresh", "--yes"))
}

func (a *access) gone(t *testing.T) {
	a.access(t, nil, "close")
	a.wantIn(t)
	for _, line := range must[[]string](t)(a.Inventory()) {
		if strings.Contains(line, "access") || strings.Contains(line, "other") {
			t.Errorf("got %q left at Hetzner, want the cloud alone", line)
		}
	}
	must[string](t)(a.Pulumi("up", "--refresh", "--yes", "--expect-no-changes"))
}
