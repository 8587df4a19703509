package monitoring

import (
	"fmt"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
)

// Size is what the pods may take.
type Size struct {
	Prometheus, Alertmanager, Operator, KubeState, NodeExporter footprint.Resources
	// Reloader is the container beside Prometheus, and that beside Alertmanager, which tells it of a new configuration.
	Reloader footprint.Resources
	// DiskGiB is the disk for what was measured. It can grow, and not shrink.
	// Unit: GiB. Range: at least 1.
	DiskGiB int
}

// defaultDiskGiB is far more than what two weeks take: 8000 series a minute, of which each sample takes less than 2 bytes, are
// 25 MB a day. Most of it is for what applications add.
// Source: https://prometheus.io/docs/prometheus/latest/storage/#operational-aspects
const defaultDiskGiB = 6

// SizeFor returns what the pods may take in a profile.
//
// Prometheus takes some 90 MiB with nothing in it. To them come about 6 KiB for each series of the last three hours, 50 MiB
// for 8000 of them; 15 MiB for the lines it knows to drop, most of the 30000 that k3s shows at once; and up to 80 MiB while a
// query runs, which is where queries are limited. The rest of its request is the part of its files that is read all the
// time. It collects garbage early by itself as it nears its limit. The operator and kube-state-metrics hold the objects they
// watch, 30 MiB of a small cluster, Alertmanager and each reloader some 15, and node-exporter 12.
// Source: https://prometheus.io/docs/prometheus/latest/storage/ and https://prometheus.io/docs/prometheus/3.0/migration/
func SizeFor(p footprint.Profile) Size {
	if p == footprint.Lean {
		return Size{
			Prometheus:   footprint.Resources{CPU: 40, Memory: 300, MemoryLimit: 450},
			Alertmanager: footprint.Resources{CPU: 5, Memory: 20, MemoryLimit: 64},
			Operator:     footprint.Resources{CPU: 5, Memory: 40, MemoryLimit: 128},
			KubeState:    footprint.Resources{CPU: 5, Memory: 30, MemoryLimit: 96},
			NodeExporter: footprint.Resources{CPU: 5, Memory: 15, MemoryLimit: 48},
			Reloader:     footprint.Resources{CPU: 1, Memory: 12, MemoryLimit: 48},
			DiskGiB:      defaultDiskGiB,
		}
	}
	return Size{
		Prometheus:   footprint.Resources{CPU: 100, Memory: 512, MemoryLimit: 1024},
		Alertmanager: footprint.Resources{CPU: 10, Memory: 32, MemoryLimit: 96},
		Operator:     footprint.Resources{CPU: 10, Memory: 64, MemoryLimit: 192},
		KubeState:    footprint.Resources{CPU: 10, Memory: 48, MemoryLimit: 128},
		NodeExporter: footprint.Resources{CPU: 10, Memory: 24, MemoryLimit: 64},
		Reloader:     footprint.Resources{CPU: 2, Memory: 16, MemoryLimit: 64},
		DiskGiB:      defaultDiskGiB,
	}
}

// Footprint is what the pods ask of the node and of the volume.
func (s Size) Footprint() footprint.Footprint {
	return footprint.Footprint{
		Component: "monitoring",
		Parts: []footprint.Part{
			{Name: "prometheus", Replicas: 1, Resources: s.Prometheus},
			{Name: "alertmanager", Replicas: 1, Resources: s.Alertmanager},
			{Name: "reloader", Replicas: 2, Resources: s.Reloader},
			{Name: "operator", Replicas: 1, Resources: s.Operator},
			{Name: "kube-state-metrics", Replicas: 1, Resources: s.KubeState},
			{Name: "node-exporter", Replicas: 1, Resources: s.NodeExporter},
		},
		Claims: []footprint.Claim{{Name: "metrics", GiB: s.DiskGiB}},
	}
}

func (s Size) check() (errs []error) {
	for _, part := range s.Footprint().Parts {
		if part.Memory < 1 || part.MemoryLimit < part.Memory {
			errs = append(errs, fmt.Errorf("size: %s: got %d MiB and a limit of %d, want both, and the limit no less", part.Name, part.Memory, part.MemoryLimit))
		}
	}
	if s.DiskGiB < 1 {
		errs = append(errs, fmt.Errorf("size: got a disk of %d GiB, want at least 1", s.DiskGiB))
	}
	return errs
}
