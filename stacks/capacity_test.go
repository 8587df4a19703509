package stacks

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

// configured is a configuration with these keys beside the least that it must have.
func configured(t *testing.T, keys string) (*Config, error) {
	t.Helper()
	return ParseFile(graph.Project, "test", []byte("config:\n  lvs-cloud:cloud: {domain: example.com"+keys+"}\n"))
}

// TestCapacityGolden shows what both profiles ask for, each on the smallest server that it is for.
func TestCapacityGolden(t *testing.T) {
	var b strings.Builder
	for _, keys := range []string{"", ", server: {type: cx33}"} {
		c, err := configured(t, keys)
		if err != nil {
			t.Fatal(err)
		}
		capacity, err := c.Capacity()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "profile %s: %s\n", c.Profile, capacity.Table())
	}
	golden(t, filepath.Join("testdata", "capacity.golden"), b.String())
}

func TestProfileFollowsTheServer(t *testing.T) {
	for keys, want := range map[string]footprint.Profile{
		"":                                      footprint.Lean,
		", server: {type: cpx22}":               footprint.Lean,
		", server: {type: cx33}":                footprint.Standard,
		", server: {type: ccx63}":               footprint.Standard,
		", server: {type: cx43}, profile: lean": footprint.Lean,
	} {
		c, err := configured(t, keys)
		if err != nil {
			t.Fatal(err)
		}
		if c.Profile != want {
			t.Errorf("%s: got %q, want %q", keys, c.Profile, want)
		}
	}
}

// TestTooMuchIsRefused holds that a configuration is refused that asks for more than its server has.
func TestTooMuchIsRefused(t *testing.T) {
	for keys, want := range map[string]string{
		", profile: standard":                 "profile lean, or a cx33 helps",
		", monitoring: {sizeGiB: 20}":         "a larger volume helps",
		", volume: {sizeGB: 20}, without: []": "a larger volume helps",
	} {
		if _, err := configured(t, keys); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", keys, err, want)
		}
	}
}

// TestWhatDoesNotFitIsRefused takes volumes and servers that Validate would refuse as well.
func TestWhatDoesNotFitIsRefused(t *testing.T) {
	for want, spoil := range map[string]func(*Config){
		"":                      func(*Config) {},
		`got "cx99", want`:      func(c *Config) { c.Server.Type = "cx99" },
		"a larger volume helps": func(c *Config) { c.Volume.SizeGB = 3 },
	} {
		c, err := configured(t, "")
		if err != nil {
			t.Fatal(err)
		}
		spoil(c)
		err = c.fits("test")
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
		if err != nil && !strings.HasPrefix(err.Error(), `configuration of stack "test", nothing was changed: `) {
			t.Errorf("got %v, want it to say whose configuration, and that nothing was changed", err)
		}
	}
}
