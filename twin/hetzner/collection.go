package hetzner

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// meta is what every object has in common.
type meta struct {
	id      int64
	name    string
	labels  map[string]string
	created time.Time
}

type entity interface{ meta() meta }

// collection is the objects of one kind by id. Its zero value is empty and ready.
type collection[T entity] struct{ items map[int64]T }

func (c *collection[T]) put(item T) {
	if c.items == nil {
		c.items = map[int64]T{}
	}
	c.items[item.meta().id] = item
}

func (c *collection[T]) get(id int64) (T, bool) {
	item, ok := c.items[id]
	return item, ok
}

func (c *collection[T]) remove(id int64) { delete(c.items, id) }

// all is every object in order of creation.
func (c *collection[T]) all() []T {
	items := make([]T, 0, len(c.items))
	for _, id := range slices.Sorted(maps.Keys(c.items)) {
		items = append(items, c.items[id])
	}
	return items
}

// byName finds the object of that name.
func (c *collection[T]) byName(name string) (T, bool) {
	for _, item := range c.items {
		if item.meta().name == name {
			return item, true
		}
	}
	var none T
	return none, false
}

// taken reports whether another object than id has that name.
func (c *collection[T]) taken(name string, id int64) bool {
	other, found := c.byName(name)
	return found && other.meta().id != id
}

// MarshalJSON writes the objects as a list.
func (c collection[T]) MarshalJSON() ([]byte, error) { return json.Marshal(c.all()) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *collection[T]) UnmarshalJSON(data []byte) error {
	var items []T
	if err := json.Unmarshal(data, &items); err != nil {
		return fmt.Errorf("collection: %w", err)
	}
	for _, item := range items {
		c.put(item)
	}
	return nil
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
