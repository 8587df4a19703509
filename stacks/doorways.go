package stacks

import (
	"github.com/lvs-cloud/lvs-cloud/platform/authentication"
	"github.com/lvs-cloud/lvs-cloud/platform/grafana"
	"github.com/lvs-cloud/lvs-cloud/platform/home"
	"github.com/lvs-cloud/lvs-cloud/platform/ingress"
	"github.com/lvs-cloud/lvs-cloud/platform/monitoring"
	"github.com/lvs-cloud/lvs-cloud/platform/storage"
)

// admins is the group of those who may come in everywhere.
const admins = "admins"

// The names below the domain that are answered.
const (
	homeName       = "home"
	signOnName     = "auth"
	grafanaName    = "grafana"
	prometheusName = "prometheus"
	alertsName     = "alerts"
	longhornName   = "longhorn"
	traefikName    = "traefik"
	hookName       = "hooks"
	registryName   = "registry"
)

// doorway is a name below the domain, and who may come in by it.
type doorway struct {
	name string
	// wanted says whether there is one, in a configuration.
	wanted bool
	// policy is what the sign-on asks for. None: whoever answers asks by itself, and guard says how.
	policy authentication.Policy
	guard  string
	// groups are those who may, of all who have signed on.
	// Default: everybody.
	groups []string
	// namespace, service and port are what answers, where the door is made here; a component that has a door of its own has none.
	namespace, service string
	port               int
}

// doorways are all names. Everything of the platform asks for two factors, but what programs reach, which know no second one. Without a
// sign-on nothing of it is let out at all.
func (c *Config) doorways() []doorway {
	gated, only := c.has(Authentication), []string{admins}
	return []doorway{
		{
			name: homeName, wanted: c.has(Home), policy: authentication.TwoFactor,
			namespace: homeNamespace, service: home.ServiceName, port: home.Port,
		},
		{
			name: signOnName, wanted: gated, guard: "it is the sign-on",
			namespace: authenticationNamespace, service: authentication.ServiceName, port: authentication.Port,
		},
		{
			// It signs people on once more, by OpenID Connect, to know who may do what; its metrics it would show to everybody.
			name: grafanaName, wanted: gated && c.has(Monitoring), policy: authentication.TwoFactor,
			namespace: monitoringNamespace, service: grafana.ServiceName, port: grafana.Port,
		},
		{
			name: prometheusName, wanted: gated && c.has(Monitoring), policy: authentication.TwoFactor,
			namespace: monitoringNamespace, service: monitoring.PrometheusService, port: monitoring.PrometheusPort, groups: only,
		},
		{
			name: alertsName, wanted: gated && c.has(Monitoring), policy: authentication.TwoFactor,
			namespace: monitoringNamespace, service: monitoring.AlertmanagerService, port: monitoring.AlertmanagerPort, groups: only,
		},
		{
			name: longhornName, wanted: gated && c.Storage.Kind == storage.Longhorn, policy: authentication.TwoFactor,
			namespace: storageNamespace, service: storage.UIService, port: storage.UIPort, groups: only,
		},
		{name: traefikName, wanted: gated, policy: authentication.TwoFactor, namespace: ingress.Namespace, groups: only},
		{name: hookName, wanted: c.Git != nil, guard: "each call is signed with the webhook's token"},
		{name: registryName, wanted: c.has(Registry), guard: "each request has an account"},
	}
}

// open are the doorways that there are.
func (c *Config) open() (out []doorway) {
	for _, d := range c.doorways() {
		if d.wanted {
			out = append(out, d)
		}
	}
	return out
}

// hosts are the names that are in use.
func (c *Config) hosts() (names []string) {
	for _, d := range c.open() {
		names = append(names, d.name)
	}
	return names
}

// host is the whole name of a doorway, and url its address.
func (c *Config) host(name string) string { return name + "." + c.Domain }
func (c *Config) url(name string) string  { return "https://" + c.host(name) }

// urls are where services are reached, by their name.
func (c *Config) urls() map[string]string {
	urls := map[string]string{}
	for _, name := range c.hosts() {
		urls[name] = c.url(name)
	}
	return urls
}

// rules are what the sign-on asks of whom, by name.
func (c *Config) rules() (rules []authentication.Rule) {
	for _, d := range c.open() {
		if d.policy != "" {
			rules = append(rules, authentication.Rule{Host: d.name, Policy: d.policy, Groups: d.groups})
		}
	}
	return rules
}
