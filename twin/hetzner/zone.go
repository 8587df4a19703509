package hetzner

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

// zone is a primary DNS zone with its record sets.
type zone struct {
	schema.Zone
	Sets []*rrset `json:"sets"`
}

func (z *zone) meta() meta { return meta{z.ID, z.Name, z.Labels, z.Created} }

const (
	minTTL, maxTTL = 60, 2147483647
	defaultTTL     = 3600
)

var domain = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

func zones() noun[*zone] {
	return noun[*zone]{
		singular: "zone", plural: "zones",
		of: func(c *call) *collection[*zone] { return &c.p.Zones },
		view: func(_ *call, z *zone) any {
			view := z.Zone
			for _, set := range z.Sets {
				view.RecordCount += len(set.Records)
			}
			return view
		},
		filters: map[string]func(*zone, string) bool{"mode": func(z *zone, v string) bool { return z.Mode == v }},
	}
}

func zoneRoutes() []route {
	return []route{
		zones().reads()[0],
		{"GET /zones/{zone}", nil, getZone},
		{"POST /zones", nil, createZone},
		{"PUT /zones/{zone}", nil, updateZone},
		{"DELETE /zones/{zone}", nil, deleteZone},
		{"POST /zones/{zone}/actions/change_ttl", nil, changeZoneTTL},
		{"POST /zones/{zone}/actions/change_protection", nil, changeZoneProtection},
	}
}

// zoneOf is the zone in the path, by id or name.
func zoneOf(c *call) (*zone, error) {
	wanted := c.r.PathValue("zone")
	if z, found := c.p.Zones.byName(wanted); found {
		return z, nil
	}
	if id, err := strconv.ParseInt(wanted, 10, 64); err == nil {
		if z, found := c.p.Zones.get(id); found {
			return z, nil
		}
	}
	return nil, notFound("zone", wanted)
}

// startZone reports what was done to a zone. Records change at once and zones are never locked,
// so that clients may write many sets in parallel.
func (c *call) startZone(command string, z *zone) *action {
	return c.start(command, work{}, ref(hcloud.ActionResourceTypeZone, z.ID))
}

func getZone(c *call) (reply, error) {
	z, err := zoneOf(c)
	if err != nil {
		return fail(err)
	}
	return ok(zones().one(c, z))
}

func createZone(c *call) (reply, error) {
	var req schema.ZoneCreateRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if !domain.MatchString(req.Name) {
		return fail(invalid("name", "is not a domain name in lower case"))
	}
	if c.p.Zones.taken(req.Name, 0) {
		return fail(notUnique("zone", "name"))
	}
	if req.Mode != string(hcloud.ZoneModePrimary) || len(req.PrimaryNameservers) > 0 || req.Zonefile != "" {
		return fail(refuse(hcloud.ErrorUnsupportedError, "the twin has primary zones only, without zone files"))
	}
	labels, err := givenLabels(req.Labels)
	if err != nil {
		return fail(err)
	}
	z := &zone{Zone: schema.Zone{
		ID: c.e.state.newID(), Name: req.Name, Mode: req.Mode, TTL: defaultTTL, Labels: labels, Created: c.e.now().UTC(),
		Status: string(hcloud.ZoneStatusOk), Registrar: string(hcloud.ZoneRegistrarUnknown), PrimaryNameservers: []schema.ZonePrimaryNameserver{},
		AuthoritativeNameservers: schema.ZoneAuthoritativeNameservers{
			Assigned: nameservers(), Delegated: []string{}, DelegationLastCheck: c.e.now().UTC(),
			DelegationStatus: string(hcloud.ZoneDelegationStatusUnknown),
		},
	}}
	if req.TTL != nil {
		z.TTL = *req.TTL
	}
	if err := checkTTL(&z.TTL); err != nil {
		return fail(err)
	}
	z.seed()
	for _, wanted := range req.RRSets {
		set := schema.ZoneRRSetCreateRequest{Name: wanted.Name, Type: wanted.Type, TTL: wanted.TTL, Labels: wanted.Labels, Records: wanted.Records}
		if _, err := z.newSet(set); err != nil {
			return fail(err)
		}
	}
	c.p.Zones.put(z)
	answer := zones().one(c, z)
	answer["action"] = c.startZone("create_zone", z).Action
	return created(answer)
}

func nameservers() []string {
	return []string{"hydrogen.ns.hetzner.com.", "oxygen.ns.hetzner.com.", "helium.ns.hetzner.de."}
}

// seed makes the records that every zone has from the start.
func (z *zone) seed() {
	ns := []schema.ZoneRRSetRecord{}
	for _, server := range nameservers() {
		ns = append(ns, schema.ZoneRRSetRecord{Value: server})
	}
	soa := nameservers()[0] + " dns.hetzner.com. " + z.Created.Format("20060102") + "01 86400 10800 3600000 3600"
	z.Sets = []*rrset{
		{schema.ZoneRRSet{ID: "@/NS", Name: "@", Type: "NS", TTL: new(defaultTTL), Labels: map[string]string{}, Records: ns, Zone: z.ID}},
		{schema.ZoneRRSet{ID: "@/SOA", Name: "@", Type: "SOA", Labels: map[string]string{}, Records: []schema.ZoneRRSetRecord{{Value: soa}}, Zone: z.ID}},
	}
}

func checkTTL(ttl *int) error {
	if ttl != nil && (*ttl < minTTL || *ttl > maxTTL) {
		return invalid("ttl", "must be from %d to %d", minTTL, maxTTL)
	}
	return nil
}

func updateZone(c *call) (reply, error) {
	z, err := zoneOf(c)
	if err != nil {
		return fail(err)
	}
	var req schema.ZoneUpdateRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if err := changeLabels(&z.Labels, req.Labels); err != nil {
		return fail(err)
	}
	return ok(zones().one(c, z))
}

func deleteZone(c *call) (reply, error) {
	z, err := zoneOf(c)
	if err != nil {
		return fail(err)
	}
	if z.Protection.Delete {
		return fail(refuse(hcloud.ErrorCodeProtected, "zone deletion is protected"))
	}
	c.p.Zones.remove(z.ID)
	return acted(c.startZone("delete_zone", z))
}

func changeZoneTTL(c *call) (reply, error) {
	z, err := zoneOf(c)
	if err != nil {
		return fail(err)
	}
	var req schema.ZoneChangeTTLRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if err := checkTTL(&req.TTL); err != nil {
		return fail(err)
	}
	z.TTL = req.TTL
	return acted(c.startZone("change_ttl", z))
}

func changeZoneProtection(c *call) (reply, error) {
	z, err := zoneOf(c)
	if err != nil {
		return fail(err)
	}
	var req schema.ZoneChangeProtectionRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if req.Delete != nil {
		z.Protection.Delete = *req.Delete
	}
	return acted(c.startZone("change_protection", z))
}

// withinZone reports whether a record name repeats the zone's own name, a common mistake.
func (z *zone) withinZone(name string) bool {
	return name == z.Name || strings.HasSuffix(name, "."+z.Name)
}
