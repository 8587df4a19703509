package hetzner

import (
	"slices"

	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

// withValue finds a record by its value, which is what identifies it.
func withValue(records []schema.ZoneRRSetRecord, value string) int {
	return slices.IndexFunc(records, func(r schema.ZoneRRSetRecord) bool { return r.Value == value })
}

// addRecords adds to a set, or makes the set when there is none.
func addRecords(c *call) (reply, error) {
	z, err := zoneOf(c)
	if err != nil {
		return fail(err)
	}
	var req schema.ZoneRRSetAddRecordsRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	name, kind := c.r.PathValue("name"), c.r.PathValue("type")
	s, exists := z.set(name + "/" + kind)
	if !exists {
		if _, err := z.newSet(schema.ZoneRRSetCreateRequest{Name: name, Type: kind, TTL: req.TTL, Records: req.Records}); err != nil {
			return fail(err)
		}
		return acted(c.startZone("add_rrset_records", z))
	}
	if err := s.open(); err != nil {
		return fail(err)
	}
	if req.TTL != nil && (s.TTL == nil || *s.TTL != *req.TTL) {
		return fail(invalid("ttl", "differs from that of the set"))
	}
	records := slices.Concat(s.Records, req.Records)
	if err := checkRecords(kind, records); err != nil {
		return fail(err)
	}
	s.Records = records
	return acted(c.startZone("add_rrset_records", z))
}

// removeRecords deletes the set with its last record.
func removeRecords(c *call) (reply, error) {
	var req schema.ZoneRRSetRemoveRecordsRequest
	z, s, err := changeable(c, &req)
	if err != nil {
		return fail(err)
	}
	records := slices.Clone(s.Records)
	for _, r := range req.Records {
		at := withValue(records, r.Value)
		if at < 0 {
			return fail(notFound("record", r.Value))
		}
		records = slices.Delete(records, at, at+1)
	}
	if s.Records = records; len(records) == 0 {
		z.removeSet(s.ID)
	}
	return acted(c.startZone("remove_rrset_records", z))
}

func setRecords(c *call) (reply, error) {
	var req schema.ZoneRRSetSetRecordsRequest
	z, s, err := changeable(c, &req)
	if err != nil {
		return fail(err)
	}
	if err := checkRecords(s.Type, req.Records); err != nil {
		return fail(err)
	}
	s.Records = req.Records
	return acted(c.startZone("set_rrset_records", z))
}

// updateRecords changes the comments of records.
func updateRecords(c *call) (reply, error) {
	var req schema.ZoneRRSetUpdateRecordsRequest
	z, s, err := changeable(c, &req)
	if err != nil {
		return fail(err)
	}
	records := slices.Clone(s.Records)
	for _, r := range req.Records {
		at := withValue(records, r.Value)
		if at < 0 {
			return fail(notFound("record", r.Value))
		}
		records[at].Comment = r.Comment
	}
	s.Records = records
	return acted(c.startZone("update_rrset_records", z))
}

func changeSetTTL(c *call) (reply, error) {
	var req schema.ZoneRRSetChangeTTLRequest
	z, s, err := changeable(c, &req)
	if err != nil {
		return fail(err)
	}
	if err := checkTTL(req.TTL); err != nil {
		return fail(err)
	}
	s.TTL = req.TTL
	return acted(c.startZone("change_rrset_ttl", z))
}

func changeSetProtection(c *call) (reply, error) {
	z, s, err := setOf(c)
	if err != nil {
		return fail(err)
	}
	var req schema.ZoneRRSetChangeProtectionRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if req.Change != nil {
		s.Protection.Change = *req.Change
	}
	return acted(c.startZone("change_rrset_protection", z))
}
