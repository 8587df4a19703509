package review

import (
	"fmt"
	"strings"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

func findType(types []*hcloud.ServerType, name string) (*hcloud.ServerType, error) {
	for _, t := range types {
		if t.Name == name {
			return t, nil
		}
	}
	return nil, fmt.Errorf("server type %q: got no such type at Hetzner, want one it sells", name)
}

// serverPrice is what a server of that type costs a month in that place.
func serverPrice(p hcloud.Pricing, serverType, location string) (Price, error) {
	for _, t := range p.ServerTypes {
		if t.ServerType == nil || t.ServerType.Name != serverType {
			continue
		}
		for _, l := range t.Pricings {
			if l.Location != nil && l.Location.Name == location {
				price, err := parsePrice(l.Monthly.Net, l.Monthly.Gross)
				if err != nil {
					return Price{}, fmt.Errorf("price of server type %q in %s: %w", serverType, location, err)
				}
				return price, nil
			}
		}
	}
	return Price{}, fmt.Errorf("server type %q: got no price in %s, want a location where it is sold", serverType, location)
}

// addressPrice is what a primary IP of that family costs a month in that place.
func addressPrice(p hcloud.Pricing, family, location string) (Price, error) {
	for _, ip := range p.PrimaryIPs {
		if ip.Type != family {
			continue
		}
		for _, l := range ip.Pricings {
			if l.Location == location {
				price, err := parsePrice(l.Monthly.Net, l.Monthly.Gross)
				if err != nil {
					return Price{}, fmt.Errorf("price of a primary %s in %s: %w", family, location, err)
				}
				return price, nil
			}
		}
	}
	return Price{}, fmt.Errorf("price of a primary %s: got none in %s, want one", family, location)
}

// trimZeros turns 19.000000 into 19.
func trimZeros(decimal string) string {
	if !strings.Contains(decimal, ".") {
		return decimal
	}
	return strings.TrimRight(strings.TrimRight(decimal, "0"), ".")
}
