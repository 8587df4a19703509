package host

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// writeSeed puts a server's data where cloud-init's NoCloud source reads it.
func writeSeed(root string, r *record) error {
	dir := filepath.Join(root, "var/lib/cloud/seed/nocloud")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, text := range map[string]string{
		"meta-data": fmt.Sprintf("instance-id: %d\nlocal-hostname: %s\npublic-keys: %s\n", r.ID, r.Name, jsonList(r.SSHKeys)),
		"user-data": r.UserData,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	if len(r.SSHKeys) > 0 {
		return nil
	}
	return expireRoot(r.RootImage, root)
}

// shadowGroup is the group shadow, which has the same number on every Debian.
const shadowGroup = 42

// expireRoot does what Hetzner does to a server without an SSH key: the
// password of root must be changed at the first login, which stops commands
// over SSH, whatever key they come with.
func expireRoot(image, root string) error {
	b, err := os.ReadFile(filepath.Join(image, "etc/shadow"))
	if err != nil {
		return err
	}
	rootLine := regexp.MustCompile(`(?m)^(root:[^:]*):[^:]*:`) // name:password:day of the last change
	if err := os.MkdirAll(filepath.Join(root, "etc"), 0o755); err != nil {
		return err
	}
	shadow := filepath.Join(root, "etc/shadow")
	if err := os.WriteFile(shadow, rootLine.ReplaceAll(b, []byte("$1:0:")), 0o640); err != nil {
		return err
	}
	return os.Chown(shadow, 0, shadowGroup)
}

// jsonList is a YAML list too.
func jsonList(keys []string) string {
	quoted := make([]string, len(keys))
	for i, k := range keys {
		b, err := json.Marshal(strings.TrimSpace(k))
		if err != nil {
			continue // strings always marshal
		}
		quoted[i] = string(b)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
