package authentication

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/lvs-cloud/lvs-cloud/platform/postgres"
	"github.com/lvs-cloud/lvs-cloud/platform/workload"
)

// Where the pod finds what.
const (
	configPath, usersPath      = "/etc/authelia/config", "/etc/authelia/users"
	keysPath, databasePath     = "/etc/authelia/keys", "/etc/authelia/database"
	issuerPath                 = "/etc/authelia/issuer"
	notificationsPath          = "/var/lib/authelia"
	notifications              = notificationsPath + "/notifications.txt"
	configKey, usersKey        = "configuration.yml", "users.yml"
	issuerKey, clientKeyPrefix = "tls.key", "client-"
	// keyIndent is deeper than the key of any signer stands.
	keyIndent = 20
)

// config returns the configuration, which holds no secret: those are files, named in the environment or read by the template
// filter.
// Source: https://www.authelia.com/configuration/methods/files/#file-filters
func (args *Args) config() (string, error) {
	c := configuration{
		Theme: "auto", Default2FAMethod: "totp", Log: logging{"info", "json"},
		// The health check would write into the image.
		Server:    server{Address: fmt.Sprintf("tcp://:%d/", Port), DisableHealthcheck: true},
		Telemetry: telemetry{metrics{true, fmt.Sprintf("tcp://:%d/metrics", MetricsPort)}},
		// The node keeps its own time; the pod may not ask anybody for it.
		NTP: ntp{DisableStartupCheck: true},
		Backend: backend{
			// Users are configuration, and their file cannot be written.
			PasswordReset: disabled{true}, PasswordChange: disabled{true},
			File: fileBackend{usersPath + "/" + usersKey, passwordHash{"argon2", argon2Cost{"argon2id", hashPasses, HashMemoryMiB * 1024, hashLanes}}},
		},
		// Without a mail server nobody but the operator could read the code that is asked for before another second factor.
		IdentityValidation: identityValidation{elevatedSession{SkipSecondFactor: args.Mail == nil}},
		AccessControl:      args.accessControl(),
		Session: session{
			Name: "authelia_session", SameSite: "lax", Expiration: "12h", Inactivity: "2h", RememberMe: "30d",
			Cookies: []cookie{args.cookie()}, Redis: redis{workload.Host(args.Namespace, storeName), storePort},
		},
		// By name and by address: neither many names from one address nor one name from many get further.
		Regulation: regulation{[]string{"user", "ip"}, 5, "5m", "15m"},
		Storage: storage{postgresStorage{
			Address:  fmt.Sprintf("tcp://{{ secret `%s/DB_HOST` }}:%d", databasePath, postgres.Port),
			Database: databaseName, Username: databaseName,
			// The server signs its own certificate.
			TLS: tls{SkipVerify: true, MinimumVersion: "TLS1.3"},
		}},
		Notifier: args.notifier(),
		TOTP:     totp{args.Domain}, WebAuthn: webAuthn{args.Domain},
		IdentityProviders: args.identityProviders(),
	}
	text, err := yaml.Marshal(c)
	return string(text), err
}

func (args *Args) accessControl() accessControl {
	a := accessControl{DefaultPolicy: "deny"}
	for _, r := range args.Rules {
		a.Rules = append(a.Rules, accessRule{r.Host + "." + args.Domain, rendered[r.Policy], subjects(r.Groups)})
	}
	// Authelia does not start with that default and no rule.
	a.Rules = append(a.Rules, accessRule{"*." + args.Domain, "deny", nil})
	return a
}

func (args *Args) cookie() cookie {
	c := cookie{Domain: args.Domain, AutheliaURL: "https://" + Host(args.Domain)}
	if args.Home != "" {
		c.DefaultRedirectionURL = "https://" + args.Home + "." + args.Domain
	}
	return c
}

// notifier does not have a start wait for the mail server: who signs on needs none.
func (args *Args) notifier() notifier {
	n := notifier{DisableStartupCheck: true}
	if args.Mail == nil {
		n.FileSystem = &fileSystem{notifications}
		return n
	}
	scheme := "submission"
	if args.Mail.Port == 465 {
		scheme = "submissions"
	}
	n.SMTP = &smtp{fmt.Sprintf("%s://%s:%d", scheme, args.Mail.Host, args.Mail.Port), args.Mail.Username, args.Mail.Sender}
	return n
}

func (args *Args) identityProviders() *identityProviders {
	if len(args.Clients) == 0 {
		return nil
	}
	o := oidc{
		JWKs:        []jwk{{"sig", "RS256", block(fmt.Sprintf("{{- fileContent `%s/%s` | nindent %d }}", issuerPath, issuerKey, keyIndent))}},
		EnforcePKCE: "always",
	}
	for _, c := range args.Clients {
		policy := rendered[c.Policy]
		if len(c.Groups) > 0 {
			if o.AuthorizationPolicies == nil {
				o.AuthorizationPolicies = map[string]clientPolicy{}
			}
			o.AuthorizationPolicies[c.ID] = clientPolicy{"deny", []clientPolicyRule{{policy, subjects(c.Groups)}}}
			policy = c.ID
		}
		o.Clients = append(o.Clients, oidcClient{
			ClientID: c.ID, ClientName: c.Name, ClientSecret: fmt.Sprintf("{{ secret `%s/%s%s` }}", keysPath, clientKeyPrefix, c.ID),
			AuthorizationPolicy: policy,
			// The clients are the cloud's own, to whom it need not be asked whether they may know who signs on.
			ConsentMode: "implicit", RequirePKCE: true, PKCEChallengeMethod: "S256", RedirectURIs: c.RedirectURIs, Scopes: c.Scopes,
			ResponseTypes: []string{"code"}, GrantTypes: []string{"authorization_code"},
			AccessTokenSignedResponseAlg: "none", UserinfoSignedResponseAlg: "none", TokenEndpointAuthMethod: "client_secret_basic",
		})
	}
	return &identityProviders{o}
}
