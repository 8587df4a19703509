package flux

import "github.com/lvs-cloud/lvs-cloud/internal/footprint"

// Size is what each pod may take.
type Size struct {
	Operator, Source, Kustomize, Helm, Notification, Reflector, Automation footprint.Resources
	// Concurrent is how many releases, and how many kustomizations, are worked on at once: each takes memory of its own.
	Concurrent int
}

// SizeFor returns what the pods may take in a profile. At rest they need some 60 MiB for sources, as much for releases, 50
// for images and less than that for the rest; a limit leaves room for a large chart, or the definitions of all of Flux. Each
// controller's garbage collector is told of its limit.
func SizeFor(p footprint.Profile) Size {
	if p == footprint.Lean {
		return Size{
			Operator:     footprint.Resources{CPU: 10, Memory: 40, MemoryLimit: 256},
			Source:       footprint.Resources{CPU: 20, Memory: 60, MemoryLimit: 256},
			Kustomize:    footprint.Resources{CPU: 20, Memory: 40, MemoryLimit: 192},
			Helm:         footprint.Resources{CPU: 20, Memory: 60, MemoryLimit: 320},
			Notification: footprint.Resources{CPU: 5, Memory: 20, MemoryLimit: 96},
			Reflector:    footprint.Resources{CPU: 10, Memory: 50, MemoryLimit: 160},
			Automation:   footprint.Resources{CPU: 5, Memory: 30, MemoryLimit: 160},
			Concurrent:   2,
		}
	}
	return Size{
		Operator:     footprint.Resources{CPU: 20, Memory: 64, MemoryLimit: 384},
		Source:       footprint.Resources{CPU: 50, Memory: 96, MemoryLimit: 512},
		Kustomize:    footprint.Resources{CPU: 50, Memory: 64, MemoryLimit: 384},
		Helm:         footprint.Resources{CPU: 50, Memory: 96, MemoryLimit: 512},
		Notification: footprint.Resources{CPU: 10, Memory: 32, MemoryLimit: 128},
		Reflector:    footprint.Resources{CPU: 20, Memory: 64, MemoryLimit: 256},
		Automation:   footprint.Resources{CPU: 10, Memory: 48, MemoryLimit: 256},
		Concurrent:   4,
	}
}

// controller is one of Flux' own, by the name of its deployment.
type controller struct {
	name      string
	resources footprint.Resources
	// arguments are those that it gets besides upstream's.
	arguments []string
}

func (s Size) controllers() []controller {
	return []controller{
		{"source-controller", s.Source, nil},
		{"kustomize-controller", s.Kustomize, s.workers()},
		{"helm-controller", s.Helm, s.workers()},
		{"notification-controller", s.Notification, nil},
		{"image-reflector-controller", s.Reflector, nil},
		{"image-automation-controller", s.Automation, nil},
	}
}

// Footprint is what the pods ask of the node.
func (s Size) Footprint() footprint.Footprint {
	f := footprint.Footprint{Component: "flux", Parts: []footprint.Part{{Name: "operator", Replicas: 1, Resources: s.Operator}}}
	for _, c := range s.controllers() {
		f.Parts = append(f.Parts, footprint.Part{Name: c.name, Replicas: 1, Resources: c.resources})
	}
	return f
}
