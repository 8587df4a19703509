package review

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// plans is how many plans are made up, always the same ones.
const plans, seed = 5000, 1

// author makes plans up as the engine would make them, over a world of their own.
type author struct {
	*rand.Rand
	*world
	ids   map[resource.URN]string
	steps []Step
}

// labels are what a server can carry, and targets what a firewall can be applied to.
var (
	labels = []any{
		nil, inputs{}, inputs{"owner": "me"}, inputs{"stack": "s"}, inputs{"project": "p", "stack": "s"},
		inputs{"project": "p", "stack": "s", "owner": "me"}, inputs{"project": "p", "stack": "t"}, inputs{"project": "q", "stack": "s"},
	}
	targets = []any{
		nil, []any{}, []any{inputs{"labelSelector": "a"}}, []any{inputs{"labelSelector": "b"}},
		[]any{inputs{"labelSelector": "b"}, inputs{"labelSelector": "a"}},
	}
)

// cast are the resources of a cloud, and what can be wanted of each.
var cast = []struct {
	token, name string
	wishes      map[string][]any
}{
	{tVolume, "data", map[string][]any{"name": {"a", "b"}, "size": {40.0, 50.0, 60.0}, "deleteProtection": {true, false, nil}, "labels": {"x", "y"}, "format": {nil, "ext4"}, "serverId": {nil, 7.0}}},
	{tAttachment, "data-attachment", map[string][]any{"automount": {false}}},
	{tAddress, "ipv4", map[string][]any{"autoDelete": {false, true, nil}, "deleteProtection": {true, false}, "assigneeId": {nil, 9.0}, "labels": {"x", "y"}}},
	{tAddress, "ipv6", map[string][]any{"labels": {"x", "y"}}},
	{tZone, "zone", map[string][]any{"ttl": {300.0, 600.0}}},
	{tRecordSet, "dns-apex", map[string][]any{"records": {"192.0.2.1", "192.0.2.2"}}},
	{tRecord, "www", map[string][]any{"comment": {"x", "y"}}},
	{tServer, "node", map[string][]any{"name": {"a", "b"}, "serverType": {"cx23", "cx33"}, "publicNets": {"one", "two"}, "deleteProtection": {true, false}, "labels": labels}},
	{tNetwork, "network", map[string][]any{"labels": {"x", "y"}}},
	{tSubnet, "network-subnet", nil},
	{tMembership, "node-network", nil},
	{tPassword, "k3s-token", nil},
	{tPassword, "node-host-key", nil},
	{tPassword, "grafana", nil},
	{tFirewall, "edge", map[string][]any{"rules": {"x", "y"}, "name": {"a", "b"}, "applyTos": targets}},
	{tCluster, "cluster", map[string][]any{"kubeconfig": {"x", "y"}}},
	{tNamespace, "postgres", map[string][]any{"metadata": {"x", "y"}}},
	{tClaim, "registry", map[string][]any{"spec": {"x", "y"}}},
	{tDisk, "disk", nil},
	{tClass, "standard", nil},
	{tPostgres, "postgres", map[string][]any{"spec": {"x", "y"}}},
	{tDatabase, "shop", nil},
	{tRelease, "storage-longhorn", map[string][]any{"spec": {"x", "y"}}},
	{tConfigMap, "settings", map[string][]any{"data": {"x", "y"}}},
	{tKey, "node-login", map[string][]any{"name": {"a", "b"}}},
	{tCommand, "anything", map[string][]any{"stdin": {"x", "y"}}},
}

func (a *author) wish(wishes map[string][]any) inputs {
	in := inputs{}
	for _, k := range slices.Sorted(maps.Keys(wishes)) {
		if v := wishes[k][a.IntN(len(wishes[k]))]; v != nil {
			in[k] = v
		}
	}
	return in
}

// sometimes is true once in n times.
func (a *author) sometimes(n int) bool { return a.IntN(n) == 0 }

// write adds what is done to one resource.
func (a *author) write(token, name string, wishes map[string][]any) {
	u := urn(token, name)
	asked := a.wish(wishes)
	if a.sometimes(20) { // it is new, made or taken over
		op := []Op{opCreate, opImport}[a.IntN(2)]
		a.add(op, u, nil, a.as(u, "77", asked))
		return
	}
	a.next++
	id := fmt.Sprint(a.next)
	has := maps.Clone(asked)
	a.ids[u], a.asked[u] = id, asked
	refreshed, found := a.sometimes(3), !a.sometimes(12)
	if found {
		if refreshed && a.sometimes(3) { // other hands changed it
			has = a.wish(wishes)
		}
		a.there[id] = object{token, has}
	}
	old := a.as(u, id, has)
	old.RetainOnDelete = token == tVolume && a.sometimes(2)
	if refreshed {
		before := a.as(u, id, asked)
		before.RetainOnDelete = old.RetainOnDelete
		a.add(opRefresh, u, before, nil)
	}
	wants := maps.Clone(asked)
	again := a.wish(wishes)
	for _, k := range slices.Sorted(maps.Keys(wishes)) {
		if !a.sometimes(8) {
			continue
		}
		delete(wants, k)
		if v, set := again[k]; set {
			wants[k] = v
		}
	}
	next := a.as(u, "", wants)
	next.RetainOnDelete = old.RetainOnDelete
	if refreshed && !found {
		if !a.sometimes(3) {
			a.add(opCreate, u, nil, next)
		}
		return
	}
	if !found { // nobody looked, so nothing is done that shows it
		a.add(opSame, u, old, unchanged(old))
		delete(a.ids, u)
		return
	}
	a.change(u, old, next)
}

// change adds what is done to a resource that is there.
func (a *author) change(u resource.URN, old, next *apitype.ResourceV3) {
	if a.sometimes(15) { // an interrupted update left another one behind
		id := "left" + string(old.ID)
		a.there[id], a.left[id] = object{string(u.Type()), old.Inputs}, true
		leftover := a.as(u, id, old.Inputs)
		leftover.Delete = true
		defer a.add(opDeleteReplaced, u, leftover, nil)
	}
	switch n := a.IntN(60); {
	case n == 0:
		a.add(opDelete, u, old, nil)
	case n == 1:
		a.add(opDeleteReplaced, u, old, nil)
		deleted := *old // as the engine shows it from then on
		deleted.PendingReplacement = true
		a.add(opReplace, u, &deleted, next)
		a.add(opCreateReplacement, u, &deleted, next)
	case n == 2:
		a.add(opCreateReplacement, u, old, next)
		a.add(opReplace, u, old, next)
		a.add(opDeleteReplaced, u, old, nil)
	case n == 3:
		next.ID = "78"
		a.add(opImportReplacement, u, old, next)
		a.add(opReplace, u, old, next)
		a.add(opDeleteReplaced, u, old, nil)
	case n == 4:
		a.add(opReadReplacement, u, old, next)
		a.add(opReplace, u, old, next)
	case n == 5:
		a.add(opDiscard, u, old, nil)
	case n == 6 && !slices.Contains(irreplaceable, string(u.Type())): // the first half of a replacement was done before
		delete(a.there, string(old.ID))
		delete(a.ids, u)
		old.PendingReplacement = true
		a.add(opReplace, u, old, next)
		a.add(opCreateReplacement, u, old, next)
	case n < 40:
		a.add(opUpdate, u, old, next)
	default:
		a.add(opSame, u, old, unchanged(old))
	}
}

// unchanged is what is wanted of a resource that is left alone.
func unchanged(old *apitype.ResourceV3) *apitype.ResourceV3 {
	next := *old
	next.ID = ""
	return &next
}

func (a *author) as(u resource.URN, id string, in inputs) *apitype.ResourceV3 {
	s := state(u, in)
	s.ID = resource.ID(id)
	return s
}

func (a *author) add(op Op, u resource.URN, old, next *apitype.ResourceV3) {
	a.steps = append(a.steps, Step{Op: op, URN: u, OldState: old, NewState: next})
}

// TestGuardRefusesExactlyWhatLosesSomething makes plans up, carries each out in a model of the world, and holds the guard
// against what that cost: no plan that loses anything passes, and none that loses nothing is refused.
func TestGuardRefusesExactlyWhatLosesSomething(t *testing.T) {
	refused := 0
	for i := range plans {
		a := &author{Rand: rand.New(rand.NewPCG(seed, uint64(i))), world: newWorld(), ids: map[resource.URN]string{}}
		for _, c := range cast {
			if a.sometimes(3) {
				a.write(c.token, c.name, c.wishes)
			}
		}
		a.begin(a.ids)
		for _, s := range a.steps {
			a.do(s, a.ids)
		}
		lost := a.lost(a.ids)
		v := Guard(plan(t, a.steps...), Override{})
		if v.Refused() != (len(lost) > 0) {
			t.Fatalf("plan %d: got\n%s\nwant it refused for %q; the steps:\n%s", i, v.String(), lost, document(t, a.steps...))
		}
		if v.Refused() {
			refused++
		}
	}
	if refused < plans/10 || refused > plans*9/10 {
		t.Errorf("got %d of %d plans refused, want a mixture", refused, plans)
	}
}
