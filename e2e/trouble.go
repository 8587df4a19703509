package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Fault is a fault of the twin's API with what came of it.
type Fault struct {
	Method  string `json:"method,omitempty"`
	Path    string `json:"path,omitempty"`
	Nth     int    `json:"nth,omitempty"`
	Every   int    `json:"every,omitempty"`
	Effect  string `json:"effect"`
	Status  int    `json:"status,omitempty"`
	Late    bool   `json:"late,omitempty"`
	Message string `json:"message,omitempty"`

	ServerType string `json:"server_type,omitempty"`
	Location   string `json:"location,omitempty"`

	Seen    int `json:"-"`
	Stalled int `json:"-"`
}

// SetFaults replaces the fault script of the API; none ends all faults.
func (c *Cloud) SetFaults(script ...Fault) error {
	if script == nil {
		script = []Fault{}
	}
	body, err := json.Marshal(script)
	if err != nil {
		return err
	}
	return c.control(http.MethodPut, "faults", body, nil)
}

// Faults returns the fault script with its counts.
func (c *Cloud) Faults() ([]Fault, error) {
	var raw []struct {
		Fault
		Seen    int `json:"seen"`
		Stalled int `json:"stalled"`
	}
	err := c.control(http.MethodGet, "faults", nil, &raw)
	var out []Fault
	for _, r := range raw {
		r.Fault.Seen, r.Fault.Stalled = r.Seen, r.Stalled
		out = append(out, r.Fault)
	}
	return out, err
}

// Calls returns how often each route of the API was called, and begins to count anew.
func (c *Cloud) Calls() (map[string]int, error) {
	var calls map[string]int
	if err := c.control(http.MethodGet, "calls", nil, &calls); err != nil {
		return nil, err
	}
	return calls, c.control(http.MethodDelete, "calls", nil, nil)
}

// control calls one of the twin's own endpoints.
func (c *Cloud) control(method, what string, body []byte, into any) error {
	url := strings.TrimSuffix(c.Env("HCLOUD_ENDPOINT"), "/v1") + "/_twin/" + what
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: got %s: %s", method, what, resp.Status, text)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}

// Restart kills the twin's daemon as a crash would, and takes it up again.
func (c *Cloud) Restart(flags ...string) error {
	pid, err := c.daemon()
	if err != nil {
		return err
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return err
	}
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if _, err := c.daemon(); err != nil {
			break // nobody holds the lock any more
		}
	}
	_, err = c.twin(append([]string{"up", "--name", c.Name}, flags...)...)
	return err
}

// daemon is the process that holds the twin's lock.
func (c *Cloud) daemon() (int, error) {
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(filepath.Join(c.Env("TWIN_STATE"), "daemon.lock"))
	if err != nil {
		return 0, err
	}
	inode := fmt.Sprintf(":%d", info.Sys().(*syscall.Stat_t).Ino)
	for line := range strings.Lines(string(locks)) { // 1: FLOCK ADVISORY WRITE <process> <device>:<inode> 0 EOF
		if f := strings.Fields(line); len(f) > 5 && f[1] == "FLOCK" && strings.HasSuffix(f[5], inode) {
			return strconv.Atoi(f[4])
		}
	}
	return 0, fmt.Errorf("twin %q: got no process that holds its lock, want one", c.Name)
}
