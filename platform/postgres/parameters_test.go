package postgres

import (
	"testing"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
)

func TestShare(t *testing.T) {
	for _, tc := range []struct {
		mib  int
		want memory
	}{
		{0, memory{}},
		{190, memory{Connections: 25, SharedBuffers: 30, Maintenance: 9, Autovacuum: 4, CacheSize: 95, Work: 1024}},
		{256, memory{Connections: 40, SharedBuffers: 43, Maintenance: 13, Autovacuum: 6, CacheSize: 128, Work: 1024}},
		{512, memory{Connections: 50, SharedBuffers: 94, Maintenance: 29, Autovacuum: 14, CacheSize: 256, Work: 3952}},
		{4096, memory{Connections: 50, SharedBuffers: 811, Maintenance: 253, Autovacuum: 126, CacheSize: 2048, Work: 53493}},
	} {
		if got := share(tc.mib); got != tc.want {
			t.Errorf("%d MiB: got %+v, want %+v", tc.mib, got, tc.want)
		}
	}
}

// TestMemoryIsNeverPromisedTwice goes through every size that is not refused.
func TestMemoryIsNeverPromisedTwice(t *testing.T) {
	last := 0
	for mib := 100; mib <= 16384; mib++ {
		m := share(mib)
		if m.Connections < fewestConnections {
			continue
		}
		if got := m.total(); got > 1024*mib {
			t.Fatalf("%d MiB: got %+v, which takes %d KiB, want no more than there is", mib, m, got)
		}
		if unused := 1024*mib - m.total(); unused > 1024 {
			t.Fatalf("%d MiB: got %+v, which leaves %d KiB, want it used", mib, m, unused)
		}
		// What PostgreSQL takes at the least. Source: https://www.postgresql.org/docs/current/runtime-config-resource.html
		if m.Work < 1024 || m.Autovacuum < 1 || m.Maintenance < 1 || m.SharedBuffers < 16 || m.Connections > maxConnections {
			t.Fatalf("%d MiB: got %+v, want a share that a server can do with", mib, m)
		}
		if m.Connections < last-1 { // shares are whole MiB
			t.Fatalf("%d MiB: got %d connections, want no fewer than the %d of less memory, but for rounding", mib, m.Connections, last)
		}
		last = m.Connections
	}
	if last != maxConnections {
		t.Fatalf("got %d connections at the most, want %d", last, maxConnections)
	}
}

func TestLogIsBoundByTheVolume(t *testing.T) {
	for disk, want := range map[int][3]string{1: {"64MB", "16MB", "128MB"}, 8: {"512MB", "128MB", "1024MB"}, 20: {"1024MB", "256MB", "2048MB"}, 500: {"1024MB", "256MB", "2048MB"}} {
		s := SizeFor(footprint.Lean)
		s.DiskGiB = disk
		p := s.parameters()
		if got := [3]string{p.MaxWALSize, p.MinWALSize, p.MaxSlotWALKeepSize}; got != want {
			t.Errorf("%d GiB: got %q, want %q", disk, got, want)
		}
	}
}

func TestConnections(t *testing.T) {
	for mib, want := range map[int]int{0: 0, 190: 22, 512: 47} {
		if got := (Size{Instance: footprint.Resources{Memory: mib}}).Connections(); got != want {
			t.Errorf("%d MiB: got %d, want %d", mib, got, want)
		}
	}
}
