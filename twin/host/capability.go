package host

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// withheld are the capabilities that act on the real machine beyond any namespace, by the names that setpriv has for them.
var withheld = map[string]uintptr{
	"sys_module": unix.CAP_SYS_MODULE, "sys_rawio": unix.CAP_SYS_RAWIO, "sys_time": unix.CAP_SYS_TIME,
	"mac_admin": unix.CAP_MAC_ADMIN, "mac_override": unix.CAP_MAC_OVERRIDE,
	"wake_alarm": unix.CAP_WAKE_ALARM, "block_suspend": unix.CAP_BLOCK_SUSPEND,
}

// dropCapabilities takes them from this thread and from whatever it becomes.
func dropCapabilities() error {
	for name, c := range withheld {
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0); err != nil {
			return fmt.Errorf("capability %s: %w", name, err)
		}
	}
	return nil
}

// setpriv is the command line that runs a command without them.
func setpriv(args []string) []string {
	set := "-" + strings.Join(slices.Sorted(maps.Keys(withheld)), ",-")
	return append([]string{"setpriv", "--bounding-set=" + set, "--inh-caps=" + set, "--"}, args...)
}
