package host

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// portHolder names the process that listens on a TCP port of all addresses or of one.
func portHolder(port uint16) string {
	inodes := map[string]bool{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		b, err := os.ReadFile(table)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(b)) {
			f := strings.Fields(line)
			if len(f) > 9 && f[3] == "0A" && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", port)) {
				inodes["socket:["+f[9]+"]"] = true
			}
		}
	}
	return processWith(inodes)
}

// processWith names a process that has one of these descriptors open.
func processWith(targets map[string]bool) string {
	fds, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		return "another process"
	}
	for _, fd := range fds {
		target, err := os.Readlink(fd)
		if err != nil || !targets[target] {
			continue
		}
		proc := filepath.Dir(filepath.Dir(fd))
		name, err := os.ReadFile(filepath.Join(proc, "comm"))
		if err != nil {
			continue // ended meanwhile
		}
		return fmt.Sprintf("process %s (%s)", filepath.Base(proc), strings.TrimSpace(string(name)))
	}
	return "another process"
}
