package checks

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lvs-cloud/lvs-cloud/platform/alerts"
	"github.com/lvs-cloud/lvs-cloud/platform/metrics"
)

// target is what a Prometheus is given to ask.
type target struct {
	component metrics.Component
	address   string
}

// liveServer is a real Prometheus that asks real exporters every other second, and keeps what ours keeps.
type liveServer struct {
	*process
	address string
	inbox   *inbox
	// end is until when it may be without data.
	end time.Time
}

// inbox stands where Alertmanager would, and takes what is sent there.
type inbox struct {
	mu  sync.Mutex
	got strings.Builder
}

func (i *inbox) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return // the sender is gone, and with it the test
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.got.Write(text)
}

func (i *inbox) text() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.got.String()
}

// The configuration, as far as it is needed here.
// Source: https://prometheus.io/docs/prometheus/latest/configuration/configuration/
type (
	liveConfig struct {
		Global   liveGlobal   `json:"global"`
		Rules    []string     `json:"rule_files"`
		Alerting liveAlerting `json:"alerting"`
		Jobs     []liveJob    `json:"scrape_configs"`
	}
	liveGlobal struct {
		Scrape   string `json:"scrape_interval"`
		Timeout  string `json:"scrape_timeout"`
		Evaluate string `json:"evaluation_interval"`
	}
	liveAlerting struct {
		Managers []liveManager `json:"alertmanagers"`
	}
	liveManager struct {
		Static []liveStatic `json:"static_configs"`
	}
	liveJob struct {
		Name    string        `json:"job_name"`
		Static  []liveStatic  `json:"static_configs"`
		Relabel []liveRelabel `json:"metric_relabel_configs"`
	}
	liveStatic struct {
		Targets []string   `json:"targets"`
		Labels  liveLabels `json:"labels"`
	}
	// liveLabels are those that a pod's target has in the cluster.
	liveLabels struct {
		Namespace string `json:"namespace,omitempty"`
		Pod       string `json:"pod,omitempty"`
		Instance  string `json:"instance,omitempty"`
	}
	liveRelabel struct {
		Labels []string `json:"source_labels"`
		Regex  string   `json:"regex"`
		Action string   `json:"action"`
	}
)

// every is how often exporters are asked and rules evaluated. On a busy machine an exporter may take as long for its answer.
const every = "2s"

// startPrometheus starts a Prometheus with rules, and waits until it is ready.
func startPrometheus(t *testing.T, groups []alerts.Group, targets ...target) *liveServer {
	t.Helper()
	s := &liveServer{address: freeAddress(t), inbox: &inbox{}}
	manager := httptest.NewServer(s.inbox)
	t.Cleanup(manager.Close)
	for i := range groups {
		groups[i].Interval = 0 // as often as everything else
	}
	rules, err := json.Marshal(alerts.Render(groups...))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	config := liveConfig{
		Global:   liveGlobal{every, every, every},
		Rules:    []string{write(t, dir, "rules.yml", string(rules))},
		Alerting: liveAlerting{[]liveManager{{[]liveStatic{{Targets: []string{manager.Listener.Addr().String()}}}}}},
	}
	for _, tg := range targets {
		name := string(tg.component)
		job := liveJob{Name: name, Static: []liveStatic{{[]string{tg.address}, liveLabels{name, name + "-1", "main"}}}}
		for _, rule := range metrics.Rules(tg.component) {
			job.Relabel = append(job.Relabel, liveRelabel{rule.Labels, rule.Regex, "keep"})
		}
		config.Jobs = append(config.Jobs, job)
	}
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	// An alert may be raised before it is known where to send it; it is sent again at once.
	s.process = start(t, "prometheus", "--config.file="+write(t, dir, "prometheus.yml", string(text)), "--log.level=warn", "--rules.alert.resend-delay="+every,
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+s.address)
	s.await(t, ok("http://"+s.address+"/-/ready"))
	s.end = time.Now().Add(2 * patience)
	return s
}

// ask returns how many series a query has a number for.
func (s *liveServer) ask(query string) (int, error) {
	text, err := get("http://" + s.address + "/api/v1/query?query=" + url.QueryEscape(query))
	if err != nil {
		return 0, err
	}
	var answer struct {
		Data struct {
			Type   string          `json:"resultType"`
			Result json.RawMessage `json:"result"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		return 0, err
	}
	if answer.Data.Type != "vector" {
		return 0, fmt.Errorf("got a %s, want a vector", answer.Data.Type)
	}
	var vector []struct {
		Value [2]any `json:"value"`
	}
	if err := json.Unmarshal(answer.Data.Result, &vector); err != nil {
		return 0, err
	}
	numbers := 0
	for _, sample := range vector {
		if sample.Value[1] != "NaN" {
			numbers++
		}
	}
	return numbers, nil
}

// answered waits until a query has a number. All queries share the time that there is.
func (s *liveServer) answered(t *testing.T, query string) {
	t.Helper()
	s.awaitUntil(t, s.end, func() error {
		numbers, err := s.ask(query)
		if err == nil && numbers == 0 {
			err = fmt.Errorf("got no data of %s, want some", query)
		}
		return err
	})
}
