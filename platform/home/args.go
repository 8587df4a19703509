package home

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

// Args configures a Home.
type Args struct {
	// Namespace is the page's own. It must be there. Required.
	Namespace string
	// Image is Glance, in an exact version. Required.
	Image string
	// PriorityClass ranks the pod. Required.
	PriorityClass string
	// Size is what the page may take. Required.
	Size Size
	// Title is what the page is called.
	// Default: Home.
	Title string
	// Groups are what is on it, in this order. Required; one without sites is left out.
	Groups []Group
	// After is what must be there before anything of this.
	// Default: nothing.
	After []pulumi.Resource
}

// Group is sites under one heading.
type Group struct {
	// Name is the heading. Required.
	Name string
	// Sites are what is listed, in this order.
	Sites []Site
}

// Site is one service, or one application.
type Site struct {
	// Title is what it is called. Required.
	Title string
	// URL is where a browser is led. Required.
	URL string
	// Check is how the page finds out whether it is well. Required.
	Check Check
}

// Check is a request within the cluster, past every gate, which would answer in the place of the service.
type Check struct {
	// Namespace and Service say who is asked. Required.
	Namespace, Service string
	// Port is the service's. Required.
	Port int
	// PodPort is what that leads to, by which a policy knows it.
	// Default: Port.
	PodPort int
	// Path is what is fetched. Required.
	Path string
	// Status is the answer when all is well.
	// Default: 200.
	Status int
	// OwnCertificate says that it is asked by HTTPS, and shows a certificate that nobody knows.
	OwnCertificate bool
}

// URL is what is fetched.
func (c Check) URL() string {
	u := url.URL{Scheme: "http", Host: fmt.Sprintf("%s.%s.svc.cluster.local:%d", c.Service, c.Namespace, c.Port), Path: c.Path}
	if c.OwnCertificate {
		u.Scheme = "https"
	}
	return u.String()
}

// Reach is a port of the pods of a namespace that the page asks.
type Reach struct {
	Namespace string
	Port      int
}

// Reaches are all that the groups ask, each once, in the order of the page. The namespaces must let them in.
func Reaches(groups []Group) []Reach {
	var all []Reach
	seen := map[Reach]bool{}
	for _, g := range groups {
		for _, s := range g.Sites {
			r := Reach{s.Check.Namespace, s.Check.PodPort}
			if r.Port == 0 {
				r.Port = s.Check.Port
			}
			if !seen[r] {
				all = append(all, r)
			}
			seen[r] = true
		}
	}
	return all
}

// Size is what the page may take.
type Size struct{ Page footprint.Resources }

// SizeFor returns what the page may take in a profile: it is for one person, whatever the server. It holds 17 MiB at first,
// and 22 after a thousand views of a page of ten sites, each of which asked all ten at once. The limit is far beyond both.
func SizeFor(footprint.Profile) Size {
	return Size{footprint.Resources{CPU: 5, Memory: 22, MemoryLimit: 64}}
}

// Footprint is what the page asks of the node.
func (s Size) Footprint() footprint.Footprint {
	return footprint.Footprint{Component: "home", Parts: []footprint.Part{{Name: "page", Replicas: 1, Resources: s.Page}}}
}

const defaultTitle = "Home"

// complete returns a checked copy of the args with its defaults, or every problem at once.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *home.Args")
	}
	a := *args
	var errs []error
	check := func(right bool, format string, got ...any) {
		if !right {
			errs = append(errs, fmt.Errorf(format, got...))
		}
	}
	for _, n := range []struct{ key, name string }{{"namespace", a.Namespace}, {"priorityClass", a.PriorityClass}} {
		check(naming.IsLabel(n.name), "%s: got %q, want a DNS label", n.key, n.name)
	}
	// The form is the workload's to check.
	check(a.Image != "", "image: got none, want Glance in an exact version")
	m := a.Size.Page
	check(m.CPU >= 1 && m.Memory >= 1 && m.MemoryLimit >= m.Memory, "size: got %+v, want one of SizeFor", m)
	if a.Title == "" {
		a.Title = defaultTitle
	}
	check(isText(a.Title), "title: got %q, want one line", a.Title)
	a.Groups = nil
	headings := map[string]bool{}
	for _, g := range args.Groups {
		check(isText(g.Name) && !headings[g.Name], "groups: got the name %q, want one line, once", g.Name)
		headings[g.Name] = true
		g.check(check)
		if len(g.Sites) > 0 {
			a.Groups = append(a.Groups, g)
		}
	}
	check(len(a.Groups) > 0, "groups: got none with a site, want at least one")
	return &a, errors.Join(errs...)
}

func (g Group) check(check func(bool, string, ...any)) {
	seen := map[string]bool{}
	for _, s := range g.Sites {
		at := g.Name + ": " + s.Title
		check(isText(s.Title) && !seen[s.Title], "groups: %s: got the title %q, want one line, once", g.Name, s.Title)
		seen[s.Title] = true
		u, err := url.Parse(s.URL)
		check(err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && isText(s.URL), "groups: %s: got the URL %q, want an https one", at, s.URL)
		c := s.Check
		for _, n := range []struct{ key, name string }{{"namespace", c.Namespace}, {"service", c.Service}} {
			check(naming.IsLabel(n.name), "groups: %s: check.%s: got %q, want a DNS label", at, n.key, n.name)
		}
		check(c.Port >= 1 && c.Port <= 65535, "groups: %s: check.port: got %d, want 1 to 65535", at, c.Port)
		check(c.PodPort >= 0 && c.PodPort <= 65535, "groups: %s: check.podPort: got %d, want 1 to 65535, or none", at, c.PodPort)
		check(strings.HasPrefix(c.Path, "/") && isText(c.Path), "groups: %s: check.path: got %q, want one that begins with /", at, c.Path)
		check(c.Status == 0 || c.Status >= 200 && c.Status <= 599, "groups: %s: check.status: got %d, want 200 to 599, or none", at, c.Status)
	}
}

// isText tells whether Glance takes a text as it is: it would put variables of its environment in the place of ${…}.
func isText(s string) bool {
	return s != "" && strings.TrimSpace(s) == s && !strings.ContainsAny(s, "\r\n") && !strings.Contains(s, "${")
}
