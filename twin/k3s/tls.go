package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net/netip"
	"os"
	"slices"
	"time"
)

const (
	authorityLife   = 3650 * 24 * time.Hour // 10 years
	certificateLife = 365 * 24 * time.Hour
	renewBefore     = 120 * 24 * time.Hour // a restart re-issues what ends within it
)

// authority signs certificates of one kind; it lives beside the datastore and outlasts the server.
type authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// leaf asks for a certificate.
type leaf struct {
	file   string // path without .crt and .key
	name   string // common name: the user, for a client certificate
	groups []string
	names  []string // subject alternative names
	usages []x509.ExtKeyUsage
}

// ensureAuthority reads an authority, or makes it when there is none.
func ensureAuthority(file, name string, now time.Time) (*authority, error) {
	certificate, key, err := readPair(file)
	if err == nil {
		return &authority{certificate, key}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("authority %s: %w", name, err)
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: fmt.Sprintf("%s@%d", name, now.Unix())},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(authorityLife),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	key, err = newKey()
	if err != nil {
		return nil, fmt.Errorf("authority %s: %w", name, err)
	}
	certificate, err = issue(template, template, key, key)
	if err != nil {
		return nil, fmt.Errorf("authority %s: %w", name, err)
	}
	if err := writePair(file, certificate, key); err != nil {
		return nil, fmt.Errorf("authority %s: %w", name, err)
	}
	return &authority{certificate, key}, nil
}

// ensure keeps a certificate that still serves, and otherwise issues a new one. It says whether it did.
func (a *authority) ensure(l leaf, now time.Time) (bool, error) {
	certificate, _, err := readPair(l.file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("certificate %s: %w", l.file, err)
	}
	if err == nil && a.serves(certificate, l, now) {
		return false, nil
	}
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: l.name, Organization: l.groups},
		NotBefore:   now.Add(-time.Hour),
		NotAfter:    now.Add(certificateLife),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: l.usages,
	}
	addNames(template, l.names)
	key, err := newKey()
	if err != nil {
		return false, fmt.Errorf("certificate %s: %w", l.file, err)
	}
	certificate, err = issue(template, a.certificate, key, a.key)
	if err != nil {
		return false, fmt.Errorf("certificate %s: %w", l.file, err)
	}
	if err := writePair(l.file, certificate, key); err != nil {
		return false, fmt.Errorf("certificate %s: %w", l.file, err)
	}
	return true, nil
}

// serves says whether a certificate is this authority's, names what is asked and lasts long enough.
func (a *authority) serves(certificate *x509.Certificate, l leaf, now time.Time) bool {
	wanted := &x509.Certificate{}
	addNames(wanted, l.names)
	have := slices.Clone(certificate.DNSNames)
	want := wanted.DNSNames
	for _, address := range certificate.IPAddresses {
		have = append(have, address.String())
	}
	for _, address := range wanted.IPAddresses {
		want = append(want, address.String())
	}
	slices.Sort(have)
	slices.Sort(want)
	return certificate.CheckSignatureFrom(a.certificate) == nil &&
		certificate.Subject.CommonName == l.name &&
		slices.Equal(certificate.Subject.Organization, l.groups) &&
		slices.Equal(have, want) &&
		certificate.NotAfter.Sub(now) > renewBefore
}

// addNames sorts names into addresses and DNS names.
func addNames(certificate *x509.Certificate, names []string) {
	names = slices.Clone(names)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if address, err := netip.ParseAddr(name); err == nil {
			certificate.IPAddresses = append(certificate.IPAddresses, address.AsSlice())
		} else {
			certificate.DNSNames = append(certificate.DNSNames, name)
		}
	}
}

func newKey() (crypto.Signer, error) {
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func issue(template, parent *x509.Certificate, key, signer crypto.Signer) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126))
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func writePair(file string, certificate *x509.Certificate, key crypto.Signer) error {
	if err := writeKey(file+".key", key); err != nil {
		return err
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
	return writeFile(file+".crt", block, 0o644)
}

func writeKey(file string, key crypto.Signer) error {
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return fmt.Errorf("%s: unexpected key type %T", file, key)
	}
	der, err := x509.MarshalECPrivateKey(ec)
	if err != nil {
		return err
	}
	return writeFile(file, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), 0o600)
}

func readPair(file string) (*x509.Certificate, crypto.Signer, error) {
	der, err := readPEM(file + ".crt")
	if err != nil {
		return nil, nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, fmt.Errorf("%s.crt: %w", file, err)
	}
	if der, err = readPEM(file + ".key"); err != nil {
		return nil, nil, err
	}
	key, err := x509.ParseECPrivateKey(der)
	if err != nil {
		return nil, nil, fmt.Errorf("%s.key: %w", file, err)
	}
	return certificate, key, nil
}

func readPEM(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fmt.Errorf("%s: no PEM block", path)
	}
	return block.Bytes, nil
}
