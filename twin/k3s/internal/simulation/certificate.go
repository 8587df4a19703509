package simulation

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// lifetime is that of a certificate of Let's Encrypt.
const lifetime = 90 * 24 * time.Hour

// certificateActors stand in for cert-manager. A certificate is signed by its own key, whatever the issuer.
// Source: https://github.com/cert-manager/cert-manager/tree/v1.21.2/pkg/controller
var certificateActors = []*actor{
	issuer("ClusterIssuer", "clusterissuers"), issuer("Issuer", "issuers"), {
		kind: "Certificate", manager: "cert-manager-certificates-readiness", resource: manager("certificates"),
		follows: []string{"ClusterIssuer", "Issuer", "Secret"},
		ready: func(s *Simulation, o object) bool {
			c := signed(s, o)
			return o.readyNow() && c != nil && o.text("status", "notAfter") == stamp(c.NotAfter)
		},
		missing: func(s *Simulation, o object) *trouble {
			if issuer, found := s.find(issuerOf(o)); (!found || !issuer.isTrue("Ready")) && signed(s, o) == nil {
				return lack("DoesNotExist", "Issuing certificate as Secret does not exist") // it tells of the issuer elsewhere
			}
			return nil
		},
		progress: func(o object) {
			unsigned(o, trouble{"False", "DoesNotExist", "Issuing certificate as Secret does not exist", true})
		},
		fail: unsigned, failure: because("Failed"),
		finish: func(ctx context.Context, s *Simulation, o object) error {
			c := signed(s, o)
			if c == nil {
				var err error
				if c, err = sign(ctx, s, o); err != nil {
					return err
				}
				o.set(o.number("status", "revision")+1, "revision")
			}
			o.put(map[string]any{
				"notBefore": stamp(c.NotBefore), "notAfter": stamp(c.NotAfter), "renewalTime": stamp(c.NotAfter.Add(-lifetime / 3)),
			})
			o.unsay("Issuing")
			o.say("Ready", "True", "Ready", "Certificate is up to date and has not expired")
			return nil
		},
	},
}

func manager(resource string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "cert-manager.io", Version: "v1", Resource: resource}
}

// issuer is what signs. Nobody asks it for an account.
func issuer(kind, resource string) *actor {
	return &actor{
		kind: kind, manager: "cert-manager-" + resource, resource: manager(resource),
		ready: func(_ *Simulation, o object) bool { return o.readyNow() },
		fail:  func(o object, t trouble) { o.say("Ready", t.status, t.reason, t.message) }, failure: because("ErrRegisterACMEAccount"),
		finish: func(_ context.Context, _ *Simulation, o object) error {
			if o.part("spec", "acme") == nil {
				o.say("Ready", "True", "IsReady", "")
				return nil
			}
			o.set(map[string]any{
				"uri": o.text("spec", "acme", "server") + "/acct/1", "lastRegisteredEmail": o.text("spec", "acme", "email"),
			}, "acme")
			o.say("Ready", "True", "ACMEAccountRegistered", "The ACME account was registered with the ACME server")
			return nil
		},
	}
}

func issuerOf(o object) (kind, namespace, name string) {
	name = o.text("spec", "issuerRef", "name")
	if kind = o.text("spec", "issuerRef", "kind"); kind == "ClusterIssuer" {
		return kind, "", name
	}
	return "Issuer", o.GetNamespace(), name
}

func unsigned(o object, t trouble) {
	o.say("Issuing", "True", "DoesNotExist", "Issuing certificate as Secret does not exist")
	o.say("Ready", t.status, t.reason, t.message)
}

// signed is the certificate in the secret of an object, if it is for its names.
func signed(s *Simulation, o object) *x509.Certificate {
	secret, found := s.find("Secret", o.GetNamespace(), o.text("spec", "secretName"))
	if !found {
		return nil
	}
	text, _ := secret.secret("tls.crt")
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil || time.Now().After(c.NotAfter) || !slices.Equal(c.DNSNames, names(o)) {
		return nil
	}
	return c
}

func names(o object) (list []string) {
	for _, name := range o.list("spec", "dnsNames") {
		list = append(list, fmt.Sprint(name))
	}
	return list
}

// sign makes a certificate, and the secret that it is kept in.
func sign(ctx context.Context, s *Simulation, o object) (*x509.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	begin := time.Now().Truncate(time.Second)
	common := o.text("spec", "commonName")
	if all := names(o); common == "" && len(all) > 0 {
		common = all[0]
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(begin.UnixNano()), NotBefore: begin, NotAfter: begin.Add(lifetime), DNSNames: names(o),
		Subject:  pkix.Name{CommonName: common, Organization: []string{"LVS Cloud twin"}},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	kind, _, issuer := issuerOf(o)
	name := o.text("spec", "secretName")
	secret := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
		"metadata": map[string]any{
			"name": name, "namespace": o.GetNamespace(), "labels": map[string]any{"controller.cert-manager.io/fao": "true"},
			"annotations": map[string]any{
				"cert-manager.io/certificate-name": o.GetName(), "cert-manager.io/common-name": common,
				"cert-manager.io/alt-names": strings.Join(names(o), ","), "cert-manager.io/issuer-name": issuer,
				"cert-manager.io/issuer-kind": kind, "cert-manager.io/issuer-group": "cert-manager.io",
			},
		},
		"data": map[string]any{
			"tls.crt": encode("CERTIFICATE", der), "tls.key": encode("EC PRIVATE KEY", private),
		},
	}}
	if _, err := s.client.Resource(secrets).Namespace(o.GetNamespace()).Apply(ctx, name, secret, metav1.ApplyOptions{
		FieldManager: "cert-manager-certificates-issuing", Force: true,
	}); err != nil {
		return nil, fmt.Errorf("secret %s: %w", name, err)
	}
	return x509.ParseCertificate(der)
}

// encode makes a secret's entry of a PEM block.
func encode(kind string, der []byte) string {
	return base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
