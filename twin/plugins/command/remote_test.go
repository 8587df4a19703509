package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/sshtest"
)

func TestRemote(t *testing.T) {
	s := sshtest.Start(t)
	p := start(t)
	res, err := p.create(t, remoteToken, via(s, values{"create": "cat; echo err >&2", "stdin": "in\n"}))
	if err != nil {
		t.Fatal(err)
	}
	if plug.Text(res.Properties, "stdout") != "in" || plug.Text(res.Properties, "stderr") != "err" {
		t.Errorf("got %v", res.Properties)
	}
	if !res.Properties["connection"].IsSecret() || res.Properties["stdout"].IsSecret() {
		t.Errorf("got %v, want a secret connection and a plain stdout", res.Properties)
	}
	if log := p.log.String(); !strings.Contains(log, "in") || !strings.Contains(log, "err") {
		t.Errorf("logged %q, want both streams", log)
	}
	inputs := p.checked(t, remoteToken, via(s, values{"create": "exit 1", "update": "echo updated", "delete": "echo gone"}))
	up, err := p.Update(t.Context(), plugin.UpdateRequest{Type: remoteToken, OldOutputs: res.Properties, NewInputs: inputs})
	if err != nil || plug.Text(up.Properties, "stdout") != "updated" {
		t.Errorf("update: got %v, %v", up.Properties, err)
	}
	if _, err := p.Delete(t.Context(), plugin.DeleteRequest{Type: remoteToken, Outputs: up.Properties}); err != nil {
		t.Errorf("delete: %v", err)
	}
	if want := []string{"cat; echo err >&2", "echo updated", "echo gone"}; !slices.Equal(s.Ran(), want) {
		t.Errorf("ran %q, want %q", s.Ran(), want)
	}
}

func TestRemoteErrors(t *testing.T) {
	for name, tc := range map[string]struct {
		server     func(*sshtest.Server)
		inputs     values
		connection values
		want       string
	}{
		"exit code":        {inputs: values{"create": "echo why; exit 3"}, want: "exited with status 3: running \"echo why; exit 3\":\nwhy\n"},
		"wrong host key":   {connection: values{"hostKey": sshtest.AnotherKey(t)}, want: "host key mismatch"},
		"bad host key":     {connection: values{"hostKey": "junk"}, want: "failed to parse host key"},
		"bad private key":  {connection: values{"privateKey": "junk"}, want: "private key: ssh: no key found"},
		"refused login":    {connection: values{"privateKey": "", "password": "p"}, want: "unable to authenticate"},
		"dropped at once":  {server: func(s *sshtest.Server) { s.DropFirst = 3 }, connection: values{"dialErrorLimit": 2}, want: "after 2 failed attempts"},
		"dropped mid-run":  {server: func(s *sshtest.Server) { s.HangUp = true }, want: `exited without exit status or exit signal: running "true"`},
		"env not accepted": {inputs: values{"create": "true", "environment": values{"A": "v"}}, want: `could not set environment variable "A"`},
	} {
		t.Run(name, func(t *testing.T) {
			s := sshtest.Start(t, func(s *sshtest.Server) {
				if tc.server != nil {
					tc.server(s)
				}
			})
			inputs := values{"create": "true"}
			for k, v := range tc.inputs {
				inputs[k] = v
			}
			_, err := start(t).create(t, remoteToken, via(s, inputs, tc.connection))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want an error with %q", err, tc.want)
			}
			if tc.connection["hostKey"] != nil && len(s.Ran()) > 0 {
				t.Errorf("ran %q on a host that is not the one", s.Ran())
			}
		})
	}
}

func TestDialIsRetried(t *testing.T) {
	s := sshtest.Start(t, func(s *sshtest.Server) { s.DropFirst = 2 })
	p := start(t)
	if _, err := p.create(t, remoteToken, via(s, values{"create": "true"}, values{"dialErrorLimit": 5})); err != nil {
		t.Fatal(err)
	}
	if want := "Dial 1/5 failed: retrying\nDial 2/5 failed: retrying"; p.log.String() != want || s.Connections() != 3 {
		t.Errorf("logged %q with %d connections, want %q with 3", p.log, s.Connections(), want)
	}
}

func TestEnvironmentThatTheServerTakes(t *testing.T) {
	s := sshtest.Start(t, func(s *sshtest.Server) { s.AcceptEnv = []string{"A"} })
	p := start(t)
	old := props(values{"stdout": "before", "stderr": ""})
	got, err := p.Update(t.Context(), plugin.UpdateRequest{
		Type: remoteToken, OldOutputs: old,
		NewInputs: p.checked(t, remoteToken, via(s, values{"create": `echo "$A"`, "environment": values{"A": "v"}})),
	})
	if err != nil || plug.Text(got.Properties, "stdout") != "v" {
		t.Errorf("got %v, %v, want v", got.Properties, err)
	}
	if !strings.Contains(p.log.String(), "warning: Unable to set 'PULUMI_COMMAND_STDOUT'") {
		t.Errorf("logged %q, want a warning about the earlier output", p.log)
	}
}

func TestProxy(t *testing.T) {
	s, bastion := sshtest.Start(t), sshtest.Start(t)
	proxy := values{"host": bastion.Host, "port": bastion.Port, "privateKey": bastion.LoginKey, "hostKey": bastion.HostKey}
	res, err := start(t).create(t, remoteToken, via(s, values{"create": "echo far"}, values{"proxy": proxy}))
	if err != nil || plug.Text(res.Properties, "stdout") != "far" || bastion.Connections() != 1 || len(bastion.Ran()) > 0 {
		t.Errorf("got %v, %v, with %d connections to the bastion", res.Properties, err, bastion.Connections())
	}
	proxy["hostKey"], proxy["dialErrorLimit"] = sshtest.AnotherKey(t), 0
	_, err = start(t).create(t, remoteToken, via(s, values{"create": "echo far"}, values{"proxy": proxy}))
	if err == nil || !strings.HasPrefix(err.Error(), "proxy: ") || !strings.Contains(err.Error(), "host key mismatch") {
		t.Errorf("got %v, want the bastion refused", err)
	}
}

func TestCancelEndsARemoteSession(t *testing.T) {
	s := sshtest.Start(t)
	p := start(t)
	go func() {
		for len(s.Ran()) == 0 {
			time.Sleep(10 * time.Millisecond)
		}
		if err := p.SignalCancellation(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	began := time.Now()
	_, err := p.create(t, remoteToken, via(s, values{"create": "sleep 30"}))
	if err == nil || !strings.Contains(err.Error(), `cancelled while running "sleep 30"`) || time.Since(began) > 10*time.Second {
		t.Errorf("got %v after %v, want a prompt cancellation", err, time.Since(began))
	}
	for deadline := time.Now().Add(5 * time.Second); len(s.Ended()) == 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the command on the host still runs")
		}
	}
}

func TestCancelEndsTheDialling(t *testing.T) {
	s := sshtest.Start(t, func(s *sshtest.Server) { s.DropFirst = 1 << 20 })
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	p := start(t)
	inputs := p.checked(t, remoteToken, via(s, values{"create": "true"}, values{"dialErrorLimit": -1}))
	_, err := p.Create(ctx, plugin.CreateRequest{Type: remoteToken, Name: "n", Properties: inputs})
	if err == nil || !strings.Contains(err.Error(), "context deadline exceeded") {
		t.Errorf("got %v, want the context's end", err)
	}
	if !strings.Contains(p.log.String(), "Dial 1/inf failed") {
		t.Errorf("logged %q", p.log)
	}
}

func TestSecretsInTheEnvironmentStaySecret(t *testing.T) {
	res, err := start(t).create(t, localToken, values{
		"create": "echo $A", "environment": values{"A": resource.MakeSecret(resource.NewProperty("s"))}, "logging": "none",
	})
	if err != nil || !res.Properties["environment"].ContainsSecrets() || plug.Text(res.Properties, "stdout") != "s" {
		t.Errorf("got %v, %v", res.Properties, err)
	}
}
