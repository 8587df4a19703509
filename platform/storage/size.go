package storage

import (
	"strconv"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
)

// Size is what the containers may take. None of those that hold an engine has a limit: one that is ended for its memory
// takes the disks away from under everything that runs.
type Size struct {
	// Manager is Longhorn's control plane.
	Manager footprint.Resources
	// Controller is each of the four CSI controllers: attacher, provisioner, resizer and snapshotter.
	Controller footprint.Resources
	// Plugin makes file systems and mounts them; Helper is each of the two containers beside it.
	Plugin, Helper footprint.Resources
	// Default is what a container gets that neither the chart nor Longhorn gives anything, as long as there is no volume:
	// there are five of them, and one holds all engines and replicas.
	Default footprint.Resources
	// Volume is what that one takes with each volume. All five share it, since no default can be for one of them.
	// Unit: MiB.
	Volume int
	// Engines is what that one is promised of the processor instead.
	// Unit: thousandths of a core.
	Engines int
	// Cores is how many the profile's server has: Longhorn wants Engines as a share of them.
	Cores int
	// Provisioner is k3s' own, for local-path.
	Provisioner footprint.Resources
}

// SizeFor returns what the containers may take in a profile.
//
// By public reports the manager takes some 80 to 120 MiB at rest, the one controller of each kind 15 to 20 and the plugin 25
// to 30. Of the five with the default, the one that only pulled an image takes 1, the engine's image 20 while it is probed,
// the deployer 25, the user interface 10, and the instance manager 30 and 22 more for the program of the engines, which is in
// memory once: 108 together.
//
// A volume is three processes: engine, replica, and the replica's agent. Longhorn's own figures for one of 5 to 10 GiB are 119
// to 132 MiB, in which the 22 of the program are counted with each of the three: 53 to 66 are left. By themselves, without a
// manager that asks how they are, and with a kernel that gives huge pages only to who asks for them, those of 1.12.0 took 15
// MiB at rest and 25 after half a gigabyte of random reads and writes. 45 lies between the two, 60 is the upper one. Its size
// matters little: less than 1 MiB with each GiB.
// Source: https://github.com/longhorn/longhorn/issues/6645, https://github.com/longhorn/longhorn/issues/12936
func SizeFor(p footprint.Profile) Size {
	// As k3s has it, the provisioner asks for nothing; 16 MiB is what it takes.
	provisioner := footprint.Resources{Memory: 16}
	if p == footprint.Lean {
		return Size{
			Manager:    footprint.Resources{CPU: 30, Memory: 80, MemoryLimit: 384},
			Controller: footprint.Resources{CPU: 5, Memory: 16, MemoryLimit: 96},
			Plugin:     footprint.Resources{CPU: 10, Memory: 28, MemoryLimit: 256},
			Helper:     footprint.Resources{CPU: 5, Memory: 10, MemoryLimit: 48},
			Default:    footprint.Resources{CPU: 10, Memory: 22},
			Volume:     45, Engines: 100, Cores: 2, Provisioner: provisioner,
		}
	}
	return Size{
		Manager:    footprint.Resources{CPU: 50, Memory: 128, MemoryLimit: 512},
		Controller: footprint.Resources{CPU: 10, Memory: 24, MemoryLimit: 128},
		Plugin:     footprint.Resources{CPU: 20, Memory: 40, MemoryLimit: 384},
		Helper:     footprint.Resources{CPU: 5, Memory: 16, MemoryLimit: 64},
		Default:    footprint.Resources{CPU: 20, Memory: 32},
		Volume:     60, Engines: 200, Cores: 4, Provisioner: provisioner,
	}
}

// unnamed is how many containers get the default.
const unnamed = 5

// each is the default with so many volumes.
func (s Size) each(volumes int) footprint.Resources {
	r := s.Default
	r.Memory += (s.Volume*volumes + unnamed - 1) / unnamed
	return r
}

// Footprint is what storage of a kind asks of the node for so many volumes. What those take of the disk is counted with
// whoever claims them.
func (s Size) Footprint(kind Kind, volumes int) footprint.Footprint {
	f := footprint.Footprint{Component: "storage"}
	if kind == LocalPath {
		f.Parts = []footprint.Part{{Name: "provisioner", Replicas: 1, Resources: s.Provisioner}}
		return f
	}
	each := s.each(volumes)
	engines := each
	engines.CPU = s.Engines
	f.Parts = []footprint.Part{
		{Name: "manager", Replicas: 1, Resources: s.Manager},
		{Name: "image puller", Replicas: 1, Resources: each},
		{Name: "driver deployer", Replicas: 1, Resources: each},
		{Name: "engine image", Replicas: 1, Resources: each},
		{Name: "user interface", Replicas: 1, Resources: each},
		{Name: "instance manager", Replicas: 1, Resources: engines},
		{Name: "csi controllers", Replicas: 4, Resources: s.Controller},
		{Name: "csi plugin", Replicas: 1, Resources: s.Plugin},
		{Name: "csi plugin's helpers", Replicas: 2, Resources: s.Helper},
	}
	return f
}

// isWhole is true if nothing is missing. Without a share of their own the engines would get the default, which Longhorn
// takes for a setting that was not applied: it would start them anew, again and again.
func (s Size) isWhole() bool {
	for _, r := range []footprint.Resources{s.Manager, s.Controller, s.Plugin, s.Helper, s.Default} {
		if r.CPU < 1 || r.Memory < 1 || r.MemoryLimit != 0 && r.MemoryLimit < r.Memory {
			return false
		}
	}
	return s.Default.MemoryLimit == 0 && s.Volume > 0 && s.Engines > 0 && s.Cores > 0 && s.Engines <= s.Cores*400
}

// share is Engines as Longhorn wants it: in percent of what the node has.
func (s Size) share() string {
	return strconv.FormatFloat(float64(s.Engines)/float64(10*s.Cores), 'f', -1, 64)
}
