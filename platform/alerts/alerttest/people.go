package alerttest

import (
	"slices"
	"strings"
	"time"
)

// people are the cases about who gets to what is his: the sign-on, and the registry.
func people() []Case {
	const (
		labels   = `{namespace="authentication"}`
		requests = `authelia_request{namespace="authentication",method="GET",code=`
		refused  = `authelia_authn{namespace="authentication",banned="false",success="false"}`
		second   = `authelia_authn_second_factor{namespace="authentication",banned="false",type="totp",success="false"}`
	)
	return slices.Concat(
		down("RegistryDown", "registry", "registry", 10*time.Minute, "The registry is down",
			"No pod of registry/registry takes requests: no image can be pushed, and none that the node does not have can start."),
		down("AuthenticationDown", "authentication", "authelia", 3*time.Minute, "The sign-on is down",
			"No pod of authentication/authelia takes requests: nobody gets to whatever is behind it."),
		[]Case{
			{
				Alert: "AuthenticationErrors", At: 11 * time.Minute, Labels: labels,
				Fires:       []string{requests + `"200"} 0+9.4x20`, requests + `"500"} 0+0.6x20`},
				Silent:      []string{requests + `"200"} 0+9.6x20`, requests + `"500"} 0+0.4x20`},
				Summary:     "The sign-on answers with errors",
				Description: "6% of the requests to the sign-on have failed for 10 minutes.",
			},
			{
				Alert: "LoginsFailing", At: 5 * time.Minute, Labels: labels,
				Fires: []string{refused + ` 0x4 21x30`}, Silent: []string{refused + ` 0x4 20x30`}, Beside: []string{strings.Replace(refused, "false\"}", "true\"}", 1) + ` 0x4 90x30`},
				Summary:     "Many log-ins fail",
				Description: "21 log-ins were refused in 15 minutes. Somebody tries passwords, or a machine has an old one.",
			},
			{
				Alert: "SecondFactorFailing", At: 5 * time.Minute, Labels: labels,
				Fires: []string{second + ` 0x4 6x30`}, Silent: []string{second + ` 0x4 5x30`}, Beside: []string{strings.Replace(second, "false\"}", "true\"}", 1) + ` 0x4 90x30`},
				Summary:     "Somebody with a right password fails at the second factor",
				Description: "6 second factors were refused in 15 minutes. Whoever tries knows a password.",
			},
		})
}
