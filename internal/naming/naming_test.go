package naming

import (
	"strings"
	"testing"
)

func TestPhysical(t *testing.T) {
	long := strings.Repeat("very-long-stack-", 5)
	for _, tc := range []struct{ name, stack, role, want string }{
		{"plain", "prod", "data", "lvs-cloud-prod-data"},
		{"runes outside a host name become dashes", "Prod_EU.1", "data", "lvs-cloud-prod-eu-1-data"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := Physical("lvs-cloud", tc.stack, tc.role); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	t.Run("long names are bounded and stay apart", func(t *testing.T) {
		a, b := Physical("lvs-cloud", long, "data"), Physical("lvs-cloud", long, "node")
		if len(a) > maxLength || len(b) > maxLength {
			t.Errorf("got %d and %d characters, want at most %d", len(a), len(b), maxLength)
		}
		if a == b {
			t.Errorf("got %q for two roles, want two names", a)
		}
	})
}
