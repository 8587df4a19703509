package hetzner_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/lvs-cloud/lvs-cloud/twin/hetzner"
)

// TestRestart kills nothing: a second emulator on the same file knows all that the first did.
func TestRestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	first := newTwin(t, hetzner.Options{StateFile: file})
	ctx := t.Context()
	v, s := first.volume("data", 10), first.server("one")
	first.wait(must(first.Volume.Attach(ctx, v, s))(t))
	_, before := first.raw("GET", "/_twin/inventory", "")
	if err := first.e.Close(); err != nil {
		t.Fatal(err)
	}
	second := newTwin(t, hetzner.Options{StateFile: file})
	_, after := second.raw("GET", "/_twin/inventory", "")
	equal(t, "inventory", after, before)
	equal(t, "attached to", must(second.Volume.GetByID(ctx, v.ID))(t).Server.ID, s.ID)
	equal(t, "status", must(second.Server.GetByID(ctx, s.ID))(t).Status, hcloud.ServerStatusRunning)
	equal(t, "next id is new", second.volume("more", 10).ID > s.ID, true)
}

// TestCrash finds the action that a killed emulator was working on in error.
func TestCrash(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	slow := hetzner.Profile{Action: 300 * time.Millisecond}
	first := newTwin(t, hetzner.Options{StateFile: file, Latency: slow})
	made := must(first.Volume.Create(t.Context(), hcloud.VolumeCreateOpts{Name: "data", Size: 10, Location: &hcloud.Location{Name: "nbg1"}}))(t)
	second := newTwin(t, hetzner.Options{StateFile: file})
	a := must(second.Action.GetByID(t.Context(), made.Action.ID))(t)
	equal(t, "status", a.Status, hcloud.ActionStatusError)
	equal(t, "message", a.ErrorMessage, "interrupted by a restart of the twin")
	equal(t, "volume", must(second.Volume.GetByID(t.Context(), made.Volume.ID))(t).Status, hcloud.VolumeStatusAvailable)
}

func TestLockedWhileWorking(t *testing.T) {
	tw := newTwin(t, hetzner.Options{Latency: hetzner.Profile{Commands: map[string]time.Duration{"stop_server": 200 * time.Millisecond}}})
	s := tw.server("one")
	begin := time.Now()
	a := must(tw.Server.Poweroff(t.Context(), s))(t)
	equal(t, "locked", must(tw.Server.GetByID(t.Context(), s.ID))(t).Locked, true)
	_, _, err := tw.Server.Poweron(t.Context(), s)
	wantCode(t, err, hcloud.ErrorCodeLocked)
	time.Sleep(50 * time.Millisecond)
	if p := must(tw.Action.GetByID(t.Context(), a.ID))(t).Progress; p < 20 || p > 99 {
		t.Fatalf("progress: got %d, want a part", p)
	}
	tw.wait(a)
	if took := time.Since(begin); took < 200*time.Millisecond {
		t.Fatalf("took %s, want at least the profile's 200ms", took)
	}
	mine, err := tw.Server.Action.AllFor(t.Context(), s, hcloud.ActionListOpts{})
	if err != nil || mine[len(mine)-1].ID != a.ID {
		t.Fatalf("actions of the server: got %v, %v, want the last to be %d", mine, err, a.ID)
	}
}

func TestHardwareFails(t *testing.T) {
	tw := newTwin(t, hetzner.Options{Hardware: &bench{failOn: "create server"}})
	made := must(tw.Server.Create(t.Context(), hcloud.ServerCreateOpts{
		Name: "one", ServerType: &hcloud.ServerType{Name: "cx23"}, Image: &hcloud.Image{Name: "debian-13"},
	}))(t)
	err := tw.Action.WaitFor(t.Context(), made.Action)
	if err == nil || !strings.Contains(err.Error(), "create server fails") {
		t.Fatalf("got %v, want the hardware's error", err)
	}
	err = tw.Action.WaitFor(t.Context(), made.NextActions...)
	if err == nil || !strings.Contains(err.Error(), "create_server failed") {
		t.Fatalf("next action: got %v, want it to fail as well", err)
	}
	equal(t, "no server is left", must(tw.Server.GetByID(t.Context(), made.Server.ID))(t) == nil, true)
	left, err := tw.PrimaryIP.All(t.Context())
	if err != nil || len(left) != 0 {
		t.Fatalf("addresses: got %v, %v, want none left", left, err)
	}
}

func TestGuestShutsDown(t *testing.T) {
	tw := newTwin(t, hetzner.Options{})
	s := tw.server("one")
	tw.wait(must(tw.Server.Shutdown(t.Context(), s))(t))
	for range 200 {
		if must(tw.Server.GetByID(t.Context(), s.ID))(t).Status == hcloud.ServerStatusOff {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("status stays running after the guest went down")
}

func TestFaults(t *testing.T) {
	tw := newTwin(t, hetzner.Options{})
	ctx := t.Context()
	script := func(t *testing.T, text string) {
		t.Helper()
		if status, body := tw.raw("PUT", "/_twin/faults", text); status != 200 {
			t.Fatalf("faults: got %d %s", status, body)
		}
	}
	t.Run("a retried error is survived", func(t *testing.T) {
		script(t, `[{"path":"/locations/*","nth":1,"effect":"rate_limit"},{"path":"/locations/*","nth":2,"effect":"server_error","status":502}]`)
		equal(t, "location", must(tw.Location.GetByID(ctx, 1))(t).Name, "fsn1")
		_, body := tw.raw("GET", "/_twin/faults", "")
		equal(t, "seen", strings.Count(body, `"seen":3`), 2)
	})
	t.Run("every second call", func(t *testing.T) {
		script(t, `[{"method":"GET","path":"/images","every":2,"effect":"server_error"}]`)
		must(tw.Image.List(ctx, hcloud.ImageListOpts{}))(t)
		_, _, err := tw.Image.List(ctx, hcloud.ImageListOpts{})
		wantCode(t, err, hcloud.ErrorCodeMaintenance)
	})
	t.Run("failed action", func(t *testing.T) {
		script(t, `[{"method":"POST","path":"/volumes","effect":"fail_action","code":"unknown_error","message":"disk on fire"}]`)
		made := must(tw.Volume.Create(ctx, hcloud.VolumeCreateOpts{Name: "x", Size: 10, Location: &hcloud.Location{Name: "nbg1"}}))(t)
		var failure hcloud.ActionError
		if err := tw.Action.WaitFor(ctx, made.Action); !errors.As(err, &failure) || failure.Message != "disk on fire" {
			t.Fatalf("got %v, want disk on fire", err)
		}
		equal(t, "no volume is left", must(tw.Volume.GetByID(ctx, made.Volume.ID))(t) == nil, true)
	})
	t.Run("sold out", func(t *testing.T) {
		script(t, `[{"effect":"sold_out","server_type":"cx23","location":"nbg1"}]`)
		for _, l := range must(tw.ServerType.GetByName(ctx, "cx23"))(t).Locations {
			equal(t, l.Location.Name, l.Available, l.Location.Name != "nbg1")
		}
		_, _, err := tw.Server.Create(ctx, hcloud.ServerCreateOpts{
			Name: "s", ServerType: &hcloud.ServerType{Name: "cx23"}, Image: &hcloud.Image{Name: "debian-13"}, Location: &hcloud.Location{Name: "nbg1"},
		})
		wantCode(t, err, hcloud.ErrorCodeResourceUnavailable)
	})
	t.Run("lost answer", func(t *testing.T) {
		script(t, `[{"method":"POST","path":"/networks","nth":1,"effect":"drop_response"},{"method":"POST","path":"/networks","nth":2,"effect":"drop_request"}]`)
		for _, name := range []string{"kept", "lost"} {
			if _, _, err := tw.Network.Create(ctx, hcloud.NetworkCreateOpts{Name: name, IPRange: cidr("10.0.0.0/16")}); err == nil {
				t.Fatalf("%s: got an answer, want a broken connection", name)
			}
		}
		equal(t, "carried out", must(tw.Network.GetByName(ctx, "kept"))(t) != nil, true)
		equal(t, "not carried out", must(tw.Network.GetByName(ctx, "lost"))(t) == nil, true)
	})
	t.Run("an error that comes late", func(t *testing.T) {
		script(t, `[{"method":"POST","path":"/networks","nth":1,"effect":"server_error","status":504,"late":true}]`)
		_, _, err := tw.Network.Create(ctx, hcloud.NetworkCreateOpts{Name: "late", IPRange: cidr("10.0.0.0/16")})
		wantCode(t, err, hcloud.ErrorCodeUniquenessError) // the client tried again
		equal(t, "carried out", must(tw.Network.GetByName(ctx, "late"))(t) != nil, true)
	})
	t.Run("rate limit", func(t *testing.T) {
		script(t, `[{"path":"/locations/*","effect":"rate_limit"}]`)
		_, resp, err := tw.Location.GetByID(ctx, 1)
		wantCode(t, err, hcloud.ErrorCodeRateLimitExceeded)
		equal(t, "remaining", resp.Meta.Ratelimit.Remaining, 0)
		equal(t, "limit", resp.Meta.Ratelimit.Limit, 3600)
	})
	for _, bad := range []string{`[{"effect":"explode"}]`, `[{"effect":"stall","late":true}]`, `[{"effect":"sold_out"}]`, `[{"effect":"rate_limit","nth":1,"every":2}]`, `[{"effect":"rate_limit","when":1}]`, `[{"effect":"server_error","status":418}]`} {
		if status, _ := tw.raw("PUT", "/_twin/faults", bad); status != 422 {
			t.Fatalf("%s: got %d, want 422", bad, status)
		}
	}
}

// TestStall holds calls back for as long as their client waits, before they are carried out or after.
func TestStall(t *testing.T) {
	for effect, made := range map[hetzner.Effect]bool{hetzner.EffectStall: true, hetzner.EffectStallRequest: false} {
		t.Run(string(effect), func(t *testing.T) {
			tw := newTwin(t, hetzner.Options{Faults: []hetzner.Fault{{Method: "POST", Path: "/networks", Effect: effect}}})
			stalled := func(want int) {
				t.Helper()
				for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
					_, body := tw.raw("GET", "/_twin/faults", "")
					if strings.Contains(body, fmt.Sprintf(`"stalled":%d`, want)) {
						return
					}
					if time.Now().After(end) {
						t.Fatalf("got %s, want %d calls held back", body, want)
					}
				}
			}
			ctx, leave := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				_, _, err := tw.Network.Create(ctx, hcloud.NetworkCreateOpts{Name: "n", IPRange: cidr("10.0.0.0/16")})
				ended <- err
			}()
			stalled(1)
			equal(t, "carried out while the client waits", must(tw.Network.GetByName(t.Context(), "n"))(t) != nil, made)
			select {
			case err := <-ended:
				t.Fatalf("got an answer (%v), want none", err)
			default:
			}
			leave()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Fatalf("got %v, want the client's own end", err)
			}
			stalled(0)
			equal(t, "carried out in the end", must(tw.Network.GetByName(t.Context(), "n"))(t) != nil, made)

			tw.raw("PUT", "/_twin/faults", `[{"method":"POST","path":"/networks","effect":"`+string(effect)+`"}]`)
			go func() {
				_, _, err := tw.Network.Create(t.Context(), hcloud.NetworkCreateOpts{Name: "m", IPRange: cidr("10.0.0.0/16")})
				ended <- err
			}()
			stalled(1)
			tw.raw("DELETE", "/_twin/faults", "")
			if err := <-ended; err != nil {
				t.Fatalf("after the fault was lifted: got %v, want an answer", err)
			}
		})
	}
}

func TestControls(t *testing.T) {
	tw := newTwin(t, hetzner.Options{})
	must(tw.Location.GetByID(t.Context(), 1))(t)
	_, calls := tw.raw("GET", "/_twin/calls", "")
	equal(t, "calls", calls, "{\"GET /locations/{id}\":1}\n")
	if status, _ := tw.raw("PUT", "/_twin/profile", `{"name":"hetzner-like"}`); status != 200 {
		t.Fatalf("profile: got %d", status)
	}
	begin := time.Now()
	must(tw.Location.GetByID(t.Context(), 1))(t)
	if took := time.Since(begin); took < hetzner.HetznerLike().Call {
		t.Fatalf("call took %s, want at least %s", took, hetzner.HetznerLike().Call)
	}
	if status, _ := tw.raw("PUT", "/_twin/profile", `{"name":"warp"}`); status != 422 {
		t.Fatalf("unknown profile: got %d, want 422", status)
	}
}
