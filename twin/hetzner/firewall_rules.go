package hetzner

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

const (
	maxRules       = 50
	maxPort        = 65535
	directionIn    = "in"
	directionOut   = "out"
	maxRuleSources = 100
	// maxEffectiveRules counts a rule once for each of its networks.
	// Source: https://docs.hetzner.com/cloud/firewalls/overview/
	maxEffectiveRules = 500
	// Source: https://docs.hetzner.cloud/reference/cloud#firewall-actions-set-rules
	maxRuleDescription = 255
)

// checkRules refuses rules that Hetzner refuses and completes the others.
func checkRules(wanted []schema.FirewallRuleRequest) ([]schema.FirewallRule, error) {
	if len(wanted) > maxRules {
		return nil, invalid("rules", "must be at most %d", maxRules)
	}
	rules := []schema.FirewallRule{}
	effective := 0
	for i, r := range wanted {
		if effective += len(r.SourceIPs) + len(r.DestinationIPs); effective > maxEffectiveRules {
			return nil, refuse(hcloud.ErrorCodeResourceLimitExceeded, "firewall limit exceeded")
		}
		if err := checkRule(r); err != nil {
			return nil, invalid(fmt.Sprintf("rules.%d", i), "%v", err)
		}
		rules = append(rules, schema.FirewallRule{
			Direction: r.Direction, Protocol: r.Protocol, Port: r.Port, Description: r.Description,
			SourceIPs: slices.Concat([]string{}, r.SourceIPs), DestinationIPs: slices.Concat([]string{}, r.DestinationIPs),
		})
	}
	return rules, nil
}

func checkRule(r schema.FirewallRuleRequest) error {
	ips, others := r.SourceIPs, r.DestinationIPs
	switch r.Direction {
	case directionIn:
	case directionOut:
		ips, others = r.DestinationIPs, r.SourceIPs
	default:
		return fmt.Errorf("direction must be in or out")
	}
	if len(others) > 0 || len(ips) == 0 || len(ips) > maxRuleSources {
		return fmt.Errorf("needs 1 to %d source_ips when in, destination_ips when out, and not the other", maxRuleSources)
	}
	if r.Description != nil && len(*r.Description) > maxRuleDescription {
		return fmt.Errorf("description must be at most %d characters", maxRuleDescription)
	}
	for _, ip := range ips {
		if prefix, err := netip.ParsePrefix(ip); err != nil || prefix.Masked() != prefix {
			return fmt.Errorf("%s is not a network in CIDR notation", ip)
		}
	}
	switch r.Protocol {
	case "tcp", "udp":
		if r.Port == nil {
			return fmt.Errorf("port is required for %s", r.Protocol)
		}
		_, _, err := portRange(*r.Port)
		return err
	case "icmp", "esp", "gre":
		if r.Port != nil {
			return fmt.Errorf("port is not allowed for %s", r.Protocol)
		}
		return nil
	}
	return fmt.Errorf("protocol must be tcp, udp, icmp, esp or gre")
}

// portRange reads a port, a range of ports, or any.
func portRange(text string) (from, to int, err error) {
	if text == "any" {
		return 1, maxPort, nil
	}
	first, last, ranged := strings.Cut(text, "-")
	if !ranged {
		last = first
	}
	from, errFrom := strconv.Atoi(first)
	to, errTo := strconv.Atoi(last)
	if errFrom != nil || errTo != nil || from < 1 || to > maxPort || from > to {
		return 0, 0, fmt.Errorf("port %q must be a port, a range or any", text)
	}
	return from, to, nil
}

// inbound are the resolved inbound rules of a server: nil without any firewall.
func (p *project) inbound(s *server) []Rule {
	var rules []Rule
	for _, f := range p.firewallsOf(s) {
		if rules == nil {
			rules = []Rule{}
		}
		for _, r := range f.Rules {
			if r.Direction == directionIn {
				rules = append(rules, resolve(r))
			}
		}
	}
	return rules
}

// resolve turns a rule that was checked when it was set into the hardware's terms.
func resolve(r schema.FirewallRule) Rule {
	resolved := Rule{Protocol: r.Protocol}
	if r.Port != nil {
		if from, to, err := portRange(*r.Port); err == nil {
			resolved.PortFrom, resolved.PortTo = from, to
		}
	}
	for _, source := range r.SourceIPs {
		resolved.Sources = append(resolved.Sources, netip.MustParsePrefix(source))
	}
	return resolved
}

func serverIDs(servers []*server) []int64 {
	ids := make([]int64, 0, len(servers))
	for _, s := range servers {
		ids = append(ids, s.ID)
	}
	return ids
}

// wireFirewalls tells the hardware the rules that the servers have by then. One at a time, so
// that the last to be told is the newest.
func (e *Emulator) wireFirewalls(ids []int64) func(context.Context) error {
	return func(ctx context.Context) error {
		e.wiring.Lock()
		defer e.wiring.Unlock()
		for _, id := range ids {
			e.mu.Lock()
			p, s := e.server(id)
			if s == nil || s.Status == statusInitializing {
				e.mu.Unlock()
				continue // gone, or wired when it is made
			}
			rules := p.inbound(s)
			e.mu.Unlock()
			if err := e.hw.SetFirewall(ctx, id, rules); err != nil {
				return fmt.Errorf("firewall of server %d: %w", id, err)
			}
		}
		return nil
	}
}
