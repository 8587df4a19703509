package review

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// largerShown is how many dearer alternatives are worth showing.
const largerShown = 3

// Availability is how a server type can be ordered in one place.
type Availability string

// The kinds of availability.
const (
	InStock Availability = "in stock"
	SoldOut Availability = "sold out"
	Retired Availability = "retired"
	NotSold Availability = "not sold there"
)

// Stock is how a server type can be ordered now.
type Stock struct {
	Availability Availability `json:"availability"`
	// OrderableUntil is when a retired type goes, or went.
	OrderableUntil *time.Time `json:"orderableUntil,omitempty"`
}

func (s Stock) String() string {
	if s.OrderableUntil != nil {
		return fmt.Sprintf("%s (orderable until %s)", s.Availability, s.OrderableUntil.Format(time.DateOnly))
	}
	return string(s.Availability)
}

// Alternative is another server type that could stand in for the configured one.
type Alternative struct {
	ServerType string  `json:"serverType"`
	Cores      int     `json:"cores"`
	Dedicated  bool    `json:"dedicated"`
	MemoryGB   float32 `json:"memoryGB"`
	DiskGB     int     `json:"diskGB"`
	// Total is what the whole cloud costs with it.
	Total Price `json:"total"`
	Stock Stock `json:"stock"`
}

// stockOf reads off a type how it can be ordered in a place.
func stockOf(t *hcloud.ServerType, location string) Stock {
	i := slices.IndexFunc(t.Locations, func(l hcloud.ServerTypeLocation) bool {
		return l.Location != nil && l.Location.Name == location
	})
	if i < 0 {
		return Stock{Availability: NotSold}
	}
	at := t.Locations[i]
	switch {
	case at.IsDeprecated():
		return Stock{Retired, new(at.UnavailableAfter())}
	case !at.Available:
		return Stock{Availability: SoldOut}
	}
	return Stock{Availability: InStock}
}

// alternatives are the x86 types in the same place with no less of anything, those in stock first: all that are
// cheaper, and the next larger. The disk counts because a server never changes to a type with a smaller one.
func alternatives(configured *hcloud.ServerType, o Order, c Catalogue, fixed, now Price) ([]Alternative, error) {
	found := []Alternative{}
	for _, t := range c.ServerTypes {
		stock := stockOf(t, o.Location)
		if t.Name == configured.Name || t.Architecture != hcloud.ArchitectureX86 ||
			t.Cores < configured.Cores || t.Memory < configured.Memory || t.Disk < configured.Disk ||
			stock.Availability == NotSold || stock.Availability == Retired {
			continue
		}
		price, err := serverPrice(c.Pricing, t.Name, o.Location)
		if err != nil {
			return nil, err
		}
		found = append(found, Alternative{
			ServerType: t.Name, Cores: t.Cores, Dedicated: t.CPUType == hcloud.CPUTypeDedicated,
			MemoryGB: t.Memory, DiskGB: t.Disk, Total: price.Plus(fixed), Stock: stock,
		})
	}
	slices.SortFunc(found, func(a, b Alternative) int {
		return cmp.Or(soldOutLast(a)-soldOutLast(b), a.Total.Net.Compare(b.Total.Net), cmp.Compare(a.ServerType, b.ServerType))
	})
	dearer := 0
	return slices.DeleteFunc(found, func(a Alternative) bool {
		if a.Total.Net.Compare(now.Net) > 0 {
			dearer++
		}
		return dearer > largerShown && a.Total.Net.Compare(now.Net) > 0
	}), nil
}

func soldOutLast(a Alternative) int {
	if a.Stock.Availability == InStock {
		return 0
	}
	return 1
}

// FirstInStock is the cheapest alternative that can be ordered now.
func (b *Bill) FirstInStock() (Alternative, bool) {
	if len(b.Alternatives) > 0 && b.Alternatives[0].Stock.Availability == InStock {
		return b.Alternatives[0], true
	}
	return Alternative{}, false
}
