package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"
)

func silent(context.Context, string) {}

// program writes files to a folder of their own; go.mod is made when it is not among them.
func program(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if _, given := files["go.mod"]; !given {
		files["go.mod"] = "module example\n\ngo 1.26\n"
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// run runs the program in a folder and returns the answer and all that it wrote.
func run(t *testing.T, dir string, options map[string]any) (*pulumirpc.RunResponse, string, error) {
	t.Helper()
	opts, err := structpb.NewStruct(options)
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	res, err := newHost("engine:1", silent, &stdout, &stderr).Run(t.Context(), &pulumirpc.RunRequest{
		Project: "proj", Stack: "dev", Organization: "org", DryRun: true, Parallel: 4, MonitorAddress: "monitor:1",
		Pwd: dir, Config: map[string]string{"proj:a": "b"}, ConfigSecretKeys: []string{"proj:a"},
		Info: &pulumirpc.ProgramInfo{RootDirectory: dir, ProgramDirectory: dir, Options: opts},
	})
	return res, stdout.String() + stderr.String(), err
}

func goProgram(body string) map[string]string {
	return map[string]string{"main.go": "package main\n\nimport \"os\"\n\nfunc main() { " + body + " }\n"}
}

func TestRunPassesTheEnvironment(t *testing.T) {
	dir := program(t, goProgram(`for _, k := range os.Environ() { println(k) }`))
	res, said, err := run(t, dir, nil)
	if err != nil || res.Error != "" || res.Bail {
		t.Fatalf("got %v, %v", res, err)
	}
	for _, want := range []string{
		"PULUMI_PROJECT=proj", "PULUMI_STACK=dev", "PULUMI_ORGANIZATION=org", "PULUMI_DRY_RUN=true", "PULUMI_PARALLEL=4",
		"PULUMI_MONITOR=monitor:1", "PULUMI_ENGINE=engine:1", `PULUMI_CONFIG={"proj:a":"b"}`,
		`PULUMI_CONFIG_SECRET_KEYS=["proj:a"]`, "PULUMI_ROOT_DIRECTORY=" + dir,
	} {
		if !strings.Contains(said, want+"\n") {
			t.Errorf("the program's environment lacks %s: %.300s", want, said)
		}
	}
}

func TestRunReportsHowAProgramFailed(t *testing.T) {
	for name, tc := range map[string]struct {
		body, want string
		bail       bool
	}{
		"error shown already": {body: "os.Exit(32)", bail: true},
		"bare exit":           {body: "os.Exit(3)", want: "exit code 3 and reported no error to the engine and wrote nothing"},
		"last words":          {body: `println("because"); os.Exit(3)`, want: "; it wrote: because"},
		"panic":               {body: `panic("oh")`, want: "; it wrote: panic: oh"},
	} {
		t.Run(name, func(t *testing.T) {
			res, _, err := run(t, program(t, goProgram(tc.body+"; _ = os.Args")), nil)
			if err != nil || res.Bail != tc.bail || !strings.Contains(res.Error, tc.want) || (tc.want == "") != (res.Error == "") {
				t.Errorf("got %v, %v, want bail %v and %q", res, err, tc.bail, tc.want)
			}
		})
	}
}

func TestRunReportsACompileError(t *testing.T) {
	for name, tc := range map[string]struct {
		files map[string]string
		want  string
	}{
		"type error": {goProgram(`var n int = "text"; _ = os.Args`), "main.go:5:"},
		"no files":   {map[string]string{}, "no Go files in"},
		"no main":    {map[string]string{"lib.go": "package lib\n"}, "want a package main"},
	} {
		_, _, err := run(t, program(t, tc.files), nil)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, tc.want)
		}
	}
}

func TestRunLeavesNoTemporaryProgram(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	for _, body := range []string{"_ = os.Args", "this does not compile"} {
		if _, _, err := run(t, program(t, goProgram(body)), nil); err == nil && body != "_ = os.Args" {
			t.Errorf("%q compiled", body)
		}
	}
	if left, err := filepath.Glob(filepath.Join(temp, "pulumi-go.*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestRunOptions(t *testing.T) {
	dir := program(t, goProgram("_ = os.Args"))
	built := filepath.Join(t.TempDir(), "program")
	if res, _, err := run(t, dir, map[string]any{"buildTarget": built}); err != nil || res.Error != "" {
		t.Fatalf("buildTarget: %v, %v", res, err)
	}
	if _, err := os.Stat(built); err != nil {
		t.Errorf("buildTarget: %v", err)
	}
	script := program(t, map[string]string{"run": "#!/bin/sh\necho scripted\n"})
	if res, said, err := run(t, script, map[string]any{"binary": filepath.Join(script, "run")}); err != nil || res.Error != "" || said != "scripted\n" {
		t.Errorf("binary: %v, %q, %v", res, said, err)
	}
	for want, options := range map[string]map[string]any{
		"are both set":          {"binary": "a", "buildTarget": "b"},
		"want a string":         {"binary": true},
		"runtime option binary": {"binary": "/nowhere"},
	} {
		if _, _, err := run(t, dir, options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

func TestCancelInterruptsTheProgram(t *testing.T) {
	script := program(t, map[string]string{"run": "#!/bin/sh\ntrap 'echo trapped; exit 1' INT\necho on\nsleep 20 & wait\n"})
	var said bytes.Buffer
	h := newHost("engine:1", silent, &said, io.Discard)
	time.AfterFunc(500*time.Millisecond, func() {
		if _, err := h.Cancel(context.Background(), nil); err != nil {
			t.Error(err)
		}
	})
	opts, err := structpb.NewStruct(map[string]any{"binary": filepath.Join(script, "run")})
	if err != nil {
		t.Fatal(err)
	}
	res, err := h.Run(t.Context(), &pulumirpc.RunRequest{Pwd: script, Info: &pulumirpc.ProgramInfo{Options: opts}})
	if err != nil || !strings.Contains(res.Error, "the program was interrupted") || !strings.Contains(said.String(), "trapped") {
		t.Errorf("got %v, %q, %v, want an interrupted program", res, &said, err)
	}
}

func TestRefusalsNameTheMethod(t *testing.T) {
	h := newHost("engine:1", silent, os.Stdout, os.Stderr)
	_, err := h.GeneratePackage(t.Context(), nil)
	err = refusal("/pulumirpc.LanguageRuntime/GeneratePackage", err)
	if status.Code(err) != codes.Unimplemented || !strings.Contains(err.Error(), "does not implement /pulumirpc.LanguageRuntime/GeneratePackage") {
		t.Errorf("got %v", err)
	}
	if _, err := h.Handshake(t.Context(), nil); err == nil {
		t.Error("a handshake without an address passed")
	}
}
