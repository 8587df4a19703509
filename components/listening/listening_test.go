package listening

import (
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lvs-cloud/lvs-cloud/components/firewall"
)

const page = "../../docs/decisions/listening.md"

func TestPageHasTheTable(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), Table()) {
		t.Errorf("%s: got another table, want\n%s", page, Table())
	}
}

// The firewalls open what the list says is let in, to whom it says, and nothing else.
func TestFirewallsOpenWhatIsListed(t *testing.T) {
	admin := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	entrances := map[string]Entrance{"edge": Everyone, "operators": Operators}
	opened := map[string]Entrance{}
	for _, layer := range firewall.Layers(admin) {
		entrance, known := entrances[layer.Role]
		if !known {
			t.Fatalf("got the firewall %q, want edge and operators alone", layer.Role)
		}
		for _, rule := range layer.Rules {
			if entrance == Operators && !slices.Equal(rule.Sources, admin) {
				t.Errorf("%s %s: got it open to %v, want the operators' networks alone", rule.Protocol, rule.Port, rule.Sources)
			}
			opened[strings.TrimSuffix(rule.Protocol+" "+rule.Port, " ")] = entrance
		}
	}
	want := map[string]Entrance{"icmp": Everyone}
	for _, p := range Ports {
		if p.LetIn == Nobody {
			continue
		}
		for n := p.First; n <= p.Last; n++ {
			want[p.Protocol+" "+strconv.Itoa(n)] = p.LetIn
		}
	}
	for rule, entrance := range opened {
		if want[rule] != entrance {
			t.Errorf("%s: got it open to %s, want %q", rule, entrance, want[rule])
		}
	}
	for rule, entrance := range want {
		if opened[rule] != entrance {
			t.Errorf("%s: got it open to %q, want %s", rule, opened[rule], entrance)
		}
	}
}

// What is let in is 22, 80, 443 and 6443, whatever the two lists agree on.
func TestNothingElseIsLetIn(t *testing.T) {
	var open []string
	for i, p := range Ports {
		if p.LetIn != Nobody {
			open = append(open, p.Range())
		}
		if p.LetIn != Nobody && p.Address != Every {
			t.Errorf("%s: got it let in at the private address, want one that is reached", p.Range())
		}
		if i > 0 && (p.First < Ports[i-1].First || Ports[i-1].Has(p.Protocol, p.First)) {
			t.Errorf("%s: got it after %s, want the list sorted and each port once", p.Range(), Ports[i-1].Range())
		}
		if p.First > p.Last || p.Who == "" || p.Why == "" {
			t.Errorf("%+v: got it incomplete, want a range, who and why", p)
		}
	}
	if got := strings.Join(open, " "); got != "22 80 443 6443" {
		t.Errorf("got %s, want 22 80 443 6443", got)
	}
}
