package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// actionStub is Hetzner's API as far as actions on a server go: each ends at once, but for those that are to fail.
type actionStub struct {
	calls  []string // name of the action and what it was given
	fail   string   // name of the action that ends in error
	locked int      // how many calls are refused, since the server is locked
	seen   func(action string)
}

func (s *actionStub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	action := map[string]any{"id": 1, "command": name, "status": "success", "progress": 100, "resources": []any{}}
	if name == s.fail {
		action["status"], action["error"] = "error", map[string]string{"code": "action_failed", "message": "no room in the rack"}
	}
	w.Header().Set("Content-Type", "application/json")
	answer := map[string]any{"action": action}
	switch r.Method {
	case http.MethodGet:
		answer = map[string]any{"server": map[string]any{"id": 7, "status": "running"}}
	default:
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		if s.locked > 0 {
			s.locked--
			w.WriteHeader(http.StatusLocked)
			answer = map[string]any{"error": map[string]string{"code": "locked", "message": "an action is running"}}
			break
		}
		s.calls = append(s.calls, name+" "+strings.TrimSpace(string(body)))
		w.WriteHeader(http.StatusCreated)
	}
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		return // the client went away
	}
	if s.seen != nil {
		s.seen(name)
	}
}

// stubbed is a renewal of a protected server at the stub.
func stubbed(t *testing.T, stub *actionStub) *renewal {
	t.Helper()
	server := httptest.NewServer(stub)
	t.Cleanup(server.Close)
	return &renewal{
		app: &app{out: io.Discard, progress: io.Discard}, stack: &stack{project: "lvs-cloud", name: "prod"},
		client:  hcloud.NewClient(hcloud.WithEndpoint(server.URL), hcloud.WithToken("x"), hcloud.WithRetryOpts(hcloud.RetryOpts{MaxRetries: 1})),
		server:  &hcloud.Server{ID: 7, Protection: hcloud.ServerProtection{Delete: true, Rebuild: true}},
		image:   &hcloud.Image{ID: 9, Name: "debian-13"},
		outputs: &outputs{UserData: "#cloud-config\n{}\n"},
	}
}

const (
	lifted   = `change_protection {"rebuild":false,"delete":false}`
	reimaged = `rebuild {"image":9,"user_data":"#cloud-config\n{}\n"}`
	restored = `change_protection {"rebuild":true,"delete":true}`
)

func TestProtectionIsLiftedForOneCall(t *testing.T) {
	for name, c := range map[string]struct {
		fail string
		want []string
	}{
		"rebuilt":                      {"", []string{lifted, reimaged, restored}},
		"the rebuild fails":            {"rebuild", []string{lifted, reimaged, restored}},
		"the protection is not lifted": {"change_protection", []string{lifted, restored}},
	} {
		t.Run(name, func(t *testing.T) {
			stub := &actionStub{fail: c.fail}
			r := stubbed(t, stub)
			err := r.unprotected(t.Context(), r.reimage)
			if !slices.Equal(stub.calls, c.want) {
				t.Errorf("got calls %q, want %q", stub.calls, c.want)
			}
			if failed := c.fail != ""; failed != (err != nil) || failed && !strings.Contains(fmt.Sprint(err), "no room in the rack") {
				t.Errorf("got %v, want Hetzner's own words if it failed", err)
			}
		})
	}
}

// An interrupt may come at any point; the protection is back all the same.
func TestProtectionIsBackAfterAnInterrupt(t *testing.T) {
	for _, during := range []string{"change_protection", "rebuild"} {
		t.Run(during, func(t *testing.T) {
			ctx, interrupt := context.WithCancel(t.Context())
			stub := &actionStub{seen: func(action string) {
				if action == during {
					interrupt()
				}
			}}
			r := stubbed(t, stub)
			if err := r.unprotected(ctx, r.reimage); during == "change_protection" && !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want it to say that it was interrupted", err)
			}
			if last := stub.calls[len(stub.calls)-1]; last != restored {
				t.Errorf("got the last call %q, want %q", last, restored)
			}
		})
	}
}

// Hetzner locks a server while it rebuilds it; an interrupt does not wait for that, but the protection does.
func TestProtectionWaitsForALockedServer(t *testing.T) {
	stub := &actionStub{}
	stub.seen = func(action string) {
		if action == "rebuild" {
			stub.seen, stub.locked = nil, 3
		}
	}
	r := stubbed(t, stub)
	if err := r.unprotected(t.Context(), r.reimage); err != nil || stub.calls[len(stub.calls)-1] != restored {
		t.Errorf("got calls %q (%v), want the protection back at last", stub.calls, err)
	}
}

func TestProtectionThatDoesNotComeBackIsSaid(t *testing.T) {
	stub := &actionStub{}
	r := stubbed(t, stub)
	stub.seen = func(action string) {
		if action == "rebuild" {
			stub.fail = "change_protection"
		}
	}
	err := r.unprotected(t.Context(), r.reimage)
	if want := "server 7 is not protected"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}

// A server that nobody protects is left as it is.
func TestUnprotectedServerStaysSo(t *testing.T) {
	stub := &actionStub{}
	r := stubbed(t, stub)
	r.server.Protection = hcloud.ServerProtection{}
	if err := r.unprotected(t.Context(), r.reimage); err != nil || !slices.Equal(stub.calls, []string{reimaged}) {
		t.Errorf("got calls %q (%v), want the rebuild alone", stub.calls, err)
	}
}
