// Package footprint is how a component says what it asks of the node. It is declared once: the component renders its values
// from it, and review adds it up against the server and the volume.
//
// It knows no numbers of its own, and refuses nothing.
package footprint

import "fmt"

// Profile sizes every service at once.
type Profile string

// The profiles.
const (
	// Lean is for a server of 4 GB.
	Lean Profile = "lean"
	// Standard is for a server of 8 GB.
	Standard Profile = "standard"
)

// Resources are what one container, or one process of the host, is promised and allowed.
type Resources struct {
	// CPU and CPULimit are processor time.
	// Unit: thousandths of a core. Default: no promise, no limit.
	CPU, CPULimit int
	// Memory and MemoryLimit are resident memory.
	// Unit: MiB. Default: no promise, no limit.
	Memory, MemoryLimit int
}

// Part is what runs of a component, so many times.
type Part struct {
	Name string
	// Replicas is how many of it run at once.
	Replicas int
	Resources
}

// Claim is disk space on the volume.
type Claim struct {
	Name string
	// GiB is the space that is claimed, whether it is filled or not.
	GiB int
}

// Footprint is all that one component asks for.
type Footprint struct {
	Component string
	Parts     []Part
	Claims    []Claim
}

// Requirements are Resources in the words of Kubernetes, for a pod or a chart.
type Requirements struct {
	Requests *Amounts `json:"requests,omitempty"`
	Limits   *Amounts `json:"limits,omitempty"`
}

// Amounts are quantities of Kubernetes.
type Amounts struct {
	CPU    string `json:"cpu,omitempty"`
	Memory string `json:"memory,omitempty"`
}

// Requirements renders what is set, and only that.
func (r Resources) Requirements() Requirements {
	return Requirements{Requests: amounts(r.CPU, r.Memory), Limits: amounts(r.CPULimit, r.MemoryLimit)}
}

func amounts(cpu, memory int) *Amounts {
	if cpu == 0 && memory == 0 {
		return nil
	}
	a := &Amounts{}
	if cpu > 0 {
		a.CPU = fmt.Sprintf("%dm", cpu)
	}
	if memory > 0 {
		a.Memory = fmt.Sprintf("%dMi", memory)
	}
	return a
}
