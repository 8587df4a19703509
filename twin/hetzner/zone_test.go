package hetzner_test

import (
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/lvs-cloud/lvs-cloud/twin/hetzner"
)

func TestZone(t *testing.T) {
	tw := newTwin(t, hetzner.Options{})
	ctx := t.Context()
	made := must(tw.Zone.Create(ctx, hcloud.ZoneCreateOpts{Name: "example.com", Mode: hcloud.ZoneModePrimary}))(t)
	tw.wait(made.Action)
	z := must(tw.Zone.GetByName(ctx, "example.com"))(t)
	set := must(tw.Zone.CreateRRSet(ctx, z, hcloud.ZoneRRSetCreateOpts{
		Name: "*", Type: hcloud.ZoneRRSetTypeA, TTL: new(300), Records: []hcloud.ZoneRRSetRecord{{Value: "192.0.2.1"}},
	}))(t)
	tw.wait(set.Action)
	_, _, err := tw.Zone.CreateRRSet(ctx, z, hcloud.ZoneRRSetCreateOpts{Name: "*", Type: hcloud.ZoneRRSetTypeA, Records: []hcloud.ZoneRRSetRecord{{Value: "192.0.2.1"}}})
	wantCode(t, err, hcloud.ErrorCodeUniquenessError)
	_, _, err = tw.Zone.CreateRRSet(ctx, z, hcloud.ZoneRRSetCreateOpts{Name: "b", Type: hcloud.ZoneRRSetTypeA, Records: []hcloud.ZoneRRSetRecord{{Value: "::1"}}})
	wantCode(t, err, hcloud.ErrorCodeInvalidInput)
	star := set.RRSet
	tw.wait(must(tw.Zone.SetRRSetRecords(ctx, star, hcloud.ZoneRRSetSetRecordsOpts{Records: []hcloud.ZoneRRSetRecord{{Value: "192.0.2.2"}}}))(t))
	tw.wait(must(tw.Zone.ChangeRRSetTTL(ctx, star, hcloud.ZoneRRSetChangeTTLOpts{TTL: new(600)}))(t))
	got := must(tw.Zone.GetRRSetByNameAndType(ctx, z, "*", hcloud.ZoneRRSetTypeA))(t)
	equal(t, "record", got.Records[0].Value, "192.0.2.2")
	equal(t, "ttl", *got.TTL, 600)
	tw.wait(must(tw.Zone.ChangeRRSetProtection(ctx, star, hcloud.ZoneRRSetChangeProtectionOpts{Change: new(true)}))(t))
	_, _, err = tw.Zone.DeleteRRSet(ctx, star)
	wantCode(t, err, hcloud.ErrorCodeProtected)
	txt := &hcloud.ZoneRRSet{Zone: z, Name: "_acme-challenge", Type: hcloud.ZoneRRSetTypeTXT}
	tw.wait(must(tw.Zone.AddRRSetRecords(ctx, txt, hcloud.ZoneRRSetAddRecordsOpts{Records: []hcloud.ZoneRRSetRecord{{Value: `"x"`}}}))(t))
	tw.wait(must(tw.Zone.RemoveRRSetRecords(ctx, txt, hcloud.ZoneRRSetRemoveRecordsOpts{Records: []hcloud.ZoneRRSetRecord{{Value: `"x"`}}}))(t))
	sets, err := tw.Zone.AllRRSets(ctx, z)
	if err != nil || len(sets) != 3 {
		t.Fatalf("sets: got %d, %v, want SOA, NS and A", len(sets), err)
	}
	tw.wait(must(tw.Zone.Delete(ctx, z))(t).Action)
}
