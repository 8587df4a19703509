package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	attachmentURN = "urn:pulumi:prod::lvs-cloud::hcloud:index/volumeAttachment:VolumeAttachment::data-attachment"
	harmlessPlan  = `{"steps": [{"op": "create", "urn": "` + attachmentURN + `", "detailedDiff": null}], "changeSummary": {"create": 1}}`
	harmfulPlan   = `{"steps": [{"op": "delete", "urn": "` + attachmentURN + `", "detailedDiff": null}], "changeSummary": {"delete": 1}}`
	failedPlan    = `{"diagnostics": [{"message": "error: it is protected", "severity": "error"}], "changeSummary": {}}`
)

// attended takes the variable away that says that nobody is there.
func attended(t *testing.T) {
	t.Helper()
	t.Setenv("CI", "")
	if err := os.Unsetenv("CI"); err != nil {
		t.Fatal(err)
	}
}

func TestGuardJudgesAFile(t *testing.T) {
	attended(t)
	file := filepath.Join(t.TempDir(), "preview.json")
	for name, c := range map[string]struct {
		plan, ci string
		args     []string
		code     int
		want     string
	}{
		"harmless":           {harmlessPlan, "", nil, exitDone, "Nothing is lost. The plan: 1 create."},
		"harmful":            {harmfulPlan, "", nil, exitFailed, "volume attachment data-attachment would be deleted"},
		"harmful, as JSON":   {harmfulPlan, "", []string{"--output", "json"}, exitFailed, `"refused": true`},
		"harmless, as JSON":  {harmlessPlan, "", []string{"--output", "json"}, exitDone, `"refused": false`},
		"allowed":            {harmfulPlan, "", []string{"--allow", attachmentURN}, exitDone, "Nothing is lost but what is allowed."},
		"allowed in CI":      {harmfulPlan, "true", []string{"--allow", attachmentURN}, exitFailed, "in CI"},
		"allowed in some CI": {harmfulPlan, "1", []string{"--allow", attachmentURN}, exitFailed, "in CI"},
		"harmless in CI":     {harmlessPlan, "true", nil, exitDone, "Nothing is lost."},
		"failed":             {failedPlan, "", nil, exitFailed, "the preview failed: it is protected"},
		"half":               {harmlessPlan[:40], "", nil, exitFailed, "cannot be read"},
		"with a refresh":     {harmlessPlan, "", []string{"--refresh"}, exitUsage, "--refresh: got it with --from"},
	} {
		if err := os.WriteFile(file, []byte(c.plan), 0o644); err != nil {
			t.Fatal(err)
		}
		if attended(t); c.ci != "" {
			t.Setenv("CI", c.ci)
		}
		text, said, code := call(t, append([]string{"guard", "--from", file}, c.args...)...)
		if code != c.code || !strings.Contains(text+said, c.want) {
			t.Errorf("%s: got exit code %d and\n%s%s\nwant %d and %q", name, code, text, said, c.code, c.want)
		}
	}
	if _, said, code := call(t, "guard", "--from", filepath.Join(t.TempDir(), "nope")); code != exitFailed || !strings.Contains(said, "no such file") {
		t.Errorf("no file: got exit code %d and %q, want it refused", code, said)
	}
}

// TestGuardRunsPulumi stands in for the CLI: what it says while it fails is never all that there is.
func TestGuardRunsPulumi(t *testing.T) {
	attended(t)
	dir := t.TempDir()
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	for name, c := range map[string]struct {
		first, bare         string
		firstCode, bareCode string
		code                int
		wants               []string
	}{
		"harmless":                  {harmlessPlan, "", "0", "0", exitDone, []string{"Nothing is lost."}},
		"harmful":                   {harmfulPlan, "", "0", "0", exitFailed, []string{"data-attachment would be deleted"}},
		"failed without a word":     {harmlessPlan, "", "255", "0", exitFailed, []string{"lvs: guard: pulumi preview"}},
		"failed without a document": {"", "", "1", "0", exitFailed, []string{"no stack named"}},
		"refused by protection":     {failedPlan, harmfulPlan, "255", "0", exitFailed, []string{"the preview failed: it is protected", "data-attachment would be deleted"}},
		"refused, and harmless":     {failedPlan, harmlessPlan, "255", "0", exitFailed, []string{"the preview failed: it is protected", "Refused"}},
		"refused by something else": {failedPlan, failedPlan, "255", "255", exitFailed, []string{"the preview failed: it is protected"}},
	} {
		script := "#!/bin/sh\necho 'error: no stack named prod' >&2\ncase \"$*\" in\n*--ignore-protect*) cat <<'E'\n" + c.bare + "\nE\nexit " + c.bareCode +
			";;\n*\"preview \"*\"--json --show-sames --show-replacement-steps --stack prod\"*) cat <<'E'\n" + c.first + "\nE\nexit " + c.firstCode + ";;\nesac\nexit 9\n"
		if err := os.WriteFile(filepath.Join(dir, "pulumi"), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
		text, said, code := call(t, "guard", "--stack", "prod")
		for _, want := range c.wants {
			if code != c.code || !strings.Contains(text+said, want) {
				t.Errorf("%s: got exit code %d and\n%s%s\nwant %d and %q", name, code, text, said, c.code, want)
			}
		}
	}
}
