package grafana

// ini is grafana.ini, as far as it is set. A section or a key that Grafana does not know, it ignores without a word.
// Source: https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/
type ini struct {
	Analytics        analytics         `json:"analytics"`
	Auth             auth              `json:"auth"`
	Anonymous        enabled           `json:"auth.anonymous"`
	Basic            enabled           `json:"auth.basic"`
	OAuth            *oauth            `json:"auth.generic_oauth,omitempty"`
	Dashboards       dashboardSettings `json:"dashboards"`
	Database         database          `json:"database"`
	Log              log               `json:"log"`
	Metrics          metrics           `json:"metrics"`
	News             news              `json:"news"`
	Plugins          plugins           `json:"plugins"`
	PublicDashboards enabled           `json:"public_dashboards"`
	Security         security          `json:"security"`
	Server           server            `json:"server"`
	Snapshots        snapshots         `json:"snapshots"`
	UnifiedAlerting  enabled           `json:"unified_alerting"`
	Users            users             `json:"users"`
}

type enabled struct {
	Enabled bool `json:"enabled"`
}

type analytics struct {
	ReportingEnabled      bool `json:"reporting_enabled"`
	CheckForUpdates       bool `json:"check_for_updates"`
	CheckForPluginUpdates bool `json:"check_for_plugin_updates"`
	FeedbackLinksEnabled  bool `json:"feedback_links_enabled"`
}

type auth struct {
	DisableLoginForm              bool   `json:"disable_login_form"`
	SignoutRedirectURL            string `json:"signout_redirect_url,omitempty"`
	OAuthAllowInsecureEmailLookup bool   `json:"oauth_allow_insecure_email_lookup"`
}

type oauth struct {
	Enabled                 bool   `json:"enabled"`
	AutoLogin               bool   `json:"auto_login"`
	AllowSignUp             bool   `json:"allow_sign_up"`
	Name                    string `json:"name"`
	Icon                    string `json:"icon"`
	ClientID                string `json:"client_id"`
	ClientSecret            string `json:"client_secret"`
	Scopes                  string `json:"scopes"`
	AuthStyle               string `json:"auth_style"`
	UsePKCE                 bool   `json:"use_pkce"`
	UseRefreshToken         bool   `json:"use_refresh_token"`
	AuthURL                 string `json:"auth_url"`
	TokenURL                string `json:"token_url"`
	APIURL                  string `json:"api_url"`
	LoginAttributePath      string `json:"login_attribute_path"`
	NameAttributePath       string `json:"name_attribute_path"`
	GroupsAttributePath     string `json:"groups_attribute_path"`
	RoleAttributePath       string `json:"role_attribute_path"`
	AllowAssignGrafanaAdmin bool   `json:"allow_assign_grafana_admin"`
}

type dashboardSettings struct {
	MinRefreshInterval       string `json:"min_refresh_interval"`
	DefaultHomeDashboardPath string `json:"default_home_dashboard_path,omitempty"`
}

type database struct {
	WAL bool `json:"wal"`
}

type log struct {
	Mode  string `json:"mode"`
	Level string `json:"level"`
}

type metrics struct {
	Enabled bool `json:"enabled"`
}

type news struct {
	NewsFeedEnabled bool `json:"news_feed_enabled"`
}

// plugins are switched off one by one. What Grafana would fetch it must not: it replaces its own in an image that cannot be
// written, and has none any more when that fails.
// Source: https://github.com/grafana/grafana/issues/132528
type plugins struct {
	PreinstallDisabled         bool   `json:"preinstall_disabled"`
	PreinstallAutoUpdate       bool   `json:"preinstall_auto_update"`
	PluginAdminEnabled         bool   `json:"plugin_admin_enabled"`
	PublicKeyRetrievalDisabled bool   `json:"public_key_retrieval_disabled"`
	DisablePlugins             string `json:"disable_plugins"`
}

type security struct {
	SecretKey             string `json:"secret_key"`
	CookieSecure          bool   `json:"cookie_secure"`
	CookieSameSite        string `json:"cookie_samesite"`
	DisableGravatar       bool   `json:"disable_gravatar"`
	AllowEmbedding        bool   `json:"allow_embedding"`
	ContentSecurityPolicy bool   `json:"content_security_policy"`
}

type server struct {
	Domain     string `json:"domain"`
	RootURL    string `json:"root_url"`
	EnableGzip bool   `json:"enable_gzip"`
}

type snapshots struct {
	Enabled         bool `json:"enabled"`
	ExternalEnabled bool `json:"external_enabled"`
}

type users struct {
	AllowSignUp       bool   `json:"allow_sign_up"`
	AllowOrgCreate    bool   `json:"allow_org_create"`
	AutoAssignOrg     bool   `json:"auto_assign_org"`
	AutoAssignOrgRole string `json:"auto_assign_org_role"`
}
