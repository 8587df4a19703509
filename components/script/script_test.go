package script

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-command/sdk/go/command/remote"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

func validArgs() *Args {
	return &Args{
		Connection: remote.ConnectionArgs{Host: pulumi.String("192.0.2.1"), HostKey: pulumi.String("ssh-ed25519 AAAA")},
		Body:       "up() { say \"$PLAIN|$HIDDEN\"; cat; }\ndown() { say gone; }",
		Settings:   pulumi.StringMap{"PLAIN": pulumi.String("it's $HOME `id` \\ \"x\"\nline two")},
	}
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "a-script", args)
		return err
	}
}

// stdin registers a script and returns its resource and its text.
func stdin(t *testing.T, args *Args) (graph.Resource, string) {
	t.Helper()
	g, err := graph.Run(program(args), graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cmd, err := g.Find("command:remote:Command", "a-script")
	if err != nil {
		t.Fatal(err)
	}
	text := cmd.Inputs["stdin"]
	if text.IsSecret() {
		text = text.SecretValue().Element
	}
	return cmd, text.StringValue()
}

// run runs a script here as a server's shell would.
func run(t *testing.T, command, text string) string {
	t.Helper()
	cmd := exec.Command("bash", "-c", command)
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}

func TestScriptRunsWithAwkwardValues(t *testing.T) {
	args := validArgs()
	args.Undo = true
	secret := "p'a\"s $s `w` \\ !"
	args.Secrets = pulumi.StringMap{"HIDDEN": pulumi.String(secret)}
	cmd, text := stdin(t, args)
	want := "it's $HOME `id` \\ \"x\"\nline two|" + secret + "\n"
	if got := run(t, cmd.Inputs["create"].StringValue(), text); got != want {
		t.Errorf("up: got %q, want %q", got, want)
	}
	if got := run(t, cmd.Inputs["delete"].StringValue(), text); got != "gone\n" {
		t.Errorf("down: got %q, want %q", got, "gone\n")
	}
	if strings.Contains(text, secret) {
		t.Errorf("got the secret readable in the script, want it encoded")
	}
}

func TestScriptKeepsSecrets(t *testing.T) {
	args := validArgs()
	if cmd, _ := stdin(t, args); cmd.Inputs["stdin"].IsSecret() {
		t.Errorf("stdin: got a secret without any, want it readable in a preview")
	}
	args.Secrets = pulumi.StringMap{"HIDDEN": pulumi.String("x")}
	args.SecretOutput = true
	cmd, _ := stdin(t, args)
	if !cmd.Inputs["stdin"].IsSecret() {
		t.Errorf("stdin: got it plain, want a secret")
	}
	if cmd.Inputs["logging"].StringValue() != "none" || !strings.Contains(strings.Join(cmd.Secret, " "), "stdout") {
		t.Errorf("output: got logging %v and secret outputs %v, want none and stdout", cmd.Inputs["logging"], cmd.Secret)
	}
}

// A connection that breaks half-way delivers half a script: bash must then run none of it.
func TestHalfAScriptRunsNothing(t *testing.T) {
	args := validArgs()
	args.Body = "up() { say started; say finished; }"
	args.Settings = nil
	_, text := stdin(t, args)
	for cut := 1; cut < len(text)-len("} </dev/null\n"); cut += 97 {
		cmd := exec.Command("bash", "-s", "--", "up")
		cmd.Stdin = strings.NewReader(text[:cut])
		out, err := cmd.Output()
		if len(out) > 0 {
			t.Fatalf("cut at %d of %d bytes: got output %q (%v), want none", cut, len(text), out, err)
		}
	}
}

func TestScriptRefuses(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{Undo: true, Settings: pulumi.StringMap{"lower": pulumi.String("")}}),
		"connection: got no host or no host key", "no function up()", "no function down()", `variable "lower"`)
}

func TestScriptIsUndoneBeforeItRunsAnew(t *testing.T) {
	args := validArgs()
	args.Undo = true
	if cmd, _ := stdin(t, args); !cmd.DeleteFirst || cmd.Inputs.HasValue("triggers") {
		t.Errorf("got triggers %v and delete before replace %t, want none and true", cmd.Inputs["triggers"], cmd.DeleteFirst)
	}
}

func TestScriptWaitsForAChange(t *testing.T) {
	args := validArgs()
	args.OnChange = true
	cmd, _ := stdin(t, args)
	if _, runs := cmd.Inputs["create"]; runs || cmd.Inputs["update"].StringValue() != "bash -s -- up # a-script" {
		t.Errorf("got create %v and update %v, want update alone", cmd.Inputs["create"], cmd.Inputs["update"])
	}
}

func TestSetting(t *testing.T) {
	args := validArgs()
	args.Settings = pulumi.StringMap{"VERSION": pulumi.String("v1.36.5+k3s1"), "VERSION_NOTE": pulumi.String("it's long")}
	args.Body = "up() {\nVERSION='other'\nINNER='x'\n}"
	cmd, _ := stdin(t, args)
	if got, ok := Setting(cmd.Inputs, "VERSION"); got != "v1.36.5+k3s1" || !ok {
		t.Errorf("got %q, %t, want the version", got, ok)
	}
	for _, name := range []string{"INNER", "NONE"} {
		if got, ok := Setting(cmd.Inputs, name); ok {
			t.Errorf("%s: got %q, want none", name, got)
		}
	}
	if _, ok := Setting(nil, "VERSION"); ok {
		t.Errorf("got a setting of nothing, want none")
	}
}
