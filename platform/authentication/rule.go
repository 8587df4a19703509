package authentication

import (
	"slices"

	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

// Policy is what somebody must show who wants to reach a name.
type Policy string

// The policies.
const (
	// Public asks for nothing.
	Public Policy = "public"
	// OneFactor asks for the password.
	OneFactor Policy = "one-factor"
	// TwoFactor asks for the password, and for a one-time code or a security key.
	TwoFactor Policy = "two-factor"
)

// Policies are all of them, from the one that asks for nothing.
func Policies() []Policy { return []Policy{Public, OneFactor, TwoFactor} }

// rendered are the policies in Authelia's words.
var rendered = map[Policy]string{Public: "bypass", OneFactor: "one_factor", TwoFactor: "two_factor"}

// Rule says who may reach one name below the domain, whatever the path.
type Rule struct {
	// Host is the name, without the domain. Required.
	Host string
	// Policy is what they must show. Required.
	Policy Policy
	// Groups are those to whom it is open; to be in one is enough. Nobody can be asked for it on a public name.
	// Default: everybody who has signed on.
	Groups []string
}

func (r Rule) check(check func(bool, string, ...any)) {
	check(naming.IsLabel(r.Host) && r.Host != hostLabel, "rules: got the host %q, want one label other than %s", r.Host, hostLabel)
	check(rendered[r.Policy] != "", "rules: %s: got the policy %q, want one of %q", r.Host, r.Policy, Policies())
	check(r.Policy != Public || len(r.Groups) == 0, "rules: %s: got groups %q for a public name, want none", r.Host, r.Groups)
	checkGroups("rules: "+r.Host, r.Groups, check)
}

func checkGroups(key string, groups []string, check func(bool, string, ...any)) {
	for i, g := range groups {
		check(nameForm.MatchString(g) && !slices.Contains(groups[:i], g), "%s: got the group %q, want a name, once", key, g)
	}
}

// subjects are groups as Authelia reads them: to match one of the outer list is enough.
func subjects(groups []string) [][]string {
	var out [][]string
	for _, g := range groups {
		out = append(out, []string{"group:" + g})
	}
	return out
}
