package hetzner

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

// action is a piece of work and its outcome.
type action struct {
	schema.Action
	Expected time.Duration `json:"-"` // of the work, for the progress shown
}

func (a *action) meta() meta { return meta{id: a.ID, created: a.Started} }

func (a *action) isRunning() bool { return a.Status == string(hcloud.ActionStatusRunning) }

// finish ends the action; failure is nil on success.
func (a *action) finish(now time.Time, failure *schema.ActionError) {
	a.Status, a.Progress, a.Finished, a.Error = string(hcloud.ActionStatusSuccess), 100, &now, failure
	if failure != nil {
		a.Status = string(hcloud.ActionStatusError)
	}
}

// refersTo reports whether the action works on that object.
func (a *action) refersTo(kind hcloud.ActionResourceType, id int64) bool {
	return slices.Contains(a.Resources, ref(kind, id))
}

func ref(kind hcloud.ActionResourceType, id int64) schema.ActionResourceReference {
	return schema.ActionResourceReference{ID: id, Type: string(kind)}
}

// busy reports whether an action holds the object.
func (p *project) busy(kind hcloud.ActionResourceType, id int64) bool {
	for _, a := range p.Actions.items {
		if a.isRunning() && a.refersTo(kind, id) {
			return true
		}
	}
	return false
}

// free refuses with locked while an action holds the object.
func (p *project) free(kind hcloud.ActionResourceType, id int64) error {
	if p.busy(kind, id) {
		return refuse(hcloud.ErrorCodeLocked, "cannot perform operation because %s is locked", kind)
	}
	return nil
}

func actions() noun[*action] {
	return noun[*action]{
		singular: "action", plural: "actions",
		of:   func(c *call) *collection[*action] { return &c.p.Actions },
		view: func(c *call, a *action) any { return c.e.shown(a) },
		filters: map[string]func(*action, string) bool{
			"id":     func(a *action, v string) bool { return strconv.FormatInt(a.ID, 10) == v },
			"status": func(a *action, v string) bool { return a.Status == v },
		},
		sorts: map[string]func(a, b *action) int{
			"status":   func(a, b *action) int { return cmp.Compare(a.Status, b.Status) },
			"command":  func(a, b *action) int { return cmp.Compare(a.Command, b.Command) },
			"progress": func(a, b *action) int { return cmp.Compare(a.Progress, b.Progress) },
			"started":  func(a, b *action) int { return a.Started.Compare(b.Started) },
			"finished": func(a, b *action) int { return finishedAt(a).Compare(finishedAt(b)) },
		},
	}
}

func finishedAt(a *action) time.Time {
	if a.Finished == nil {
		return time.Time{}
	}
	return *a.Finished
}

// shown is the action with the progress its running time suggests.
func (e *Emulator) shown(a *action) schema.Action {
	view := a.Action
	if a.isRunning() && a.Expected > 0 {
		view.Progress = min(99, int(100*e.now().Sub(a.Started)/a.Expected))
	}
	return view
}

func actionParameters() []string { return append(pageParameters(), "id", "status") }

// actionRoutes are the ways to look at actions: all by id, and per kind and object.
func actionRoutes() []route {
	all := actions()
	routes := []route{
		{"GET /actions", actionParameters(), listActions},
		{"GET /actions/{id}", nil, all.get},
	}
	kinds := map[string]hcloud.ActionResourceType{
		"servers": hcloud.ActionResourceTypeServer, "volumes": hcloud.ActionResourceTypeVolume,
		"networks": hcloud.ActionResourceTypeNetwork, "firewalls": hcloud.ActionResourceTypeFirewall,
		"primary_ips": hcloud.ActionResourceTypePrimaryIP, "zones": hcloud.ActionResourceTypeZone,
	}
	for _, plural := range sortedKeys(kinds) {
		kind := kinds[plural]
		routes = append(routes,
			route{"GET /" + plural + "/actions", actionParameters(), func(c *call) (reply, error) { return listActionsOf(c, kind, 0) }},
			route{"GET /" + plural + "/actions/{id}", nil, func(c *call) (reply, error) { return getActionOf(c, kind, 0) }},
			route{"GET /" + plural + "/{object}/actions", actionParameters(), func(c *call) (reply, error) {
				id, err := objectID(c, kind)
				if err != nil {
					return fail(err)
				}
				return listActionsOf(c, kind, id)
			}},
			route{"GET /" + plural + "/{object}/actions/{id}", nil, func(c *call) (reply, error) {
				id, err := objectID(c, kind)
				if err != nil {
					return fail(err)
				}
				return getActionOf(c, kind, id)
			}},
		)
	}
	return routes
}

// listActions answers by id only; listing every action of a project is an endpoint of the past.
func listActions(c *call) (reply, error) {
	if !c.query.Has("id") {
		return fail(refuse(hcloud.ErrorDeprecatedAPIEndpoint, "listing actions needs at least one id"))
	}
	return actions().list(c)
}

func listActionsOf(c *call, kind hcloud.ActionResourceType, id int64) (reply, error) {
	return actions().listOf(c, slices.DeleteFunc(c.p.Actions.all(), func(a *action) bool { return !a.belongs(kind, id) }))
}

func getActionOf(c *call, kind hcloud.ActionResourceType, id int64) (reply, error) {
	a, err := actions().find(c)
	if err != nil {
		return fail(err)
	}
	if !a.belongs(kind, id) {
		return fail(notFound("action", a.ID))
	}
	return ok(actions().one(c, a))
}

// belongs reports whether the action is about that object, or any of the kind when id is 0.
func (a *action) belongs(kind hcloud.ActionResourceType, id int64) bool {
	return slices.ContainsFunc(a.Resources, func(r schema.ActionResourceReference) bool {
		return r.Type == string(kind) && (id == 0 || r.ID == id)
	})
}

// objectID is the id of the object whose actions are asked for; zones go by name as well.
func objectID(c *call, kind hcloud.ActionResourceType) (int64, error) {
	raw := c.r.PathValue("object")
	if kind == hcloud.ActionResourceTypeZone {
		if z, found := c.p.Zones.byName(raw); found {
			return z.ID, nil
		}
	}
	id, err := strconv.ParseInt(raw, 10, 64)
	if err != nil || id <= 0 {
		return 0, notFound(string(kind), raw)
	}
	return id, nil
}
