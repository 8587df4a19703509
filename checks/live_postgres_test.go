package checks

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// database is Debian's PostgreSQL, with the role that the operator makes for its exporter.
type database struct {
	bin, dir, port string
	as             *syscall.SysProcAttr
}

// startDatabase starts a server of its own, which is reached by a socket in its folder alone.
func startDatabase(t *testing.T) *database {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		t.Fatalf("got no PostgreSQL below /usr/lib/postgresql (%v), want Debian's package postgresql", err)
	}
	dir, err := os.MkdirTemp("", "pg") // a short path: that of a socket may have 107 letters
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	_, port, err := net.SplitHostPort(freeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	d := &database{bin: found[len(found)-1], dir: dir, port: port}
	owner, err := user.Lookup("postgres") // the server refuses root
	if err != nil {
		t.Fatal(err)
	}
	uid, errUID := strconv.Atoi(owner.Uid)
	gid, errGID := strconv.Atoi(owner.Gid)
	if err := errors.Join(errUID, errGID, os.Chown(dir, uid, gid)); err != nil {
		t.Fatal(err)
	}
	d.as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	d.run(t, "initdb", "-D", dir+"/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
	server := startCommand(t, "postgres", d.command("postgres", "-D", dir+"/data", "-p", port, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off"))
	server.await(t, func() error { return d.command("pg_isready", "-q", "-h", dir, "-p", port).Run() })
	// Source: the operator makes the role so, https://cloudnative-pg.io/documentation/current/monitoring/
	d.sql(t, "create role cnpg_metrics_exporter login in role pg_monitor")
	d.sql(t, "create database shop")
	return d
}

func (d *database) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(d.bin, name), args...)
	as := *d.as
	cmd.Dir, cmd.Env, cmd.SysProcAttr = d.dir, []string{"PATH=/usr/bin:/bin", "HOME=" + d.dir, "LC_ALL=C"}, &as
	return cmd
}

func (d *database) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	said, err := d.command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", name, err, said)
	}
	return strings.TrimSpace(string(said))
}

func (d *database) sql(t *testing.T, statement string) string {
	t.Helper()
	return d.run(t, "psql", "-h", d.dir, "-p", d.port, "-U", "postgres", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", statement)
}

// version is the server's major version.
func (d *database) version(t *testing.T) int {
	t.Helper()
	number, err := strconv.Atoi(d.sql(t, "show server_version_num"))
	if err != nil {
		t.Fatal(err)
	}
	return number / 10000
}

// startDatabaseExporter starts what CloudNativePG tells of a server, and returns where.
func startDatabaseExporter(t *testing.T, d *database) string {
	t.Helper()
	const module = "github.com/cloudnative-pg/cloudnative-pg"
	list := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module)
	list.Dir = "../build/cnpg"
	dir, err := list.Output()
	if err != nil {
		t.Fatalf("%s: %v", module, err)
	}
	queries := filepath.Join(strings.TrimSpace(string(dir)), "config", "manager", "default-monitoring.yaml")
	return apart(t, "cnpg-exporter", "postgres.sh", []string{"PGHOST=" + d.dir, "PGPORT=" + d.port}, d.dir+"/data", tool(t, "cnpg-exporter"), queries)
}
