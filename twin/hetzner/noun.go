package hetzner

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// noun is a kind of object as the API names and shows it. Getting, listing, filtering, sorting
// and paging are the same for all of them.
type noun[T entity] struct {
	singular, plural string
	of               func(*call) *collection[T]
	view             func(*call, T) any
	filters          map[string]func(item T, value string) bool // query parameters besides name; several values mean any
	sorts            map[string]func(a, b T) int                // sort keys besides id, name and created
	unlabelled       bool                                       // has no labels, so no label_selector
}

func pageParameters() []string { return []string{"page", "per_page", "sort"} }

// reads are the routes that every noun has.
func (n noun[T]) reads() []route {
	query := append(pageParameters(), "name")
	if !n.unlabelled {
		query = append(query, "label_selector")
	}
	query = append(query, sortedKeys(n.filters)...)
	return []route{
		{"GET /" + n.plural, query, n.list},
		{"GET /" + n.plural + "/{id}", nil, n.get},
	}
}

// find is the object of the id in the path.
func (n noun[T]) find(c *call) (T, error) {
	var none T
	id, err := c.id(n.singular)
	if err != nil {
		return none, err
	}
	item, found := n.of(c).get(id)
	if !found {
		return none, notFound(n.singular, id)
	}
	return item, nil
}

func (n noun[T]) get(c *call) (reply, error) {
	item, err := n.find(c)
	if err != nil {
		return fail(err)
	}
	return ok(n.one(c, item))
}

func (n noun[T]) one(c *call, item T) map[string]any {
	return map[string]any{n.singular: n.view(c, item)}
}

func (n noun[T]) list(c *call) (reply, error) {
	return n.listOf(c, n.of(c).all())
}

// listOf answers a page of the given objects that pass the query's filters.
func (n noun[T]) listOf(c *call, items []T) (reply, error) {
	labels, err := parseSelector(c.query.Get("label_selector"))
	if err != nil {
		return fail(err)
	}
	items = slices.DeleteFunc(items, func(item T) bool {
		m := item.meta()
		if names := c.query["name"]; len(names) > 0 && !slices.Contains(names, m.name) {
			return true
		}
		return !labels.matches(m.labels) || !n.passes(c, item)
	})
	if err := n.sort(c, items); err != nil {
		return fail(err)
	}
	paging, err := paginate(c, len(items))
	if err != nil {
		return fail(err)
	}
	views := []any{}
	for _, item := range items[paging.from:paging.to] {
		views = append(views, n.view(c, item))
	}
	return ok(map[string]any{n.plural: views, "meta": map[string]any{"pagination": paging}})
}

func (n noun[T]) passes(c *call, item T) bool {
	for name, filter := range n.filters {
		values := c.query[name]
		if len(values) > 0 && !slices.ContainsFunc(values, func(v string) bool { return filter(item, v) }) {
			return false
		}
	}
	return true
}

func (n noun[T]) sort(c *call, items []T) error {
	keys := map[string]func(a, b T) int{
		"id":      func(a, b T) int { return cmp.Compare(a.meta().id, b.meta().id) },
		"name":    func(a, b T) int { return cmp.Compare(a.meta().name, b.meta().name) },
		"created": func(a, b T) int { return a.meta().created.Compare(b.meta().created) },
	}
	for key, compare := range n.sorts {
		keys[key] = compare
	}
	var compares []func(a, b T) int
	for _, wanted := range c.query["sort"] {
		key, direction, _ := strings.Cut(wanted, ":")
		compare := keys[key]
		if compare == nil || (direction != "" && direction != "asc" && direction != "desc") {
			return invalid("sort", "cannot sort by '%s'", wanted)
		}
		if direction == "desc" {
			compares = append(compares, func(a, b T) int { return compare(b, a) })
			continue
		}
		compares = append(compares, compare)
	}
	slices.SortStableFunc(items, func(a, b T) int {
		for _, compare := range compares {
			if order := compare(a, b); order != 0 {
				return order
			}
		}
		return 0
	})
	return nil
}

// paging is Hetzner's pagination; null where there is no such page.
type paging struct {
	Page     int  `json:"page"`
	PerPage  int  `json:"per_page"`
	Previous *int `json:"previous_page"`
	Next     *int `json:"next_page"`
	Last     int  `json:"last_page"`
	Total    int  `json:"total_entries"`
	from, to int
}

const (
	defaultPerPage = 25
	maxPerPage     = 50
)

func paginate(c *call, total int) (paging, error) {
	p := paging{Page: 1, PerPage: defaultPerPage, Total: total}
	for name, target := range map[string]*int{"page": &p.Page, "per_page": &p.PerPage} {
		raw := c.query.Get(name)
		if raw == "" {
			continue
		}
		value, err := strconv.Atoi(raw)
		if err != nil || value < 1 || (name == "per_page" && value > maxPerPage) {
			return p, invalid(name, "must be a number from 1 to %d", maxPerPage)
		}
		*target = value
	}
	p.Last = max(1, (total+p.PerPage-1)/p.PerPage)
	if p.Page > 1 {
		p.Previous = new(p.Page - 1)
	}
	if p.Page < p.Last {
		p.Next = new(p.Page + 1)
	}
	p.from = min(total, (p.Page-1)*p.PerPage)
	p.to = min(total, p.from+p.PerPage)
	return p, nil
}
