package hetzner

import (
	"slices"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

// bare is an application without the servers a client echoes back.
func bare(to schema.FirewallResource) schema.FirewallResource {
	to.AppliedToResources = nil
	return to
}

// same reports whether two applications mean the same.
func same(a, b schema.FirewallResource) bool {
	if a.Type != b.Type {
		return false
	}
	if a.Type == toServer {
		return a.Server.ID == b.Server.ID
	}
	return a.LabelSelector.Selector == b.LabelSelector.Selector
}

// meant are the servers an application means now.
func (p *project) meant(to schema.FirewallResource) []*server {
	return slices.DeleteFunc(p.Servers.all(), func(s *server) bool { return !selects(to, s) })
}

// checkShape refuses an application that names neither a server nor a selector.
func checkShape(field string, to schema.FirewallResource) error {
	switch {
	case to.Type == toServer && to.Server != nil && to.LabelSelector == nil:
		return nil
	case to.Type == toSelector && to.LabelSelector != nil && to.Server == nil:
		if to.LabelSelector.Selector == "" {
			return invalid(field, "the label selector must not be empty")
		}
		_, err := parseSelector(to.LabelSelector.Selector)
		return err
	}
	return invalid(field, "must name either a server or a label selector")
}

// checkApplications refuses what the firewall cannot be applied to.
func (c *call) checkApplications(f *firewall, wanted []schema.FirewallResource) error {
	for i, to := range wanted {
		if err := checkShape("apply_to", to); err != nil {
			return err
		}
		if slices.ContainsFunc(wanted[:i], func(o schema.FirewallResource) bool { return same(o, to) }) {
			return refuse(hcloud.ErrorCodeServerAlreadyAdded, "resource is given more than once")
		}
		if slices.ContainsFunc(f.AppliedTo, func(o schema.FirewallResource) bool { return same(o, to) }) {
			return refuse(hcloud.ErrorCodeFirewallAlreadyApplied, "firewall is already applied to the resource")
		}
		if slices.ContainsFunc(c.p.meant(to), func(s *server) bool { return !f.covers(s) && len(c.p.firewallsOf(s)) >= maxFirewalls }) {
			return tooManyFirewalls()
		}
		if to.Type != toServer {
			continue
		}
		s, found := c.p.Servers.get(to.Server.ID)
		if !found {
			return refuse(hcloud.ErrorCodeFirewallResourceNotFound, "server with ID '%d' not found", to.Server.ID)
		}
		if c.p.addressOf(s, typeIPv4) == nil && c.p.addressOf(s, typeIPv6) == nil {
			return refuse(hcloud.ErrorCodePrivateNetOnlyServer, "server with ID '%d' has no public interface", s.ID)
		}
	}
	return nil
}

func tooManyFirewalls() error {
	return refuse(hcloud.ErrorCodeResourceLimitExceeded, "a server can have at most %d firewalls", maxFirewalls)
}

// startFirewall starts an action that brings servers' rules up to date.
func (c *call) startFirewall(command string, f *firewall, servers []*server) *action {
	refs := []schema.ActionResourceReference{ref(hcloud.ActionResourceTypeFirewall, f.ID)}
	for _, s := range servers {
		refs = append(refs, ref(hcloud.ActionResourceTypeServer, s.ID))
	}
	return c.start(command, work{run: c.e.wireFirewalls(serverIDs(servers))}, refs...)
}

// reselect starts actions for the firewalls whose label selectors came to mean a server, or
// ceased to. As with Hetzner they lock the server for a while, unasked.
func (c *call) reselect(s *server, before []*firewall) {
	now := c.p.firewallsOf(s)
	for _, f := range now {
		if !slices.Contains(before, f) {
			c.startFirewall("apply_firewall", f, []*server{s})
		}
	}
	for _, f := range before {
		if !slices.Contains(now, f) {
			c.startFirewall("remove_firewall", f, []*server{s})
		}
	}
}

func setFirewallRules(c *call) (reply, error) {
	f, err := firewalls().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.FirewallActionSetRulesRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	rules, err := checkRules(req.Rules)
	if err != nil {
		return fail(err)
	}
	f.Rules = rules
	actions := []schema.Action{c.startFirewall("set_firewall_rules", f, nil).Action}
	for _, s := range c.p.Servers.all() {
		if slices.Contains(c.p.firewallsOf(s), f) {
			actions = append(actions, c.startFirewall("apply_firewall", f, []*server{s}).Action)
		}
	}
	return created(schema.FirewallActionSetRulesResponse{Actions: actions})
}

func applyFirewall(c *call) (reply, error) {
	f, err := firewalls().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.FirewallActionApplyToResourcesRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if len(req.ApplyTo) == 0 {
		return fail(invalid("apply_to", "missing data for required field"))
	}
	if err := c.checkApplications(f, req.ApplyTo); err != nil {
		return fail(err)
	}
	actions := []schema.Action{}
	for _, to := range req.ApplyTo {
		f.AppliedTo = append(f.AppliedTo, bare(to))
		actions = append(actions, c.startFirewall("apply_firewall", f, c.p.meant(to)).Action)
	}
	return created(schema.FirewallActionApplyToResourcesResponse{Actions: actions})
}

// removeFirewall is content when the firewall is not applied any more.
func removeFirewall(c *call) (reply, error) {
	f, err := firewalls().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.FirewallActionRemoveFromResourcesRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if len(req.RemoveFrom) == 0 {
		return fail(invalid("remove_from", "missing data for required field"))
	}
	for _, from := range req.RemoveFrom {
		if err := c.checkRemoval(f, from); err != nil {
			return fail(err)
		}
	}
	actions := []schema.Action{}
	for _, from := range req.RemoveFrom {
		before := c.p.meant(from)
		f.AppliedTo = slices.DeleteFunc(f.AppliedTo, func(o schema.FirewallResource) bool { return same(o, from) })
		actions = append(actions, c.startFirewall("remove_firewall", f, before).Action)
	}
	return created(schema.FirewallActionRemoveFromResourcesResponse{Actions: actions})
}

func (c *call) checkRemoval(f *firewall, from schema.FirewallResource) error {
	if err := checkShape("remove_from", from); err != nil {
		return err
	}
	if from.Type != toServer {
		return nil
	}
	s, found := c.p.Servers.get(from.Server.ID)
	if !found {
		return refuse(hcloud.ErrorCodeFirewallResourceNotFound, "server with ID '%d' not found", from.Server.ID)
	}
	direct := slices.ContainsFunc(f.AppliedTo, func(o schema.FirewallResource) bool { return same(o, from) })
	if !direct && f.covers(s) {
		return refuse(hcloud.ErrorCodeFirewallManagedByLabelSelector, "firewall is applied by a label selector")
	}
	return nil
}
