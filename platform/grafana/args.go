package grafana

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/naming"
	"github.com/lvs-cloud/lvs-cloud/platform/dashboards"
)

// Args configures a Grafana.
type Args struct {
	// Namespace is where it lives. It must be there. Required.
	Namespace string
	// Version is Grafana's, and ChartVersion that of its chart, which lags behind it. Required.
	Version, ChartVersion string
	// Host is its public name. Required.
	Host string
	// SignOn has people sign on by OpenID Connect.
	// Default: none; there is a form for the one local user.
	SignOn *SignOn
	// PrometheusURL is where what is measured is asked for. Required.
	PrometheusURL string
	// AlertmanagerURL and LokiURL are where alerts and logs are asked for.
	// Default: none; there is no such data source.
	AlertmanagerURL, LokiURL string
	// ScrapeInterval is how often Prometheus measures: no panel looks closer.
	// Default: a minute.
	ScrapeInterval time.Duration
	// StorageClass is where Grafana keeps what people make in it. Required.
	StorageClass string
	// PriorityClass ranks the pod. Required.
	PriorityClass string
	// Size is what Grafana may take. Required.
	Size Size
	// Folders hold the dashboards that are made in code. Nobody can change or delete those.
	// Default: none.
	Folders []Folder
	// After is what must be there before anything of this: Flux, the storage, and the namespace.
	// Default: nothing.
	After []pulumi.Resource
}

// SignOn is how people sign on by OpenID Connect.
type SignOn struct {
	// IssuerURL is where Authelia is, by its public name: it says who it is by the name that it is asked by. Required.
	IssuerURL string
	// ClientID is what Grafana calls itself there, and ClientSecret what proves it. Required.
	ClientID     string
	ClientSecret pulumi.StringInput
	// AdminGroup are those who may do everything. Required.
	AdminGroup string
	// EditorGroup are those who may make dashboards of their own. Everybody else who may sign on looks.
	// Default: none.
	EditorGroup string
}

// Folder is a folder of dashboards in Grafana.
type Folder struct {
	// Name is its identifier, and Title what is shown. Required.
	Name, Title string
	// Dashboards are what is in it.
	// Default: none.
	Dashboards []*dashboards.Dashboard
}

// Size is what Grafana may take.
type Size struct {
	// Grafana is what its pod may take.
	Grafana footprint.Resources
	// DiskGiB is the disk for what people make in it. It can grow, and not shrink.
	// Unit: GiB.
	DiskGiB int
}

// SizeFor returns what Grafana may take in a profile. Grafana 13.2 holds 170 MiB at rest, of which the processes of its two data
// sources have some 10 each; with every plug-in of its image it would be 270. While a large dashboard is drawn it takes 70 to
// 110 more, and the runtime collects harder before the limit is reached. It works when somebody looks, and not otherwise.
func SizeFor(p footprint.Profile) Size {
	if p == footprint.Lean {
		return Size{footprint.Resources{CPU: 20, Memory: 180, MemoryLimit: 320}, 1}
	}
	return Size{footprint.Resources{CPU: 50, Memory: 224, MemoryLimit: 448}, 1}
}

// Footprint is what Grafana asks of the node.
func (s Size) Footprint() footprint.Footprint {
	return footprint.Footprint{
		Component: "grafana",
		Parts:     []footprint.Part{{Name: "grafana", Replicas: 1, Resources: s.Grafana}},
		Claims:    []footprint.Claim{{Name: "data", GiB: s.DiskGiB}},
	}
}

const (
	defaultScrapeInterval = time.Minute
	// maxFolder is what fits into a ConfigMap, with room for its own words.
	// Source: https://kubernetes.io/docs/concepts/configuration/configmap/
	maxFolder = 1<<20 - 16<<10
)

var (
	versionForm = regexp.MustCompile(`^\d+\.\d+\.\d+$`)
	// groupForm is what may stand between quotes in the expression that turns groups into a role.
	groupForm = regexp.MustCompile(`^[a-zA-Z0-9._-]+$`)
)

// complete returns a checked copy of the args with its defaults, or every problem at once.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *grafana.Args")
	}
	a := *args
	var errs []error
	check := func(right bool, format string, got ...any) {
		if !right {
			errs = append(errs, fmt.Errorf(format, got...))
		}
	}
	for _, n := range []struct{ key, name string }{
		{"namespace", a.Namespace}, {"storageClass", a.StorageClass}, {"priorityClass", a.PriorityClass},
	} {
		check(naming.IsLabel(n.name), "%s: got %q, want a DNS label", n.key, n.name)
	}
	check(versionForm.MatchString(a.Version), "version: got %q, want an exact version such as 1.2.3", a.Version)
	check(versionForm.MatchString(a.ChartVersion), "chartVersion: got %q, want an exact version such as 1.2.3", a.ChartVersion)
	check(naming.IsDomain(a.Host), "host: got %q, want a name such as grafana.example.com", a.Host)
	check(isURL(a.PrometheusURL, "http", "https"), "prometheusURL: got %q, want a URL by http", a.PrometheusURL)
	check(a.AlertmanagerURL == "" || isURL(a.AlertmanagerURL, "http", "https"), "alertmanagerURL: got %q, want a URL by http, or none", a.AlertmanagerURL)
	check(a.LokiURL == "" || isURL(a.LokiURL, "http", "https"), "lokiURL: got %q, want a URL by http, or none", a.LokiURL)
	if a.ScrapeInterval == 0 {
		a.ScrapeInterval = defaultScrapeInterval
	}
	check(a.ScrapeInterval >= time.Second && a.ScrapeInterval%time.Second == 0, "scrapeInterval: got %v, want whole seconds", a.ScrapeInterval)
	m := a.Size.Grafana
	check(m.Memory >= 1 && m.MemoryLimit >= m.Memory, "size: got %d MiB and a limit of %d, want both, and the limit no less", m.Memory, m.MemoryLimit)
	check(a.Size.DiskGiB >= 1, "size: got a disk of %d GiB, want at least 1", a.Size.DiskGiB)
	a.SignOn.check(check)
	a.checkFolders(check)
	return &a, errors.Join(errs...)
}

func (s *SignOn) check(check func(bool, string, ...any)) {
	if s == nil {
		return
	}
	check(isURL(s.IssuerURL, "https"), "signOn.issuerURL: got %q, want a URL by https, without a slash at its end", s.IssuerURL)
	check(groupForm.MatchString(s.ClientID), "signOn.clientID: got %q, want letters, digits, dots, dashes and underscores", s.ClientID)
	check(s.ClientSecret != nil, "signOn.clientSecret: got none, want one")
	check(groupForm.MatchString(s.AdminGroup), "signOn.adminGroup: got %q, want a group", s.AdminGroup)
	check(s.EditorGroup == "" || groupForm.MatchString(s.EditorGroup), "signOn.editorGroup: got %q, want a group, or none", s.EditorGroup)
}

func (args *Args) checkFolders(check func(bool, string, ...any)) {
	folders, uids := map[string]bool{}, map[string]bool{}
	for _, f := range args.Folders {
		check(naming.IsLabel(f.Name) && !folders[f.Name], "folders: got the name %q, want a DNS label, once", f.Name)
		check(f.Title != "", "folders: %s: got no title, want one", f.Name)
		folders[f.Name] = true
		size := 0
		for _, d := range f.Dashboards {
			text, err := d.JSON()
			check(err == nil, "folders: %s: %v", f.Name, err)
			check(!uids[d.UID], "folders: %s: got the dashboard %q twice, want it once", f.Name, d.UID)
			uids[d.UID], size = true, size+len(text)
		}
		check(size <= maxFolder, "folders: %s: got %d bytes, want at most %d", f.Name, size, maxFolder)
	}
}

func isURL(text string, schemes ...string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || (u.Path != "" && u.Path[len(u.Path)-1] == '/') {
		return false
	}
	for _, s := range schemes {
		if u.Scheme == s {
			return true
		}
	}
	return false
}
