package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

func TestLocal(t *testing.T) {
	for name, tc := range map[string]struct {
		inputs         values
		stdout, stderr string
		logged         string
	}{
		"both streams": {values{"create": "echo out; sleep 0.2; echo err >&2"}, "out", "err", "out\nerr"},
		"no logging":   {values{"create": "echo out; echo err >&2", "logging": "none"}, "out", "err", ""},
		"only stderr":  {values{"create": "echo out; echo err >&2", "logging": "stderr"}, "out", "err", "err"},
		"stdin":        {values{"create": "cat", "stdin": "a\n\n"}, "a\n", "", "a\n"},
		"environment":  {values{"create": `printf "$A"`, "environment": values{"A": "v"}}, "v", "", "v"},
		"interpreter":  {values{"create": "pwd", "dir": "/", "interpreter": []any{"/bin/bash", "-c"}}, "/", "", "/"},
		"no command":   {values{"delete": "exit 1"}, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t)
			res, err := p.create(t, localToken, tc.inputs)
			if err != nil {
				t.Fatal(err)
			}
			out, errs := plug.Text(res.Properties, "stdout"), plug.Text(res.Properties, "stderr")
			if out != tc.stdout || errs != tc.stderr || p.log.String() != tc.logged || !strings.HasPrefix(string(res.ID), "n") {
				t.Errorf("got %q, %q, logged %q, ID %q, want %q, %q, %q", out, errs, p.log, res.ID, tc.stdout, tc.stderr, tc.logged)
			}
		})
	}
}

func TestAFailedCommandTellsItsOutput(t *testing.T) {
	_, err := start(t).create(t, localToken, values{"create": "echo why; exit 3"})
	if err == nil || err.Error() != "exit status 3: running \"echo why; exit 3\":\nwhy\n" {
		t.Errorf("got %v", err)
	}
}

func TestALongLineDoesNotBlock(t *testing.T) {
	res, err := start(t).create(t, localToken, values{"create": "head -c 300000 /dev/zero | tr '\\0' x"})
	if err != nil || len(plug.Text(res.Properties, "stdout")) != 300000 {
		t.Errorf("got %d bytes, %v, want 300000", len(plug.Text(res.Properties, "stdout")), err)
	}
}

func TestUpdateAndDeleteSeeTheEarlierOutput(t *testing.T) {
	const show = `echo "$PULUMI_COMMAND_STDOUT/$PULUMI_COMMAND_STDERR"`
	old := props(values{"create": "x", "stdout": "o", "stderr": "e"})
	for name, tc := range map[string]struct {
		inputs values
		want   string
	}{
		"create again":   {values{"create": show}, "o/e"},
		"update":         {values{"create": "exit 1", "update": show}, "o/e"},
		"not passed on":  {values{"create": show, "addPreviousOutputInEnv": false}, "/"},
		"nothing to run": {values{"delete": "exit 1"}, "o"},
	} {
		got, err := start(t).Update(t.Context(), plugin.UpdateRequest{Type: localToken, OldOutputs: old, NewInputs: props(tc.inputs)})
		if err != nil || plug.Text(got.Properties, "stdout") != tc.want {
			t.Errorf("%s: got %v, %v, want %q", name, got.Properties, err, tc.want)
		}
	}
	old["delete"] = resource.NewProperty(show + "; exit 1")
	_, err := start(t).Delete(t.Context(), plugin.DeleteRequest{Type: localToken, Outputs: old})
	if err == nil || !strings.Contains(err.Error(), "o/e") {
		t.Errorf("delete: got %v, want a failure that shows the earlier output", err)
	}
	delete(old, "delete")
	if _, err := start(t).Delete(t.Context(), plugin.DeleteRequest{Type: localToken, Outputs: old}); err != nil {
		t.Errorf("delete without a command: %v", err)
	}
}

func TestReadKeepsWhatThereIs(t *testing.T) {
	state, inputs := props(values{"create": "a", "stdout": "o"}), props(values{"create": "a"})
	got, err := start(t).Read(t.Context(), plugin.ReadRequest{Type: localToken, ID: "i", Inputs: inputs, State: state})
	if err != nil || got.ID != "i" || !got.Outputs.DeepEquals(state) || !got.Inputs.DeepEquals(inputs) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestCancelEndsALocalCommand(t *testing.T) {
	p := start(t)
	time.AfterFunc(200*time.Millisecond, func() {
		if err := p.SignalCancellation(context.Background()); err != nil {
			t.Error(err)
		}
	})
	began := time.Now()
	_, err := p.create(t, localToken, values{"create": "sleep 30 & wait"})
	if err == nil || !strings.Contains(err.Error(), "cancelled while running") || time.Since(began) > 5*time.Second {
		t.Errorf("got %v after %v, want a prompt cancellation", err, time.Since(began))
	}
}
