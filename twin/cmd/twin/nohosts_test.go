package main

import (
	"os"
	"strings"
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// A twin without hosts serves the whole API, keeps its state over a crash, and stays what it is.
func TestWithoutHosts(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Fatal("got an ordinary user, want root: the twin keeps its processes in a cgroup")
	}
	home := testHome(t)
	if out := run(t, home, "up", "--name", "a", "--no-hosts"); !strings.Contains(out, "no server behind it") {
		t.Errorf("got\n%s\nwant it to say that there are no servers", out)
	}
	createServer(t, home)
	kill(t, home)
	run(t, home, "up", "--name", "a", "--no-hosts")
	servers, err := client(t, home).Server.All(t.Context())
	if err != nil || len(servers) != 1 || servers[0].Status != hcloud.ServerStatusRunning {
		t.Errorf("after the daemon came back: got %v, %v, want the server running", servers, err)
	}
	if _, err := os.Stat(home + "/a/servers"); !os.IsNotExist(err) {
		t.Errorf("got a folder of servers (%v), want none", err)
	}
	if list := run(t, home, "list"); !strings.Contains(list, "API only") {
		t.Errorf("got\n%s\nwant it to say that it is the API only", list)
	}
	cmd := root()
	cmd.SetArgs([]string{"up", "--name", "a", "--home", home})
	if err := cmd.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), "want --no-hosts=true as it was made with") {
		t.Errorf("with hosts now: got %v, want it refused", err)
	}
	run(t, home, "down", "--name", "a")
}
