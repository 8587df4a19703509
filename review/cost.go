// Package review says what a human wants to know before and after a change: what the cloud costs, what could be had
// instead, what is missing and what is wrong.
//
// It exists so that commands and checks judge by the same rules. Its functions are pure: they are given a price list
// and what was found, ask nobody, change nothing, and refuse to guess a price that the list does not have.
package review

import (
	"fmt"
	"math/big"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// leanNet is what the lean profile may cost: server, addresses and volume, without value-added tax.
// Unit: EUR a month.
const leanNet, leanCurrency = "9.89", "EUR"

// Order is what Hetzner bills of a cloud.
type Order struct {
	ServerType string
	Location   string
	// VolumeGB is the capacity of the data volume.
	// Unit: GB as Hetzner counts them.
	VolumeGB int
}

// Catalogue is what Hetzner offers, as its API says it.
type Catalogue struct {
	Pricing     hcloud.Pricing
	ServerTypes []*hcloud.ServerType
}

// Bill is what an order costs a month, and what could be ordered instead.
type Bill struct {
	ServerType string `json:"serverType"`
	Location   string `json:"location"`
	// Currency is that of the price list; VATPercent is what lies between net and gross.
	Currency   string `json:"currency"`
	VATPercent string `json:"vatPercent"`
	Lines      []Line `json:"lines"`
	Total      Price  `json:"total"`
	// Backups of the server's disk can be had besides, and are not in Total. They hold nothing of the volume.
	Backups Line   `json:"backups"`
	Budget  Budget `json:"budget"`
	// Stock is how the configured type can be ordered now.
	Stock        Stock         `json:"stock"`
	Alternatives []Alternative `json:"alternatives"`
}

// Line is one position of a bill.
type Line struct {
	Item string `json:"item"`
	Price
}

// Budget holds a total against what the lean profile may cost.
type Budget struct {
	Net      Amount `json:"net"`
	Currency string `json:"currency"`
	// Comparable is false when the price list has another currency; then Within says nothing.
	Comparable bool `json:"comparable"`
	Within     bool `json:"within"`
	// Left is negative when the budget is exceeded.
	Left Amount `json:"left"`
}

// NewBill adds an order up.
//
// Errors: a type, or a place, that the price list does not have; a price that is no number.
func NewBill(o Order, c Catalogue) (*Bill, error) {
	configured, err := findType(c.ServerTypes, o.ServerType)
	if err != nil {
		return nil, err
	}
	server, err := serverPrice(c.Pricing, o.ServerType, o.Location)
	if err != nil {
		return nil, err
	}
	fixed, err := fixedLines(o, c.Pricing)
	if err != nil {
		return nil, err
	}
	percent, err := ParseAmount(c.Pricing.ServerBackup.Percentage)
	if err != nil {
		return nil, fmt.Errorf("price of backups: %w", err)
	}
	share := new(big.Rat).Quo(percent.value(), big.NewRat(100, 1))
	b := &Bill{
		ServerType: o.ServerType, Location: o.Location, Currency: c.Pricing.Currency,
		VATPercent: trimZeros(c.Pricing.VATRate),
		Lines:      append([]Line{{"server " + o.ServerType, server}}, fixed...),
		Backups:    Line{fmt.Sprintf("backups of the server's disk, %s %%", trimZeros(c.Pricing.ServerBackup.Percentage)), server.Times(share)},
		Stock:      stockOf(configured, o.Location),
	}
	b.Total = total(b.Lines)
	if b.Budget, err = compare(b.Total.Net, b.Currency); err != nil {
		return nil, err
	}
	b.Alternatives, err = alternatives(configured, o, c, total(fixed), b.Total)
	return b, err
}

// fixedLines are what stays the same with another server type.
func fixedLines(o Order, p hcloud.Pricing) ([]Line, error) {
	var lines []Line
	for _, family := range []struct{ key, item string }{{"ipv4", "primary IPv4"}, {"ipv6", "primary IPv6"}} {
		price, err := addressPrice(p, family.key, o.Location)
		if err != nil {
			return nil, err
		}
		lines = append(lines, Line{family.item, price})
	}
	perGB, err := parsePrice(p.Volume.PerGBMonthly.Net, p.Volume.PerGBMonthly.Gross)
	if err != nil {
		return nil, fmt.Errorf("price of volumes: %w", err)
	}
	item := fmt.Sprintf("volume, %d GB at %s", o.VolumeGB, perGB.Net.Exact())
	return append(lines, Line{item, perGB.Times(big.NewRat(int64(o.VolumeGB), 1))}), nil
}

func total(lines []Line) Price {
	var sum Price
	for _, l := range lines {
		sum = sum.Plus(l.Price)
	}
	return sum
}

// compare holds a total against the budget of the lean profile.
func compare(net Amount, currency string) (Budget, error) {
	limit, err := ParseAmount(leanNet)
	if err != nil {
		return Budget{}, err
	}
	b := Budget{Net: limit, Currency: leanCurrency, Comparable: currency == leanCurrency}
	if b.Comparable {
		b.Left = limit.Minus(net)
		b.Within = net.Compare(limit) <= 0
	}
	return b, nil
}
