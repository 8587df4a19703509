package main

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/sshtest"
)

const (
	remoteToken = tokens.Type("command:remote:Command")
	localToken  = tokens.Type("command:local:Command")
)

type values = map[string]any

func props(v values) resource.PropertyMap { return resource.NewPropertyMapFromMap(v) }

// recorder keeps what is logged.
type recorder struct {
	mu    sync.Mutex
	lines []string
}

func (r *recorder) add(kind, s string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, kind+s)
}

func (r *recorder) Status(_ context.Context, _ resource.URN, s string) { r.add("", s) }
func (r *recorder) Warn(_ context.Context, _ resource.URN, s string)   { r.add("warning: ", s) }
func (r *recorder) Error(_ context.Context, _ resource.URN, s string)  { r.add("error: ", s) }

func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.lines, "\n")
}

// plugIn is the plug-in with a recorder for an engine.
type plugIn struct {
	*plug.Provider
	log *recorder
}

func start(t *testing.T) plugIn {
	t.Helper()
	log := &recorder{}
	p, err := plug.New("command", version, map[tokens.Type]plug.Resource{
		remoteToken: &command{log: log, fields: remoteInputs(), open: openRemote},
		localToken:  &command{log: log, fields: localInputs(), open: openLocal},
	})
	if err != nil {
		t.Fatal(err)
	}
	return plugIn{p, log}
}

// checked passes inputs through Check, which must find no fault.
func (p plugIn) checked(t *testing.T, token tokens.Type, inputs values) resource.PropertyMap {
	t.Helper()
	res, err := p.Check(t.Context(), plugin.CheckRequest{Type: token, News: props(inputs)})
	if err != nil || len(res.Failures) > 0 {
		t.Fatalf("check: %v, %v", res.Failures, err)
	}
	return res.Properties
}

func (p plugIn) create(t *testing.T, token tokens.Type, inputs values) (plugin.CreateResponse, error) {
	t.Helper()
	return p.Create(t.Context(), plugin.CreateRequest{Type: token, Name: "n", Properties: p.checked(t, token, inputs)})
}

// via are inputs with a connection to a server, and changes to it.
func via(s *sshtest.Server, inputs values, changes ...values) values {
	connection := values{
		"host": s.Host, "port": s.Port, "privateKey": s.LoginKey, "hostKey": s.HostKey, "dialErrorLimit": 0,
	}
	out := values{"connection": connection}
	for k, v := range inputs {
		out[k] = v
	}
	for _, change := range changes {
		for k, v := range change {
			connection[k] = v
		}
	}
	return out
}
