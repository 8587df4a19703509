package review

import (
	"fmt"
	"math/big"
	"strings"
)

// Amount is a sum of money, exact, in the currency of its price list. The zero value is nothing.
type Amount struct{ rat *big.Rat }

// ParseAmount reads a decimal number as Hetzner's price list writes it.
func ParseAmount(s string) (Amount, error) {
	r, ok := new(big.Rat).SetString(s)
	if !ok || strings.ContainsAny(s, "/eExXpP") {
		return Amount{}, fmt.Errorf("amount: got %q, want a decimal number such as 5.49", s)
	}
	return Amount{r}, nil
}

func (a Amount) value() *big.Rat {
	if a.rat == nil {
		return new(big.Rat)
	}
	return a.rat
}

// Plus is the sum of two amounts.
func (a Amount) Plus(b Amount) Amount { return Amount{new(big.Rat).Add(a.value(), b.value())} }

// Minus is the difference of two amounts.
func (a Amount) Minus(b Amount) Amount { return Amount{new(big.Rat).Sub(a.value(), b.value())} }

// Times is the amount so many times.
func (a Amount) Times(n *big.Rat) Amount { return Amount{new(big.Rat).Mul(a.value(), n)} }

// Compare is -1 if a is less than b, 0 if they are the same and 1 otherwise.
func (a Amount) Compare(b Amount) int { return a.value().Cmp(b.value()) }

// String is the amount rounded to cents.
func (a Amount) String() string { return a.value().FloatString(2) }

// Exact is the amount to at most six places, without zeros at the end beyond the cents.
func (a Amount) Exact() string {
	s := a.value().FloatString(6)
	for strings.HasSuffix(s, "0") && len(s)-strings.IndexByte(s, '.') > 3 {
		s = s[:len(s)-1]
	}
	return s
}

// MarshalJSON writes a number with at most six places.
func (a Amount) MarshalJSON() ([]byte, error) { return []byte(a.Exact()), nil }

// Price is an amount without and with value-added tax.
type Price struct {
	Net   Amount `json:"net"`
	Gross Amount `json:"gross"`
}

func parsePrice(net, gross string) (Price, error) {
	n, err := ParseAmount(net)
	if err != nil {
		return Price{}, fmt.Errorf("net: %w", err)
	}
	g, err := ParseAmount(gross)
	if err != nil {
		return Price{}, fmt.Errorf("gross: %w", err)
	}
	return Price{n, g}, nil
}

// Plus is the sum of two prices.
func (p Price) Plus(q Price) Price { return Price{p.Net.Plus(q.Net), p.Gross.Plus(q.Gross)} }

// Times is the price so many times.
func (p Price) Times(n *big.Rat) Price { return Price{p.Net.Times(n), p.Gross.Times(n)} }
