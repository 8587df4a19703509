package metrics

// authelia is what Authelia tells of who asked to be let in.
// Source: https://www.authelia.com/reference/guides/metrics/
var authelia = []string{
	"authelia_authn",
	"authelia_authn_second_factor",
	"authelia_authz",
	"authelia_request",
	"authelia_request_duration_count",
	"authelia_request_duration_sum",
}
