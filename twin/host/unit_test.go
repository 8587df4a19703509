package host

import (
	"strings"
	"testing"
)

func TestCheckNamesEveryMissingTool(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := checkTools()
	if err == nil {
		t.Fatal("no error without any tool on PATH")
	}
	for program, pkg := range tools {
		if !strings.Contains(err.Error(), program) || !strings.Contains(err.Error(), pkg) {
			t.Errorf("%q does not name %s of package %s", err, program, pkg)
		}
	}
}

func TestUnescapeMount(t *testing.T) {
	for in, want := range map[string]string{
		`/plain`: "/plain", `/with\040blank`: "/with blank", `/a\134b\011`: "/a\\b\t", `/cut\04`: `/cut\04`,
	} {
		if got := unescapeMount(in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestFreeDisk(t *testing.T) {
	r := &record{Volumes: []disk{{Name: "sdb"}, {Name: "sdd"}}}
	if got, err := r.freeDisk(); err != nil || got != "sdc" {
		t.Errorf("%q, %v; want the gap sdc", got, err)
	}
	for _, c := range "bcdefghijklmnopq" {
		r.Volumes = append(r.Volumes, disk{Name: "sd" + string(c)})
	}
	if _, err := r.freeDisk(); err == nil || !strings.Contains(err.Error(), "16 volumes") {
		t.Errorf("%v, want the limit named", err)
	}
}

func TestReportKeepsErrorsOnOneLine(t *testing.T) {
	for line, want := range map[string]string{"ok\n": "", "no luck; at all\n": "no luck; at all", "": "it ended"} {
		err := readReport(strings.NewReader(line), "it ended")
		if got := errorText(err); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
