// Package measure turns what a run leaves behind (the engine's trace, the stack's state, the emulator's log) into
// figures: who had the time, and how long the way through the dependency graph is.
package measure

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Span is one call that the engine made or served.
type Span struct {
	// Name is the gRPC method, or what the engine calls a part of its work.
	Name string
	// Plugin is the one that was called, such as hcloud.
	// Default: none; the span is the engine's own.
	Plugin string
	Interval
}

// Trace is the engine's account of one command, in order of time.
type Trace []Span

// otlp is the part of a line of OpenTelemetry's file format that is read here.
type otlp struct {
	ResourceSpans []struct {
		ScopeSpans []struct {
			Spans []struct {
				SpanID       string `json:"spanId"`
				ParentSpanID string `json:"parentSpanId"`
				Name         string `json:"name"`
				Start        string `json:"startTimeUnixNano"`
				End          string `json:"endTimeUnixNano"`
				Attributes   []struct {
					Key   string `json:"key"`
					Value struct {
						Text string `json:"stringValue"`
					} `json:"value"`
				} `json:"attributes"`
			} `json:"spans"`
		} `json:"scopeSpans"`
	} `json:"resourceSpans"`
}

// rawSpan is a span before the address it called is known to be a plug-in's.
type rawSpan struct {
	Span
	id, parent, address, prefix string
}

// ReadTrace reads what `pulumi --otel-traces file://…` writes.
//
// Errors: a line that is none of OpenTelemetry's.
func ReadTrace(r io.Reader) (Trace, error) {
	var raw []rawSpan
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var line otlp
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return nil, fmt.Errorf("trace: %w", err)
		}
		spans, err := line.spans()
		if err != nil {
			return nil, fmt.Errorf("trace: %w", err)
		}
		raw = append(raw, spans...)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	return named(raw), nil
}

func (l *otlp) spans() ([]rawSpan, error) {
	var out []rawSpan
	for _, resource := range l.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			for _, s := range scope.Spans {
				begin, err := nanoseconds(s.Start)
				if err != nil {
					return nil, err
				}
				end, err := nanoseconds(s.End)
				if err != nil {
					return nil, err
				}
				span := rawSpan{Span: Span{Name: s.Name, Interval: Interval{begin, end}}, id: s.SpanID, parent: s.ParentSpanID}
				for _, a := range s.Attributes {
					switch a.Key {
					case "net.peer.name":
						span.address = a.Value.Text
					case "prefix":
						span.prefix = a.Value.Text
					}
				}
				out = append(out, span)
			}
		}
	}
	return out, nil
}

// named finds out which plug-in listens on which address: the span of its start holds that of the first call to it.
// Only calls as the engine sees them are kept of those to a plug-in; what the plug-in says of the same call is not.
func named(raw []rawSpan) Trace {
	started := map[string]string{}
	for _, s := range raw {
		if plugin, ok := strings.CutSuffix(s.prefix, " (resource)"); ok && s.Name == "newPlugin" {
			started[s.id] = plugin
		}
	}
	plugins := map[string]string{}
	for _, s := range raw {
		if plugin := started[s.parent]; plugin != "" && s.address != "" {
			plugins[s.address] = plugin
		}
	}
	var out Trace
	for _, s := range raw {
		if strings.HasPrefix(s.Name, providerService) && s.address == "" {
			continue
		}
		s.Plugin = plugins[s.address]
		out = append(out, s.Span)
	}
	slices.SortStableFunc(out, func(a, b Span) int { return a.Begin.Compare(b.Begin) })
	return out
}

// The services between engine, program and plug-ins.
const (
	providerService = "pulumirpc.ResourceProvider/"
	monitorService  = "pulumirpc.ResourceMonitor/"
	runProgram      = "pulumirpc.LanguageRuntime/Run"
	phase           = "pulumi-plan"
)

func nanoseconds(text string) (time.Time, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	return time.Unix(0, n), err
}

// All returns the spans of a name.
func (t Trace) All(name string) Trace {
	return slices.DeleteFunc(slices.Clone(t), func(s Span) bool { return s.Name != name })
}

// Update returns the part of the trace that is the last phase: the update itself, when the command previewed first.
//
// Errors: a trace without any phase.
func (t Trace) Update() (Trace, Interval, error) {
	phases := t.All(phase)
	if len(phases) == 0 {
		return nil, Interval{}, fmt.Errorf("trace: got no span %q, want one", phase)
	}
	last := phases[len(phases)-1].Interval
	return slices.DeleteFunc(slices.Clone(t), func(s Span) bool { return s.Begin.Before(last.Begin) || s.End.After(last.End) }), last, nil
}

// Creates returns the calls with which the engine had a plug-in create resources, in the order in which they ended.
func (t Trace) Creates(plugin string) Trace {
	out := slices.DeleteFunc(t.All(providerService+"Create"), func(s Span) bool { return s.Plugin != plugin })
	slices.SortStableFunc(out, func(a, b Span) int { return a.End.Compare(b.End) })
	return out
}
