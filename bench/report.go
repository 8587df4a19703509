package main

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/lvs-cloud/lvs-cloud/bench/measure"
)

//go:embed report.md.tmpl
var reportText string

// What the project wants of itself.
const (
	wantUpdateRatio = 1.15
	wantPeerRatio   = 1.0
)

// view is the report before it is text.
type view struct {
	Facts                                              string
	Runs, Depth, Resources                             int
	PeerShares                                         []string
	Cloud                                              []cloudRow
	Shares                                             []struct{ Name string }
	Parties                                            []partyRow
	Compiling, PeerCompiling, PeerUpdate, PeerCritical string
	Path                                               []pathRow
	Critical, Update                                   string
	UpdateRatio, UpRatio                               string
	Peer                                               []peerRow
	Goals                                              []goalRow
	update, up, sameCalls, againstTheirs               float64
}

type (
	cloudRow struct {
		Name, Wall, CPU                    string
		Resources, Calls, Changes, Refused string
	}
	partyRow struct {
		Name  string
		Times []string
	}
	pathRow struct{ Name, Took string }
	peerRow struct{ Name, Ours, Theirs, Ratio string }
	goalRow struct {
		Name, Got string
		Met       bool
	}
)

// report renders the measurements.
func report(facts string, rounds []*round) (string, error) {
	v := &view{Facts: facts, Runs: len(rounds)}
	v.addCloud(rounds)
	v.addPeer(rounds)
	v.addGoals()
	page, err := template.New("report").Parse(reportText)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = page.Execute(&b, v)
	return b.String(), err
}

func (v *view) addCloud(rounds []*round) {
	r := typicalOf(rounds, func(r *round) time.Duration { return r.Up.Length() })
	v.Resources, v.Depth = len(r.Graph), r.Graph.Depth()
	for _, row := range []struct {
		name string
		of   func(*round) *command
	}{
		{"preview", func(r *round) *command { return r.Preview }},
		{"first `up`", func(r *round) *command { return r.Up }},
		{"`up` without changes", func(r *round) *command { return r.Same }},
	} {
		counts := func(of func(*command) int) string {
			return spread(rounds, func(r *round) int { return of(row.of(r)) })
		}
		v.Cloud = append(v.Cloud, cloudRow{
			Name: row.name, Wall: seconds(medianOf(rounds, func(r *round) time.Duration { return row.of(r).Length() })),
			CPU:       seconds(medianOf(rounds, func(r *round) time.Duration { return row.of(r).CPU })),
			Resources: strconv.Itoa(v.Resources), Calls: counts((*command).total), Changes: counts((*command).changes),
			Refused: counts(func(c *command) int { return c.Refused }),
		})
		v.Shares = append(v.Shares, struct{ Name string }{row.name})
		c := row.of(r)
		for i, share := range measure.Shares(c.Interval, c.Trace, c.Emulator) {
			if len(v.Parties) <= i {
				v.Parties = append(v.Parties, partyRow{Name: share.Party})
			}
			v.Parties[i].Times = append(v.Parties[i].Times, fmt.Sprintf("%s (%d %%)", seconds(share.Time), 100*share.Time/c.Length()))
		}
	}
	if slow := rounds[0].Slow; slow != nil {
		v.Cloud = append(v.Cloud, cloudRow{
			Name: "first `up`, services as slow as real ones (once)", Wall: seconds(slow.Length()), CPU: seconds(slow.CPU), Resources: strconv.Itoa(v.Resources),
			Calls: strconv.Itoa(slow.total()), Changes: strconv.Itoa(slow.changes()), Refused: strconv.Itoa(slow.Refused),
		})
	}
	v.Compiling = seconds(r.Up.Trace.Compiling())
	path := r.Graph.CriticalPath()
	for _, res := range path {
		v.Path = append(v.Path, pathRow{res.Type[strings.LastIndex(res.Type, ":")+1:] + " " + res.Name(), seconds(res.Took)})
	}
	v.Critical, v.Update = seconds(measure.Sum(path)), seconds(r.Update.Length())
	v.update = median(values(rounds, func(r *round) float64 { return ratio(r.Update.Length(), measure.Sum(r.Graph.CriticalPath())) }))
	v.up = median(values(rounds, func(r *round) float64 { return ratio(r.Up.Length(), measure.Sum(r.Graph.CriticalPath())) }))
	v.UpdateRatio, v.UpRatio = fmt.Sprintf("%.2f", v.update), fmt.Sprintf("%.2f", v.up)
	v.sameCalls = median(values(rounds, func(r *round) float64 { return float64(r.Same.total()) }))
}

func (v *view) addPeer(rounds []*round) {
	for _, row := range []struct {
		name string
		of   func(infrastructure) *command
	}{
		{"preview / plan of nothing yet", func(i infrastructure) *command { return i.Plan }},
		{"first `up` / `apply`", func(i infrastructure) *command { return i.Up }},
		{"no changes, asking Hetzner", func(i infrastructure) *command { return i.Same }},
		{"no changes, trusting the state", func(i infrastructure) *command { return i.Offline }},
	} {
		ours := func(r *round) *command { return row.of(r.Ours) }
		theirs := func(r *round) *command { return row.of(r.Theirs) }
		v.Peer = append(v.Peer, peerRow{
			row.name + ": wall",
			seconds(medianOf(rounds, func(r *round) time.Duration { return ours(r).Length() })),
			seconds(medianOf(rounds, func(r *round) time.Duration { return theirs(r).Length() })),
			fmt.Sprintf("%.2f", median(values(rounds, func(r *round) float64 { return ratio(ours(r).Length(), theirs(r).Length()) }))),
		}, peerRow{
			row.name + ": API calls", spread(rounds, func(r *round) int { return ours(r).total() }),
			spread(rounds, func(r *round) int { return theirs(r).total() }), "",
		})
	}
	typical := typicalOf(rounds, func(r *round) time.Duration { return r.Ours.Up.Length() })
	for _, share := range measure.Shares(typical.Ours.Up.Interval, typical.Ours.Up.Trace, typical.Ours.Up.Emulator) {
		if share.Time > 0 {
			v.PeerShares = append(v.PeerShares, fmt.Sprintf("%s %s", share.Party, seconds(share.Time)))
		}
	}
	v.PeerUpdate = seconds(medianOf(rounds, func(r *round) time.Duration { return r.Ours.Update }))
	v.PeerCritical = seconds(medianOf(rounds, func(r *round) time.Duration { return r.Ours.Critical }))
	v.PeerCompiling = seconds(medianOf(rounds, func(r *round) time.Duration { return r.Ours.Up.Trace.Compiling() }))
	v.againstTheirs = median(values(rounds, func(r *round) float64 { return ratio(r.Ours.Up.Length(), r.Theirs.Up.Length()) }))
}

func (v *view) addGoals() {
	v.Goals = []goalRow{
		{"an `up` without changes makes no API call", fmt.Sprintf("%.0f", v.sameCalls), v.sameCalls == 0},
		{fmt.Sprintf("the update takes at most %.2f times its critical path", wantUpdateRatio), v.UpdateRatio, v.update <= wantUpdateRatio},
		{"the infrastructure's `up` is not slower than OpenTofu's `apply`", fmt.Sprintf("%.2f", v.againstTheirs), v.againstTheirs <= wantPeerRatio},
	}
}
