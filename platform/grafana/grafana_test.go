package grafana

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
	"github.com/lvs-cloud/lvs-cloud/platform/dashboards"
)

const (
	canary         = "client-secret-that-nobody-may-see"
	releaseToken   = "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease"
	sourceToken    = "kubernetes:source.toolkit.fluxcd.io/v1:OCIRepository"
	claimToken     = "kubernetes:core/v1:PersistentVolumeClaim"
	configMapToken = "kubernetes:core/v1:ConfigMap"
	secretToken    = "kubernetes:core/v1:Secret"
	namespaceToken = "kubernetes:core/v1:Namespace"
	passwordToken  = "random:index/randomPassword:RandomPassword"
)

func valid(t *testing.T) *Args {
	t.Helper()
	platform, err := dashboards.Platform(&dashboards.Args{VolumePath: "/data", Longhorn: true, Postgres: true, Loki: true})
	if err != nil {
		t.Fatal(err)
	}
	return &Args{
		Namespace: "monitoring", Version: "13.2.3", ChartVersion: "12.11.1", Host: "grafana.cloud.example.com",
		SignOn: &SignOn{
			IssuerURL: "https://auth.cloud.example.com", ClientID: "grafana", ClientSecret: pulumi.String(canary), AdminGroup: "admins", EditorGroup: "makers",
		},
		PrometheusURL: "http://prometheus:9090", AlertmanagerURL: "http://alertmanager:9093", LokiURL: "http://loki:3100",
		StorageClass: "standard", PriorityClass: "lvs-observability", Size: SizeFor(footprint.Lean),
		Folders: []Folder{{"platform", "Platform", platform}, {"applications", "Applications", nil}},
	}
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "grafana", args)
		return err
	}
}

func released(t *testing.T, args *Args) string {
	t.Helper()
	return graph.CheckComponent(t, program(args)).Get(t, releaseToken, "grafana").JSON(t, "spec")
}

func TestRelease(t *testing.T) {
	spec := released(t, valid(t))
	for _, want := range []string{
		`"releaseName":"grafana"`, `"upgrade":{"crds":"CreateReplace","strategy":{"name":"RetryOnFailure"`,
		`"admin":{"existingSecret":"grafana-secrets","passwordKey":"admin-password","userKey":"admin-user"}`,
		`"automountServiceAccountToken":false`, `"command":["env","GOMEMLIMIT=192MiB","/run.sh"]`,
		`"containerSecurityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"readOnlyRootFilesystem":true,"seccompProfile":{"type":"RuntimeDefault"}}`,
		`"securityContext":{"fsGroup":472,"fsGroupChangePolicy":"OnRootMismatch","runAsGroup":472,"runAsNonRoot":true,"runAsUser":472,"seccompProfile":{"type":"RuntimeDefault"}}`,
		`"dashboardsConfigMaps":{"applications":"grafana-dashboards-applications","platform":"grafana-dashboards-platform"}`,
		`"deploymentStrategy":{"type":"Recreate"}`, `"enableServiceLinks":false`, `"extraEmptyDirMounts":[{"mountPath":"/tmp","name":"tmp"}]`,
		`"extraSecretMounts":[{"defaultMode":288,"items":[{"key":"encryption-key","path":"encryption-key"},{"key":"client-secret","path":"client-secret"}],` +
			`"mountPath":"/etc/grafana-secrets","name":"secrets","readOnly":true,"secretName":"grafana-secrets"}]`,
		`"fullnameOverride":"grafana"`, `"image":{"tag":"13.2.3"}`, `"initChownData":{"enabled":false}`,
		`"persistence":{"enabled":true,"existingClaim":"grafana-data"}`, `"priorityClassName":"lvs-observability"`, `"rbac":{"create":false}`,
		`"resources":{"limits":{"memory":"320Mi"},"requests":{"cpu":"20m","memory":"180Mi"}}`,
		`"service":{"port":3000,"portName":"http","targetPort":3000}`, `"testFramework":{"enabled":false}`,
		`"startupProbe":{"failureThreshold":60,"httpGet":{"path":"/api/health","port":"grafana"},"periodSeconds":5}`,
	} {
		if !strings.Contains(spec, want) {
			t.Errorf("got  %s\nwant %s", spec, want)
		}
	}
	g := graph.CheckComponent(t, program(valid(t)))
	if got, want := g.Get(t, sourceToken, "grafana-source").JSON(t, "spec"), `"url":"oci://ghcr.io/grafana-community/helm-charts/grafana"`; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
	claim := g.Get(t, claimToken, "grafana-data")
	want := `{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},"storageClassName":"standard"}`
	if got := claim.JSON(t, "spec"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	want = `{"annotations":{"pulumi.com/skipAwait":"true"},"name":"grafana-data","namespace":"monitoring"}`
	if got := claim.JSON(t, "metadata"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestConfiguration(t *testing.T) {
	spec := released(t, valid(t))
	for _, want := range []string{
		`"analytics":{"check_for_plugin_updates":false,"check_for_updates":false,"feedback_links_enabled":false,"reporting_enabled":false}`,
		`"auth":{"disable_login_form":true,"oauth_allow_insecure_email_lookup":false,"signout_redirect_url":"https://auth.cloud.example.com/logout"}`,
		`"auth.anonymous":{"enabled":false}`, `"auth.basic":{"enabled":false}`,
		`"auth.generic_oauth":{"allow_assign_grafana_admin":true,"allow_sign_up":true,"api_url":"https://auth.cloud.example.com/api/oidc/userinfo","auth_style":"InHeader",` +
			`"auth_url":"https://auth.cloud.example.com/api/oidc/authorization","auto_login":true,"client_id":"grafana","client_secret":"$__file{/etc/grafana-secrets/client-secret}",` +
			`"enabled":true,"groups_attribute_path":"groups","icon":"signin","login_attribute_path":"preferred_username","name":"Single sign-on","name_attribute_path":"name",` +
			`"role_attribute_path":"preferred_username \u0026\u0026 (contains(groups || [''], 'admins') \u0026\u0026 'GrafanaAdmin' || contains(groups || [''], 'makers') \u0026\u0026 'Editor' || 'Viewer')",` +
			`"scopes":"openid profile email groups","token_url":"https://auth.cloud.example.com/api/oidc/token","use_pkce":true,"use_refresh_token":false}`,
		`"dashboards":{"default_home_dashboard_path":"/var/lib/grafana/dashboards/platform/overview.json","min_refresh_interval":"30s"}`,
		`"database":{"wal":true}`, `"log":{"level":"warn","mode":"console"}`, `"metrics":{"enabled":true}`, `"news":{"news_feed_enabled":false}`,
		`"plugins":{"disable_plugins":"elasticsearch,grafana-postgresql-datasource,grafana-pyroscope-datasource,influxdb,jaeger,mssql,mysql,opentsdb,stackdriver,tempo,zipkin",` +
			`"plugin_admin_enabled":false,"preinstall_auto_update":false,"preinstall_disabled":true,"public_key_retrieval_disabled":true}`,
		`"public_dashboards":{"enabled":false}`,
		`"security":{"allow_embedding":false,"content_security_policy":true,"cookie_samesite":"lax","cookie_secure":true,"disable_gravatar":true,"secret_key":"$__file{/etc/grafana-secrets/encryption-key}"}`,
		`"server":{"domain":"grafana.cloud.example.com","enable_gzip":false,"root_url":"https://grafana.cloud.example.com/"}`,
		`"snapshots":{"enabled":false,"external_enabled":false}`, `"unified_alerting":{"enabled":false}`,
		`"users":{"allow_org_create":false,"allow_sign_up":false,"auto_assign_org":true,"auto_assign_org_role":"Viewer"}`,
	} {
		if !strings.Contains(spec, want) {
			t.Errorf("got  %s\nwant %s", spec, want)
		}
	}
}

func TestProvisioning(t *testing.T) {
	args := valid(t)
	args.ScrapeInterval = 30 * time.Second
	spec := released(t, args)
	for _, want := range []string{
		`"datasources":{"datasources.yaml":{"apiVersion":1,"datasources":[` +
			`{"access":"proxy","editable":false,"isDefault":true,"jsonData":{"httpMethod":"POST","manageAlerts":false,"prometheusType":"Prometheus","timeInterval":"30s"},` +
			`"name":"Prometheus","type":"prometheus","uid":"prometheus","url":"http://prometheus:9090"},` +
			`{"access":"proxy","editable":false,"isDefault":false,"jsonData":{"manageAlerts":false,"maxLines":1000},"name":"Loki","type":"loki","uid":"loki","url":"http://loki:3100"},` +
			`{"access":"proxy","editable":false,"isDefault":false,"jsonData":{"implementation":"prometheus"},"name":"Alertmanager","type":"alertmanager","uid":"alertmanager","url":"http://alertmanager:9093"}],"prune":true}}`,
		`"dashboardProviders":{"dashboardproviders.yaml":{"apiVersion":1,"providers":[` +
			`{"allowUiUpdates":false,"disableDeletion":false,"folder":"Platform","folderUid":"platform","name":"platform","options":{"path":"/var/lib/grafana/dashboards/platform"},"orgId":1,"type":"file","updateIntervalSeconds":60},` +
			`{"allowUiUpdates":false,"disableDeletion":false,"folder":"Applications","folderUid":"applications","name":"applications","options":{"path":"/var/lib/grafana/dashboards/applications"},"orgId":1,"type":"file","updateIntervalSeconds":60}]}}`,
	} {
		if !strings.Contains(spec, want) {
			t.Errorf("got  %s\nwant %s", spec, want)
		}
	}
	g := graph.CheckComponent(t, program(args))
	folder := g.Get(t, configMapToken, "grafana-platform")
	if got, want := folder.JSON(t, "metadata"), `{"name":"grafana-dashboards-platform","namespace":"monitoring"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	data := folder.Inputs["data"].ObjectValue()
	if len(data) != len(args.Folders[0].Dashboards) {
		t.Errorf("got %d dashboards, want %d", len(data), len(args.Folders[0].Dashboards))
	}
	for _, d := range args.Folders[0].Dashboards {
		var read struct{ UID string }
		err := json.Unmarshal([]byte(data.Mappable()[d.UID+".json"].(string)), &read)
		if err != nil || read.UID != d.UID {
			t.Errorf("%s: got %q and %v, want its own file", d.UID, read.UID, err)
		}
	}
	if got := g.Get(t, configMapToken, "grafana-applications"); len(got.Inputs["data"].ObjectValue()) != 0 {
		t.Errorf("got %v, want a folder without a dashboard", got.Inputs)
	}
	// Another dashboard changes what is in a folder, and not the release, which would start Grafana anew.
	args.Folders[0].Dashboards = args.Folders[0].Dashboards[:3]
	if released(t, args) != spec {
		t.Error("got another release with another dashboard, want the same")
	}
}

// TestWithoutSignOnOrLoki has nothing of what is not there.
func TestWithoutSignOnOrLoki(t *testing.T) {
	args := valid(t)
	args.SignOn, args.LokiURL, args.AlertmanagerURL, args.Folders = nil, "", "", nil
	spec := released(t, args)
	for _, want := range []string{`"auth":{"disable_login_form":false,"oauth_allow_insecure_email_lookup":false}`, `"auth.basic":{"enabled":false}`, `zipkin,loki"`, `"timeInterval":"60s"`, `"dashboards":{"min_refresh_interval":"30s"}`} {
		if !strings.Contains(spec, want) {
			t.Errorf("got  %s\nwant %s", spec, want)
		}
	}
	for _, unwanted := range []string{"generic_oauth", "client-secret", `"uid":"loki"`, `"uid":"alertmanager"`, "dashboardProviders", "dashboardsConfigMaps"} {
		if strings.Contains(spec, unwanted) {
			t.Errorf("got %s in %s, want none of it", unwanted, spec)
		}
	}
}

func TestOrder(t *testing.T) {
	args := valid(t)
	g, err := graph.Run(func(ctx *pulumi.Context) error {
		space, err := corev1.NewNamespace(ctx, "monitoring", &corev1.NamespaceArgs{})
		if err != nil {
			return err
		}
		args.After = []pulumi.Resource{space}
		return program(args)(ctx)
	}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, edge := range [][4]string{
		{secretToken, "grafana-secrets", namespaceToken, "monitoring"},
		{claimToken, "grafana-data", namespaceToken, "monitoring"},
		{configMapToken, "grafana-platform", namespaceToken, "monitoring"},
		{sourceToken, "grafana-source", namespaceToken, "monitoring"},
		{releaseToken, "grafana", namespaceToken, "monitoring"},
		{releaseToken, "grafana", secretToken, "grafana-secrets"},
		{releaseToken, "grafana", claimToken, "grafana-data"},
		{releaseToken, "grafana", configMapToken, "grafana-platform"},
		{releaseToken, "grafana", configMapToken, "grafana-applications"},
	} {
		if got := strings.Join(g.Get(t, edge[0], edge[1]).Dependencies, "|") + "|"; !strings.Contains(got, edge[2]+" "+edge[3]+"|") {
			t.Errorf("%s %s: got it after %s, want it after %s %s", edge[0], edge[1], got, edge[2], edge[3])
		}
	}
}
