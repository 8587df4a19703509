package review

import (
	"strings"
	"testing"
	"testing/quick"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
)

// demand is one component that asks for these.
func demand(name string, cpu, memory, limit, disk int) footprint.Footprint {
	f := footprint.Footprint{Component: name, Parts: []footprint.Part{{
		Name: name, Replicas: 1, Resources: footprint.Resources{CPU: cpu, Memory: memory, MemoryLimit: limit},
	}}}
	if disk > 0 {
		f.Claims = []footprint.Claim{{Name: "data", GiB: disk}}
	}
	return f
}

var lean = Node{
	ServerType: "cx23", Profile: footprint.Lean, VolumeGB: 50,
	Reserved: []Reservation{{"system", 300}, {"k3s", 700}, {"eviction", 150}},
}

func fit(t *testing.T, n Node, demands ...footprint.Footprint) *Capacity {
	t.Helper()
	c, err := Fit(n, demands)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFitToTheLast(t *testing.T) {
	// 4 GB are seen as 3809 MiB, less 1150 reserved. 50 GB are 46 GiB, less 5 that stay free.
	if err := fit(t, lean, demand("a", 2000, 2659, 0, 41)).Err(); err != nil {
		t.Errorf("got %v, want it to fit to the last", err)
	}
	for name, c := range map[string]struct {
		f    footprint.Footprint
		want string
	}{
		"memory":         {demand("a", 0, 2660, 0, 0), "memory: got 2660 MiB, want no more than 2659: 1 too many; the largest are a 2660; a cx33 helps"},
		"processor time": {demand("a", 2001, 0, 0, 0), "processor time: got 2001 thousandths of a core, want no more than 2000: 1 too many; the largest are a 2001; a cx33 helps"},
		"disk":           {demand("a", 0, 0, 0, 42), "disk: got 42 GiB, want no more than 41: 1 too many; the largest are a 42; a larger volume helps"},
	} {
		t.Run(name, func(t *testing.T) {
			err := fit(t, lean, c.f).Err()
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Count(err.Error(), "too many") != 1 {
				t.Errorf("got %v, want one line: %s", err, c.want)
			}
		})
	}
}

func TestNotFittingNamesTheThreeLargestAndAWayOut(t *testing.T) {
	n := lean
	n.Profile = footprint.Standard
	err := fit(t, n, demand("small", 1, 10, 0, 30), demand("big", 1, 2000, 0, 0), demand("none", 1, 0, 0, 0), demand("bigger", 1, 3000, 0, 30), demand("medium", 1, 1000, 0, 0)).Err()
	for _, want := range []string{
		"the largest are bigger 3000, big 2000, medium 1000; profile lean, or a cx33 helps",
		"disk: got 60 GiB, want no more than 41: 19 too many; the largest are small 30, bigger 30; a larger volume helps",
		"\nbigger         1        3000       3000        30\n",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant it to hold %q", err, want)
		}
	}
	n.ServerType = "ccx63"
	if err := fit(t, n, demand("a", 0, 1e6, 0, 0)).Err(); err == nil || !strings.Contains(err.Error(), "no server of the line ccx") {
		t.Errorf("got %v, want it to say that no server is large enough", err)
	}
}

func TestLimitsOnlyWarn(t *testing.T) {
	c := fit(t, lean, demand("a", 0, 100, 9000, 0))
	if err := c.Err(); err != nil {
		t.Errorf("got %v, want it to fit", err)
	}
	if w := c.Warnings(); len(w) != 1 || !strings.Contains(w[0], "6341 MiB more than there is") || !strings.Contains(c.Table(), w[0]) {
		t.Errorf("got %q in\n%s\nwant 6341 MiB too many, in the table", w, c.Table())
	}
	if w := fit(t, lean, demand("a", 0, 100, 2659, 0)).Warnings(); w != nil {
		t.Errorf("got %q, want no warning", w)
	}
}

func TestPartsCountAsOftenAsTheyRun(t *testing.T) {
	f := demand("a", 10, 100, 50, 3)
	f.Parts[0].Replicas = 3
	f.Parts = append(f.Parts, footprint.Part{Name: "b", Replicas: 1, Resources: footprint.Resources{CPU: 1, Memory: 1, MemoryLimit: 2}})
	f.Claims = append(f.Claims, footprint.Claim{Name: "more", GiB: 4})
	// A limit below what is promised cannot be: the promise counts.
	if got, want := fit(t, lean, f).Used, (Amounts{CPU: 31, Memory: 301, MemoryLimit: 302, Disk: 7}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestUnknownServerType(t *testing.T) {
	_, err := Fit(Node{ServerType: "cx99"}, nil)
	if err == nil || !strings.Contains(err.Error(), `got "cx99", want an x86 type: one of ccx13, `) {
		t.Errorf("got %v, want the types that are known", err)
	}
}

// TestFitsIfAndOnlyIfNothingIsTooMuch holds Err against sums made another way.
func TestFitsIfAndOnlyIfNothingIsTooMuch(t *testing.T) {
	refused, passed := 0, 0
	property := func(amounts [][3]uint16) bool {
		var demands []footprint.Footprint
		left := Amounts{CPU: 2000, Memory: 2659, Disk: 41}
		for _, a := range amounts {
			cpu, memory, disk := int(a[0]%300), int(a[1]%400), int(a[2]%6)
			demands = append(demands, demand("x", cpu, memory, 0, disk))
			left.add(Amounts{CPU: -cpu, Memory: -memory, Disk: -disk})
		}
		fits := left.CPU >= 0 && left.Memory >= 0 && left.Disk >= 0
		if fits {
			passed++
		} else {
			refused++
		}
		return (fit(t, lean, demands...).Err() == nil) == fits
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 1000}); err != nil {
		t.Error(err)
	}
	if refused < 100 || passed < 100 {
		t.Errorf("got %d that fit and %d that do not, want at least 100 of each", passed, refused)
	}
}
