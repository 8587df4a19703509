package review

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// inputs are those of a resource.
type inputs = map[string]any

// urn is that of a resource of the stack prod.
func urn(token, name string) resource.URN {
	return resource.NewURN("prod", "lvs-cloud", "", tokens.Type(token), name)
}

const defaultProvider = "urn:pulumi:prod::lvs-cloud::pulumi:providers:hcloud::default_1_41_0::3ac034f6"

// state is a resource as the engine shows it.
func state(u resource.URN, in inputs) *apitype.ResourceV3 {
	return &apitype.ResourceV3{URN: u, Type: u.Type(), Custom: true, ID: "42", Inputs: in, Provider: defaultProvider}
}

// step makes a step; nil inputs make no state.
func step(op Op, token, name string, has, wants inputs) Step {
	s := Step{Op: op, URN: urn(token, name)}
	if has != nil {
		s.OldState = state(s.URN, has)
	}
	if wants != nil {
		s.NewState = state(s.URN, wants)
	}
	return s
}

// document is what the engine would print of the steps.
func document(t testing.TB, steps ...Step) []byte {
	t.Helper()
	d := digest{Steps: steps, Duration: 1, ChangeSummary: map[Op]int{}}
	for _, s := range steps {
		if counted[s.Op] {
			d.ChangeSummary[s.Op]++
		}
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// plan reads the document of the steps.
func plan(t testing.TB, steps ...Step) *Plan {
	t.Helper()
	p, err := ParsePlan(document(t, steps...))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestParsePlan(t *testing.T) {
	whole := string(document(t, step(opSame, "hcloud:index/volume:Volume", "data", inputs{}, inputs{})))
	for name, text := range map[string]string{
		"alone":                        whole,
		"after a warning":              "warning: using pulumi-language-go from $PATH {\n\n" + whole + "\n",
		"with a warning of the engine": strings.Replace(whole, `"diagnostics":null`, `"diagnostics":[{"message":"old","severity":"warning"}]`, 1),
	} {
		if p, err := ParsePlan([]byte(text)); err != nil || len(p.Steps) != 1 || len(p.Failures) > 0 {
			t.Errorf("%s: got %+v (%v), want one step", name, p, err)
		}
	}
	for name, c := range map[string]struct{ text, want string }{
		"nothing":                  {"", "got no JSON document"},
		"only text":                {"error: no stack\n", "got no JSON document"},
		"a list":                   {"[]", "got no JSON document"},
		"an empty document":        {"{}", "got no summary"},
		"half a document":          {whole[:len(whole)-2], "cannot be read"},
		"two documents":            {whole + whole, "more after its document"},
		"text after it":            {whole + "error: cancelled", "more after its document"},
		"an unknown field":         {strings.Replace(whole, `"steps"`, `"stages"`, 1), "unknown field"},
		"an unknown field of step": {strings.Replace(whole, `"op"`, `"deed"`, 1), "unknown field"},
		"an unknown op":            {strings.ReplaceAll(whole, `"same"`, `"shred"`), `steps[0]: got op "shred"`},
		"an unknown op counted":    {strings.Replace(whole, `{"same":1}`, `{"same":1,"shred":1}`, 1), `summary: got op "shred"`},
		"no op":                    {strings.Replace(whole, `"op":"same"`, `"op":""`, 1), `got op ""`},
		"no URN":                   {strings.Replace(whole, `"urn":"urn:`, `"urn":"`, 1), "steps[0]: got URN"},
		"a cancelled preview":      {strings.Replace(whole, `"changeSummary":{"same":1}`, `"changeSummary":null`, 1), "got no summary"},
		"steps missing":            {strings.Replace(whole, `{"same":1}`, `{"same":1,"delete":1}`, 1), `got 0 steps of "delete", want the 1`},
		"sames missing":            {strings.Replace(whole, `{"same":1}`, `{"same":27}`, 1), `--json --show-sames --show-replacement-steps`},
		"a replacement without its steps": {
			string(document(t, step(opReplace, tServer, "node", inputs{}, inputs{}))), "without what it is made of",
		},
		"a stream of events": {`{"sequence":1,"timestamp":1,"preludeEvent":{}}` + "\n", "unknown field"},
	} {
		if p, err := ParsePlan([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %+v and error %v, want %q", name, p, err, c.want)
		}
	}
}

// TestFailedPreview holds that what a preview shows before it fails never counts as all that it would do.
func TestFailedPreview(t *testing.T) {
	whole := string(document(t, step(opSame, "hcloud:index/volume:Volume", "data", inputs{}, inputs{})))
	volume := string(urn("hcloud:index/volume:Volume", "data"))
	for name, c := range map[string]struct{ from, to, want string }{
		"an error": {`"diagnostics":null`, `"diagnostics":[{"message":"error: no token\n","severity":"error"}]`, "the preview failed: no token"},
		"protection": {
			`"diagnostics":null`, `"diagnostics":[{"urn":"` + volume + `","message":"error: unable to replace it\nas it is protected. To unprotect the resource, use force","severity":"error"},
				{"message":"error: preview failed\n","severity":"error"}]`,
			"refused  the preview failed: unable to replace it as it is protected.\n  loss   all data of the cloud is on it; one that is made instead is empty\n" +
				"  avoid  leave the volume where it is, as it is named, in the program and in the state\nrefused  allow",
		},
		"before any summary": {`"diagnostics":null,"duration":1,"changeSummary":{"same":1}`, `"diagnostics":[{"message":"x","severity":"error"}]`, "the preview failed: x"},
		"a corrupt state":    {`"maybeCorrupt":false`, `"maybeCorrupt":true`, "the state may be corrupt"},
	} {
		text := strings.Replace(whole, c.from, c.to, 1)
		p, err := ParsePlan([]byte(text))
		if err != nil || text == whole {
			t.Fatalf("%s: got %v of\n%s", name, err, text)
		}
		v := Guard(p, Override{URNs: []string{volume}})
		if !v.Refused() || !strings.Contains(v.String(), c.want) || !strings.Contains(v.String(), "Refused: what a failed preview does not show") {
			t.Errorf("%s: got\n%s\nwant it refused with %q", name, v.String(), c.want)
		}
		if v = Guard(p, Override{}); !v.Refused() {
			t.Errorf("%s: got\n%s\nwant it refused", name, v.String())
		}
	}
}

func TestChanges(t *testing.T) {
	component := step(opUpdate, "lvs-cloud:components:Server", "node", inputs{}, inputs{})
	component.OldState.Custom, component.NewState.Custom = false, false
	p := plan(t, component,
		step(opSame, tVolume, "data", inputs{}, inputs{}), step(opUpdate, tServer, "node", inputs{}, inputs{}),
		step(opUpdate, "command:remote:Command", "node-rest", inputs{}, inputs{}), step(opDelete, tAddress, "ipv6", inputs{}, nil))
	all := func(Step) bool { return false }
	if got, want := strings.Join(p.Changes(all), ", "), "update node, update node-rest, delete ipv6"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	servers := func(s Step) bool { return s.URN.Type() == tServer }
	if got, want := strings.Join(p.Changes(servers), ", "), "update node-rest, delete ipv6"; got != want {
		t.Errorf("without servers: got %q, want %q", got, want)
	}
}
