package dashboards

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/bargauge"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	logspanel "github.com/grafana/grafana-foundation-sdk/go/logs"
	"github.com/grafana/grafana-foundation-sdk/go/loki"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	statpanel "github.com/grafana/grafana-foundation-sdk/go/stat"
	tablepanel "github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// TestSchema reads what was rendered by Grafana's own types, which refuse a field that they do not know, and renders it again.
func TestSchema(t *testing.T) {
	kinds := cog.NewRuntime()
	for _, panel := range []variants.PanelcfgConfig{
		bargauge.VariantConfig(), logspanel.VariantConfig(), statpanel.VariantConfig(), tablepanel.VariantConfig(), timeseries.VariantConfig(),
	} {
		kinds.RegisterPanelcfgVariant(panel)
	}
	kinds.RegisterDataqueryVariant(prometheus.VariantConfig())
	kinds.RegisterDataqueryVariant(loki.VariantConfig())
	for _, d := range everything(t) {
		text, err := d.JSON()
		if err != nil {
			t.Fatal(err)
		}
		var parts struct {
			Panels      []json.RawMessage
			Templating  struct{ List []json.RawMessage }
			Annotations struct{ List []json.RawMessage }
			Links       []json.RawMessage
		}
		if err := json.Unmarshal([]byte(text), &parts); err != nil {
			t.Fatal(err)
		}
		for _, part := range parts.Panels {
			if strings.HasPrefix(string(part), `{"type":"row"`) {
				checkRead[dashboard.RowPanel](t, part)
			} else {
				checkRead[dashboard.Panel](t, part)
			}
		}
		for _, part := range parts.Templating.List {
			checkRead[dashboard.VariableModel](t, part)
		}
		for _, part := range parts.Annotations.List {
			checkRead[dashboard.AnnotationQuery](t, part)
		}
		for _, part := range parts.Links {
			checkRead[dashboard.DashboardLink](t, part)
		}
		if len(parts.Panels) == 0 || len(parts.Annotations.List) != 1 || len(parts.Links) < 2 {
			t.Errorf("%s: got %d panels, %d annotations and %d links, want all of them", d.UID, len(parts.Panels), len(parts.Annotations.List), len(parts.Links))
		}
		if len(text) > 64<<10 {
			t.Errorf("%s: got %d bytes, want a folder of dashboards to fit into a ConfigMap", d.UID, len(text))
		}
	}
}

// checkRead reads a part of a dashboard by Grafana's own type, and writes it again.
func checkRead[T any, P interface {
	*T
	UnmarshalJSONStrict([]byte) error
}](t *testing.T, part json.RawMessage) {
	t.Helper()
	// Without a problem it is an empty list of them. What was read so strictly is not complete.
	if err := P(new(T)).UnmarshalJSONStrict(part); err != nil && err.Error() != "" {
		t.Errorf("%s: got %v, want what Grafana's schema knows", part, err)
	}
	read := new(T)
	if err := json.Unmarshal(part, read); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(read)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := sorted(t, again), sorted(t, part); got != want {
		t.Errorf("got it changed by being read:\n%s\n%s", want, got)
	}
}

// sorted is a text in JSON with its keys in order.
func sorted(t *testing.T, text []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func uids(all []*Dashboard) []string {
	var out []string
	for _, d := range all {
		out = append(out, d.UID)
	}
	return out
}

func TestPlatform(t *testing.T) {
	for want, args := range map[string]*Args{
		"overview node cluster capacity flux ingress":                 {VolumePath: "/data"},
		"overview node cluster capacity flux ingress postgresql logs": {VolumePath: "/srv/x", Longhorn: true, Postgres: true, Loki: true},
	} {
		all, err := Platform(args)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(uids(all), " "); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		var text strings.Builder
		for _, d := range all {
			for _, q := range d.Queries() {
				text.WriteString(q.Plain + "\n")
				if q.Source == Loki && !args.Loki {
					t.Errorf("%s: got %q asked of Loki, want nothing: there is none", d.UID, q.Panel)
				}
			}
		}
		for what, wanted := range map[string]bool{
			`mountpoint="` + args.VolumePath + `"`: true, "longhorn_": args.Longhorn, "cnpg_": args.Postgres, "detected_level": args.Loki,
		} {
			if got := strings.Contains(text.String(), what); got != wanted {
				t.Errorf("%+v: got %s asked for %t, want %t", args, what, got, wanted)
			}
		}
	}
}

func TestApplication(t *testing.T) {
	app := Application{Name: "shop", Namespace: "prod", Host: "shop.example.com", Database: "shop_db", Loki: true}
	d, err := app.Dashboard()
	if err != nil {
		t.Fatal(err)
	}
	text, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"uid":"app-prod-shop"`, `"url":"https://shop.example.com"`, `"tags":["applications"]`} {
		if !strings.Contains(text, want) {
			t.Errorf("got %s, want %s", text, want)
		}
	}
	var queries strings.Builder
	for _, q := range d.Queries() {
		queries.WriteString(q.Plain + "\n")
	}
	for _, want := range []string{
		`traefik_service_requests_total{service=~"prod-shop-[a-z0-9]+@kubernetes"}[5m]`, `cnpg_pg_database_size_bytes{datname="shop_db"}`,
		`kube_pod_container_resource_limits{resource="memory", namespace="prod", pod=~"shop-.+", container!=""}`,
		"{namespace=\"prod\", app=\"shop\"} |~ `(?i)`",
	} {
		if !strings.Contains(queries.String(), want) {
			t.Errorf("got %s, want %s", queries.String(), want)
		}
	}
	quiet := Application{Name: "worker", Namespace: "prod"}
	if d, err = quiet.Dashboard(); err != nil {
		t.Fatal(err)
	}
	for _, p := range d.Panels() {
		if slices.Contains([]string{"Requests", "Connections", "Number of lines"}, p.Title) {
			t.Errorf("got the panel %q, want none of what the application does not have", p.Title)
		}
	}
}

func TestRefusals(t *testing.T) {
	for want, args := range map[string]*Args{"got nil": nil, `volumePath: got "data"`: {VolumePath: "data"}, `volumePath: got "/data/"`: {VolumePath: "/data/"}} {
		if _, err := Platform(args); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := (*Application)(nil).Dashboard(); err == nil {
		t.Error("got no error, want one for no application")
	}
	_, err := (&Application{Name: "A", Namespace: "b.c", Host: "d", Service: "e f", Database: `g"`}).Dashboard()
	for _, want := range []string{`name: got "A"`, `namespace: got "b.c"`, `host: got "d"`, `service: got "e f"`, `database: got "g\""`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestQueryWithoutVariables replaces what Grafana would fill in.
func TestQueryWithoutVariables(t *testing.T) {
	d := &Dashboard{Variables: []Variable{{Name: "app", Source: Loki}, {Name: "application", Source: Prometheus}, {Name: "text"}}}
	got := d.plain(`a{app="$app", b="$application"}[$__rate_interval] [$__range] $text $other`)
	if want := `a{app=".+", b=".*"}[5m] [6h]  $other`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
