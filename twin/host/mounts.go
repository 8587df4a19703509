package host

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// mountEntry is one line of a mountinfo file.
type mountEntry struct {
	device string // major:minor
	path   string
	fsType string
}

// readMounts reads a mountinfo file.
func readMounts(file string) ([]mountEntry, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var out []mountEntry
	for line := range strings.Lines(string(b)) {
		left, right, ok := strings.Cut(line, " - ")
		l, r := strings.Fields(left), strings.Fields(right)
		if !ok || len(l) < 6 || len(r) < 1 {
			return nil, fmt.Errorf("%s: cannot read %q", file, line)
		}
		out = append(out, mountEntry{device: l[2], path: unescapeMount(l[4]), fsType: r[0]})
	}
	return out, nil
}

// unescapeMount undoes the kernel's octal escapes for blanks in paths.
func unescapeMount(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
