package grafana

import (
	"fmt"
	"path"
	"time"

	"github.com/lvs-cloud/lvs-cloud/platform/dashboards"
)

// rereadSeconds is how often Grafana looks whether a dashboard has changed.
const rereadSeconds = 60

// datasources are the files by which Grafana is told of data sources.
// Source: https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources
type datasources struct {
	File datasourceFile `json:"datasources.yaml"`
}

type datasourceFile struct {
	APIVersion int `json:"apiVersion"`
	// Prune takes away what is not in the file any more.
	Prune       bool         `json:"prune"`
	Datasources []datasource `json:"datasources"`
}

type datasource struct {
	Name      string   `json:"name"`
	UID       string   `json:"uid"`
	Type      string   `json:"type"`
	Access    string   `json:"access"`
	URL       string   `json:"url"`
	IsDefault bool     `json:"isDefault"`
	Editable  bool     `json:"editable"`
	JSONData  jsonData `json:"jsonData"`
}

type jsonData struct {
	HTTPMethod     string `json:"httpMethod,omitempty"`
	PrometheusType string `json:"prometheusType,omitempty"`
	TimeInterval   string `json:"timeInterval,omitempty"`
	// ManageAlerts would have Grafana show rules that it cannot change.
	ManageAlerts   *bool  `json:"manageAlerts,omitempty"`
	MaxLines       int    `json:"maxLines,omitempty"`
	Implementation string `json:"implementation,omitempty"`
}

// dashboardProvider is the file by which Grafana is told of folders of dashboards.
// Source: https://grafana.com/docs/grafana/latest/administration/provisioning/#dashboards
type dashboardProvider struct {
	File providerFile `json:"dashboardproviders.yaml"`
}

type providerFile struct {
	APIVersion int        `json:"apiVersion"`
	Providers  []provider `json:"providers"`
}

type provider struct {
	Name                  string          `json:"name"`
	OrgID                 int             `json:"orgId"`
	Folder                string          `json:"folder"`
	FolderUID             string          `json:"folderUid"`
	Type                  string          `json:"type"`
	DisableDeletion       bool            `json:"disableDeletion"`
	AllowUIUpdates        bool            `json:"allowUiUpdates"`
	UpdateIntervalSeconds int             `json:"updateIntervalSeconds"`
	Options               providerOptions `json:"options"`
}

type providerOptions struct {
	Path string `json:"path"`
}

// maxLogLines are fetched at once when somebody looks around in the logs.
const maxLogLines = 1000

func (args *Args) datasources() datasources {
	no := false
	all := []datasource{{
		Name: "Prometheus", UID: string(dashboards.Prometheus), Type: "prometheus", Access: "proxy", URL: args.PrometheusURL, IsDefault: true,
		JSONData: jsonData{HTTPMethod: "POST", PrometheusType: "Prometheus", TimeInterval: fmt.Sprintf("%ds", args.ScrapeInterval/time.Second), ManageAlerts: &no},
	}}
	if args.LokiURL != "" {
		all = append(all, datasource{
			Name: "Loki", UID: string(dashboards.Loki), Type: "loki", Access: "proxy", URL: args.LokiURL, JSONData: jsonData{MaxLines: maxLogLines, ManageAlerts: &no},
		})
	}
	if args.AlertmanagerURL != "" {
		all = append(all, datasource{
			Name: "Alertmanager", UID: "alertmanager", Type: "alertmanager", Access: "proxy", URL: args.AlertmanagerURL,
			JSONData: jsonData{Implementation: "prometheus"},
		})
	}
	return datasources{datasourceFile{APIVersion: 1, Prune: true, Datasources: all}}
}

func (args *Args) providers() *dashboardProvider {
	if len(args.Folders) == 0 {
		return nil
	}
	p := &dashboardProvider{providerFile{APIVersion: 1}}
	for _, f := range args.Folders {
		p.File.Providers = append(p.File.Providers, provider{
			Name: f.Name, OrgID: 1, Folder: f.Title, FolderUID: f.Name, Type: "file", UpdateIntervalSeconds: rereadSeconds,
			Options: providerOptions{path.Join(dashboardsPath, f.Name)},
		})
	}
	return p
}
