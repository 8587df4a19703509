package hetzner_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/lvs-cloud/lvs-cloud/twin/hetzner"
)

// TestRefusedCalls are calls that no client of Hetzner's makes.
func TestRefusedCalls(t *testing.T) {
	tw := newTwin(t, hetzner.Options{})
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		want                     string
	}{
		{"unknown route", "GET", "/v1/storage_boxes", "", 404, `"code":"not_found"`},
		{"unknown action", "POST", "/v1/servers/1/actions/dance", "{}", 405, `"code":"method_not_allowed"`},
		{"wrong method", "PUT", "/v1/servers", "{}", 405, `"code":"method_not_allowed"`},
		{"unknown field", "POST", "/v1/ssh_keys", `{"name":"a","public_key":"b","colour":"red"}`, 422, `"name":"colour"`},
		{"unknown parameter", "GET", "/v1/servers?colour=red", "", 422, `"name":"colour"`},
		{"broken body", "POST", "/v1/ssh_keys", `{"name":`, 400, `"code":"json_error"`},
		{"no body", "POST", "/v1/ssh_keys", "", 400, `"code":"json_error"`},
		{"two bodies", "POST", "/v1/ssh_keys", `{"name":"a"} {}`, 400, `"code":"json_error"`},
		{"wrong type", "POST", "/v1/volumes", `{"name":"a","size":"big"}`, 422, `"name":"size"`},
		{"bad key", "POST", "/v1/ssh_keys", `{"name":"a","public_key":"ssh-ed25519 AAAA"}`, 422, `"name":"public_key"`},
		{"bad label", "POST", "/v1/placement_groups", `{"name":"a","type":"spread","labels":{"-":"x"}}`, 422, `"name":"labels"`},
		{"bad selector", "GET", "/v1/servers?label_selector=a+of+b", "", 422, `"name":"label_selector"`},
		{"page size", "GET", "/v1/servers?per_page=51", "", 422, `"name":"per_page"`},
		{"sort", "GET", "/v1/servers?sort=colour", "", 422, `"name":"sort"`},
		{"datacenters", "GET", "/v1/datacenters", "", 410, `"code":"deprecated_api_endpoint"`},
		{"all actions", "GET", "/v1/actions", "", 410, `"code":"deprecated_api_endpoint"`},
		{"unknown id", "GET", "/v1/volumes/7", "", 404, `"code":"not_found"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body := tw.raw(c.method, c.path, c.body)
			if status != c.status || !strings.Contains(body, c.want) {
				t.Fatalf("got %d %s, want %d with %s", status, body, c.status, c.want)
			}
		})
	}
}

func TestTokens(t *testing.T) {
	tw := newTwin(t, hetzner.Options{})
	for _, bad := range []string{"", "short", strings.Repeat("x", 64), token("a") + "a"} {
		_, err := tw.as(bad).Server.All(t.Context())
		wantCode(t, err, hcloud.ErrorCodeUnauthorized)
	}
	must(tw.PlacementGroup.Create(t.Context(), hcloud.PlacementGroupCreateOpts{Name: "mine", Type: hcloud.PlacementGroupTypeSpread}))(t)
	theirs, err := tw.as(token("b")).PlacementGroup.All(t.Context())
	if err != nil || len(theirs) != 0 {
		t.Fatalf("another project: got %v, %v, want nothing", theirs, err)
	}
}

func TestListing(t *testing.T) {
	tw := newTwin(t, hetzner.Options{})
	ctx := t.Context()
	for i := range 60 {
		labels := map[string]string{"parity": []string{"even", "odd"}[i%2], fmt.Sprintf("n%d", i): ""}
		must(tw.Network.Create(ctx, hcloud.NetworkCreateOpts{Name: fmt.Sprintf("net-%02d", i), IPRange: cidr("10.0.0.0/16"), Labels: labels}))(t)
	}
	all, err := tw.Network.All(ctx)
	if err != nil || len(all) != 60 {
		t.Fatalf("all pages: got %d, %v, want 60", len(all), err)
	}
	for selector, want := range map[string]int{
		"parity=odd": 30, "parity==odd,n1": 1, "parity!=odd": 30, "!n5": 59, "parity in (odd,even)": 60, "parity notin (odd),n2": 1, "parity": 60,
	} {
		got, err := tw.Network.AllWithOpts(ctx, hcloud.NetworkListOpts{ListOpts: hcloud.ListOpts{LabelSelector: selector}})
		if err != nil || len(got) != want {
			t.Fatalf("%s: got %d, %v, want %d", selector, len(got), err, want)
		}
	}
	page, resp, err := tw.Network.List(ctx, hcloud.NetworkListOpts{ListOpts: hcloud.ListOpts{Page: 2, PerPage: 25}, Sort: []string{"name:desc"}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "first of page 2", page[0].Name, "net-34")
	equal(t, "pages", *resp.Meta.Pagination, hcloud.Pagination{Page: 2, PerPage: 25, PreviousPage: 1, NextPage: 3, LastPage: 3, TotalEntries: 60})
	equal(t, "by name", must(tw.Network.GetByName(ctx, "net-07"))(t).Name, "net-07")
	equal(t, "by unknown name", must(tw.Network.GetByName(ctx, "net"))(t) == nil, true)
}

func TestRateLimitHeaders(t *testing.T) {
	tw := newTwin(t, hetzner.Options{})
	_, resp, err := tw.Location.GetByID(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "limit", resp.Header.Get("RateLimit-Limit"), "3600")
	equal(t, "remaining", resp.Header.Get("RateLimit-Remaining"), "3599")
}

func TestCatalog(t *testing.T) {
	tw := newTwin(t, hetzner.Options{})
	ctx := t.Context()
	kind := must(tw.ServerType.GetByName(ctx, "cx23"))(t)
	equal(t, "net price", kind.Pricings[0].Monthly.Net, "5.4900000000")
	equal(t, "gross price", kind.Pricings[0].Monthly.Gross, "6.5331000000000001")
	equal(t, "available", kind.Locations[0].Available, true)
	equal(t, "cx22 is retired", must(tw.ServerType.GetByName(ctx, "cx22"))(t).IsDeprecated(), true)
	equal(t, "arm image", must(tw.Image.GetByNameAndArchitecture(ctx, "debian-13", hcloud.ArchitectureARM))(t).Architecture, hcloud.ArchitectureARM)
	equal(t, "location", must(tw.Location.GetByName(ctx, "nbg1"))(t).NetworkZone, hcloud.NetworkZoneEUCentral)
	prices, _, err := tw.Pricing.Get(ctx)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "volume", prices.Volume.PerGBMonthly.Net, "0.0572000000")
}
