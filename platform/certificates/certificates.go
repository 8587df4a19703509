// Package certificates has the cloud's certificate signed by Let's Encrypt, and renewed, by cert-manager.
//
// It exists because the rules for signing differ with the DNS: with a zone of the cloud's own there is one certificate for
// everything; without one each name is proven by a request to it. Account and private keys are secrets of the cluster, and
// survive a new server with its data. The token of the zone goes into one secret and nowhere else.
package certificates

import (
	"fmt"
	"slices"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/object"
	"github.com/lvs-cloud/lvs-cloud/platform/release"
)

// SecretName is where the signed certificate is, in the namespace that was asked for.
const SecretName = "default-certificate"

const (
	typeToken = "lvs-cloud:platform:Certificates"

	managerRepository = "oci://quay.io/jetstack/charts"
	solverRepository  = "https://charts.hetzner.cloud"
	// tokenName and tokenKey are where the zone's token is kept.
	tokenName, tokenKey = "hetzner-zone", "token"
	// propagation is how long a record of a challenge may take until Let's Encrypt sees it.
	propagation = 15 * time.Minute
)

// Certificates is cert-manager with the cloud's certificate.
type Certificates struct {
	pulumi.ResourceState

	// Ready is what comes before whatever needs it. The component itself would not do: who depends on one depends on those of its
	// parts that are known at that moment, and they become known on the side.
	Ready []pulumi.Resource
}

// New installs cert-manager and has the certificate signed. Invalid args register nothing.
//
// With a zone it waits until the certificate is there. Without one it does not: the names may lead here only later, and
// cert-manager tries by itself until they do.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Certificates, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("certificates %q: %w", name, err)
	}
	c := &Certificates{}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, pulumi.Map{"domain": pulumi.String(a.Domain)}, c, opts...); err != nil {
		return nil, fmt.Errorf("certificates %q: %w", name, err)
	}
	ready, err := c.install(ctx, name, a)
	if err != nil {
		return nil, fmt.Errorf("certificates %q: %w", name, err)
	}
	if err := c.sign(ctx, name, a, ready); err != nil {
		return nil, fmt.Errorf("certificates %q: %w", name, err)
	}
	if err := ctx.RegisterResourceOutputs(c, pulumi.Map{}); err != nil {
		return nil, fmt.Errorf("certificates %q: outputs: %w", name, err)
	}
	return c, nil
}

// install makes cert-manager and, for a zone, what answers challenges in it. It returns what issuers need.
func (c *Certificates) install(ctx *pulumi.Context, name string, a *Args) ([]pulumi.Resource, error) {
	manager, err := release.New(ctx, name+"-manager", &release.Args{
		Namespace: a.Namespace, Chart: release.Chart{Repository: managerRepository, Name: "cert-manager", Version: a.Version},
		Values: managerValues{
			CRDs: crds{Enabled: true, Keep: true}, Global: global{a.PriorityClass}, Only: true,
			Resources: a.Size.Controller.Requirements(), CAInjector: sized{a.Size.CAInjector.Requirements()}, Webhook: sized{a.Size.Webhook.Requirements()},
		},
		After: a.After,
	}, pulumi.Parent(c))
	if err != nil {
		return nil, err
	}
	c.Ready = slices.Clone(manager.Ready)
	ready := slices.Clone(manager.Ready)
	if a.ZoneToken == nil {
		return ready, nil
	}
	token, err := corev1.NewSecret(ctx, name+"-zone", &corev1.SecretArgs{
		Metadata:   &metav1.ObjectMetaArgs{Name: pulumi.String(tokenName), Namespace: pulumi.String(a.Namespace)},
		StringData: pulumi.ToSecret(pulumi.StringMap{tokenKey: a.ZoneToken}).(pulumi.StringMapOutput),
	}, pulumi.Parent(c), pulumi.DependsOn(a.After))
	if err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	solver, err := release.New(ctx, name+"-solver", &release.Args{
		Namespace: a.Namespace, Chart: release.Chart{Repository: solverRepository, Name: "cert-manager-webhook-hetzner", Version: a.SolverVersion},
		Values: solverValues{PriorityClassName: a.PriorityClass, Resources: a.Size.Solver.Requirements(), CertManager: home{a.Namespace}},
		After:  ready, // its chart makes a certificate of its own
	}, pulumi.Parent(c))
	if err != nil {
		return nil, err
	}
	return append(append(ready, token), solver.Ready...), nil
}

// sign makes both issuers, and the certificate by the one that was chosen.
func (c *Certificates) sign(ctx *pulumi.Context, name string, a *Args, ready []pulumi.Resource) error {
	var chosen pulumi.Resource
	for _, issuer := range []Issuer{Staging, Production} {
		made, err := object.New(ctx, name+"-"+string(issuer), &object.Args{
			APIVersion: "cert-manager.io/v1", Kind: "ClusterIssuer", Name: string(issuer),
			Spec: issuerSpec{acme{
				Server: servers[issuer], Email: a.Email, PrivateKeySecretRef: nameRef{string(issuer) + "-account"}, Solvers: []solver{a.solver()},
			}},
			WaitFor: "condition=Ready",
		}, pulumi.Parent(c), pulumi.DependsOn(ready))
		if err != nil {
			return err
		}
		if issuer == a.Issuer {
			chosen = made
		}
	}
	certificate := &object.Args{
		APIVersion: "cert-manager.io/v1", Kind: "Certificate", Namespace: a.CertificateNamespace, Name: SecretName,
		Spec: certificateSpec{
			SecretName: SecretName, DNSNames: a.names(), IssuerRef: issuerRef{string(a.Issuer), "ClusterIssuer", "cert-manager.io"},
			PrivateKey: privateKey{"ECDSA", "Always"},
		},
	}
	if a.ZoneToken != nil {
		certificate.WaitFor, certificate.Timeout = "condition=Ready", propagation
	}
	_, err := object.New(ctx, name+"-default", certificate, pulumi.Parent(c), pulumi.DependsOn([]pulumi.Resource{chosen}))
	return err
}

func (args *Args) solver() solver {
	if args.ZoneToken == nil {
		return solver{HTTP01: &http01{ingressSolver{"traefik"}}}
	}
	return solver{DNS01: &dns01{webhook{"acme.hetzner.com", "hetzner", solverConfig{keyRef{tokenName, tokenKey}}}}}
}
