package hetzner

import (
	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

type placementGroup struct{ schema.PlacementGroup }

func (g *placementGroup) meta() meta { return meta{g.ID, g.Name, g.Labels, g.Created} }

const (
	spread       = string(hcloud.PlacementGroupTypeSpread)
	maxSpreadOut = 10 // servers in a spread group
)

func placementGroups() noun[*placementGroup] {
	return noun[*placementGroup]{
		singular: "placement_group", plural: "placement_groups",
		of:   func(c *call) *collection[*placementGroup] { return &c.p.PlacementGroups },
		view: func(c *call, g *placementGroup) any { return c.p.shownPlacementGroup(g) },
		filters: map[string]func(*placementGroup, string) bool{
			"type": func(g *placementGroup, v string) bool { return g.Type == v },
		},
	}
}

func placementGroupRoutes() []route {
	return append(placementGroups().reads(),
		route{"POST /placement_groups", nil, createPlacementGroup},
		route{"PUT /placement_groups/{id}", nil, updatePlacementGroup},
		route{"DELETE /placement_groups/{id}", nil, deletePlacementGroup},
	)
}

func (p *project) shownPlacementGroup(g *placementGroup) schema.PlacementGroup {
	view := g.PlacementGroup
	view.Servers = []int64{}
	for _, s := range p.Servers.all() {
		if s.PlacementGroup == g.ID {
			view.Servers = append(view.Servers, s.ID)
		}
	}
	return view
}

func (p *project) hasRoom(g *placementGroup) error {
	if len(p.shownPlacementGroup(g).Servers) >= maxSpreadOut {
		return refuse(hcloud.ErrorCodePlacementError, "a spread placement group takes at most %d servers", maxSpreadOut)
	}
	return nil
}

func createPlacementGroup(c *call) (reply, error) {
	var req schema.PlacementGroupCreateRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if err := checkName("placement group", &c.p.PlacementGroups, req.Name, 0); err != nil {
		return fail(err)
	}
	if req.Type != spread {
		return fail(invalid("type", "must be spread"))
	}
	labels, err := givenLabels(req.Labels)
	if err != nil {
		return fail(err)
	}
	g := &placementGroup{schema.PlacementGroup{
		ID: c.e.state.newID(), Name: req.Name, Type: req.Type, Labels: labels, Created: c.e.now().UTC(),
	}}
	c.p.PlacementGroups.put(g)
	answer := placementGroups().one(c, g)
	answer["action"] = nil
	return created(answer)
}

func updatePlacementGroup(c *call) (reply, error) {
	g, err := placementGroups().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.PlacementGroupUpdateRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	name := ""
	if req.Name != nil {
		name = *req.Name
	}
	if err := rename("placement group", &c.p.PlacementGroups, g, &g.Name, name, &g.Labels, req.Labels); err != nil {
		return fail(err)
	}
	return ok(placementGroups().one(c, g))
}

// deletePlacementGroup takes its servers out first, as Hetzner does.
func deletePlacementGroup(c *call) (reply, error) {
	g, err := placementGroups().find(c)
	if err != nil {
		return fail(err)
	}
	for _, s := range c.p.Servers.all() {
		if s.PlacementGroup == g.ID {
			s.PlacementGroup = 0
		}
	}
	c.p.PlacementGroups.remove(g.ID)
	return noContent()
}

func addToPlacementGroup(c *call) (reply, error) {
	s, err := servers().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.ServerActionAddToPlacementGroupRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	g, found := c.p.PlacementGroups.get(req.PlacementGroup)
	if !found {
		return fail(notFound("placement_group", req.PlacementGroup))
	}
	if err := c.stopped(s); err != nil {
		return fail(err)
	}
	if err := c.p.hasRoom(g); err != nil {
		return fail(err)
	}
	w := work{done: func() { s.PlacementGroup = g.ID }}
	return acted(c.start("add_to_placement_group", w, ref(hcloud.ActionResourceTypeServer, s.ID), ref(hcloud.ActionResourceTypePlacementGroup, g.ID)))
}

func removeFromPlacementGroup(c *call) (reply, error) {
	s, err := idle(c)
	if err != nil {
		return fail(err)
	}
	if err := c.stopped(s); err != nil {
		return fail(err)
	}
	w := work{done: func() { s.PlacementGroup = 0 }}
	return acted(c.start("remove_from_placement_group", w, ref(hcloud.ActionResourceTypeServer, s.ID)))
}
