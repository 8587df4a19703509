// Package door lets requests for one host name in from outside, past the gates that are named and no others.
//
// It exists so that every service is reached by the same rules: HTTPS alone, the certificate of the cloud, and gates that
// stand in the namespace of the service. It makes no gate itself, and knows nobody. A gate that is not there lets nobody in:
// Traefik does not answer for a host whose middleware is missing.
package door

import (
	"fmt"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/platform/ingress"
)

const typeToken = "lvs-cloud:platform:Door"

// entryPoint is Traefik's own name of port 443. At port 80 there is nothing but the way to it.
const entryPoint = "websecure"

// Annotations of an Ingress that Traefik reads.
// Source: https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/ingress/#annotations
const (
	entryPointsAnnotation = "traefik.ingress.kubernetes.io/router.entrypoints"
	tlsAnnotation         = "traefik.ingress.kubernetes.io/router.tls"
	middlewaresAnnotation = "traefik.ingress.kubernetes.io/router.middlewares"
)

// Door is one host name that is let in.
type Door struct {
	pulumi.ResourceState

	// URL is what the service is reached by, known once the door is there.
	URL pulumi.StringOutput `pulumi:"url"`
}

// New makes the door. Invalid args register nothing. It is not waited for: Traefik opens it within seconds.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Door, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("door %q: %w", name, err)
	}
	d := &Door{}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, pulumi.Map{"host": pulumi.String(a.Host)}, d, opts...); err != nil {
		return nil, fmt.Errorf("door %q: %w", name, err)
	}
	made, err := networkingv1.NewIngress(ctx, name, a.ingress(), pulumi.Parent(d), pulumi.DependsOn(a.After))
	if err != nil {
		return nil, fmt.Errorf("door %q: %w", name, err)
	}
	d.URL = pulumi.Sprintf("https://%s", made.Spec.Rules().Index(pulumi.Int(0)).Host().Elem())
	if err := ctx.RegisterResourceOutputs(d, pulumi.Map{"url": d.URL}); err != nil {
		return nil, fmt.Errorf("door %q: outputs: %w", name, err)
	}
	return d, nil
}

// ingress leads the host to the service. It names no certificate, so that Traefik shows the one of the cloud.
func (args *Args) ingress() *networkingv1.IngressArgs {
	annotations := pulumi.StringMap{
		entryPointsAnnotation: pulumi.String(entryPoint),
		tlsAnnotation:         pulumi.String("true"),
		// Nothing depends on it, and an Ingress that has no address yet would hold everything up.
		"pulumi.com/skipAwait": pulumi.String("true"),
	}
	if len(args.Middlewares) > 0 {
		annotations[middlewaresAnnotation] = pulumi.String(args.middlewareList())
	}
	return &networkingv1.IngressArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String(args.name()), Namespace: pulumi.String(args.Namespace), Annotations: annotations,
		},
		Spec: &networkingv1.IngressSpecArgs{
			IngressClassName: pulumi.String(ingress.Class),
			Tls:              networkingv1.IngressTLSArray{networkingv1.IngressTLSArgs{Hosts: pulumi.ToStringArray([]string{args.Host})}},
			Rules: networkingv1.IngressRuleArray{networkingv1.IngressRuleArgs{
				Host: pulumi.String(args.Host),
				Http: &networkingv1.HTTPIngressRuleValueArgs{Paths: networkingv1.HTTPIngressPathArray{networkingv1.HTTPIngressPathArgs{
					Path: pulumi.String("/"), PathType: pulumi.String("Prefix"),
					Backend: &networkingv1.IngressBackendArgs{Service: &networkingv1.IngressServiceBackendArgs{
						Name: pulumi.String(args.Service), Port: &networkingv1.ServiceBackendPortArgs{Number: pulumi.Int(args.Port)},
					}},
				}}},
			}},
		},
	}
}
