package authentication

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/object"
)

const (
	certManager = "cert-manager.io/v1"
	// issuerName is that of what signs, of the certificate, and of the secret with the key.
	issuerName = "authelia-issuer"
	// issuerLife is that of a certificate that nobody looks at: it is how the key comes about.
	issuerLife = "87600h0m0s"
	issuerBits = 3072
)

// What is set of cert-manager's objects.
// Source: https://cert-manager.io/docs/reference/api-docs/
type issuerSpec struct {
	SelfSigned struct{} `json:"selfSigned"`
}

type certificateSpec struct {
	SecretName string     `json:"secretName"`
	CommonName string     `json:"commonName"`
	Duration   string     `json:"duration"`
	PrivateKey privateKey `json:"privateKey"`
	Usages     []string   `json:"usages"`
	IssuerRef  issuerRef  `json:"issuerRef"`
}

type privateKey struct {
	Algorithm      string `json:"algorithm"`
	Size           int    `json:"size"`
	Encoding       string `json:"encoding"`
	RotationPolicy string `json:"rotationPolicy"`
}

type issuerRef struct {
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	Group string `json:"group"`
}

// newIssuer has cert-manager make the key by which identities are signed, so that it is in the cluster alone. It stays the same
// when its certificate is renewed.
func (a *Authentication) newIssuer(ctx *pulumi.Context, name string, args *Args) (pulumi.Resource, error) {
	own, err := object.New(ctx, name+"-issuer", &object.Args{
		APIVersion: certManager, Kind: "Issuer", Namespace: args.Namespace, Name: issuerName, Spec: issuerSpec{}, WaitFor: "condition=Ready",
	}, pulumi.Parent(a), pulumi.DependsOn(args.After))
	if err != nil {
		return nil, err
	}
	return object.New(ctx, name+"-issuer-key", &object.Args{
		APIVersion: certManager, Kind: "Certificate", Namespace: args.Namespace, Name: issuerName,
		Spec: certificateSpec{
			SecretName: issuerName, CommonName: Host(args.Domain), Duration: issuerLife,
			PrivateKey: privateKey{"RSA", issuerBits, "PKCS8", "Never"}, Usages: []string{"digital signature"},
			IssuerRef: issuerRef{issuerName, "Issuer", "cert-manager.io"},
		},
		WaitFor: "condition=Ready",
	}, pulumi.Parent(a), pulumi.DependsOn(append(slices.Clone(args.After), own)))
}
