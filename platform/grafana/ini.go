package grafana

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/lvs-cloud/lvs-cloud/platform/dashboards"
)

const (
	// dashboardsPath is where the chart mounts the dashboards of each folder, and secretsPath where the secrets are.
	dashboardsPath, secretsPath = "/var/lib/grafana/dashboards", "/etc/grafana-secrets"
	// viewer is the role of who has none.
	viewer = "Viewer"
)

// unused are the plug-ins for data sources that Grafana's image has beside those that are used: each that is not switched off
// is a process with 10 MiB of its own.
var unused = []string{
	"elasticsearch", "grafana-postgresql-datasource", "grafana-pyroscope-datasource", "influxdb", "jaeger", "mssql", "mysql",
	"opentsdb", "stackdriver", "tempo", "zipkin",
}

// ini is Grafana's configuration.
func (args *Args) ini() ini {
	off := slices.Clone(unused)
	if args.LokiURL == "" {
		off = append(off, string(dashboards.Loki))
	}
	out := ini{
		Analytics:  analytics{},
		Auth:       auth{OAuthAllowInsecureEmailLookup: false},
		Dashboards: dashboardSettings{MinRefreshInterval: "30s", DefaultHomeDashboardPath: args.home()},
		// Those who read do not hold up the one who writes.
		Database: database{WAL: true},
		Log:      log{Mode: "console", Level: "warn"},
		Metrics:  metrics{Enabled: true},
		Plugins:  plugins{PreinstallDisabled: true, PublicKeyRetrievalDisabled: true, DisablePlugins: strings.Join(off, ",")},
		Security: security{
			SecretKey: file(encryptionKey), CookieSecure: true, CookieSameSite: "lax", DisableGravatar: true, ContentSecurityPolicy: true,
		},
		// Traefik compresses where it is told to; Grafana's own way of it leaks in 13.2.0.
		Server: server{Domain: args.Host, RootURL: args.rootURL() + "/"},
		Users:  users{AutoAssignOrg: true, AutoAssignOrgRole: viewer},
	}
	if s := args.SignOn; s != nil {
		out.Auth.DisableLoginForm, out.Auth.SignoutRedirectURL = true, s.IssuerURL+"/logout"
		out.OAuth = s.ini()
	}
	return out
}

// ini is how Grafana has people sign on by Authelia.
// Source: https://www.authelia.com/integration/openid-connect/clients/grafana/
func (s *SignOn) ini() *oauth {
	return &oauth{
		Enabled: true, AutoLogin: true, AllowSignUp: true, Name: "Single sign-on", Icon: "signin",
		ClientID: s.ClientID, ClientSecret: file(clientSecretKey), Scopes: "openid profile email groups", AuthStyle: "InHeader", UsePKCE: true,
		AuthURL: s.IssuerURL + "/api/oidc/authorization", TokenURL: s.IssuerURL + "/api/oidc/token", APIURL: s.IssuerURL + "/api/oidc/userinfo",
		LoginAttributePath: "preferred_username", NameAttributePath: "name", GroupsAttributePath: "groups",
		RoleAttributePath: s.role(), AllowAssignGrafanaAdmin: true,
	}
}

// role is the expression that turns what is known of somebody into a role. Grafana asks it first of the token, in which Authelia
// puts neither name nor groups: an answer there would be taken, and everybody would be a viewer. So it has none without a name.
// With a name it has one for everybody, so that who leaves the group of the admins is none any more.
func (s *SignOn) role() string {
	in := func(group, role string) string {
		return fmt.Sprintf("contains(groups || [''], '%s') && '%s' || ", group, role)
	}
	roles := in(s.AdminGroup, "GrafanaAdmin")
	if s.EditorGroup != "" {
		roles += in(s.EditorGroup, "Editor")
	}
	return fmt.Sprintf("preferred_username && (%s'%s')", roles, viewer)
}

// file has Grafana read a value out of the secret.
func file(key string) string { return "$__file{" + path.Join(secretsPath, key) + "}" }

// home is the file of the dashboard to begin with.
func (args *Args) home() string {
	for _, f := range args.Folders {
		for _, d := range f.Dashboards {
			if d.UID == dashboards.OverviewUID {
				return path.Join(dashboardsPath, f.Name, d.UID+".json")
			}
		}
	}
	return ""
}
