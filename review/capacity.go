package review

import (
	"cmp"
	"slices"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
)

// Node is what everything has to fit on.
type Node struct {
	ServerType string
	// Profile is what the components were sized by.
	Profile footprint.Profile
	// VolumeGB is the capacity of the data volume.
	// Unit: GB as Hetzner counts them.
	VolumeGB int
	// Reserved is memory that pods never get.
	Reserved []Reservation
}

// Reservation is memory that is kept for something.
type Reservation struct {
	For string `json:"for"`
	MiB int    `json:"MiB"`
}

// Amounts are sums of what components ask for, or what there is for them.
type Amounts struct {
	// CPU is processor time.
	// Unit: thousandths of a core.
	CPU int `json:"cpu"`
	// Memory is what is promised, MemoryLimit what is allowed.
	// Unit: MiB.
	Memory      int `json:"memoryMiB"`
	MemoryLimit int `json:"memoryLimitMiB"`
	// Disk is what is claimed of the volume.
	// Unit: GiB.
	Disk int `json:"diskGiB"`
}

// Share is what one component asks for.
type Share struct {
	Component string `json:"component"`
	Amounts
}

// Capacity holds what everything asks for against what there is.
type Capacity struct {
	ServerType string            `json:"serverType"`
	Profile    footprint.Profile `json:"profile"`
	VolumeGB   int               `json:"volumeGB"`
	// MemoryMiB is what the server sees of its memory; Reserved is taken off before pods get any.
	MemoryMiB int           `json:"memoryMiB"`
	Reserved  []Reservation `json:"reserved"`
	// ReserveGiB is what stays free on the volume.
	ReserveGiB int     `json:"reserveGiB"`
	Shares     []Share `json:"shares"`
	Used       Amounts `json:"used"`
	// Have is what there is for the shares. Its MemoryLimit is all that the server sees.
	Have Amounts `json:"have"`
}

// reservePercent of the volume stays free: a file system that is full slows down and then stops everything at once.
const reservePercent = 10

// Fit adds up what components ask for against a node. Whether it fits, Err says.
//
// Errors: a server type that is not known.
func Fit(node Node, footprints []footprint.Footprint) (*Capacity, error) {
	h, err := hardwareOf(node.ServerType)
	if err != nil {
		return nil, err
	}
	c := &Capacity{
		ServerType: node.ServerType, Profile: node.Profile, VolumeGB: node.VolumeGB, MemoryMiB: h.memoryMiB(), Reserved: node.Reserved,
	}
	c.ReserveGiB = ReserveGiB(node.VolumeGB)
	c.Have = Amounts{CPU: 1000 * h.cores, Memory: c.MemoryMiB, MemoryLimit: c.MemoryMiB, Disk: volumeGiB(node.VolumeGB) - c.ReserveGiB}
	for _, r := range node.Reserved {
		c.Have.Memory -= r.MiB
		c.Have.MemoryLimit -= r.MiB
	}
	for _, f := range footprints {
		s := shareOf(f)
		c.Shares = append(c.Shares, s)
		c.Used.add(s.Amounts)
	}
	return c, nil
}

// volumeGiB is the capacity of a volume. A GB is counted as the smaller 10^9 bytes, so that what fits here fits there.
func volumeGiB(volumeGB int) int { return int(int64(volumeGB) * 1e9 >> 30) }

// ReserveGiB is what stays free on a volume.
// Unit: GiB, of a volume in GB.
func ReserveGiB(volumeGB int) int { return (volumeGiB(volumeGB)*reservePercent + 99) / 100 }

func shareOf(f footprint.Footprint) Share {
	s := Share{Component: f.Component}
	for _, p := range f.Parts {
		s.add(Amounts{CPU: p.Replicas * p.CPU, Memory: p.Replicas * p.Memory, MemoryLimit: p.Replicas * max(p.MemoryLimit, p.Memory)})
	}
	for _, claim := range f.Claims {
		s.add(Amounts{Disk: claim.GiB})
	}
	return s
}

func (a *Amounts) add(b Amounts) {
	a.CPU += b.CPU
	a.Memory += b.Memory
	a.MemoryLimit += b.MemoryLimit
	a.Disk += b.Disk
}

// largest are the three shares that ask for the most of something, those that ask for nothing left out.
func (c *Capacity) largest(of func(Amounts) int) []Share {
	shares := slices.DeleteFunc(slices.Clone(c.Shares), func(s Share) bool { return of(s.Amounts) == 0 })
	slices.SortStableFunc(shares, func(a, b Share) int { return cmp.Compare(of(b.Amounts), of(a.Amounts)) })
	return shares[:min(3, len(shares))]
}
