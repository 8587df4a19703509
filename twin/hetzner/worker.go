package hetzner

import (
	"context"
	"fmt"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

// work is what an action does. Any part may be nil.
type work struct {
	run  func(ctx context.Context) error // on the hardware, outside the lock
	done func()                          // to the store, when run succeeded
	undo func()                          // to the store, when it failed
}

// job is an action about to be worked on.
type job struct {
	action *action
	work   work
	after  chan struct{} // ends before this begins
	prior  *action       // must have succeeded
	fail   *schema.ActionError
	done   chan struct{}
}

// start makes an action that runs once the call is answered. Actions of one call run in the
// order they were started, each only if the one before succeeded.
func (c *call) start(command string, w work, refs ...schema.ActionResourceReference) *action {
	a := &action{Action: schema.Action{
		ID: c.e.state.newID(), Status: string(hcloud.ActionStatusRunning), Command: command,
		Started: c.e.now(), Resources: refs,
	}}
	a.Expected = c.e.latency.of(command)
	c.p.Actions.put(a)
	j := job{action: a, work: w, done: make(chan struct{})}
	if n := len(c.jobs); n > 0 {
		j.after, j.prior = c.jobs[n-1].done, c.jobs[n-1].action
	} else if c.fault != nil && c.fault.Effect == EffectFailAction {
		j.fail = c.fault.actionError()
	}
	c.jobs = append(c.jobs, j)
	return a
}

// launch starts the workers of a call.
func (e *Emulator) launch(jobs []job) {
	for _, j := range jobs {
		e.workers.Go(func() { e.work(j) })
	}
}

// work runs one job to its end.
func (e *Emulator) work(j job) {
	defer close(j.done)
	if j.after != nil {
		<-j.after
	}
	failure := e.perform(j)
	e.mu.Lock()
	defer e.mu.Unlock()
	settle := j.work.done
	if failure != nil {
		settle = j.work.undo
	}
	if settle != nil {
		settle()
	}
	j.action.finish(e.now(), failure)
	e.log.Info("action", "id", j.action.ID, "command", j.action.Command, "status", j.action.Status, "error", failure)
	if err := e.state.save(e.file); err != nil {
		e.log.Error("action not stored", "id", j.action.ID, "error", err)
	}
}

// perform waits as long as the profile says and does the hardware's part.
func (e *Emulator) perform(j job) *schema.ActionError {
	e.mu.Lock()
	blocked := j.prior != nil && j.prior.Status == string(hcloud.ActionStatusError)
	e.mu.Unlock()
	if blocked {
		return &schema.ActionError{Code: "action_failed", Message: fmt.Sprintf("%s failed", j.prior.Command)}
	}
	begin := time.Now()
	if j.fail != nil {
		e.pause(j.action.Expected)
		return j.fail
	}
	if j.work.run != nil {
		if err := j.work.run(e.ctx); err != nil {
			return &schema.ActionError{Code: "action_failed", Message: err.Error()}
		}
	}
	e.pause(j.action.Expected - time.Since(begin))
	return nil
}

// pause sleeps unless the emulator must stop.
func (e *Emulator) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-e.ctx.Done():
	}
}

// background does hardware work that the API shows no action for.
func (e *Emulator) background(what string, run func(ctx context.Context) error) {
	e.workers.Go(func() {
		if err := run(e.ctx); err != nil {
			e.log.Error(what, "error", err)
		}
	})
}
