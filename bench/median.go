package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// median is the middle value, or the lower of two.
func median[T cmp.Ordered](list []T) T {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[(len(sorted)-1)/2]
}

// values asks every round for a figure.
func values[T any](rounds []*round, of func(*round) T) []T {
	out := make([]T, 0, len(rounds))
	for _, r := range rounds {
		out = append(out, of(r))
	}
	return out
}

func medianOf(rounds []*round, of func(*round) time.Duration) time.Duration {
	return median(values(rounds, of))
}

// typicalOf is the round with the median time.
func typicalOf(rounds []*round, of func(*round) time.Duration) *round {
	sorted := slices.SortedStableFunc(slices.Values(rounds), func(a, b *round) int { return cmp.Compare(of(a), of(b)) })
	return sorted[(len(sorted)-1)/2]
}

// spread shows a count that should be the same in every round, and from where to where it goes if it is not.
func spread(rounds []*round, of func(*round) int) string {
	list := values(rounds, of)
	low, high := slices.Min(list), slices.Max(list)
	if low == high {
		return strconv.Itoa(low)
	}
	return fmt.Sprintf("%d to %d", low, high)
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
