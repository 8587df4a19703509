package release

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

// Args configures a Release.
type Args struct {
	// Namespace is where the release, its source and what it installs live. It must be there. Required.
	Namespace string
	// Chart is what is installed. Required.
	Chart Chart
	// Values are those of the chart that differ: a struct with JSON tags, which renders only what is set.
	// Default: none.
	Values any
	// SecretValues are values that are read out of secrets, since the object of a release can be read by many.
	// Default: none.
	SecretValues []SecretValue
	// Stateful says that data hangs on the release: when it fails it is tried again as it is, and never uninstalled or
	// rolled back, which for storage or a database means a loss.
	Stateful bool
	// After is what must be there before anything of the release. As an option, DependsOn would hold for the component
	// alone, and not for what it is made of; and of a component here, its Ready.
	// Default: nothing.
	After []pulumi.Resource
	// Timeout is what one attempt may take.
	// Default: 5 minutes.
	Timeout time.Duration
}

// Chart is one version of a Helm chart.
type Chart struct {
	// Repository is the URL of a Helm repository, or that of the folder that holds the chart in an OCI registry. Required.
	// Range: https or oci.
	Repository string
	// Name and Version are the chart's. Required.
	// Range: an exact version.
	Name, Version string
}

// SecretValue is one value of a chart, out of a secret in the namespace of the release.
type SecretValue struct {
	// Secret and Key say where it stands; Path is where the chart wants it, such as auth.password. Required.
	Secret, Key, Path string
}

const defaultTimeout = 5 * time.Minute

var (
	// Source: https://semver.org; some charts write a v before it.
	versionForm = regexp.MustCompile(`^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)
	// Source: the schema of HelmRelease.
	pathForm = regexp.MustCompile(`^([a-zA-Z0-9_\-.\\/]|\[[0-9]{1,5}\])+$`)
)

// complete returns a checked copy of the args with its defaults, or every problem at once.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *release.Args")
	}
	a := *args
	var errs []error
	check := func(right bool, format string, got ...any) {
		if !right {
			errs = append(errs, fmt.Errorf(format, got...))
		}
	}
	check(naming.IsLabel(a.Namespace), "namespace: got %q, want a DNS label", a.Namespace)
	u, err := url.Parse(a.Chart.Repository)
	check(err == nil && (u.Scheme == "https" || u.Scheme == "oci") && u.Host != "" && u.User == nil && u.RawQuery == "",
		"chart.repository: got %q, want an https or oci URL without user or query", a.Chart.Repository)
	check(naming.IsLabel(a.Chart.Name), "chart.name: got %q, want a DNS label", a.Chart.Name)
	check(versionForm.MatchString(a.Chart.Version), "chart.version: got %q, want an exact version such as 1.2.3", a.Chart.Version)
	check(isStruct(a.Values), "values: got %T, want a struct, or none", a.Values)
	seen := map[string]bool{}
	for _, s := range a.SecretValues {
		check(s.Secret != "" && s.Key != "" && pathForm.MatchString(s.Path), "secretValues: got %+v, want a secret, a key and a path", s)
		check(!seen[s.Path], "secretValues: got the path %q twice", s.Path)
		seen[s.Path] = true
	}
	check(a.Timeout == 0 || a.Timeout >= time.Second, "timeout: got %v, want at least a second", a.Timeout)
	if a.Timeout == 0 {
		a.Timeout = defaultTimeout
	}
	return &a, errors.Join(errs...)
}

func isStruct(v any) bool {
	t := reflect.TypeOf(v)
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t == nil || t.Kind() == reflect.Struct
}
