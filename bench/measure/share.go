package measure

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Interval is a stretch of time.
type Interval struct{ Begin, End time.Time }

// Length is how long it lasts.
func (i Interval) Length() time.Duration { return i.End.Sub(i.Begin) }

func (i Interval) holds(t time.Time) bool { return !t.Before(i.Begin) && t.Before(i.End) }

// Share is the time that one party had.
type Share struct {
	Party string
	Time  time.Duration
}

// The parties, in the order in which a moment is given away when several are at work.
const (
	PartyEmulator = "emulated Hetzner"
	PartyHetzner  = "Hetzner's provider"
	PartyHost     = "scripts on the server"
	PartyRandom   = "random provider"
	PartyProgram  = "program"
	PartyEngine   = "engine and CLI"
)

// Shares gives every moment of the whole to one party, so that they add up to it. A moment belongs to the emulator
// while it serves a call or works on an action, else to a plug-in while a call to it is open, else to the program
// while that runs and waits for no answer of the engine (compiling it included), else to the engine.
func Shares(whole Interval, t Trace, emulator []Interval) []Share {
	var waiting []Interval
	busy := map[string][]Interval{PartyEmulator: emulator}
	plugins := map[string]string{"hcloud": PartyHetzner, "command": PartyHost, "random": PartyRandom}
	for _, s := range t {
		switch {
		case plugins[s.Plugin] != "":
			busy[plugins[s.Plugin]] = append(busy[plugins[s.Plugin]], s.Interval)
		case s.Name == runProgram:
			busy[PartyProgram] = append(busy[PartyProgram], s.Interval)
		case strings.HasPrefix(s.Name, monitorService):
			waiting = append(waiting, s.Interval)
		}
	}
	order := []string{PartyEmulator, PartyHetzner, PartyHost, PartyRandom, PartyProgram}
	had := map[string]time.Duration{}
	moments := cuts(whole, append(slices.Collect(maps.Values(busy)), waiting))
	for i := range len(moments) - 1 {
		party := PartyEngine
		for _, p := range order {
			if covered(busy[p], moments[i]) && (p != PartyProgram || !covered(waiting, moments[i])) {
				party = p
				break
			}
		}
		had[party] += moments[i+1].Sub(moments[i])
	}
	var out []Share
	for _, p := range append(order, PartyEngine) {
		out = append(out, Share{p, had[p]})
	}
	return out
}

// cuts are the moments within the whole at which anything begins or ends.
func cuts(whole Interval, lists [][]Interval) []time.Time {
	out := []time.Time{whole.Begin, whole.End}
	for _, list := range lists {
		for _, i := range list {
			for _, t := range []time.Time{i.Begin, i.End} {
				if whole.holds(t) {
					out = append(out, t)
				}
			}
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

func covered(list []Interval, t time.Time) bool {
	return slices.ContainsFunc(list, func(i Interval) bool { return i.holds(t) })
}

// Compiling is how long it took from the start of each run of the program to its first word to the engine: building
// it, starting it, reading its configuration.
func (t Trace) Compiling() time.Duration {
	var sum time.Duration
	for _, run := range t.All(runProgram) {
		for _, s := range t {
			if strings.HasPrefix(s.Name, monitorService) && run.holds(s.Begin) {
				sum += s.Begin.Sub(run.Begin)
				break
			}
		}
	}
	return sum
}
