package authentication

import "go.yaml.in/yaml/v3"

// The parts of Authelia's configuration that are set. It refuses a key that it does not know.
// Source: https://www.authelia.com/schemas/v4.39/json-schema/configuration.json
type configuration struct {
	Theme              string             `yaml:"theme"`
	Default2FAMethod   string             `yaml:"default_2fa_method"`
	Log                logging            `yaml:"log"`
	Server             server             `yaml:"server"`
	Telemetry          telemetry          `yaml:"telemetry"`
	NTP                ntp                `yaml:"ntp"`
	Backend            backend            `yaml:"authentication_backend"`
	IdentityValidation identityValidation `yaml:"identity_validation"`
	AccessControl      accessControl      `yaml:"access_control"`
	Session            session            `yaml:"session"`
	Regulation         regulation         `yaml:"regulation"`
	Storage            storage            `yaml:"storage"`
	Notifier           notifier           `yaml:"notifier"`
	TOTP               totp               `yaml:"totp"`
	WebAuthn           webAuthn           `yaml:"webauthn"`
	IdentityProviders  *identityProviders `yaml:"identity_providers,omitempty"`
}

type logging struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"`
}

type server struct {
	Address            string `yaml:"address"`
	DisableHealthcheck bool   `yaml:"disable_healthcheck"`
}

type telemetry struct {
	Metrics metrics `yaml:"metrics"`
}

type metrics struct {
	Enabled bool   `yaml:"enabled"`
	Address string `yaml:"address"`
}

type ntp struct {
	DisableStartupCheck bool `yaml:"disable_startup_check"`
}

type backend struct {
	PasswordReset  disabled    `yaml:"password_reset"`
	PasswordChange disabled    `yaml:"password_change"`
	File           fileBackend `yaml:"file"`
}

type disabled struct {
	Disable bool `yaml:"disable"`
}

type fileBackend struct {
	Path     string       `yaml:"path"`
	Password passwordHash `yaml:"password"`
}

type passwordHash struct {
	Algorithm string     `yaml:"algorithm"`
	Argon2    argon2Cost `yaml:"argon2"`
}

type argon2Cost struct {
	Variant     string `yaml:"variant"`
	Iterations  int    `yaml:"iterations"`
	Memory      int    `yaml:"memory"`
	Parallelism int    `yaml:"parallelism"`
}

type identityValidation struct {
	ElevatedSession elevatedSession `yaml:"elevated_session"`
}

type elevatedSession struct {
	SkipSecondFactor bool `yaml:"skip_second_factor"`
}

type accessControl struct {
	DefaultPolicy string       `yaml:"default_policy"`
	Rules         []accessRule `yaml:"rules"`
}

type accessRule struct {
	Domain  string     `yaml:"domain"`
	Policy  string     `yaml:"policy"`
	Subject [][]string `yaml:"subject,omitempty"`
}

type session struct {
	Name       string   `yaml:"name"`
	SameSite   string   `yaml:"same_site"`
	Expiration string   `yaml:"expiration"`
	Inactivity string   `yaml:"inactivity"`
	RememberMe string   `yaml:"remember_me"`
	Cookies    []cookie `yaml:"cookies"`
	Redis      redis    `yaml:"redis"`
}

type cookie struct {
	Domain                string `yaml:"domain"`
	AutheliaURL           string `yaml:"authelia_url"`
	DefaultRedirectionURL string `yaml:"default_redirection_url,omitempty"`
}

type redis struct {
	Host string `yaml:"host"`
	Port int    `yaml:"port"`
}

type regulation struct {
	Modes      []string `yaml:"modes"`
	MaxRetries int      `yaml:"max_retries"`
	FindTime   string   `yaml:"find_time"`
	BanTime    string   `yaml:"ban_time"`
}

type storage struct {
	Postgres postgresStorage `yaml:"postgres"`
}

type postgresStorage struct {
	Address  string `yaml:"address"`
	Database string `yaml:"database"`
	Username string `yaml:"username"`
	TLS      tls    `yaml:"tls"`
}

type tls struct {
	SkipVerify     bool   `yaml:"skip_verify"`
	MinimumVersion string `yaml:"minimum_version"`
}

type notifier struct {
	DisableStartupCheck bool        `yaml:"disable_startup_check"`
	FileSystem          *fileSystem `yaml:"filesystem,omitempty"`
	SMTP                *smtp       `yaml:"smtp,omitempty"`
}

type fileSystem struct {
	Filename string `yaml:"filename"`
}

type smtp struct {
	Address  string `yaml:"address"`
	Username string `yaml:"username"`
	Sender   string `yaml:"sender"`
}

type totp struct {
	Issuer string `yaml:"issuer"`
}

type webAuthn struct {
	DisplayName string `yaml:"display_name"`
}

type identityProviders struct {
	OIDC oidc `yaml:"oidc"`
}

type oidc struct {
	JWKs                  []jwk                   `yaml:"jwks"`
	EnforcePKCE           string                  `yaml:"enforce_pkce"`
	AuthorizationPolicies map[string]clientPolicy `yaml:"authorization_policies,omitempty"`
	Clients               []oidcClient            `yaml:"clients"`
}

type jwk struct {
	Use       string `yaml:"use"`
	Algorithm string `yaml:"algorithm"`
	Key       block  `yaml:"key"`
}

type clientPolicy struct {
	DefaultPolicy string             `yaml:"default_policy"`
	Rules         []clientPolicyRule `yaml:"rules"`
}

type clientPolicyRule struct {
	Policy  string     `yaml:"policy"`
	Subject [][]string `yaml:"subject"`
}

type oidcClient struct {
	ClientID                     string   `yaml:"client_id"`
	ClientName                   string   `yaml:"client_name"`
	ClientSecret                 string   `yaml:"client_secret"`
	Public                       bool     `yaml:"public"`
	AuthorizationPolicy          string   `yaml:"authorization_policy"`
	ConsentMode                  string   `yaml:"consent_mode"`
	RequirePKCE                  bool     `yaml:"require_pkce"`
	PKCEChallengeMethod          string   `yaml:"pkce_challenge_method"`
	RedirectURIs                 []string `yaml:"redirect_uris"`
	Scopes                       []string `yaml:"scopes"`
	ResponseTypes                []string `yaml:"response_types"`
	GrantTypes                   []string `yaml:"grant_types"`
	AccessTokenSignedResponseAlg string   `yaml:"access_token_signed_response_alg"`
	UserinfoSignedResponseAlg    string   `yaml:"userinfo_signed_response_alg"`
	TokenEndpointAuthMethod      string   `yaml:"token_endpoint_auth_method"`
}

// block is a text that the template filter puts in place over many lines.
type block string

// MarshalYAML writes it as a block, whose lines the filter indents.
func (b block) MarshalYAML() (any, error) {
	return &yaml.Node{Kind: yaml.ScalarNode, Style: yaml.LiteralStyle, Value: string(b)}, nil
}
