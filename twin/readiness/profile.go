package readiness

import (
	"fmt"
	"time"
)

// Profile says how long things take.
type Profile struct {
	// Name is how the profile is chosen at run time.
	Name string
	// Delays are from when nothing is missing until an object is ready, by kind, or by kind/name for a single one.
	Delays map[string]time.Duration
}

// None is the profile without any delay.
func None() Profile { return Profile{Name: "none"} }

// Realistic has the order of magnitude of a small server that pulls its images for the first time. All of them are round
// figures: what counts is that things come late, and one after the other.
func Realistic() Profile {
	const second = time.Second
	return Profile{Name: "realistic", Delays: map[string]time.Duration{
		// k3s' Helm controller runs a job for each chart, whose image is pulled first.
		"Traefik": 30 * second, "HelmChart": 25 * second,
		// Six controllers, each an image of its own.
		"FluxInstance":   45 * second,
		"HelmRepository": 3 * second, "OCIRepository": 3 * second, "HelmChart.source.toolkit.fluxcd.io": 2 * second,
		// A release is ready when its pods are.
		"HelmRelease": 30 * second, "HelmRelease/cert-manager": 45 * second, "HelmRelease/longhorn": 90 * second,
		// The operator is ready first, and makes what takes long: Prometheus and Alertmanager are no part of the release's own wait.
		"HelmRelease/kube-prometheus-stack": 60 * second,
		"Receiver":                          second,
		// An account is registered in a call; a challenge in the DNS takes until its record is seen.
		"ClusterIssuer": 3 * second, "Issuer": 3 * second, "Certificate": 60 * second,
		// A volume, an image of some 200 MB, initdb, and the start of the primary.
		"Cluster": 60 * second, "DatabaseRole": 2 * second, "Database": 2 * second,
		"Deployment": 10 * second, "StatefulSet": 15 * second, "DaemonSet": 10 * second, "Job": 10 * second,
		// Traefik publishes an address as soon as it has read the object.
		"Ingress": second,
	}}
}

// ProfileNamed finds a profile by name; the empty one is none.
//
// Errors: a name that is neither none nor realistic.
func ProfileNamed(name string) (Profile, error) {
	if name == "" {
		return None(), nil
	}
	for _, p := range []Profile{None(), Realistic()} {
		if p.Name == name {
			return p, nil
		}
	}
	return Profile{}, fmt.Errorf("readiness profile: got %q, want none or realistic", name)
}
