package hetzner

import (
	"strconv"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

// catalog is what Hetzner offers: the same for every project and never changed by a call.
type catalog struct {
	locations         collection[*location]
	images            collection[*image]
	serverTypes       collection[*serverType]
	loadBalancerTypes collection[*loadBalancerType]
}

type location struct{ schema.Location }

func (l *location) meta() meta { return meta{id: l.ID, name: l.Name} }

type image struct{ schema.Image }

func (i *image) meta() meta { return meta{i.ID, *i.Name, i.Labels, *i.Created} }

const zoneEUCentral = string(hcloud.NetworkZoneEUCentral)

func newCatalog() *catalog {
	c := &catalog{}
	for _, l := range []schema.Location{
		{ID: 1, Name: "fsn1", Description: "Falkenstein DC Park 1", Country: "DE", City: "Falkenstein", Latitude: 50.47612, Longitude: 12.370071, NetworkZone: zoneEUCentral},
		{ID: 2, Name: "nbg1", Description: "Nuremberg DC Park 1", Country: "DE", City: "Nuremberg", Latitude: 49.452102, Longitude: 11.076665, NetworkZone: zoneEUCentral},
		{ID: 3, Name: "hel1", Description: "Helsinki DC Park 1", Country: "FI", City: "Helsinki", Latitude: 60.169855, Longitude: 24.938379, NetworkZone: zoneEUCentral},
		{ID: 4, Name: "ash", Description: "Ashburn, VA", Country: "US", City: "Ashburn, VA", Latitude: 39.045821, Longitude: -77.487073, NetworkZone: string(hcloud.NetworkZoneUSEast)},
		{ID: 5, Name: "hil", Description: "Hillsboro, OR", Country: "US", City: "Hillsboro, OR", Latitude: 45.54222, Longitude: -122.951924, NetworkZone: string(hcloud.NetworkZoneUSWest)},
		{ID: 6, Name: "sin", Description: "Singapore", Country: "SG", City: "Singapore", Latitude: 1.283333, Longitude: 103.833333, NetworkZone: string(hcloud.NetworkZoneAPSouthEast)},
	} {
		c.locations.put(&location{l})
	}
	c.addImages()
	c.addServerTypes()
	c.loadBalancerTypes.put(&loadBalancerType{lb11(c)})
	return c
}

// addImages offers each system image for both architectures; the ids are the twin's own.
func (c *catalog) addImages() {
	id := int64(100_000_000)
	for _, system := range []struct{ flavor, version, description string }{
		{"debian", "12", "Debian 12"},
		{"debian", "13", "Debian 13"},
		{"ubuntu", "24.04", "Ubuntu 24.04"},
		{"ubuntu", "26.04", "Ubuntu 26.04"},
	} {
		for _, arch := range []hcloud.Architecture{hcloud.ArchitectureX86, hcloud.ArchitectureARM} {
			id++
			c.images.put(&image{schema.Image{
				ID: id, Status: string(hcloud.ImageStatusAvailable), Type: string(hcloud.ImageTypeSystem),
				Name: new(system.flavor + "-" + system.version), Description: system.description,
				DiskSize: 5, Created: new(time.Date(2026, 4, 24, 0, 0, 0, 0, time.UTC)),
				OSFlavor: system.flavor, OSVersion: new(system.version), Architecture: string(arch),
				RapidDeploy: true, Labels: map[string]string{},
			}})
		}
	}
}

// place is a location by name or id.
func (c *catalog) place(nameOrID schema.IDOrName) (*location, bool) {
	return pick(&c.locations, nameOrID)
}

// pick finds an object of the catalogue by id or name.
func pick[T entity](from *collection[T], wanted schema.IDOrName) (T, bool) {
	if wanted.ID != 0 {
		return from.get(wanted.ID)
	}
	return from.byName(wanted.Name)
}

// imageFor finds an image by id, or by name for an architecture.
// Errors: invalid_input when there is none or it does not run on that architecture.
func (c *catalog) imageFor(wanted schema.IDOrName, architecture string) (*image, error) {
	for _, i := range c.images.all() {
		switch {
		case wanted.ID != 0 && i.ID == wanted.ID:
			if i.Architecture != architecture {
				return nil, invalid("image", "image %d is for %s, the server type is %s", i.ID, i.Architecture, architecture)
			}
			return i, nil
		case wanted.ID == 0 && *i.Name == wanted.Name && i.Architecture == architecture:
			return i, nil
		}
	}
	return nil, invalid("image", "image not found")
}

func catalogRoutes() []route {
	locations := noun[*location]{
		singular: "location", plural: "locations", unlabelled: true,
		of:   func(c *call) *collection[*location] { return &c.e.catalog.locations },
		view: func(_ *call, l *location) any { return l },
	}
	images := noun[*image]{
		singular: "image", plural: "images",
		of:   func(c *call) *collection[*image] { return &c.e.catalog.images },
		view: func(_ *call, i *image) any { return i },
		filters: map[string]func(*image, string) bool{
			"type":         func(i *image, v string) bool { return i.Type == v },
			"status":       func(i *image, v string) bool { return i.Status == v },
			"architecture": func(i *image, v string) bool { return i.Architecture == v },
			"bound_to":     func(i *image, v string) bool { return i.BoundTo != nil && strconv.FormatInt(*i.BoundTo, 10) == v },
			// No image of the catalogue is deprecated, so both answers show them all.
			"include_deprecated": func(*image, string) bool { return true },
		},
	}
	serverTypes := noun[*serverType]{
		singular: "server_type", plural: "server_types", unlabelled: true,
		of:   func(c *call) *collection[*serverType] { return &c.e.catalog.serverTypes },
		view: func(c *call, t *serverType) any { return c.e.offered(t) },
	}
	loadBalancerTypes := noun[*loadBalancerType]{
		singular: "load_balancer_type", plural: "load_balancer_types", unlabelled: true,
		of:   func(c *call) *collection[*loadBalancerType] { return &c.e.catalog.loadBalancerTypes },
		view: func(_ *call, t *loadBalancerType) any { return t },
	}
	routes := append(locations.reads(), images.reads()...)
	routes = append(routes, serverTypes.reads()...)
	routes = append(routes, loadBalancerTypes.reads()...)
	return append(routes,
		route{"GET /pricing", nil, func(c *call) (reply, error) {
			return ok(schema.PricingGetResponse{Pricing: c.e.catalog.pricing()})
		}},
		route{"GET /datacenters", append(pageParameters(), "name"), goneDatacenters},
		route{"GET /datacenters/{id}", nil, goneDatacenters},
	)
}

// goneDatacenters is what became of the endpoint on 2026-10-01.
func goneDatacenters(*call) (reply, error) {
	return fail(refuse(hcloud.ErrorDeprecatedAPIEndpoint, "datacenters were removed from the API, use locations"))
}
