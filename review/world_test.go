package review

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// world is a model of Hetzner and of Pulumi's state. It says what a plan costs by doing it, and knows nothing of the
// guard's table.
type world struct {
	there map[string]object       // what exists, by ID
	asked map[resource.URN]inputs // what the program wanted of it before
	next  int                     // the next free ID
	was   map[string]object       // what existed before the plan
	knew  map[resource.URN]string // the IDs that Pulumi knew before the plan
	left  map[string]bool         // IDs that an interrupted update left over
	taken map[string]bool         // IDs that were adopted
}

// object is one resource.
type object struct {
	token string
	in    inputs
}

func newWorld() *world {
	return &world{
		there: map[string]object{}, asked: map[resource.URN]inputs{}, next: 100,
		was: map[string]object{}, knew: map[resource.URN]string{}, left: map[string]bool{}, taken: map[string]bool{},
	}
}

// begin takes down what there is before the plan.
func (w *world) begin(ids map[resource.URN]string) {
	w.was, w.knew = maps.Clone(w.there), maps.Clone(ids)
}

// do carries a step out; ids are what Pulumi knows each resource by.
func (w *world) do(s Step, ids map[resource.URN]string) {
	made := func(in inputs) {
		w.next++
		id := fmt.Sprint(w.next)
		w.there[id] = object{string(s.URN.Type()), in}
		ids[s.URN] = id
	}
	switch s.Op {
	case opRefresh:
		if _, found := w.there[ids[s.URN]]; !found {
			delete(ids, s.URN)
		}
	case opCreate, opCreateReplacement:
		made(s.NewState.Inputs)
	case opUpdate:
		w.there[ids[s.URN]] = object{string(s.URN.Type()), s.NewState.Inputs}
	case opDelete, opDeleteReplaced:
		id := string(s.OldState.ID)
		if !s.OldState.RetainOnDelete {
			delete(w.there, id)
		}
		if ids[s.URN] == id {
			delete(ids, s.URN)
		}
	case opDiscard, opRemovePendingReplace:
		delete(ids, s.URN)
	case opImport, opImportReplacement:
		ids[s.URN] = string(s.NewState.ID)
		w.taken[ids[s.URN]] = true
	case opReadReplacement:
		delete(ids, s.URN)
	}
}

// lossy are the types whose objects must not go, irreplaceable those that must not even be made again.
var (
	lossy = []string{
		tVolume, tAttachment, tAddress, tZone, tRecordSet, tRecord, tServer, tFirewall, tNetwork, tSubnet, tMembership, tPassword,
		tCluster, tNamespace, tClaim, tDisk, tClass, tPostgres, tDatabase, tRelease,
	}
	irreplaceable = []string{tVolume, tZone, tPassword, tNamespace, tClaim, tDisk, tPostgres, tDatabase, tRelease}
)

// lost is what the plan cost.
func (w *world) lost(ids map[resource.URN]string) []string {
	var out []string
	for id, o := range w.was {
		now, exists := w.there[id]
		switch {
		case !slices.Contains(lossy, o.token):
		case !exists:
			out = append(out, o.token+" "+id+" is gone")
		case !slices.Contains(slices.Collect(maps.Values(ids)), id) && !w.left[id]:
			out = append(out, o.token+" "+id+" is forgotten")
		default:
			out = append(out, w.stranded(id, o, now)...)
		}
	}
	for urn, id := range w.knew {
		if _, there := w.was[id]; !there && slices.Contains(irreplaceable, string(urn.Type())) && ids[urn] != id && !w.taken[ids[urn]] {
			out = append(out, string(urn)+" was missing and is another one")
		}
	}
	return out
}

// stranded is what an object that is still there has lost.
func (w *world) stranded(id string, was, now object) []string {
	asked := was.in
	for urn, known := range w.knew {
		if known == id && w.asked[urn] != nil {
			asked = w.asked[urn]
		}
	}
	differs := func(keys ...string) bool {
		return slices.ContainsFunc(keys, func(k string) bool { return !reflect.DeepEqual(asked[k], now.in[k]) })
	}
	bad := false
	switch was.token {
	case tVolume:
		less := was.in["size"] != nil && (now.in["size"] == nil || now.in["size"].(float64) < was.in["size"].(float64))
		bare := (asked["deleteProtection"] == true || was.in["deleteProtection"] == true) && now.in["deleteProtection"] != true
		bad = less || bare || differs("name", "format", "serverId")
	case tAddress:
		bad = asked["autoDelete"] != true && now.in["autoDelete"] == true || differs("assigneeId")
	case tServer:
		bad = differs("name", "publicNets") || slices.ContainsFunc([]string{"project", "stack"}, func(label string) bool {
			return holds(asked, label) != "" && holds(asked, label) != holds(now.in, label)
		})
	case tFirewall:
		in := selectors(now.in)
		bad = slices.ContainsFunc(selectors(asked), func(s string) bool { return !slices.Contains(in, s) })
	}
	if bad {
		return []string{fmt.Sprintf("%s %s was asked for as %v, was %v and is %v", was.token, id, asked, was.in, now.in)}
	}
	return nil
}

// holds is the value of a label, and nothing where there is none.
func holds(in inputs, label string) string {
	labels, _ := in["labels"].(inputs)
	value, _ := labels[label].(string)
	return value
}

// selectors are those a firewall is applied by.
func selectors(in inputs) []string {
	var found []string
	targets, _ := in["applyTos"].([]any)
	for _, t := range targets {
		found = append(found, t.(inputs)["labelSelector"].(string))
	}
	return found
}
