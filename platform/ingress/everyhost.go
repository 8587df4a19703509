package ingress

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/object"
)

const traefikAPI = "traefik.io/v1alpha1"

// Definitions are the kinds that Traefik brings and that are used here.
func Definitions() []string { return []string{"middlewares.traefik.io", "tlsstores.traefik.io"} }

// middleware is what a request passes on its way to whoever answers it.
// Source: https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/overview/
type middleware struct {
	Headers   *headers   `json:"headers,omitempty"`
	RateLimit *rateLimit `json:"rateLimit,omitempty"`
}

type headers struct {
	STSSeconds              int    `json:"stsSeconds"`
	ContentTypeNosniff      bool   `json:"contentTypeNosniff"`
	CustomFrameOptionsValue string `json:"customFrameOptionsValue"`
	ReferrerPolicy          string `json:"referrerPolicy"`
	PermissionsPolicy       string `json:"permissionsPolicy"`
}

type rateLimit struct {
	Average int `json:"average"`
	Burst   int `json:"burst"`
}

// tlsStore says which certificate is shown for hosts that name none. Traefik takes the one store that is called default.
// Source: https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/tls/tlsstore/
type tlsStore struct {
	DefaultCertificate defaultCertificate `json:"defaultCertificate"`
}

type defaultCertificate struct {
	SecretName string `json:"secretName"`
}

// middlewares are passed by every request, in this order.
var middlewares = []struct {
	name string
	spec middleware
}{
	// 100 requests a second from one address is more than a page with all its parts asks for, and less than hurts.
	{"rate-limit", middleware{RateLimit: &rateLimit{Average: 100, Burst: 200}}},
	// A year of HTTPS alone; no guessing of types; no frames of others. What an application sets itself, such as a policy on
	// content, is its own.
	{"security-headers", middleware{Headers: &headers{
		STSSeconds: 31536000, ContentTypeNosniff: true, CustomFrameOptionsValue: "SAMEORIGIN",
		ReferrerPolicy: "strict-origin-when-cross-origin", PermissionsPolicy: "camera=(), microphone=(), geolocation=()",
	}}},
}

// middlewareNames are how Traefik's own arguments call them.
func middlewareNames() []string {
	var names []string
	for _, m := range middlewares {
		names = append(names, Namespace+"-"+m.name+"@kubernetescrd")
	}
	return names
}

// everyHost makes what Traefik must find before it is told of it: a host whose middleware is missing is not answered.
func (i *Ingress) everyHost(ctx *pulumi.Context, name string, a *Args) ([]pulumi.Resource, error) {
	opts := []pulumi.ResourceOption{pulumi.Parent(i), pulumi.DependsOn(a.After)}
	var made []pulumi.Resource
	for _, m := range middlewares {
		o, err := object.New(ctx, name+"-"+m.name, &object.Args{
			APIVersion: traefikAPI, Kind: "Middleware", Namespace: Namespace, Name: m.name, Spec: m.spec,
		}, opts...)
		if err != nil {
			return nil, err
		}
		made = append(made, o)
	}
	if a.CertificateName == "" {
		return made, nil
	}
	store, err := object.New(ctx, name+"-tls-store", &object.Args{
		APIVersion: traefikAPI, Kind: "TLSStore", Namespace: Namespace, Name: "default",
		Spec: tlsStore{defaultCertificate{a.CertificateName}},
	}, opts...)
	if err != nil {
		return nil, err
	}
	return append(made, store), nil
}
