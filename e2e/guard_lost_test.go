package e2e

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lostServer deletes the server behind Pulumi's back.
func (s *sentry) lostServer(t *testing.T) {
	client := s.Hetzner()
	server, _, err := client.Server.GetByName(t.Context(), "lvs-cloud-twin-node")
	if err != nil {
		t.Fatal(err)
	}
	deleted, _, err := client.Server.DeleteWithResult(t.Context(), server)
	if err == nil {
		err = client.Action.WaitFor(t.Context(), deleted.Action)
	}
	if err != nil {
		t.Fatal(err)
	}
	got, code := s.guard(t, nil, "--stack", Stack, "--refresh", "--output", "json")
	var answer struct {
		Refused bool
		Counts  map[string]int
	}
	if err := json.Unmarshal([]byte(got[strings.Index(got, "{"):strings.LastIndex(got, "}")+1]), &answer); err != nil {
		t.Fatal(err)
	}
	// The server, its place in the network and its volume, beside what was left out of the cloud.
	if code != 0 || answer.Refused || answer.Counts["create"] < 3 {
		t.Errorf("got exit code %d and\n%s\nwant the server made again", code, got)
	}
}

// edit changes the state by hand, to what an update that was interrupted leaves behind.
func (s *sentry) edit(t *testing.T, change func(resources []map[string]any) []map[string]any) {
	t.Helper()
	var state struct {
		Version    int                        `json:"version"`
		Deployment map[string]json.RawMessage `json:"deployment"`
	}
	if err := json.Unmarshal([]byte(must[string](t)(s.Pulumi("stack", "export", "--stack", Stack))), &state); err != nil {
		t.Fatal(err)
	}
	var resources []map[string]any
	if err := json.Unmarshal(state.Deployment["resources"], &resources); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(change(resources))
	if err != nil {
		t.Fatal(err)
	}
	state.Deployment["resources"] = text
	if text, err = json.Marshal(state); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "state.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	must[string](t)(s.Pulumi("stack", "import", "--stack", Stack, "--file", file))
}

// interrupted continues a replacement that deleted the server, which is gone, and what hangs on it. The mount is replaced
// with them.
func (s *sentry) interrupted(t *testing.T) {
	s.edit(t, func(resources []map[string]any) []map[string]any {
		for _, r := range resources {
			switch r["type"] {
			case "hcloud:index/server:Server", "hcloud:index/serverNetwork:ServerNetwork", "hcloud:index/volumeAttachment:VolumeAttachment":
				r["pendingReplacement"] = true
			}
		}
		return resources
	})
	if got, code := s.guard(t, nil, "--stack", Stack); code != 0 || !strings.Contains(got, "3 replace") {
		t.Errorf("got exit code %d and\n%s\nwant the replacement finished", code, got)
	}
}

// leftOver is an address that was replaced and not yet deleted: nothing in the program speaks of it, and the engine
// shows it to nobody who does not ask.
func (s *sentry) leftOver(t *testing.T) {
	s.edit(t, func(resources []map[string]any) []map[string]any {
		for _, r := range resources {
			if r["type"] == "hcloud:index/primaryIp:PrimaryIp" {
				old := maps.Clone(r)
				old["delete"] = true
				return append(resources, old)
			}
		}
		return resources
	})
	got, code := s.guard(t, nil, "--stack", Stack)
	for _, want := range []string{"refused  address ipv", "would be deleted; an update that was interrupted left it over"} {
		if code != 1 || !strings.Contains(got, want) {
			t.Errorf("got exit code %d and\n%s\nwant it refused with %q", code, got, want)
		}
	}
}

func (s *sentry) override(t *testing.T) {
	const urn = "urn:pulumi:" + Stack + "::lvs-cloud::lvs-cloud:components:Volume$hcloud:index/volume:Volume::data"
	for name, c := range map[string]struct {
		env, urns []string
		want      string
		code      int
	}{
		"by its URN":       {[]string{"LVS_EDIT=volume formatted"}, []string{urn}, "allowed  volume data would be changed", 0},
		"mistyped":         {[]string{"LVS_EDIT=volume formatted"}, []string{urn + "s"}, "want the URN of something that the plan endangers", 1},
		"by name alone":    {[]string{"LVS_EDIT=volume formatted"}, []string{"data"}, "want the URN of something that the plan endangers", 1},
		"in no danger":     {nil, []string{urn}, "want the URN of something that the plan endangers", 1},
		"in CI":            {[]string{"LVS_EDIT=volume formatted", "CI=true"}, []string{urn}, "in CI, where nobody", 1},
		"only one of many": {[]string{"LVS_EDIT=volume elsewhere"}, []string{urn}, "refused  volume attachment data-attachment", 1},
	} {
		args := []string{"--stack", Stack}
		for _, u := range c.urns {
			args = append(args, "--allow", u)
		}
		if got, code := s.guard(t, c.env, args...); code != c.code || !strings.Contains(got, c.want) {
			t.Errorf("%s: got exit code %d and\n%s\nwant %d and %q", name, code, got, c.code, c.want)
		}
	}
}
