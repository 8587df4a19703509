package hetzner

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

// state is everything that survives a restart.
type state struct {
	LastID   int64               `json:"last_id"` // one sequence for all kinds, so that an id of the wrong kind is never found
	LastIPv4 uint32              `json:"last_ipv4"`
	LastIPv6 uint32              `json:"last_ipv6"`
	Projects map[string]*project `json:"projects"` // by the token's digest
}

// project is one Hetzner project: all that one token can see.
type project struct {
	Actions         collection[*action]         `json:"actions"`
	SSHKeys         collection[*sshKey]         `json:"ssh_keys"`
	Networks        collection[*network]        `json:"networks"`
	Firewalls       collection[*firewall]       `json:"firewalls"`
	PrimaryIPs      collection[*primaryIP]      `json:"primary_ips"`
	Volumes         collection[*volume]         `json:"volumes"`
	PlacementGroups collection[*placementGroup] `json:"placement_groups"`
	Servers         collection[*server]         `json:"servers"`
	Zones           collection[*zone]           `json:"zones"`
}

const keptActions = 2000 // finished actions remembered per project

func newState() *state { return &state{LastID: 1_000_000, Projects: map[string]*project{}} }

// project finds the token's project and makes it on first sight.
func (s *state) project(token string) *project {
	sum := sha256.Sum256([]byte(token))
	key := hex.EncodeToString(sum[:8])
	if s.Projects[key] == nil {
		s.Projects[key] = &project{}
	}
	return s.Projects[key]
}

func (s *state) newID() int64 {
	s.LastID++
	return s.LastID
}

// prune forgets the oldest finished actions.
func (p *project) prune() {
	surplus := len(p.Actions.items) - keptActions
	if surplus < keptActions/10 {
		return
	}
	for _, a := range p.Actions.all() {
		if surplus > 0 && a.Status != string(hcloud.ActionStatusRunning) {
			p.Actions.remove(a.ID)
			surplus--
		}
	}
}

// load reads the state file. Actions that were running when the process died are failed: the
// caller retries what he still wants, nothing is repeated behind his back.
func load(file string, now time.Time) (*state, error) {
	s := newState()
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	if err := json.Unmarshal(data, s); err != nil {
		return nil, fmt.Errorf("state: %s: %w", file, err)
	}
	for _, p := range s.Projects {
		p.settle(now)
	}
	return s, nil
}

// settle repairs what a killed process left half done.
func (p *project) settle(now time.Time) {
	for _, a := range p.Actions.all() {
		if a.Status != string(hcloud.ActionStatusRunning) {
			continue
		}
		a.finish(now, &schema.ActionError{Code: "action_failed", Message: "interrupted by a restart of the twin"})
	}
	for _, v := range p.Volumes.all() {
		v.Status = string(hcloud.VolumeStatusAvailable)
	}
	for _, s := range p.Servers.all() {
		if s.Status != string(hcloud.ServerStatusRunning) {
			s.Status = string(hcloud.ServerStatusOff) // the power monitor corrects it
		}
	}
}

// save writes the state file atomically. An empty file name keeps the state in memory only.
func (s *state) save(file string) error {
	if file == "" {
		return nil
	}
	for _, p := range s.Projects {
		p.prune()
	}
	data, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("state: %w", err)
	}
	temp := filepath.Join(filepath.Dir(file), "."+filepath.Base(file)+".new")
	if err := os.WriteFile(temp, data, 0o600); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	if err := os.Rename(temp, file); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	return nil
}
