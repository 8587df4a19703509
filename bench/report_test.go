package main

import (
	"strings"
	"testing"
	"time"

	"github.com/lvs-cloud/lvs-cloud/bench/measure"
)

func TestReadCalls(t *testing.T) {
	log := strings.Join([]string{
		`time=2027-01-15T08:00:01.000Z level=INFO msg="twin serves" name=x`,
		`time=2027-01-15T08:00:02.000Z level=INFO msg=call method=GET path=/v1/servers status=200 took=120.5ms error=<nil>`,
		`time=2027-01-15T08:00:03.000Z level=INFO msg=call method=POST path=/v1/servers status=423 took=120ms error="it is locked (locked)"`,
		`time=2027-01-15T08:00:09.000Z level=INFO msg=call method=GET path=/v1/servers status=200 took=1s error=<nil>`,
	}, "\n")
	begin := time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)
	got, err := readCalls(strings.NewReader(log), measure.Interval{Begin: begin, End: begin.Add(5 * time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Length() != 120500*time.Microsecond || got[1].status != 423 {
		t.Errorf("got %+v, want the two calls within 5 s, the second one refused", got)
	}
}

// fake is a round in which the cloud's `up` takes so long, and makes as many calls when nothing is to be done.
func fake(up time.Duration, idleCalls int) *round {
	begin := time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)
	c := func(took time.Duration, calls int) *command {
		return &command{Interval: measure.Interval{Begin: begin, End: begin.Add(took)}, Calls: map[string]int{"GET /servers": calls}}
	}
	return &round{
		Preview: c(time.Second, 0), Up: c(up, 7), Same: c(time.Second, idleCalls),
		Graph:  measure.Graph{"urn::node": {URN: "urn::node", Type: "hcloud:index/server:Server", Custom: true, Took: 10 * time.Second}},
		Update: measure.Interval{Begin: begin, End: begin.Add(up)},
		Ours:   infrastructure{Plan: c(up, 0), Up: c(up, 1), Same: c(up, 1), Offline: c(up, 0)},
		Theirs: infrastructure{Plan: c(up, 0), Up: c(10*time.Second, 1), Same: c(up, 1), Offline: c(up, 0)},
	}
}

func TestReportJudgesTheGoals(t *testing.T) {
	for _, c := range []struct {
		name   string
		rounds []*round
		want   string
	}{
		{"all met, by the median", []*round{fake(9*time.Second, 0), fake(9*time.Second, 0), fake(99*time.Second, 3)}, "met met met"},
		{"none met", []*round{fake(20*time.Second, 3)}, "missed missed missed"},
	} {
		text, err := report("a machine", c.rounds)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, line := range strings.Split(text[strings.Index(text, "## Goals"):], "\n")[4:] {
			if cells := strings.Split(line, "|"); len(cells) == 5 {
				got = append(got, strings.TrimSpace(cells[3]))
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %q, want %q in\n%s", c.name, got, c.want, text)
		}
	}
}
