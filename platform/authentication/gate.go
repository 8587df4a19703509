package authentication

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/naming"
	"github.com/lvs-cloud/lvs-cloud/internal/object"
	"github.com/lvs-cloud/lvs-cloud/platform/workload"
)

const (
	gateToken = "lvs-cloud:platform:Gate"
	// gateName is what the middleware is called in each namespace.
	gateName = "sign-on"
	// Source: https://www.authelia.com/reference/guides/proxy-authorization/#forwardauth
	forwardAuthPath = "/api/authz/forward-auth"
	// mostAnswer is beyond any answer of Authelia's, which has no body worth reading.
	mostAnswer = 8192
)

// identity are the headers by which a service behind the gate learns who asks. Traefik takes them off every request that comes
// in, so that nobody can name themselves.
var identity = []string{"Remote-User", "Remote-Groups", "Remote-Email", "Remote-Name"}

// GateArgs configures a Gate.
type GateArgs struct {
	// Namespace is where the gate is used: Traefik lets an Ingress name those of its own namespace alone. It must be there.
	// Required.
	Namespace string
	// Server is the namespace of Authelia. Required.
	Server string
	// After is what must be there before it: the namespace, and Traefik's definitions.
	// Default: nothing.
	After []pulumi.Resource
}

// Gate has every request asked after by the Rules, before it reaches a service of a namespace.
type Gate struct {
	pulumi.ResourceState

	// Reference is GateReference, known once the gate is there. It goes into the annotation
	// traefik.ingress.kubernetes.io/router.middlewares of an Ingress; Traefik serves no name whose gate it does not know.
	Reference pulumi.StringOutput `pulumi:"reference"`
	// Ready is what comes before whatever needs it, as the component itself would not do.
	Ready []pulumi.Resource
}

// GateReference is how an Ingress names the gate of its namespace.
func GateReference(namespace string) string { return namespace + "-" + gateName + "@kubernetescrd" }

type middleware struct {
	ForwardAuth forwardAuth `json:"forwardAuth"`
}

// forwardAuth is Traefik's; the headers that say where a request comes from are its own by then, whatever the client sent.
// Source: https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/forwardauth/
type forwardAuth struct {
	Address             string   `json:"address"`
	TrustForwardHeader  bool     `json:"trustForwardHeader"`
	AuthResponseHeaders []string `json:"authResponseHeaders"`
	MaxResponseBodySize int      `json:"maxResponseBodySize"`
}

// NewGate makes the gate of a namespace. Invalid args register nothing.
func NewGate(ctx *pulumi.Context, name string, args *GateArgs, opts ...pulumi.ResourceOption) (*Gate, error) {
	if err := args.check(); err != nil {
		return nil, fmt.Errorf("gate %q: %w", name, err)
	}
	g := &Gate{}
	if err := ctx.RegisterComponentResourceV2(gateToken, name, pulumi.Map{"namespace": pulumi.String(args.Namespace)}, g, opts...); err != nil {
		return nil, fmt.Errorf("gate %q: %w", name, err)
	}
	made, err := object.New(ctx, name, &object.Args{
		APIVersion: "traefik.io/v1alpha1", Kind: "Middleware", Namespace: args.Namespace, Name: gateName,
		Spec: middleware{forwardAuth{
			Address:            fmt.Sprintf("http://%s:%d%s", workload.Host(args.Server, ServiceName), Port, forwardAuthPath),
			TrustForwardHeader: true, AuthResponseHeaders: identity, MaxResponseBodySize: mostAnswer,
		}},
	}, pulumi.Parent(g), pulumi.DependsOn(args.After))
	if err != nil {
		return nil, fmt.Errorf("gate %q: %w", name, err)
	}
	g.Ready = []pulumi.Resource{made}
	reference := GateReference(args.Namespace)
	g.Reference = made.Metadata.Name().Elem().ApplyT(func(string) string { return reference }).(pulumi.StringOutput)
	if err := ctx.RegisterResourceOutputs(g, pulumi.Map{"reference": g.Reference}); err != nil {
		return nil, fmt.Errorf("gate %q: outputs: %w", name, err)
	}
	return g, nil
}

func (args *GateArgs) check() error {
	if args == nil {
		return errors.New("args: got nil, want *authentication.GateArgs")
	}
	var errs []error
	for _, n := range []struct{ key, name string }{{"namespace", args.Namespace}, {"server", args.Server}} {
		if !naming.IsLabel(n.name) {
			errs = append(errs, fmt.Errorf("%s: got %q, want a DNS label", n.key, n.name))
		}
	}
	return errors.Join(errs...)
}
