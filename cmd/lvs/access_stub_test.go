package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"

	"github.com/lvs-cloud/lvs-cloud/review"
)

// busyHetzner is as much of Hetzner as a gate talks to, with other hands in it: they act on the nth call of a kind.
type busyHetzner struct {
	mu        sync.Mutex
	firewall  *schema.Firewall
	servers   []schema.Server
	calls     map[string]int
	otherHand func(h *busyHetzner, call string, nth int) hcloud.ErrorCode
}

func (h *busyHetzner) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	call := r.Method + " " + r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	h.calls[call]++
	if h.otherHand != nil {
		if code := h.otherHand(h, call, h.calls[call]); code != "" {
			h.answer(w, http.StatusUnprocessableEntity, map[string]any{"error": map[string]string{"code": string(code), "message": "no"}})
			return
		}
	}
	var body struct {
		Name   string
		Labels map[string]string
		Rules  []schema.FirewallRule
	}
	if r.Method == http.MethodPost {
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			h.answer(w, http.StatusBadRequest, nil)
			return
		}
	}
	selected := []schema.FirewallResource{{Type: "label_selector", LabelSelector: &schema.FirewallResourceLabelSelector{Selector: "project=lvs-cloud,stack=twin"}}}
	switch call {
	case "GET firewalls":
		var found []*schema.Firewall
		if h.firewall != nil && r.URL.Query().Get("name") == h.firewall.Name {
			found = append(found, h.firewall)
		}
		h.answer(w, http.StatusOK, map[string]any{"firewalls": found})
	case "GET servers":
		h.answer(w, http.StatusOK, map[string]any{"servers": h.servers})
	case "POST firewalls":
		h.firewall = &schema.Firewall{ID: 1, Name: body.Name, Labels: body.Labels, Rules: body.Rules, AppliedTo: selected}
		h.answer(w, http.StatusCreated, map[string]any{"firewall": h.firewall, "actions": []any{}})
	case "POST set_rules":
		h.firewall.Rules = body.Rules
		h.answer(w, http.StatusCreated, map[string]any{"actions": []any{}})
	case "POST apply_to_resources":
		h.firewall.AppliedTo = selected
		h.answer(w, http.StatusCreated, map[string]any{"actions": []any{}})
	case "POST remove_from_resources":
		h.firewall.AppliedTo = nil
		h.answer(w, http.StatusCreated, map[string]any{"actions": []any{}})
	case "DELETE 1":
		h.firewall = nil
		w.WriteHeader(http.StatusNoContent)
	default:
		h.answer(w, http.StatusNotFound, nil)
	}
}

func (h *busyHetzner) answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		panic(err) // in a test's handler
	}
}

// let is a grant for an hour from now, as it is written.
func let(networks ...string) []review.Grant {
	var out []review.Grant
	for _, n := range networks {
		d := door{from: []string{n}}
		parsed, err := d.networks()
		if err != nil {
			panic(err)
		}
		out = append(out, review.Grant{From: parsed[0], Until: time.Now().Add(time.Hour).UTC().Truncate(time.Second)})
	}
	return out
}

// setRules is what other hands write.
func (h *busyHetzner) setRules(grants ...review.Grant) {
	h.firewall.Rules = nil
	for _, r := range review.GrantRules(grants) {
		rule := schema.FirewallRule{Direction: string(r.Direction), Protocol: string(r.Protocol), Port: r.Port, Description: r.Description}
		for _, s := range r.SourceIPs {
			rule.SourceIPs = append(rule.SourceIPs, s.String())
		}
		h.firewall.Rules = append(h.firewall.Rules, rule)
	}
}

// on is a gate in front of busy Hetzner.
func (h *busyHetzner) on(t *testing.T) *gate {
	t.Helper()
	h.calls = map[string]int{}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	t.Setenv("HCLOUD_ENDPOINT", server.URL+"/v1")
	t.Setenv("HCLOUD_TOKEN", "not-to-be-printed")
	g, err := (&app{stack: "twin", dir: "../.."}).gate()
	if err != nil {
		t.Fatal(err)
	}
	g.pause, g.patience = time.Millisecond, 50*time.Millisecond
	return g
}

func (h *busyHetzner) letIn() []string {
	if h.firewall == nil {
		return nil
	}
	var out []string
	for _, grant := range review.Grants(hcloud.FirewallFromSchema(*h.firewall)) {
		out = append(out, grant.From.String())
	}
	return out
}
