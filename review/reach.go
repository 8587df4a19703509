package review

import "time"

// Reach is what was seen of a cloud from outside.
type Reach struct {
	Address string
	// SSHError is why no operator gets in; HostKeyDiffers when the server is not the one that the stack knows.
	SSHError       error
	HostKeyDiffers bool
	LoginRefused   bool
	// APIError is why the API server does not answer; Version is what it says it is.
	APIError error
	Version  string
	// NodeExpiry is when the certificate of the kubeconfig on the server ends, zero if that could not be read.
	NodeExpiry time.Time
	// FileExpiry is the same of the operator's own kubeconfig, zero if the cloud is not in it.
	FileExpiry time.Time
	File       string
	Now        time.Time
}

// unreachable reports whether SSH is out of reach, and not only refused.
func (r Reach) unreachable() bool { return r.SSHError != nil && !r.HostKeyDiffers && !r.LoginRefused }

// certificateWarning is how long before its end a certificate is worth a word. k3s issues a new one when it starts
// within 120 days of the end.
// Source: https://docs.k3s.io/cli/certificate
const certificateWarning = 30 * 24 * time.Hour

// Reachable judges whether a cloud answers as it should.
func Reachable(w Want, r Reach) Findings {
	var f Findings
	switch {
	case r.HostKeyDiffers:
		f.Fail("ssh", "hcloud server request-console "+w.Physical("node"), "%s shows another host key than the stack knows; do not log in before you know why", r.Address)
	case r.LoginRefused:
		f.Fail("ssh", w.AddKey()+" && pulumi up --stack "+w.Stack, "%s accepts none of your keys", r.Address)
	case r.SSHError != nil:
		f.Fail("ssh", w.openAccess(), "%s cannot be reached (%v); if your address changed, this lets the new one in, and access.adminCIDRs keeps it",
			r.Address, r.SSHError)
	default:
		f.OK("ssh", "%s has the pinned host key and lets you in", r.Address)
	}
	switch {
	case r.APIError != nil && r.unreachable():
		f.Fail("api server", w.openAccess(), "it cannot be reached either: %v", r.APIError)
	case r.APIError != nil:
		f.Fail("api server", "ssh root@"+r.Address+" systemctl restart k3s", "it does not answer: %v", r.APIError)
	default:
		f.OK("api server", "it is ready")
		if r.Version == w.Version {
			f.OK("k3s version", "%s", r.Version)
		} else {
			f.Warn("k3s version", "pulumi up --stack "+w.Stack, "%s runs, the configuration says %s", r.Version, w.Version)
		}
	}
	restart := "ssh root@" + r.Address + " systemctl restart k3s && lvs kubeconfig --stack " + w.Stack
	expiry(&f, "certificate", restart, "the server's kubeconfig", r.NodeExpiry, r.Now)
	expiry(&f, "kubeconfig", "lvs kubeconfig --stack "+w.Stack, r.File, r.FileExpiry, r.Now)
	return f
}

func expiry(f *Findings, check, fix, what string, end, now time.Time) {
	switch left := end.Sub(now); {
	case end.IsZero():
	case left <= 0:
		f.Fail(check, fix, "the certificate in %s ended on %s", what, end.Format(time.DateOnly))
	case left < certificateWarning:
		f.Warn(check, fix, "the certificate in %s ends on %s", what, end.Format(time.DateOnly))
	default:
		f.OK(check, "the certificate in %s is valid until %s", what, end.Format(time.DateOnly))
	}
}
