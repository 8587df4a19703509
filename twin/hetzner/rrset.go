package hetzner

import (
	"cmp"
	"slices"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

// rrset is the records of one name and type. It has no numeric id; its name and type are its id.
type rrset struct{ schema.ZoneRRSet }

func (s *rrset) meta() meta { return meta{name: s.Name, labels: s.Labels} }

func rrsets() noun[*rrset] {
	return noun[*rrset]{
		singular: "rrset", plural: "rrsets",
		view:    func(_ *call, s *rrset) any { return s.ZoneRRSet },
		filters: map[string]func(*rrset, string) bool{"type": func(s *rrset, v string) bool { return s.Type == v }},
		sorts: map[string]func(a, b *rrset) int{
			"id": func(a, b *rrset) int { return cmp.Compare(a.ID, b.ID) },
		},
	}
}

func rrsetRoutes() []route {
	const one = "/zones/{zone}/rrsets/{name}/{type}"
	return []route{
		{"GET /zones/{zone}/rrsets", append(pageParameters(), "name", "type", "label_selector"), listSets},
		{"POST /zones/{zone}/rrsets", nil, createSet},
		{"GET " + one, nil, getSet},
		{"PUT " + one, nil, updateSet},
		{"DELETE " + one, nil, deleteSet},
		{"POST " + one + "/actions/add_records", nil, addRecords},
		{"POST " + one + "/actions/remove_records", nil, removeRecords},
		{"POST " + one + "/actions/set_records", nil, setRecords},
		{"POST " + one + "/actions/update_records", nil, updateRecords},
		{"POST " + one + "/actions/change_ttl", nil, changeSetTTL},
		{"POST " + one + "/actions/change_protection", nil, changeSetProtection},
	}
}

func (z *zone) set(id string) (*rrset, bool) {
	at := slices.IndexFunc(z.Sets, func(s *rrset) bool { return s.ID == id })
	if at < 0 {
		return nil, false
	}
	return z.Sets[at], true
}

func (z *zone) removeSet(id string) {
	z.Sets = slices.DeleteFunc(z.Sets, func(s *rrset) bool { return s.ID == id })
}

// setOf is the zone and the record set in the path.
func setOf(c *call) (*zone, *rrset, error) {
	z, err := zoneOf(c)
	if err != nil {
		return nil, nil, err
	}
	id := c.r.PathValue("name") + "/" + c.r.PathValue("type")
	s, found := z.set(id)
	if !found {
		return z, nil, notFound("rrset", id)
	}
	return z, s, nil
}

// changeable is the set in the path unless it must not be changed, with the request decoded.
func changeable(c *call, req any) (*zone, *rrset, error) {
	z, s, err := setOf(c)
	if err != nil {
		return nil, nil, err
	}
	if req != nil {
		if err := c.decode(req); err != nil {
			return nil, nil, err
		}
	}
	return z, s, s.open()
}

// open refuses changes to a protected set.
func (s *rrset) open() error {
	if s.Protection.Change {
		return refuse(hcloud.ErrorCodeProtected, "rrset %s is protected", s.ID)
	}
	return nil
}

func listSets(c *call) (reply, error) {
	z, err := zoneOf(c)
	if err != nil {
		return fail(err)
	}
	return rrsets().listOf(c, slices.Clone(z.Sets))
}

func getSet(c *call) (reply, error) {
	_, s, err := setOf(c)
	if err != nil {
		return fail(err)
	}
	return ok(rrsets().one(c, s))
}

func createSet(c *call) (reply, error) {
	z, err := zoneOf(c)
	if err != nil {
		return fail(err)
	}
	var req schema.ZoneRRSetCreateRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	s, err := z.newSet(req)
	if err != nil {
		return fail(err)
	}
	answer := rrsets().one(c, s)
	answer["action"] = c.startZone("create_rrset", z).Action
	return created(answer)
}

// newSet checks a record set and adds it to the zone.
func (z *zone) newSet(req schema.ZoneRRSetCreateRequest) (*rrset, error) {
	labels, err := givenLabels(req.Labels)
	if err != nil {
		return nil, err
	}
	if err := checkTTL(req.TTL); err != nil {
		return nil, err
	}
	if err := z.checkSetName(req.Name, req.Type); err != nil {
		return nil, err
	}
	s := &rrset{schema.ZoneRRSet{
		ID: req.Name + "/" + req.Type, Name: req.Name, Type: req.Type, TTL: req.TTL, Labels: labels, Zone: z.ID,
		Records: slices.Concat([]schema.ZoneRRSetRecord{}, req.Records),
	}}
	if _, exists := z.set(s.ID); exists {
		return nil, notUnique("rrset", "name")
	}
	if err := checkRecords(s.Type, s.Records); err != nil {
		return nil, err
	}
	z.Sets = append(z.Sets, s)
	return s, nil
}

func updateSet(c *call) (reply, error) {
	_, s, err := setOf(c)
	if err != nil {
		return fail(err)
	}
	var req schema.ZoneRRSetUpdateRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if err := changeLabels(&s.Labels, req.Labels); err != nil {
		return fail(err)
	}
	return ok(rrsets().one(c, s))
}

func deleteSet(c *call) (reply, error) {
	z, s, err := changeable(c, nil)
	if err != nil {
		return fail(err)
	}
	if s.Type == "SOA" {
		return fail(invalid("type", "the SOA record cannot be deleted"))
	}
	z.removeSet(s.ID)
	return acted(c.startZone("delete_rrset", z))
}
