package hetzner

import (
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// monitorPower keeps the status of servers true to the hardware: a guest that shuts itself down
// is off, without any call.
func (e *Emulator) monitorPower() {
	for {
		select {
		case <-e.stopped:
			return
		case <-time.After(e.interval):
			e.checkPower()
		}
	}
}

func (e *Emulator) checkPower() {
	for _, id := range e.settledServers() {
		on, err := e.hw.Running(e.ctx, id)
		if err != nil {
			e.log.Debug("power of server unknown", "server", id, "error", err)
			continue
		}
		e.mu.Lock()
		if p, s := e.server(id); s != nil && s.settled(p) && (s.Status == statusRunning) != on {
			s.Status = powerStatus(on)
			e.log.Info("server changed its power by itself", "server", id, "status", s.Status)
			if err := e.state.save(e.file); err != nil {
				e.log.Error("power not stored", "server", id, "error", err)
			}
		}
		e.mu.Unlock()
	}
}

// settledServers are the servers that no action works on.
func (e *Emulator) settledServers() []int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	var ids []int64
	for _, p := range e.state.Projects {
		for _, s := range p.Servers.items {
			if s.settled(p) {
				ids = append(ids, s.ID)
			}
		}
	}
	return ids
}

func (s *server) settled(p *project) bool {
	return (s.Status == statusRunning || s.Status == statusOff) && !p.busy(hcloud.ActionResourceTypeServer, s.ID)
}

// server finds a server in whichever project has it.
func (e *Emulator) server(id int64) (*project, *server) {
	for _, p := range e.state.Projects {
		if s, found := p.Servers.get(id); found {
			return p, s
		}
	}
	return nil, nil
}

func powerStatus(on bool) string {
	if on {
		return statusRunning
	}
	return statusOff
}
