package checks

import (
	"encoding/json"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
	"go.yaml.in/yaml/v3"

	"github.com/lvs-cloud/lvs-cloud/platform/metrics"
)

// scrapeJobs are the jobs that Prometheus is given in its own words, as text.
func scrapeJobs(t *testing.T) string {
	t.Helper()
	var release struct {
		Values struct {
			Prometheus struct {
				Spec struct {
					Jobs json.RawMessage `json:"additionalScrapeConfigs"`
				} `json:"prometheusSpec"`
			} `json:"prometheus"`
		} `json:"values"`
	}
	spec := monitoringGraph(t, monitoringArgs()).Get(t, "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease", "monitoring").JSON(t, "spec")
	if err := json.Unmarshal([]byte(spec), &release); err != nil {
		t.Fatal(err)
	}
	return string(release.Values.Prometheus.Spec.Jobs)
}

// TestPrometheusReadsItsJobs has promtool read them, and refuse them when one has a word that Prometheus does not know.
func TestPrometheusReadsItsJobs(t *testing.T) {
	jobs := scrapeJobs(t)
	check := func(text string) error {
		_, err := run(t, "promtool", "check", "config", "--syntax-only", write(t, t.TempDir(), "prometheus.yml", text))
		return err
	}
	if err := check(`{"scrape_configs":` + jobs + `}`); err != nil {
		t.Error(err)
	}
	if err := check(`{"scrape_configs":` + jobs[:len(jobs)-2] + `,"unknown":true}]}`); err == nil {
		t.Error("got a job with an unknown word accepted, want it refused")
	}
}

// relabelled are the labels that are left of a series by relabelings; false when it is dropped.
func relabelled(rules []*relabel.Config, from map[string]string) (map[string]string, bool) {
	b := labels.NewBuilder(labels.FromMap(from))
	kept := relabel.ProcessBuilder(b, rules...)
	return b.Labels().Map(), kept
}

// TestJobsKeepWhatIsListed runs series through the jobs' relabelings by Prometheus' own code.
func TestJobsKeepWhatIsListed(t *testing.T) {
	var jobs []struct {
		Name  string            `yaml:"job_name"`
		Rules []*relabel.Config `yaml:"metric_relabel_configs"`
	}
	if err := yaml.Unmarshal([]byte(scrapeJobs(t)), &jobs); err != nil {
		t.Fatal(err)
	}
	of := map[string][]metrics.Component{
		"kubelet": {metrics.Kubelet, metrics.API}, "cadvisor": {metrics.Cadvisor}, "kube-etcd": {metrics.Etcd},
	}
	for _, job := range jobs {
		if len(of[job.Name]) == 0 {
			t.Errorf("got a job %s, want none of the name", job.Name)
		}
		var listed []string
		for _, c := range of[job.Name] {
			listed = append(listed, metrics.Of(c)...)
		}
		for _, name := range listed {
			from := map[string]string{"__name__": name, "pod": "p", "container": "c", "id": "/x", "image": "i", "name": "n", "code": "503"}
			left, kept := relabelled(job.Rules, from)
			if !kept {
				t.Errorf("%s: got %s dropped, want it kept", job.Name, name)
			}
			if job.Name == "cadvisor" && len(left) != 4 {
				t.Errorf("%s: got %v left, want name, pod, container and code", job.Name, left)
			}
		}
		for _, name := range []string{"go_goroutines", "apiserver_request_duration_seconds_bucket", listed[0] + "x", "x" + listed[0]} {
			if _, kept := relabelled(job.Rules, map[string]string{"__name__": name, "pod": "p", "container": "c", "code": "503"}); kept {
				t.Errorf("%s: got %s kept, want it dropped", job.Name, name)
			}
		}
	}
	if len(jobs) != len(of) {
		t.Errorf("got %d jobs, want %d", len(jobs), len(of))
	}
}

// TestRulesKeepWhatIsListed runs the names of each component through its rules by Prometheus' own code.
func TestRulesKeepWhatIsListed(t *testing.T) {
	allowed := map[string]string{"code": "500", "name": "max_connections"}
	for _, c := range metrics.Components() {
		var rules []*relabel.Config
		for _, rule := range metrics.Rules(c) {
			text, err := yaml.Marshal(map[string]any{"source_labels": rule.Labels, "regex": rule.Regex, "action": "keep"})
			if err != nil {
				t.Fatal(err)
			}
			parsed := &relabel.Config{}
			if err := yaml.Unmarshal(text, parsed); err != nil {
				t.Fatalf("%s: %v", c, err)
			}
			rules = append(rules, parsed)
		}
		for _, name := range metrics.Of(c) {
			from := map[string]string{"__name__": name}
			for label, value := range allowed {
				from[label] = value
			}
			if _, kept := relabelled(rules, from); !kept {
				t.Errorf("%s: got %s dropped, want it kept", c, name)
			}
			from["__name__"] = name + "_other"
			if _, kept := relabelled(rules, from); kept {
				t.Errorf("%s: got %s kept, want it dropped", c, from["__name__"])
			}
		}
	}
}
