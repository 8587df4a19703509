// Package script runs a bash script on a server over SSH, as one resource.
//
// A script is a file with a function `up` and, where something has to be undone, `down`. It travels on standard
// input together with its settings, so that no secret is ever an argument, and it is re-runnable: a changed
// setting, or a dropped connection, simply runs it again. The first thing it refuses is a server whose host key
// is not the pinned one.
package script

import (
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-command/sdk/go/command/remote"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/change"
)

//go:embed lib.sh
var library string

var variable = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

// Args configures a script.
type Args struct {
	// Connection is how the server is reached; its host key must be pinned. Required.
	Connection remote.ConnectionArgs
	// Body is the script. Required.
	Body string
	// Settings become variables of the script and are shown in a preview.
	// Range: names in upper case.
	Settings pulumi.StringMap
	// Secrets become variables of the script and are shown nowhere.
	// Range: as Settings.
	Secrets pulumi.StringMap
	// OnChange runs the script only when its text or a variable changes, and not when it is new.
	OnChange bool
	// Undo runs the script's `down` when the resource is deleted; when it is replaced, before `up`.
	Undo bool
	// SecretOutput keeps the script's output out of logs and encrypts it in the state.
	SecretOutput bool
}

// New runs the script's `up` when it is new, unless it waits for a change, and whenever its text or a variable
// changes. Invalid args register nothing. A script that fails leaves what it did until then and is run again by the
// next `pulumi up`.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*remote.Command, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("script %q: %w", name, err)
	}
	cmd := &remote.CommandArgs{
		Connection: a.Connection,
		Stdin:      a.render(),
		// A script's output is no input of its next run, and may hold secrets.
		AddPreviousOutputInEnv: pulumi.Bool(false),
	}
	if up := pulumi.String("bash -s -- up # " + name); a.OnChange {
		cmd.Update = up
	} else {
		cmd.Create = up
	}
	if a.Undo {
		cmd.Delete = pulumi.String("bash -s -- down # " + name)
		opts = append(opts, pulumi.DeleteBeforeReplace(true))
	}
	if a.SecretOutput {
		cmd.Logging = remote.LoggingNone
		opts = append(opts, pulumi.AdditionalSecretOutputs([]string{"stdout", "stderr"}))
	}
	res, err := remote.NewCommand(ctx, name, cmd, opts...)
	if err != nil {
		return nil, fmt.Errorf("script %q: %w", name, err)
	}
	return res, nil
}

// complete returns a checked copy of the args, or every problem at once.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *script.Args")
	}
	a := *args
	var errs []error
	if a.Connection.Host == nil || a.Connection.HostKey == nil {
		errs = append(errs, errors.New("connection: got no host or no host key, want both: an unpinned host is never trusted"))
	}
	if !strings.Contains(a.Body, "up()") {
		errs = append(errs, errors.New("body: got no function up(), want one"))
	}
	if a.Undo && !strings.Contains(a.Body, "down()") {
		errs = append(errs, errors.New("body: got no function down(), want one to undo with"))
	}
	for _, m := range []pulumi.StringMap{a.Settings, a.Secrets} {
		for k := range m {
			if !variable.MatchString(k) {
				errs = append(errs, fmt.Errorf("variable %q: want upper-case letters, digits and underscores", k))
			}
		}
	}
	return &a, errors.Join(errs...)
}

// render returns the standard input of the script. The text stands in one compound command that bash reads to
// its end before it runs anything, so that a connection dropped half-way never runs half a line, and no command
// in it can swallow the rest of the script as its own input.
func (args *Args) render() pulumi.StringOutput {
	settings := args.Settings.ToStringMapOutput().ApplyT(func(m map[string]string) string {
		return assignments(m, quote)
	}).(pulumi.StringOutput)
	secrets := pulumi.String("").ToStringOutput()
	if len(args.Secrets) > 0 {
		secrets = pulumi.ToSecret(args.Secrets.ToStringMapOutput()).(pulumi.StringMapOutput).ApplyT(
			func(m map[string]string) string { return assignments(m, decode) },
		).(pulumi.StringOutput)
	}
	return pulumi.Sprintf("%s%s%s", settings, secrets, frame(args.Body))
}

// Text returns a script as New would send it, for one that is run by other hands: `bash -s -- up`. The settings are
// readable in it.
func Text(settings map[string]string, body string) string {
	return assignments(settings, quote) + frame(body)
}

func frame(body string) string {
	return "{\n" + library + "\n" + body + "\n\"$1\"\nexit\n} </dev/null\n"
}

// Setting returns a setting out of the inputs of a script's resource, as New registered them. It knows no secrets, no
// values that are not known yet, and none with a quote in them.
func Setting(inputs resource.PropertyMap, name string) (string, bool) {
	stdin := change.Plain(inputs["stdin"])
	if !stdin.IsString() {
		return "", false
	}
	head, _, _ := strings.Cut(stdin.StringValue(), "\n{\n")
	for line := range strings.Lines(head + "\n") {
		if value, ok := strings.CutPrefix(line, name+"='"); ok {
			return strings.CutSuffix(value, "'\n")
		}
	}
	return "", false
}

func assignments(m map[string]string, value func(string) string) string {
	lines := make([]string, 0, len(m))
	for k, v := range m {
		lines = append(lines, k+"="+value(v)+"\n")
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

func quote(v string) string { return "'" + strings.ReplaceAll(v, "'", `'\''`) + "'" }

// decode keeps a secret unreadable over a shoulder, and whole whatever bytes it holds.
func decode(v string) string {
	return `"$(base64 -d <<<` + base64.StdEncoding.EncodeToString([]byte(v)) + `)"`
}
