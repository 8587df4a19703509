// Package dashboards has the dashboards of Grafana, made in code and rendered by Grafana's own builder library.
//
// It exists so that a panel is reviewed and tested like everything else: what it asks is checked against what is measured,
// and where it stands is computed. It names no data source but by the constants of this package, and refuses a dashboard
// that Grafana's schema refuses. It knows nothing of where it is shown.
package dashboards

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// Source is the identifier of a data source in Grafana.
type Source string

// The data sources that dashboards ask.
const (
	// Prometheus has what is measured.
	Prometheus Source = "prometheus"
	// Loki has the logs.
	Loki Source = "loki"
)

// Dashboard is one dashboard.
type Dashboard struct {
	// UID is what its address is made of: it never changes.
	// Range: at most 40 characters.
	UID string
	// Title and Description are what is shown.
	Title, Description string
	// Tag is the group of dashboards that it belongs to, by which they are linked.
	Tag string
	// Home is the address of what it is about.
	// Default: none.
	Home string
	// From is the beginning of the time that is shown first, in Grafana's words.
	From string
	// Variables are what may be chosen above it.
	// Default: none.
	Variables []Variable
	// Rows are what it shows, from top to bottom.
	Rows []Row
}

// The groups of dashboards.
const (
	TagPlatform     = "platform"
	TagApplications = "applications"
)

// Row is a strip of a dashboard with a title of its own; the first has none.
type Row struct {
	Title  string
	Panels []Panel
}

// Variable is something that may be chosen above a dashboard: all, or some of the values that a label has.
type Variable struct {
	// Name is how queries call it, with a dollar before it.
	Name string
	// Label is what is shown.
	Label string
	// Source and Of are where its values come from: the values of a label, of a metric with Prometheus.
	// Default: none; it is a text to be typed.
	Source Source
	Of     string
	// Metric is what has the label.
	// Default: none; with Loki.
	Metric string
}

// maxUID is what Grafana takes for an identifier.
// Source: https://grafana.com/docs/grafana/latest/developers/http_api/dashboard/
const maxUID = 40

// uid makes an identifier; one that would be too long is cut and closed with a hash of the whole.
func uid(parts ...string) string {
	full := strings.Join(parts, "-")
	if len(full) <= maxUID {
		return full
	}
	sum := sha256.Sum256([]byte(full))
	hash := hex.EncodeToString(sum[:4])
	return strings.TrimRight(full[:maxUID-len(hash)-1], "-") + "-" + hash
}

// Panels are all panels, in the order in which they stand.
func (d *Dashboard) Panels() []Panel {
	var out []Panel
	for _, r := range d.Rows {
		out = append(out, r.Panels...)
	}
	return out
}

// JSON renders the dashboard for Grafana.
//
// Errors: what the schema of Grafana refuses.
func (d *Dashboard) JSON() (string, error) {
	made, err := d.build()
	if err != nil {
		return "", fmt.Errorf("dashboard %q: %w", d.UID, err)
	}
	text, err := json.Marshal(made)
	if err != nil {
		return "", fmt.Errorf("dashboard %q: %w", d.UID, err)
	}
	return string(text), nil
}
