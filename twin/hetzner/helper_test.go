package hetzner_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/lvs-cloud/lvs-cloud/twin/hetzner"
)

// token is one of the twin's own; every letter is a project.
func token(project string) string { return "twin" + strings.Repeat(project, 60) }

// twin is an emulator behind a real listener and Hetzner's client in front of it.
type twin struct {
	*hcloud.Client
	t   *testing.T
	e   *hetzner.Emulator
	web *httptest.Server
}

func newTwin(t *testing.T, opts hetzner.Options) *twin {
	t.Helper()
	e, err := hetzner.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(e)
	tw := &twin{t: t, e: e, web: web}
	tw.Client = tw.as(token("a"))
	t.Cleanup(tw.stop)
	return tw
}

func (tw *twin) stop() {
	tw.web.Close()
	if err := tw.e.Close(); err != nil {
		tw.t.Error(err)
	}
}

// as is a client with another token.
func (tw *twin) as(token string) *hcloud.Client {
	return hcloud.NewClient(
		hcloud.WithEndpoint(tw.web.URL+"/v1"), hcloud.WithToken(token),
		hcloud.WithPollOpts(hcloud.PollOpts{BackoffFunc: hcloud.ConstantBackoff(5 * time.Millisecond)}),
		hcloud.WithRetryOpts(hcloud.RetryOpts{BackoffFunc: hcloud.ConstantBackoff(5 * time.Millisecond), MaxRetries: 3}),
	)
}

// raw makes a call that the client would not make.
func (tw *twin) raw(method, path, body string) (int, string) {
	tw.t.Helper()
	req, err := http.NewRequest(method, tw.web.URL+path, strings.NewReader(body))
	if err != nil {
		tw.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token("a"))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		tw.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		tw.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// wait waits for actions and demands success.
func (tw *twin) wait(actions ...*hcloud.Action) {
	tw.t.Helper()
	if err := tw.Action.WaitFor(tw.t.Context(), actions...); err != nil {
		tw.t.Fatal(err)
	}
}

// must is a value whose making did not fail.
func must[T any](value T, _ *hcloud.Response, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// wantCode demands that a call was refused with a code.
func wantCode(t *testing.T, err error, code hcloud.ErrorCode) {
	t.Helper()
	if !hcloud.IsError(err, code) {
		t.Fatalf("got %v, want an error with code %s", err, code)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// publicKey is a valid key made from a seed.
func publicKey(seed byte) string {
	public := ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune('a'+seed)), 32))).Public().(ed25519.PublicKey)
	var blob []byte
	for _, part := range [][]byte{[]byte("ssh-ed25519"), public} {
		blob = binary.BigEndian.AppendUint32(blob, uint32(len(part)))
		blob = append(blob, part...)
	}
	return "ssh-ed25519 " + base64.StdEncoding.EncodeToString(blob)
}

// server makes a running server in nbg1 and waits for it.
func (tw *twin) server(name string, more ...func(*hcloud.ServerCreateOpts)) *hcloud.Server {
	tw.t.Helper()
	opts := hcloud.ServerCreateOpts{
		Name: name, ServerType: &hcloud.ServerType{Name: "cx23"}, Image: &hcloud.Image{Name: "debian-13"},
		Location: &hcloud.Location{Name: "nbg1"},
	}
	for _, change := range more {
		change(&opts)
	}
	made := must(tw.Server.Create(tw.t.Context(), opts))(tw.t)
	tw.wait(append(made.NextActions, made.Action)...)
	return must(tw.Server.GetByID(tw.t.Context(), made.Server.ID))(tw.t)
}

func (tw *twin) volume(name string, size int) *hcloud.Volume {
	tw.t.Helper()
	made := must(tw.Volume.Create(tw.t.Context(), hcloud.VolumeCreateOpts{Name: name, Size: size, Location: &hcloud.Location{Name: "nbg1"}}))(tw.t)
	tw.wait(append(made.NextActions, made.Action)...)
	return must(tw.Volume.GetByID(tw.t.Context(), made.Volume.ID))(tw.t)
}

// bench is hardware that writes down what it was asked to do and fails on demand.
type bench struct {
	hetzner.Nop
	mu       sync.Mutex
	log      []string
	failOn   string
	machines map[int64]hetzner.Machine
	rules    map[int64][]hetzner.Rule
}

func (b *bench) note(format string, args ...any) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	line := fmt.Sprintf(format, args...)
	b.log = append(b.log, line)
	if b.failOn != "" && strings.HasPrefix(line, b.failOn) {
		return fmt.Errorf("bench: %s fails", b.failOn)
	}
	return nil
}

func (b *bench) did(line string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range b.log {
		if strings.HasPrefix(l, line) {
			return true
		}
	}
	return false
}

func (b *bench) CreateServer(ctx context.Context, m hetzner.Machine) error {
	b.mu.Lock()
	if b.machines == nil {
		b.machines, b.rules = map[int64]hetzner.Machine{}, map[int64][]hetzner.Rule{}
	}
	b.machines[m.ID] = m
	b.mu.Unlock()
	if err := b.note("create server %s", m.Name); err != nil {
		return err
	}
	return b.Nop.CreateServer(ctx, m)
}

func (b *bench) CreateVolume(_ context.Context, _ int64, size int) error {
	return b.note("create volume of %d", size)
}

func (b *bench) AttachVolume(_ context.Context, volume, server int64) error {
	return b.note("attach volume %d to %d", volume, server)
}

func (b *bench) AttachNetwork(_ context.Context, _ int64, address netip.Addr, network netip.Prefix) error {
	return b.note("attach %s in %s", address, network)
}

func (b *bench) SetFirewall(_ context.Context, id int64, rules []hetzner.Rule) error {
	b.mu.Lock()
	b.rules[id] = rules
	b.mu.Unlock()
	return b.note("set firewall of %d", id)
}

func (b *bench) firewall(id int64) []hetzner.Rule {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rules[id]
}

func cidr(text string) *net.IPNet {
	_, n, err := net.ParseCIDR(text)
	if err != nil {
		return nil
	}
	return n
}

func id(n int64) string { return strconv.FormatInt(n, 10) }
