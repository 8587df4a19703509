package review

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// offer is a line of a made-up catalogue.
type offer struct {
	name         string
	cores        int
	memoryGB     float32
	diskGB       int
	net          string
	architecture hcloud.Architecture
	soldOut      bool
	retired      bool
	location     string
}

func catalogueOf(currency string, offers ...offer) Catalogue {
	c := Catalogue{Pricing: hcloud.Pricing{
		Currency: currency, VATRate: "19.000000",
		ServerBackup: hcloud.ServerBackupPricing{Percentage: "20.0000000000"},
		Volume:       hcloud.VolumePricing{PerGBMonthly: hcloud.Price{Net: "0.0572000000", Gross: "0.0680680000"}},
	}}
	for family, net := range map[string]string{"ipv4": "0.50", "ipv6": "0"} {
		c.Pricing.PrimaryIPs = append(c.Pricing.PrimaryIPs, hcloud.PrimaryIPPricing{Type: family, Pricings: []hcloud.PrimaryIPTypePricing{
			{Location: "fsn1", Monthly: hcloud.PrimaryIPPrice{Net: "9", Gross: "9"}},
			{Location: "nbg1", Monthly: hcloud.PrimaryIPPrice{Net: net, Gross: net}},
		}})
	}
	for _, o := range offers {
		place := &hcloud.Location{Name: o.location}
		if o.location == "" {
			place.Name = "nbg1"
		}
		t := &hcloud.ServerType{Name: o.name, Cores: o.cores, Memory: o.memoryGB, Disk: o.diskGB, Architecture: hcloud.ArchitectureX86}
		if o.architecture != "" {
			t.Architecture = o.architecture
		}
		at := hcloud.ServerTypeLocation{Location: place, Available: !o.soldOut}
		if o.retired {
			at.Deprecation = &hcloud.DeprecationInfo{UnavailableAfter: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
		}
		t.Locations = []hcloud.ServerTypeLocation{at}
		c.ServerTypes = append(c.ServerTypes, t)
		c.Pricing.ServerTypes = append(c.Pricing.ServerTypes, hcloud.ServerTypePricing{
			ServerType: &hcloud.ServerType{Name: o.name},
			Pricings:   []hcloud.ServerTypeLocationPricing{{Location: place, Monthly: hcloud.Price{Net: o.net, Gross: o.net}}},
		})
	}
	return c
}

var cx23 = offer{name: "cx23", cores: 2, memoryGB: 4, diskGB: 40, net: "5.49"}

func TestNewBill(t *testing.T) {
	for _, c := range []struct {
		name, currency string
		cx23           string // its price
		volumeGB       int
		want           string
	}{
		{"the lean profile", "EUR", "5.49", 50, "8.85 net, backups 1.10, within true, left 1.04"},
		{"just within", "EUR", "6.53", 50, "9.89 net, backups 1.31, within true, left 0.00"},
		{"just over", "EUR", "6.54", 50, "9.90 net, backups 1.31, within false, left -0.01"},
		{"a fraction of a cent over", "EUR", "6.530001", 50, "9.89 net, backups 1.31, within false, left 0.00"},
		{"a large volume", "EUR", "5.49", 1000, "63.19 net, backups 1.10, within false, left -53.30"},
		{"another currency", "USD", "5.49", 50, "8.85 net, backups 1.10, within false, left 0.00"},
	} {
		offer := cx23
		offer.net = c.cx23
		b, err := NewBill(Order{"cx23", "nbg1", c.volumeGB}, catalogueOf(c.currency, offer))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := fmt.Sprintf("%s net, backups %s, within %t, left %s", b.Total.Net, b.Backups.Net, b.Budget.Within, strings.Replace(b.Budget.Left.String(), "-0.00", "0.00", 1))
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if b.Budget.Comparable != (c.currency == "EUR") {
			t.Errorf("%s: got comparable %t in %s, want it only in EUR", c.name, b.Budget.Comparable, c.currency)
		}
	}
}

func TestNewBillRefusesToGuess(t *testing.T) {
	noVolume := catalogueOf("EUR", cx23)
	noVolume.Pricing.Volume.PerGBMonthly.Net = ""
	noAddress := catalogueOf("EUR", cx23)
	noAddress.Pricing.PrimaryIPs = nil
	noBackup := catalogueOf("EUR", cx23)
	noBackup.Pricing.ServerBackup.Percentage = "a fifth"
	for want, b := range map[string]struct {
		o Order
		c Catalogue
	}{
		`server type "cx99": got no such type`:             {Order{"cx99", "nbg1", 50}, catalogueOf("EUR", cx23)},
		`server type "cx23": got no price in hel1`:         {Order{"cx23", "hel1", 50}, catalogueOf("EUR", cx23)},
		`price of volumes: net: amount: got ""`:            {Order{"cx23", "nbg1", 50}, noVolume},
		`price of a primary ipv4: got none in nbg1`:        {Order{"cx23", "nbg1", 50}, noAddress},
		`price of backups: amount: got "a fifth"`:          {Order{"cx23", "nbg1", 50}, noBackup},
		`price of server type "cx23" in nbg1: net: amount`: {Order{"cx23", "nbg1", 50}, catalogueOf("EUR", offer{name: "cx23", net: "1/3"})},
	} {
		if _, err := NewBill(b.o, b.c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

func TestAlternatives(t *testing.T) {
	larger := func(name, net string) offer { return offer{name: name, cores: 4, memoryGB: 8, diskGB: 80, net: net} }
	with := func(o offer, change func(*offer)) offer { change(&o); return o }
	for name, c := range map[string]struct {
		others []offer
		want   string
	}{
		"by price":                 {[]offer{larger("b", "9"), larger("a", "8")}, "a 11.36, b 12.36"},
		"in stock first":           {[]offer{with(larger("a", "8"), func(o *offer) { o.soldOut = true }), larger("b", "9")}, "b 12.36, a 11.36"},
		"a cheaper one":            {[]offer{larger("a", "8"), larger("b", "3")}, "b 6.36, a 11.36"},
		"all cheaper, three more":  {[]offer{larger("a", "1"), larger("b", "2"), larger("c", "6"), larger("d", "7"), larger("e", "8"), larger("f", "9")}, "a 4.36, b 5.36, c 9.36, d 10.36, e 11.36"},
		"not arm":                  {[]offer{with(larger("a", "8"), func(o *offer) { o.architecture = hcloud.ArchitectureARM })}, ""},
		"not elsewhere":            {[]offer{with(larger("a", "8"), func(o *offer) { o.location = "fsn1" })}, ""},
		"not retired":              {[]offer{with(larger("a", "8"), func(o *offer) { o.retired = true })}, ""},
		"not with less memory":     {[]offer{with(larger("a", "8"), func(o *offer) { o.memoryGB = 2 })}, ""},
		"not with fewer cores":     {[]offer{with(larger("a", "8"), func(o *offer) { o.cores = 1 })}, ""},
		"not with a smaller disk":  {[]offer{with(larger("a", "8"), func(o *offer) { o.diskGB = 20 })}, ""},
		"the same price by name":   {[]offer{larger("b", "8"), larger("a", "8")}, "a 11.36, b 11.36"},
		"none":                     {nil, ""},
		"as large is good enough":  {[]offer{with(cx23, func(o *offer) { o.name, o.net = "cpx", "8" })}, "cpx 11.36"},
		"sold out are still shown": {[]offer{with(larger("a", "8"), func(o *offer) { o.soldOut = true })}, "a 11.36"},
	} {
		b, err := NewBill(Order{"cx23", "nbg1", 50}, catalogueOf("EUR", append(c.others, cx23)...))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for _, a := range b.Alternatives {
			got = append(got, a.ServerType+" "+a.Total.Net.String())
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestStock(t *testing.T) {
	for want, o := range map[string]offer{
		"in stock":                             cx23,
		"sold out":                             {name: "cx23", net: "5.49", soldOut: true},
		"retired (orderable until 2026-01-01)": {name: "cx23", net: "5.49", retired: true},
	} {
		b, err := NewBill(Order{"cx23", "nbg1", 50}, catalogueOf("EUR", o))
		if err != nil {
			t.Fatal(err)
		}
		if got := b.Stock.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if _, ok := b.FirstInStock(); ok {
			t.Errorf("%s: got an alternative out of an empty list", want)
		}
	}
	if got := stockOf(&hcloud.ServerType{}, "nbg1").Availability; got != NotSold {
		t.Errorf("got %q, want %q", got, NotSold)
	}
}

func TestAmountJSON(t *testing.T) {
	for in, want := range map[string]string{"5.4900000000": "5.49", "0": "0.00", "0.0572": "0.0572", "-1.5": "-1.50", "0.00000049": "0.00"} {
		a, err := ParseAmount(in)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := json.Marshal(a); err != nil || string(got) != want {
			t.Errorf("%s: got %s (%v), want %s", in, got, err, want)
		}
	}
	if got := (Amount{}).String(); got != "0.00" {
		t.Errorf("zero value: got %q, want 0.00", got)
	}
}
