package measure

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var zero = time.Unix(1_800_000_000, 0)

func at(seconds float64) time.Time { return zero.Add(time.Duration(seconds * float64(time.Second))) }

func span(begin, end float64) Interval { return Interval{at(begin), at(end)} }

// line is one span as the engine writes it.
func line(id, parent, name string, begin, end float64, attributes string) string {
	return fmt.Sprintf(`{"resourceSpans":[{"scopeSpans":[{"spans":[{"spanId":%q,"parentSpanId":%q,"name":%q,`+
		`"startTimeUnixNano":"%d","endTimeUnixNano":"%d","attributes":[%s]}]}]}]}`,
		id, parent, name, at(begin).UnixNano(), at(end).UnixNano(), attributes)
}

func text(key, value string) string {
	return fmt.Sprintf(`{"key":%q,"value":{"stringValue":%q}}`, key, value)
}

// run is a trace with a preview from 0 to 2 and an update from 2 to 20.
func run(t *testing.T) Trace {
	t.Helper()
	trace, err := ReadTrace(strings.NewReader(strings.Join([]string{
		line("a", "", phase, 0, 2, ""),
		line("b", "a", providerService+"Create", 1, 1.1, text("net.peer.name", "1:1")),
		line("c", "", phase, 2, 20, ""),
		line("d", "c", runProgram, 3, 19, text("net.peer.name", "1:2")),
		line("e", "c", "newPlugin", 5, 6, text("prefix", "hcloud (resource)")),
		line("f", "e", providerService+"Handshake", 5.5, 5.6, text("net.peer.name", "1:3")),
		line("g", "d", monitorService+"RegisterResource", 5, 10, ""),
		line("h", "c", providerService+"Create", 6, 10, text("net.peer.name", "1:3")),
		line("i", "h", providerService+"Create", 6.1, 9.9, ""), // the plug-in's own view of h
		line("j", "c", providerService+"Create", 6, 8, text("net.peer.name", "1:3")),
		line("k", "d", monitorService+"RegisterResource", 12, 18, ""),
	}, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return trace
}

func TestTrace(t *testing.T) {
	update, when, err := run(t).Update()
	if err != nil {
		t.Fatal(err)
	}
	if when != span(2, 20) {
		t.Errorf("update: got %v, want %v", when, span(2, 20))
	}
	creates := update.Creates("hcloud")
	if len(creates) != 2 || creates[0].Length() != 2*time.Second || creates[1].Length() != 4*time.Second {
		t.Errorf("creations: got %v, want one of 2 s and then one of 4 s", creates)
	}
	if got := update.Compiling(); got != 2*time.Second {
		t.Errorf("compiling: got %v, want 2s", got)
	}
	if _, _, err := (Trace{}).Update(); err == nil {
		t.Error("a trace without a phase: got no error, want one")
	}
	if _, err := ReadTrace(strings.NewReader("not a trace\n")); err == nil {
		t.Error("no trace at all: got no error, want one")
	}
}

func TestSharesAddUp(t *testing.T) {
	got := map[string]time.Duration{}
	var sum time.Duration
	for _, s := range Shares(span(2, 20), run(t), []Interval{span(7, 9), span(30, 40)}) {
		got[s.Party] = s.Time
		sum += s.Time
	}
	if sum != 18*time.Second {
		t.Errorf("together: got %v, want 18s", sum)
	}
	for party, want := range map[string]time.Duration{
		PartyEmulator: 2 * time.Second,                      // 7 to 9
		PartyHetzner:  2*time.Second + 100*time.Millisecond, // 6 to 7, 9 to 10, and the handshake
		PartyProgram:  5 * time.Second,                      // 3 to 5, 10 to 12, 18 to 19
		PartyEngine:   8*time.Second + 900*time.Millisecond, // the rest
		PartyHost:     0,
	} {
		if got[party] != want {
			t.Errorf("%s: got %v, want %v", party, got[party], want)
		}
	}
}

// state is a stack in which c needs b needs a, and d needs a.
func state() string {
	resource := func(name, kind, created, dependencies string) string {
		return fmt.Sprintf(`{"urn":"urn:pulumi:s::p::%s::%s","type":%q,"custom":true,"created":"2027-01-15T08:00:%sZ",%s}`,
			kind, name, kind, created, dependencies)
	}
	on := func(kind, name string) string { return fmt.Sprintf(`["urn:pulumi:s::p::%s::%s"]`, kind, name) }
	return `{"deployment":{"resources":[` + strings.Join([]string{
		`{"urn":"urn:pulumi:s::p::x:y:Z::component","type":"x:y:Z","custom":false}`,
		resource("default", "pulumi:providers:hcloud", "01", `"dependencies":[]`),
		resource("a", "hcloud:index:A", "01", `"dependencies":null`),
		resource("b", "hcloud:index:B", "02", `"dependencies":`+on("hcloud:index:A", "a")),
		resource("c", "hcloud:index:C", "03", `"propertyDependencies":{"x":`+on("hcloud:index:B", "b")+`}`),
		resource("d", "hcloud:index:D", "04", `"dependencies":`+on("hcloud:index:A", "a")),
	}, ",") + `]}}`
}

func TestGraph(t *testing.T) {
	g, err := ReadGraph(strings.NewReader(state()))
	if err != nil {
		t.Fatal(err)
	}
	if len(g) != 4 || g.Depth() != 3 {
		t.Fatalf("got %d resources, %d deep, want 4, 3 deep", len(g), g.Depth())
	}
	var trace Trace
	for i, took := range []float64{2, 1, 1, 9} { // of a, b, c and d, which end in that order
		end := float64(10 * (i + 1))
		trace = append(trace, Span{Name: providerService + "Create", Plugin: "hcloud", Interval: span(end-took, end)})
	}
	if err := g.Time(trace); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range g.CriticalPath() {
		names = append(names, r.Name())
	}
	if got := strings.Join(names, " "); got != "a d" || Sum(g.CriticalPath()) != 11*time.Second {
		t.Errorf("critical path: got %q, %v, want the shorter chain that takes longer: a d, 11s", got, Sum(g.CriticalPath()))
	}
	if err := g.Time(trace[1:]); err == nil {
		t.Error("a trace with a creation too few: got no error, want one")
	}
}
