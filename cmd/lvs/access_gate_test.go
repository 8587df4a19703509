package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"

	"github.com/lvs-cloud/lvs-cloud/review"
)

// TestOpenAmongOtherHands holds that open is done only when the network is in, whatever others do meanwhile, and that
// theirs stay in.
func TestOpenAmongOtherHands(t *testing.T) {
	ours, theirs := let("192.0.2.1"), let("198.51.100.1")
	both := []string{"192.0.2.1/32", "198.51.100.1/32"}
	existing := func() *schema.Firewall {
		return &schema.Firewall{ID: 1, Name: "lvs-cloud-twin-access", Labels: map[string]string{"managed-by": "lvs"}}
	}
	for name, c := range map[string]struct {
		before    bool
		otherHand func(h *busyHetzner, call string, nth int) hcloud.ErrorCode
		want      []string
		wantError string
	}{
		"alone":                  {false, nil, both[:1], ""},
		"a firewall left behind": {true, nil, both[:1], ""},
		"they make it first": {false, func(h *busyHetzner, call string, nth int) hcloud.ErrorCode {
			if call != "POST firewalls" {
				return ""
			}
			h.firewall = existing()
			h.setRules(theirs...)
			return hcloud.ErrorCodeUniquenessError
		}, both, ""},
		"they overwrite our rules": {true, func(h *busyHetzner, call string, nth int) hcloud.ErrorCode {
			if call == "GET firewalls" && nth == 3 { // applied, written, and then
				h.setRules(theirs...)
			}
			return ""
		}, both, ""},
		"they take it away": {true, func(h *busyHetzner, call string, nth int) hcloud.ErrorCode {
			if call == "POST set_rules" && nth == 1 {
				h.firewall = nil
				return hcloud.ErrorCodeNotFound
			}
			return ""
		}, both[:1], ""},
		"they never stop": {true, func(h *busyHetzner, call string, nth int) hcloud.ErrorCode {
			if call == "GET firewalls" {
				h.setRules(theirs...)
			}
			return ""
		}, both[1:], "changed by other hands"},
		"a token that cannot write": {false, func(h *busyHetzner, call string, nth int) hcloud.ErrorCode {
			if call == "POST firewalls" {
				return hcloud.ErrorCodeTokenReadonly
			}
			return ""
		}, nil, "HCLOUD_TOKEN: got one that can only read"},
	} {
		h := &busyHetzner{otherHand: c.otherHand}
		if c.before {
			h.firewall = existing()
		}
		err := h.on(t).open(t.Context(), ours, time.Now())
		if c.wantError == "" && err != nil || c.wantError != "" && (err == nil || !strings.Contains(err.Error(), c.wantError)) {
			t.Errorf("%s: got %v, want %q", name, err, c.wantError)
		}
		if c.wantError == "" && (h.firewall == nil || len(h.firewall.AppliedTo) == 0) {
			t.Errorf("%s: got it applied to nothing, want it in front of the servers", name)
		}
		// The last word of those who never stop is theirs or ours.
		if got := h.letIn(); c.wantError != "changed by other hands" && !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q let in, want %q", name, got, c.want)
		}
	}
}

// TestCloseAmongOtherHands holds the same of close.
func TestCloseAmongOtherHands(t *testing.T) {
	ours, theirs := let("192.0.2.1"), let("198.51.100.1")
	for name, c := range map[string]struct {
		all       bool
		otherHand func(h *busyHetzner, call string, nth int) hcloud.ErrorCode
		want      []string
	}{
		"one of two": {false, nil, []string{"198.51.100.1/32"}},
		"both":       {true, nil, nil},
		"they write ours back": {false, func(h *busyHetzner, call string, nth int) hcloud.ErrorCode {
			if call == "GET firewalls" && nth == 2 {
				h.setRules(append(ours, theirs...)...)
			}
			return ""
		}, []string{"198.51.100.1/32"}},
		"Hetzner is slow to let go": {true, func(h *busyHetzner, call string, nth int) hcloud.ErrorCode {
			if call == "DELETE 1" && nth < 5 {
				return hcloud.ErrorCodeResourceInUse
			}
			return ""
		}, nil},
	} {
		h := &busyHetzner{otherHand: c.otherHand, firewall: &schema.Firewall{ID: 1, Name: "lvs-cloud-twin-access", Labels: map[string]string{"managed-by": "lvs"}}}
		h.setRules(append(ours, theirs...)...)
		closed, err := h.on(t).close(t.Context(), func(g review.Grant) bool { return c.all || g.From == ours[0].From })
		if got := h.letIn(); err != nil || !slices.Equal(got, c.want) || closed[0] != ours[0].From || (c.all && h.firewall != nil) {
			t.Errorf("%s: got %q let in, %v closed (%v), want %q", name, got, closed, err, c.want)
		}
	}
}

// TestOpenOnAFullServer holds that open does not say it is done when Hetzner has not put the firewall on the server.
func TestOpenOnAFullServer(t *testing.T) {
	full := schema.Server{Name: "lvs-cloud-twin-node"}
	for id := range int64(5) {
		full.PublicNet.Firewalls = append(full.PublicNet.Firewalls, schema.ServerFirewall{ID: id + 2, Status: "applied"})
	}
	late := full
	late.PublicNet.Firewalls = []schema.ServerFirewall{{ID: 1, Status: "pending"}}
	for name, s := range map[string]schema.Server{"full": full, "pending": late} {
		h := &busyHetzner{servers: []schema.Server{s}}
		err := h.on(t).open(t.Context(), let("192.0.2.1"), time.Now())
		if err == nil || !strings.Contains(err.Error(), `server "lvs-cloud-twin-node": got`) || !strings.Contains(err.Error(), "at most 5") {
			t.Errorf("%s: got %v, want the server named that is not open", name, err)
		}
	}
}

// TestCloseLeavesNoServerBare holds that the last firewall of a server stays, with nobody let in: a server without any is
// open to everyone.
func TestCloseLeavesNoServerBare(t *testing.T) {
	bare := schema.Server{Name: "lvs-cloud-twin-node"}
	bare.PublicNet.Firewalls = []schema.ServerFirewall{{ID: 1, Status: "applied"}}
	h := &busyHetzner{servers: []schema.Server{bare}}
	g := h.on(t)
	if err := g.open(t.Context(), let("192.0.2.1"), time.Now()); err != nil {
		t.Fatal(err)
	}
	_, err := g.close(t.Context(), func(review.Grant) bool { return true })
	if err == nil || !strings.Contains(err.Error(), `server "lvs-cloud-twin-node": got no other firewall`) {
		t.Errorf("got %v, want the server named that would be open to everyone", err)
	}
	if h.firewall == nil || len(h.firewall.AppliedTo) == 0 || len(h.letIn()) > 0 {
		t.Errorf("got %+v, want it kept in front of the server, with nobody let in", h.firewall)
	}
}
