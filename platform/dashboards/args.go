package dashboards

import (
	"errors"
	"fmt"
	"path"
	"regexp"

	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

// Args say what there is to be shown.
type Args struct {
	// VolumePath is where the volume is mounted on the node. Required.
	// Range: an absolute path.
	VolumePath string
	// Longhorn, Postgres and Loki say that the cloud has them.
	// Default: without them, and without their dashboards.
	Longhorn, Postgres, Loki bool
}

// Platform returns the dashboards of the platform. The first is the one to begin with.
//
// Errors: every problem of the args at once.
func Platform(args *Args) ([]*Dashboard, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("dashboards: %w", err)
	}
	out := []*Dashboard{a.overview(), a.node(), a.cluster(), a.capacity(), flux(), ingress()}
	if a.Postgres {
		out = append(out, postgresql())
	}
	if a.Loki {
		out = append(out, logs())
	}
	return out, nil
}

// complete returns a checked copy of the args, or every problem at once.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *dashboards.Args")
	}
	a := *args
	if !path.IsAbs(a.VolumePath) || path.Clean(a.VolumePath) != a.VolumePath {
		return nil, fmt.Errorf("volumePath: got %q, want an absolute path such as /data", a.VolumePath)
	}
	return &a, nil
}

// Application is what an application's dashboard shows.
type Application struct {
	// Name is the application's, and Namespace where it runs. Required.
	Name, Namespace string
	// Host is its public name.
	// Default: none; nobody reaches it from outside.
	Host string
	// Service is the name of its service, by which the ingress counts its requests.
	// Default: the name of the application.
	Service string
	// Database is the name of its database.
	// Default: none.
	Database string
	// Loki says that there are logs.
	Loki bool
}

var databaseForm = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)

func (app *Application) complete() (*Application, error) {
	if app == nil {
		return nil, errors.New("application: got nil, want *dashboards.Application")
	}
	a := *app
	if a.Service == "" {
		a.Service = a.Name
	}
	var errs []error
	for _, n := range []struct{ key, name string }{{"name", a.Name}, {"namespace", a.Namespace}, {"service", a.Service}} {
		if !naming.IsLabel(n.name) {
			errs = append(errs, fmt.Errorf("%s: got %q, want a DNS label", n.key, n.name))
		}
	}
	if a.Host != "" && !naming.IsDomain(a.Host) {
		errs = append(errs, fmt.Errorf("host: got %q, want a name such as shop.example.com", a.Host))
	}
	if a.Database != "" && !databaseForm.MatchString(a.Database) {
		errs = append(errs, fmt.Errorf("database: got %q, want letters, digits, dashes and underscores", a.Database))
	}
	return &a, errors.Join(errs...)
}
