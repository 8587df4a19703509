// Package object makes one object of the cluster whose content is a Go struct, for kinds that the Kubernetes SDK has no
// type for.
//
// It exists so that no object is written as a map, in which a misspelt field is found by nobody. It refuses a content that
// is one. No secret may pass through it: what it is given is known before the first call, and is shown in a preview.
package object

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"time"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

var (
	// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
	nameForm    = regexp.MustCompile(`^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$`)
	versionForm = regexp.MustCompile(`^([a-z0-9.-]+/)?v[0-9]+((alpha|beta)[0-9]+)?$`)
	kindForm    = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)
)

// waitAnnotation makes the provider wait for a condition.
// Source: https://www.pulumi.com/registry/packages/kubernetes/
const waitAnnotation = "pulumi.com/waitFor"

// Args describes one object.
type Args struct {
	// APIVersion and Kind say what it is. Required.
	APIVersion, Kind string
	// Name is what it is called. Required.
	Name string
	// Namespace is where it is.
	// Default: none; its kind belongs to no namespace.
	Namespace string
	// Labels and Annotations are those of its metadata.
	Labels, Annotations map[string]string
	// Spec is a struct with JSON tags, rendered as the field `spec`. Required.
	Spec any
	// WaitFor is what it must come to before whatever depends on it is made.
	// Default: nothing. Range: as the annotation pulumi.com/waitFor, such as condition=Ready.
	WaitFor string
	// Timeout is how long is waited for that.
	// Default: 10 minutes.
	Timeout time.Duration
}

// New makes the object. Invalid args register nothing.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*apiextensions.CustomResource, error) {
	a, spec, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("object %q: %w", name, err)
	}
	meta := &metav1.ObjectMetaArgs{Name: pulumi.String(a.Name)}
	if a.Namespace != "" {
		meta.Namespace = pulumi.String(a.Namespace)
	}
	if len(a.Labels) > 0 {
		meta.Labels = pulumi.ToStringMap(a.Labels)
	}
	if len(a.Annotations) > 0 {
		meta.Annotations = pulumi.ToStringMap(a.Annotations)
	}
	if a.Timeout > 0 {
		limit := a.Timeout.String()
		opts = append(opts, pulumi.Timeouts(&pulumi.CustomTimeouts{Create: limit, Update: limit}))
	}
	o, err := apiextensions.NewCustomResource(ctx, name, &apiextensions.CustomResourceArgs{
		ApiVersion: pulumi.String(a.APIVersion), Kind: pulumi.String(a.Kind), Metadata: meta,
		OtherFields: kubernetes.UntypedArgs{"spec": spec},
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("object %q: %w", name, err)
	}
	return o, nil
}

// complete returns a checked copy of the args with the rendered spec, or every problem at once.
func (args *Args) complete() (*Args, pulumi.Map, error) {
	if args == nil {
		return nil, nil, errors.New("args: got nil, want *object.Args")
	}
	a := *args
	var errs []error
	check := func(right bool, format string, got any) {
		if !right {
			errs = append(errs, fmt.Errorf(format, got))
		}
	}
	check(versionForm.MatchString(a.APIVersion), "apiVersion: got %q, want one such as example.com/v1", a.APIVersion)
	check(kindForm.MatchString(a.Kind), "kind: got %q, want one such as Certificate", a.Kind)
	check(nameForm.MatchString(a.Name), "name: got %q, want lower-case letters, digits, dashes and dots", a.Name)
	check(a.Namespace == "" || naming.IsLabel(a.Namespace), "namespace: got %q, want a DNS label", a.Namespace)
	check(a.Timeout >= 0, "timeout: got %v, want none or a positive one", a.Timeout)
	check(a.Annotations[waitAnnotation] == "", "annotations: got "+waitAnnotation+" %q, want it as WaitFor", a.Annotations[waitAnnotation])
	if a.WaitFor != "" {
		a.Annotations = maps.Clone(a.Annotations)
		if a.Annotations == nil {
			a.Annotations = map[string]string{}
		}
		a.Annotations[waitAnnotation] = a.WaitFor
	}
	spec, err := render(a.Spec)
	if err != nil {
		errs = append(errs, fmt.Errorf("spec: %w", err))
	}
	return &a, spec, errors.Join(errs...)
}

// render turns a struct into inputs, by the way that the API server would read it.
func render(spec any) (pulumi.Map, error) {
	t := reflect.TypeOf(spec)
	if t != nil && t.Kind() == reflect.Pointer && !reflect.ValueOf(spec).IsNil() {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("got %T, want a struct", spec)
	}
	text, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	var plain map[string]any
	if err := json.Unmarshal(text, &plain); err != nil {
		return nil, err
	}
	return pulumi.ToMap(plain), nil
}
