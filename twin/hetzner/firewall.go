package hetzner

import (
	"slices"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

// firewall keeps in AppliedTo what it was applied to: servers and label selectors. Which servers
// a selector means is worked out whenever it is asked for.
type firewall struct{ schema.Firewall }

func (f *firewall) meta() meta { return meta{f.ID, f.Name, f.Labels, f.Created} }

const (
	toServer   = string(hcloud.FirewallResourceTypeServer)
	toSelector = string(hcloud.FirewallResourceTypeLabelSelector)
)

func firewalls() noun[*firewall] {
	return noun[*firewall]{
		singular: "firewall", plural: "firewalls",
		of:   func(c *call) *collection[*firewall] { return &c.p.Firewalls },
		view: func(c *call, f *firewall) any { return c.p.shownFirewall(f) },
	}
}

func firewallRoutes() []route {
	return append(firewalls().reads(),
		route{"POST /firewalls", nil, createFirewall},
		route{"PUT /firewalls/{id}", nil, updateFirewall},
		route{"DELETE /firewalls/{id}", nil, deleteFirewall},
		route{"POST /firewalls/{id}/actions/set_rules", nil, setFirewallRules},
		route{"POST /firewalls/{id}/actions/apply_to_resources", nil, applyFirewall},
		route{"POST /firewalls/{id}/actions/remove_from_resources", nil, removeFirewall},
	)
}

// shownFirewall adds the servers that each selector means now.
func (p *project) shownFirewall(f *firewall) schema.Firewall {
	view := f.Firewall
	view.AppliedTo = slices.Clone(f.AppliedTo)
	for i, to := range view.AppliedTo {
		if to.Type != toSelector {
			continue
		}
		view.AppliedTo[i].AppliedToResources = []schema.FirewallResource{}
		for _, s := range p.meant(to) {
			if slices.Contains(p.firewallsOf(s), f) {
				view.AppliedTo[i].AppliedToResources = append(view.AppliedTo[i].AppliedToResources, serverResource(s.ID))
			}
		}
	}
	return view
}

func serverResource(id int64) schema.FirewallResource {
	return schema.FirewallResource{Type: toServer, Server: &schema.FirewallResourceServer{ID: id}}
}

// selects reports whether an application means the server.
func selects(to schema.FirewallResource, s *server) bool {
	if to.Type == toServer {
		return to.Server.ID == s.ID
	}
	labels, err := parseSelector(to.LabelSelector.Selector)
	return err == nil && labels.matches(s.Labels)
}

// covers reports whether the firewall is to be on the server, by id or by selector.
func (f *firewall) covers(s *server) bool {
	return slices.ContainsFunc(f.AppliedTo, func(to schema.FirewallResource) bool { return selects(to, s) })
}

// direct reports whether the firewall was given to the server itself.
func (f *firewall) direct(s *server) bool {
	return slices.ContainsFunc(f.AppliedTo, func(to schema.FirewallResource) bool { return same(to, serverResource(s.ID)) })
}

// maxFirewalls is how many firewalls a server has at most, by selector or not. Those given to the server itself go first.
// Which of the others goes without is not documented; here it is the youngest.
// Source: https://docs.hetzner.cloud/reference/cloud#firewall-actions-apply-to-resources
const maxFirewalls = 5

// firewallsOf are the firewalls on a server.
func (p *project) firewallsOf(s *server) []*firewall {
	on := slices.DeleteFunc(p.Firewalls.all(), func(f *firewall) bool { return !f.covers(s) })
	slices.SortStableFunc(on, func(a, b *firewall) int {
		switch ad, bd := a.direct(s), b.direct(s); {
		case ad == bd:
			return 0
		case ad:
			return -1
		}
		return 1
	})
	return on[:min(len(on), maxFirewalls)]
}

// shownFirewalls are a server's firewalls, each pending until the hardware has it.
func (p *project) shownFirewalls(s *server) []schema.ServerFirewall {
	shown := []schema.ServerFirewall{}
	for _, f := range p.firewallsOf(s) {
		status := hcloud.FirewallStatusApplied
		for _, a := range p.Actions.items {
			if a.isRunning() && a.refersTo(hcloud.ActionResourceTypeFirewall, f.ID) && a.refersTo(hcloud.ActionResourceTypeServer, s.ID) {
				status = hcloud.FirewallStatusPending
			}
		}
		shown = append(shown, schema.ServerFirewall{ID: f.ID, Status: string(status)})
	}
	return shown
}

func createFirewall(c *call) (reply, error) {
	var req schema.FirewallCreateRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if err := checkName("firewall", &c.p.Firewalls, req.Name, 0); err != nil {
		return fail(err)
	}
	labels, err := givenLabels(req.Labels)
	if err != nil {
		return fail(err)
	}
	rules, err := checkRules(req.Rules)
	if err != nil {
		return fail(err)
	}
	f := &firewall{schema.Firewall{
		Name: req.Name, Labels: labels, Rules: rules, AppliedTo: []schema.FirewallResource{}, Created: c.e.now().UTC(),
	}}
	if err := c.checkApplications(f, req.ApplyTo); err != nil {
		return fail(err)
	}
	f.ID = c.e.state.newID()
	c.p.Firewalls.put(f)
	actions := []schema.Action{}
	if len(rules) > 0 {
		actions = append(actions, c.startFirewall("set_firewall_rules", f, nil).Action)
	}
	for _, to := range req.ApplyTo {
		f.AppliedTo = append(f.AppliedTo, bare(to))
		actions = append(actions, c.startFirewall("apply_firewall", f, c.p.meant(to)).Action)
	}
	return created(schema.FirewallCreateResponse{Firewall: c.p.shownFirewall(f), Actions: actions})
}

func updateFirewall(c *call) (reply, error) {
	f, err := firewalls().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.FirewallUpdateRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	name := ""
	if req.Name != nil {
		name = *req.Name
	}
	if err := rename("firewall", &c.p.Firewalls, f, &f.Name, name, &f.Labels, req.Labels); err != nil {
		return fail(err)
	}
	return ok(firewalls().one(c, f))
}

func deleteFirewall(c *call) (reply, error) {
	f, err := firewalls().find(c)
	if err != nil {
		return fail(err)
	}
	if len(f.AppliedTo) > 0 {
		return fail(refuse(hcloud.ErrorCodeResourceInUse, "firewall with ID %d is still in use", f.ID))
	}
	c.p.Firewalls.remove(f.ID)
	return noContent()
}
