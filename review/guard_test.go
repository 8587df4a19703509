package review

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGuard holds every verdict, and its words.
func TestGuard(t *testing.T) {
	var text strings.Builder
	for _, s := range scenes {
		v := Guard(plan(t, s.steps...), Override{})
		fmt.Fprintf(&text, "# %s\n%s\n", s.name, v.String())
		if v.Refused() != (s.refused != nil) {
			t.Errorf("%s: got refused %t, want %t:\n%s", s.name, v.Refused(), s.refused != nil, v.String())
		}
		for _, want := range s.refused {
			if !strings.Contains(v.String(), want) {
				t.Errorf("%s: got\n%s\nwant %q in it", s.name, v.String(), want)
			}
		}
	}
	path := filepath.Join("testdata", "guard.golden")
	if *update {
		if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != text.String() {
		t.Errorf("%s is not what there is now (%v); write it anew with `make golden` and read the difference", path, err)
	}
}

// TestGuardNamesEveryDanger holds that each kind and each property of the table has a scene, and says what it costs.
func TestGuardNamesEveryDanger(t *testing.T) {
	for _, k := range kinds {
		seen := map[string]bool{}
		for _, s := range scenes {
			v := Guard(plan(t, s.steps...), Override{})
			for _, d := range v.Dangers {
				if d.Kind != k.noun {
					continue
				}
				if d.Loss == "" || d.Avoid == "" || d.What == "" {
					t.Errorf("%s: got %+v, want it to say what is lost and how that is avoided", s.name, d)
				}
				seen[""] = seen[""] || d.Loss == k.loss
				for _, p := range d.Properties {
					seen[p] = true
				}
			}
		}
		if k.loss != "" && !seen[""] {
			t.Errorf("%s: got no scene in which it goes, want one", k.noun)
		}
		for _, p := range k.held {
			if !seen[p.name] {
				t.Errorf("%s: got no scene in which %s changes, want one", k.noun, p.name)
			}
		}
	}
}

func TestOverride(t *testing.T) {
	data, ipv4 := urn(tVolume, "data"), urn(tAddress, "ipv4")
	p := plan(t, step(opDelete, tVolume, "data", volume(nil), nil), step(opDelete, tAddress, "ipv4", inputs{}, nil), step(opSame, tServer, "node", inputs{}, inputs{}))
	list := func(urns ...resource.URN) []string {
		var out []string
		for _, u := range urns {
			out = append(out, string(u))
		}
		return out
	}
	for name, c := range map[string]struct {
		o       Override
		refused bool
		allowed []resource.URN
		mistake string
	}{
		"none":                 {Override{}, true, nil, ""},
		"one of two":           {Override{URNs: list(ipv4)}, true, []resource.URN{ipv4}, ""},
		"both":                 {Override{URNs: list(data, ipv4)}, false, []resource.URN{data, ipv4}, ""},
		"twice":                {Override{URNs: list(data, ipv4, data)}, false, []resource.URN{data, ipv4}, ""},
		"a typo":               {Override{URNs: append(list(data, ipv4), string(data)+"s")}, true, []resource.URN{data, ipv4}, "Volume::datas, want the URN"},
		"only a name":          {Override{URNs: []string{"data"}}, true, nil, "got data, want the URN"},
		"in no danger":         {Override{URNs: list(data, ipv4, urn(tServer, "node"))}, true, []resource.URN{data, ipv4}, "Server::node, want the URN"},
		"in CI":                {Override{URNs: list(data, ipv4), Unattended: true}, true, nil, "in CI"},
		"in CI without a wish": {Override{Unattended: true}, true, nil, ""},
	} {
		v := Guard(p, c.o)
		var allowed []resource.URN
		for _, d := range v.Dangers {
			if d.Allowed {
				allowed = append(allowed, d.URN)
			}
		}
		if v.Refused() != c.refused || !slices.Equal(allowed, c.allowed) || !strings.Contains(strings.Join(v.Mistakes, "\n"), c.mistake) || (c.mistake == "") != (v.Mistakes == nil) {
			t.Errorf("%s: got refused %t, allowed %q and mistakes %q, want %t, %q and %q", name, v.Refused(), allowed, v.Mistakes, c.refused, c.allowed, c.mistake)
		}
	}
	harmless := plan(t, step(opSame, tVolume, "data", volume(nil), volume(nil)))
	if v := Guard(harmless, Override{URNs: list(data)}); !v.Refused() {
		t.Errorf("got a harmless plan let through with an override, want it refused: it was meant for another plan")
	}
}
