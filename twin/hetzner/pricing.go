package hetzner

import (
	"fmt"

	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

// Net EUR. Volume: GET /pricing of 2026-05; primary IPv4: 2026-10; load balancer: third-party
// lists of 2026. Hours of a month as Hetzner's hourly prices imply; floating IPs, traffic and
// backups as remembered.
const (
	vatPercent      = 19.0
	volumePerGB     = 0.0572
	primaryIPv4     = 0.50
	floatingIPv4    = 3.00
	floatingIPv6    = 1.00
	lb11Monthly     = 5.39
	hoursPerMonth   = 624
	includedTraffic = 20 << 40 // bytes
	trafficPerTB    = 1.00
	backupPercent   = "20.00"
)

type loadBalancerType struct{ schema.LoadBalancerType }

func (t *loadBalancerType) meta() meta { return meta{id: t.ID, name: t.Name} }

func lb11(c *catalog) schema.LoadBalancerType {
	t := schema.LoadBalancerType{
		ID: 1, Name: "lb11", Description: "LB11",
		MaxConnections: 10000, MaxServices: 5, MaxTargets: 25, MaxAssignedCertificates: 10,
	}
	for _, l := range c.locations.all() {
		p := serverPrice(l.Name, lb11Monthly)
		t.Prices = append(t.Prices, schema.PricingLoadBalancerTypePrice(p))
	}
	return t
}

// price is net and gross, in the many decimals of the API.
func price(net float64) schema.Price {
	return schema.Price{
		Net:   fmt.Sprintf("%.10f", net),
		Gross: fmt.Sprintf("%.16f", net*(1+vatPercent/100)),
	}
}

func serverPrice(location string, monthly float64) schema.PricingServerTypePrice {
	return schema.PricingServerTypePrice{
		Location: location, PriceMonthly: price(monthly), PriceHourly: price(hourly(monthly)),
		IncludedTraffic: includedTraffic, PricePerTBTraffic: price(trafficPerTB),
	}
}

func hourly(monthly float64) float64 { return monthly / hoursPerMonth }

// pricing is the price list. Floating IPs are priced although the twin has none: hcloud-go
// counts on as many kinds of them as of primary IPs. Snapshots have no price.
func (c *catalog) pricing() schema.Pricing {
	p := schema.Pricing{
		Currency: "EUR", VATRate: fmt.Sprintf("%.6f", vatPercent),
		ServerBackup: schema.PricingServerBackup{Percentage: backupPercent},
		Volume:       schema.PricingVolume{PricePerGBPerMonth: price(volumePerGB)},
	}
	for _, kind := range []struct {
		name              string
		primary, floating float64
	}{{typeIPv4, primaryIPv4, floatingIPv4}, {typeIPv6, 0, floatingIPv6}} {
		primary, floating := schema.PricingPrimaryIP{Type: kind.name}, schema.PricingFloatingIPType{Type: kind.name}
		for _, l := range c.locations.all() {
			primary.Prices = append(primary.Prices, schema.PricingPrimaryIPTypePrice{
				Location: l.Name, PriceHourly: price(hourly(kind.primary)), PriceMonthly: price(kind.primary),
			})
			floating.Prices = append(floating.Prices, schema.PricingFloatingIPTypePrice{Location: l.Name, PriceMonthly: price(kind.floating)})
		}
		p.PrimaryIPs = append(p.PrimaryIPs, primary)
		p.FloatingIPs = append(p.FloatingIPs, floating)
	}
	for _, t := range c.serverTypes.all() {
		p.ServerTypes = append(p.ServerTypes, schema.PricingServerType{ID: t.ID, Name: t.Name, Prices: t.Prices})
	}
	for _, t := range c.loadBalancerTypes.all() {
		p.LoadBalancerTypes = append(p.LoadBalancerTypes, schema.PricingLoadBalancerType{ID: t.ID, Name: t.Name, Prices: t.Prices})
	}
	return p
}
