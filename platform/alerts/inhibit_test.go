package alerts

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// labelsOf are those of an alert that inhibitions ask about, besides those of its expression.
func labelsOf(r Rule) map[string]string {
	return map[string]string{
		"alertname": r.Alert, "severity": string(r.Labels.Severity), "layer": string(r.Labels.Layer), "about": r.Labels.About,
	}
}

var matcherForm = regexp.MustCompile(`^([a-z]+)(=|!=|=~)"([^"]*)"$`)

// matches tells whether an alert fits matchers. A label of the expression fits any.
func matches(t *testing.T, matchers []string, labels map[string]string) bool {
	t.Helper()
	for _, text := range matchers {
		m := matcherForm.FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("got the matcher %q, want one such as a=\"b\"", text)
		}
		value, known := labels[m[1]]
		equal := regexp.MustCompile(`^(?:` + m[3] + `)$`).MatchString(value)
		if known && equal == (m[2] == "!=") {
			return false
		}
	}
	return true
}

// TestInhibitions names who keeps whom silent.
func TestInhibitions(t *testing.T) {
	for _, c := range []struct {
		source, target string
		want           bool
	}{
		{"DiskFull", "DiskFilling", true},
		{"DiskFullTomorrow", "DiskFullSoon", true},
		{"DatabaseDiskFull", "DatabaseDiskFilling", true},
		{"MemoryExhausted", "MemoryLow", true},
		{"EtcdFsyncTooSlow", "EtcdFsyncSlow", true},
		{"ServiceFailing", "ServiceErrors", true},
		{"NodeDown", "PostgresDown", true},
		{"NodeDown", "NodeNotReady", true},
		{"NodeDown", "TargetDown", true},
		{"NodeDown", "Watchdog", false},
		{"NodeNotReady", "DiskFull", false},
		{"VolumeFaulted", "PostgresDown", true},
		{"VolumeFaulted", "PodNotReady", true},
		{"PostgresDown", "TargetMissing", true},
		{"PostgresDown", "AuthenticationDown", true},
		{"PostgresDown", "DatabaseDiskFull", false},
		{"DatabaseDiskFull", "PostgresDown", true},
		{"ClaimFull", "AlertmanagerNotNotifying", false},
		{"AuthenticationDown", "PostgresDown", false},
		{"ContainerOutOfMemory", "PodCrashLooping", true},
		{"PodCrashLooping", "DeploymentReplicasMissing", true},
		{"DeploymentReplicasMissing", "PodCrashLooping", false},
		{"MemoryLow", "MemoryExhausted", false},
		{"DiskFull", "MemoryLow", true}, // but for their `about`, which must be the same
	} {
		got := false
		for _, i := range Inhibitions(everything()) {
			got = got || matches(t, i.Source, labelsOf(rule(t, c.source))) && matches(t, i.Target, labelsOf(rule(t, c.target)))
		}
		if got != c.want {
			t.Errorf("%s over %s: got %t, want %t", c.source, c.target, got, c.want)
		}
	}
	first := Inhibitions(everything())[0]
	if !slices.Contains(first.Equal, "about") || !slices.Contains(first.Equal, "mountpoint") {
		t.Errorf("got %q, want the same thing alone kept silent", first.Equal)
	}
	without := everything()
	without.Authentication = ""
	if len(Inhibitions(without)) != len(Inhibitions(everything()))-1 {
		t.Error("got an inhibition about the sign-on without one")
	}
}

// TestInhibitionsNameWhatThereIs finds a matcher that fits nothing.
func TestInhibitionsNameWhatThereIs(t *testing.T) {
	for _, i := range Inhibitions(everything()) {
		for _, matchers := range [][]string{i.Source, i.Target} {
			for _, text := range matchers {
				m := matcherForm.FindStringSubmatch(text)
				for _, value := range strings.Split(m[3], "|") {
					if m[1] != "namespace" && value != "" && !slices.ContainsFunc(alerting(t), func(r Rule) bool { return labelsOf(r)[m[1]] == value }) {
						t.Errorf("%s: got %q, want a value that an alert has", text, value)
					}
				}
			}
		}
	}
}

// TestWhatIsTiedTogether finds an alert that is said to be about the same as others of another severity, and is not.
func TestWhatIsTiedTogether(t *testing.T) {
	about := map[string][]Severity{}
	for _, r := range alerting(t) {
		if r.Labels.About != "" {
			about[r.Labels.About] = append(about[r.Labels.About], r.Labels.Severity)
		}
	}
	for what, severities := range about {
		if !slices.Contains(severities, Critical) || !slices.Contains(severities, Warning) {
			t.Errorf("%s: got %q, want a critical alert and a warning", what, severities)
		}
	}
	if len(about) == 0 {
		t.Error("got no alerts that are tied together, want some")
	}
}

func rule(t *testing.T, name string) Rule {
	t.Helper()
	for _, r := range alerting(t) {
		if r.Alert == name {
			return r
		}
	}
	t.Fatalf("got no alert %s", name)
	return Rule{}
}
