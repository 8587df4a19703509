package alerts

import "fmt"

// Inhibition keeps alerts silent while another fires, so that one cause is one message. Matchers are written as Alertmanager
// reads them.
// Source: https://prometheus.io/docs/alerting/latest/configuration/#inhibition-related-settings
type Inhibition struct {
	// Source are the matchers of the cause, and Target those of what follows from it.
	Source, Target []string
	// Equal are labels that must be the same on both. One that neither has is the same.
	Equal []string
}

// objects are the labels that say what an alert is about.
var objects = []string{"instance", "node", "mountpoint", "namespace", "persistentvolumeclaim", "volume", "service", "kind", "name"}

// Inhibitions are those among the alerts of Groups.
func Inhibitions(f Features) []Inhibition {
	all := []Inhibition{
		{
			// The same thing, and worse.
			Source: []string{`severity="critical"`, `about!=""`}, Target: []string{`severity="warning"`, `about!=""`},
			Equal: append([]string{"about"}, objects...),
		},
		{
			// The cloud has one node: with it everything is gone.
			Source: []string{`alertname=~"NodeDown|NodeNotReady"`},
			Target: []string{`layer=~"storage|service|workload|watch"`, `alertname!="Watchdog"`},
		},
		{
			Source: []string{`alertname="NodeDown"`}, Target: []string{`alertname="NodeNotReady"`}, Equal: []string{"node"},
		},
		{
			// What keeps its data on a disk that does not take any.
			Source: []string{`alertname=~"VolumeFaulted|VolumeReadOnly|ClaimFull|DatabaseDiskFull|RegistryFull"`},
			Target: []string{`alertname=~"PostgresDown|RegistryDown"`}, Equal: []string{"namespace"},
		},
		{
			// With it go its pods and its target.
			Source: []string{`alertname=~"VolumeFaulted|VolumeReadOnly|ClaimFull|DatabaseDiskFull|RegistryFull|DNSDown|IngressDown|PostgresDown|RegistryDown|AuthenticationDown"`},
			Target: []string{`layer=~"workload|watch"`}, Equal: []string{"namespace"},
		},
		{
			// Why a container ends again and again.
			Source: []string{`alertname="ContainerOutOfMemory"`}, Target: []string{`alertname=~"PodCrashLooping|ContainerNearMemoryLimit"`},
			Equal: []string{"namespace", "pod", "container"},
		},
		{
			Source: []string{`alertname=~"PodCrashLooping|ContainerOutOfMemory"`}, Target: []string{`alertname="PodNotReady"`}, Equal: []string{"namespace", "pod"},
		},
		{
			// Why pods are missing.
			Source: []string{`alertname=~"PodCrashLooping|PodPending|PodNotReady"`},
			Target: []string{`alertname=~"DeploymentReplicasMissing|StatefulSetReplicasMissing|DaemonSetPodsMissing|FluxFailing|FluxStuck"`},
			Equal:  []string{"namespace"},
		},
	}
	if f.Postgres != "" && f.Authentication != "" {
		all = append(all, Inhibition{ // it does not start without its database
			Source: []string{`alertname="PostgresDown"`},
			Target: []string{`layer=~"service|workload|watch"`, fmt.Sprintf(`namespace=%q`, f.Authentication)},
		})
	}
	return all
}
