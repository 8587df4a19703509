package postgres

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
)

// What the operator puts before the rules, and after them.
// Source: https://github.com/cloudnative-pg/cloudnative-pg/blob/v1.30.1/pkg/postgres/configuration.go
const (
	rulesBefore = `local all cnpg_metrics_exporter peer map=cnpg_metrics_exporter
local all all peer map=local
hostssl postgres streaming_replica all cert map=cnpg_streaming_replica
hostssl replication streaming_replica all cert map=cnpg_streaming_replica
hostssl all cnpg_pooler_pgbouncer all cert map=cnpg_pooler_pgbouncer
`
	rulesAfter = "host all all all scram-sha-256\n"
)

// TestRealServer starts Debian's PostgreSQL with what is rendered, and tries every door.
func TestRealServer(t *testing.T) {
	s := startServer(t, SizeFor(footprint.Lean))
	s.admin(t, `create role shop login password 'shop-word'; create database shop owner shop;
		create role till login password 'till-word'; create database till owner till;
		create role unused login password 'unused-word'; create database unused owner unused;
		alter role postgres password 'postgres-word'`)
	const closed = "pg_hba.conf rejects connection"
	for _, tc := range []struct{ name, role, database, tls, want string }{
		{"own database", "shop", "shop", "require", ""},
		{"the other's own", "till", "till", "require", ""},
		{"own database without TLS", "shop", "shop", "disable", closed},
		{"another's database", "shop", "till", "require", closed},
		{"another's database, the other way", "till", "shop", "require", closed},
		{"the operator's database", "shop", "postgres", "require", closed},
		{"the template", "shop", "template1", "require", closed},
		{"the unused database", "shop", "unused", "require", closed},
		{"the unused role", "unused", "unused", "require", closed},
		{"the unused role without TLS", "unused", "unused", "disable", closed},
		{"the superuser in its own", "postgres", "postgres", "require", closed},
		{"the superuser in another's", "postgres", "shop", "require", closed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out, err := s.client(tc.role, tc.database, tc.tls, tc.role+"-word", "select current_database()")
			switch {
			case tc.want == "" && (err != nil || out != tc.database):
				t.Errorf("got %q and %v, want a connection to %s", out, err, tc.database)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("got %q and %v, want %q", out, err, tc.want)
			}
		})
	}
	if out, err := s.client("shop", "shop", "require", "till-word", "select 1"); err == nil || !strings.Contains(err.Error(), "password authentication failed") {
		t.Errorf("got %q and %v with a wrong password, want it refused", out, err)
	}
	if got, want := s.admin(t, "select count(*) from pg_hba_file_rules where error is not null"), "0"; got != want {
		t.Errorf("got %s rules that are not understood, want %s", got, want)
	}
	t.Run("settings", func(t *testing.T) { checkSettings(t, s) })
}

// checkSettings holds that each setting is known and taken, and that the server shares no more memory than it is said to.
func checkSettings(t *testing.T, s *realServer) {
	got := s.admin(t, "select name from pg_file_settings where sourcefile like '%/rendered.conf' and applied and error is null")
	names := strings.Fields(got)
	for name := range s.settings {
		if !slices.Contains(names, name) {
			t.Errorf("%s = %s: got it refused by PostgreSQL, want it taken", name, s.settings[name])
		}
	}
	shared, err := strconv.Atoi(strings.TrimSuffix(s.admin(t, "show shared_memory_size"), "MB"))
	if err != nil {
		t.Fatal(err)
	}
	// Half of what is PostgreSQL's own is for its processes.
	if most := share(s.size.Instance.Memory).SharedBuffers + serverMiB/2; shared > most {
		t.Errorf("got %d MB of shared memory, want at most %d", shared, most)
	}
}

// TestStandardSettings has a server read the settings of the larger profile.
func TestStandardSettings(t *testing.T) {
	checkSettings(t, startServer(t, SizeFor(footprint.Standard)))
}
