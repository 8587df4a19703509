package hetzner

import (
	"slices"
	"strings"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

type serverType struct{ schema.ServerType }

func (t *serverType) meta() meta { return meta{id: t.ID, name: t.Name} }

// euLocations are where the catalogue sells servers: prices elsewhere are not known to the twin,
// so nothing is sold there.
func euLocations() []string { return []string{"fsn1", "nbg1", "hel1"} }

// offer is one line of the price list, net EUR a month in the European locations since
// 2026-06-15.
type offer struct {
	id           int64
	name         string
	category     string
	cores        int
	memoryGB     float32
	diskGB       int
	cpu          hcloud.CPUType
	architecture hcloud.Architecture
	monthly      float64
	retired      bool
}

func offers() []offer {
	const (
		shared, dedicated = hcloud.CPUTypeShared, hcloud.CPUTypeDedicated
		x86, arm          = hcloud.ArchitectureX86, hcloud.ArchitectureARM
	)
	return []offer{
		{104, "cx22", "Cost-Optimized", 2, 4, 40, shared, x86, 3.79, true},
		{114, "cx23", "Cost-Optimized", 2, 4, 40, shared, x86, 5.49, false},
		{115, "cx33", "Cost-Optimized", 4, 8, 80, shared, x86, 8.49, false},
		{116, "cx43", "Cost-Optimized", 8, 16, 160, shared, x86, 15.99, false},
		{117, "cx53", "Cost-Optimized", 16, 32, 320, shared, x86, 29.49, false},
		{45, "cax11", "Cost-Optimized", 2, 4, 40, shared, arm, 5.99, false},
		{93, "cax21", "Cost-Optimized", 4, 8, 80, shared, arm, 10.49, false},
		{108, "cpx12", "Regular Performance", 1, 2, 40, shared, x86, 11.49, false},
		{109, "cpx22", "Regular Performance", 2, 4, 80, shared, x86, 19.49, false},
		{96, "ccx13", "General Purpose", 2, 8, 80, dedicated, x86, 42.99, false},
	}
}

func (c *catalog) addServerTypes() {
	for _, o := range offers() {
		t := &serverType{schema.ServerType{
			ID: o.id, Name: o.name, Description: strings.ToUpper(o.name), Category: o.category, Cores: o.cores, Memory: o.memoryGB, Disk: o.diskGB,
			StorageType: string(hcloud.StorageTypeLocal), CPUType: string(o.cpu), Architecture: string(o.architecture), Deprecated: o.retired,
		}}
		if o.retired {
			// cx22 was announced as retired on 2025-10-16 and could be ordered until January 2026.
			t.Deprecation = &schema.DeprecationInfo{
				Announced:        time.Date(2025, 10, 16, 0, 0, 0, 0, time.UTC),
				UnavailableAfter: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
			}
		}
		for _, name := range euLocations() {
			l, _ := c.locations.byName(name)
			t.Prices = append(t.Prices, serverPrice(name, o.monthly))
			t.Locations = append(t.Locations, schema.ServerTypeLocation{
				ID: l.ID, Name: name, Available: !o.retired, Recommended: !o.retired,
				DeprecatableResource: t.DeprecatableResource,
			})
		}
		c.serverTypes.put(t)
	}
}

// offered is the server type as it can be had now: the fault script sells out.
func (e *Emulator) offered(t *serverType) schema.ServerType {
	view := t.ServerType
	view.Locations = slices.Clone(t.Locations)
	for i, l := range view.Locations {
		if e.soldOut(t.Name, l.Name) {
			view.Locations[i].Available, view.Locations[i].Recommended = false, false
		}
	}
	return view
}

// orderable finds a server type that can be ordered in a location.
// Errors: invalid_input for an unknown type or one that is not sold there, invalid_server_type for
// a retired one, resource_unavailable for one that is sold out. The wording is Hetzner's.
func (e *Emulator) orderable(wanted schema.IDOrName, location string) (*serverType, error) {
	t, found := pick(&e.catalog.serverTypes, wanted)
	if !found {
		return nil, invalid("server_type", "server type not found")
	}
	if t.Deprecated {
		return nil, refuse(hcloud.ErrorCodeInvalidServerType, "server type %s is deprecated", t.Name)
	}
	sold := slices.ContainsFunc(t.Locations, func(l schema.ServerTypeLocation) bool { return l.Name == location })
	if !sold {
		return nil, refuse(hcloud.ErrorCodeInvalidInput, "unsupported location for server type")
	}
	if e.soldOut(t.Name, location) {
		return nil, refuse(hcloud.ErrorCodeResourceUnavailable, "error during placement")
	}
	return t, nil
}
