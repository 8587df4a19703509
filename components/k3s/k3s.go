// Package k3s installs Kubernetes on a prepared server, with everything that must survive the server on its volume.
//
// It exists as a component of its own because an upgrade is one changed version and re-runs in place. It refuses a
// binary whose SHA-256 is not the expected one, a version that skips a minor one or goes back, and to start on the
// root disk when the volume is missing.
package k3s

import (
	_ "embed"
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/components/script"
	"github.com/lvs-cloud/lvs-cloud/internal/change"
)

const typeToken = "lvs-cloud:components:Cluster"

var (
	//go:embed token.sh
	tokenScript string
	//go:embed upgrade.sh
	upgradeScript string
	//go:embed install.sh
	installScript string
	//go:embed registries.sh
	registriesScript string
	//go:embed kubeconfig.sh
	kubeconfigScript string
)

// Cluster is a running Kubernetes of one node.
type Cluster struct {
	pulumi.ResourceState

	// APIServer is the URL of the Kubernetes API.
	APIServer pulumi.StringOutput `pulumi:"apiServer"`
	// Kubeconfig gives full control over the cluster; a secret. It stays the same for as long as the volume lives.
	Kubeconfig pulumi.StringOutput `pulumi:"kubeconfig"`
	// Ready is what comes before whatever needs it. The component itself would not do: who depends on one depends on those of its
	// parts that are known at that moment, and they become known on the side.
	Ready []pulumi.Resource
}

// New installs k3s and waits until its node is ready. Invalid args register nothing. An upgrade that does not become
// ready is undone on the server, with its data as of before; the next `pulumi up` tries again.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Cluster, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("k3s %q: %w", name, err)
	}
	c := &Cluster{}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, a.inputs(), c, opts...); err != nil {
		return nil, fmt.Errorf("k3s %q: %w", name, err)
	}
	kubelet, err := renderKubeletConfig()
	if err != nil {
		return nil, fmt.Errorf("k3s %q: %w", name, err)
	}
	serverID := a.ServerID.ToIntOutput().ApplyT(strconv.Itoa).(pulumi.StringOutput)
	token, sealed, err := c.token(ctx, name, a)
	if err != nil {
		return nil, fmt.Errorf("k3s %q: token: %w", name, err)
	}
	registries, before, err := c.registry(ctx, name, a, serverID, token)
	if err != nil {
		return nil, fmt.Errorf("k3s %q: registries: %w", name, err)
	}
	oneMinorAtATime, err := change.Refuse(ctx, name+"-upgrade", checkUpgrade)
	if err != nil {
		return nil, fmt.Errorf("k3s %q: %w", name, err)
	}
	installed, err := script.New(ctx, name+"-install", &script.Args{
		Connection: a.Connection,
		Body:       upgradeScript + installScript,
		Settings: pulumi.StringMap{
			"SERVER_ID":         serverID,
			"SERVER_TYPE":       pulumi.String(a.ServerType),
			"NODE_NAME":         pulumi.String(a.NodeName),
			"VERSION":           pulumi.String(a.Version),
			"CHECKSUM":          pulumi.String(a.Checksum),
			"ARTIFACT_BASE_URL": pulumi.String(a.ArtifactBaseURL.String()),
			"MOUNT_POINT":       a.MountPoint,
			"KUBELET_CONFIG":    pulumi.String(kubelet),
			"REGISTRIES":        registries,
			"CONFIG": pulumi.All(a.PublicIPv4, a.MountPoint).ApplyT(func(v []any) (string, error) {
				return renderConfig(a, v[0].(string), v[1].(string))
			}).(pulumi.StringOutput),
		},
		Undo: true,
	}, pulumi.Parent(c), pulumi.DependsOn(append(before, sealed)), oneMinorAtATime)
	if err != nil {
		return nil, fmt.Errorf("k3s %q: %w", name, err)
	}
	raw, err := script.New(ctx, name+"-kubeconfig", &script.Args{
		Connection:   a.Connection,
		Body:         kubeconfigScript,
		SecretOutput: true,
	}, pulumi.Parent(c), pulumi.DependsOn([]pulumi.Resource{installed}))
	if err != nil {
		return nil, fmt.Errorf("k3s %q: %w", name, err)
	}
	c.Ready = []pulumi.Resource{installed, raw}
	c.APIServer = a.PublicIPv4.ToStringOutput().ApplyT(apiServer).(pulumi.StringOutput)
	context := ContextName(ctx.Project(), ctx.Stack())
	c.Kubeconfig = pulumi.ToSecret(pulumi.All(raw.Stdout, c.APIServer).ApplyT(func(v []any) (string, error) {
		return Localise(v[0].(string), context, v[1].(string))
	})).(pulumi.StringOutput)
	if err := ctx.RegisterResourceOutputs(c, pulumi.Map{"apiServer": c.APIServer, "kubeconfig": c.Kubeconfig}); err != nil {
		return nil, fmt.Errorf("k3s %q: outputs: %w", name, err)
	}
	return c, nil
}

// token registers the secret that the cluster is sealed with, and puts it on the volume. It is a step of its own,
// so that the settings of the installation, which hold no secret, can be read in a preview.
func (c *Cluster) token(ctx *pulumi.Context, name string, a *Args) (pulumi.StringOutput, pulumi.Resource, error) {
	token, err := random.NewRandomPassword(ctx, name+"-token", &random.RandomPasswordArgs{
		Length:  pulumi.Int(48),
		Special: pulumi.Bool(false),
	}, pulumi.Parent(c))
	if err != nil {
		return pulumi.StringOutput{}, nil, err
	}
	written, err := script.New(ctx, name+"-write-token", &script.Args{
		Connection: a.Connection,
		Body:       tokenScript,
		Settings:   pulumi.StringMap{"MOUNT_POINT": a.MountPoint},
		Secrets:    pulumi.StringMap{"TOKEN": token.Result},
	}, pulumi.Parent(c))
	return token.Result, written, err
}
