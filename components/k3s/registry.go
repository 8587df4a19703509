package k3s

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/components/script"
	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

// Registry is a registry that the node reaches by another way than its public address: one in the cluster must be there for
// the node before the ingress and its certificate are.
type Registry struct {
	// Host is what images are named by. Required.
	// Range: a domain such as registry.example.com.
	Host string
	// Endpoint is where they are pulled from. Required.
	// Range: an http or https URL of a host and a port alone, such as http://10.43.0.50:5000.
	Endpoint *url.URL
	// User and Password are what it is shown; the password is a secret.
	// Default: none; it asks for nothing.
	User     string
	Password pulumi.StringInput
}

func (r *Registry) check() (errs []error) {
	if !naming.IsDomain(r.Host) {
		errs = append(errs, fmt.Errorf("registry.host: got %q, want a domain such as registry.example.com", r.Host))
	}
	if e := r.Endpoint; e == nil || e.Scheme != "http" && e.Scheme != "https" || e.Port() == "" || *e != (url.URL{Scheme: e.Scheme, Host: e.Host}) {
		errs = append(errs, fmt.Errorf("registry.endpoint: got %v, want a URL such as http://10.43.0.50:5000", r.Endpoint))
	}
	if (r.User == "") != (r.Password == nil) {
		errs = append(errs, errors.New("registry.password: got a user or a password alone, want both or neither"))
	}
	return errs
}

// registries is the file by which k3s tells containerd where to pull from.
// Source: https://docs.k3s.io/installation/private-registry
type registries struct {
	Mirrors map[string]mirror       `yaml:"mirrors"`
	Configs map[string]registryAuth `yaml:"configs,omitempty"`
}

type mirror struct {
	Endpoints []string `yaml:"endpoint"`
}

type registryAuth struct {
	Auth credentials `yaml:"auth"`
}

type credentials struct {
	Username string `yaml:"username"`
	Password string `yaml:"password"`
}

// render returns the file; a password makes it a secret.
func (r *Registry) render() pulumi.StringOutput {
	file := registries{Mirrors: map[string]mirror{r.Host: {[]string{r.Endpoint.String()}}}}
	if r.Password == nil {
		return pulumi.String("").ToStringOutput().ApplyT(func(string) (string, error) { return render("registries", file) }).(pulumi.StringOutput)
	}
	return pulumi.ToSecret(r.Password).(pulumi.StringOutput).ApplyT(func(password string) (string, error) {
		file.Configs = map[string]registryAuth{r.Endpoint.Host: {credentials{r.User, password}}}
		return render("registries", file)
	}).(pulumi.StringOutput)
}

// registry puts the file on the server, and returns what tells the installation, whose settings are no secret, that it is
// another one: a digest that nobody can try passwords on, since it is keyed with the cluster's token.
func (c *Cluster) registry(ctx *pulumi.Context, name string, a *Args, serverID, token pulumi.StringOutput) (pulumi.StringInput, []pulumi.Resource, error) {
	if a.Registry == nil {
		return pulumi.String(""), nil, nil
	}
	file := a.Registry.render()
	written, err := script.New(ctx, name+"-registries", &script.Args{
		Connection: a.Connection,
		Body:       registriesScript,
		Settings:   pulumi.StringMap{"SERVER_ID": serverID},
		Secrets:    pulumi.StringMap{"REGISTRIES": file},
	}, pulumi.Parent(c))
	if err != nil {
		return nil, nil, err
	}
	digest := pulumi.Unsecret(pulumi.All(file, token).ApplyT(func(v []any) string {
		mac := hmac.New(sha256.New, []byte(v[1].(string)))
		mac.Write([]byte(v[0].(string)))
		return hex.EncodeToString(mac.Sum(nil))
	}).(pulumi.StringOutput)).(pulumi.StringOutput)
	return digest, []pulumi.Resource{written}, nil
}
