package stacks

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/components/flux"
	"github.com/lvs-cloud/lvs-cloud/components/k3s"
	"github.com/lvs-cloud/lvs-cloud/components/server"
	"github.com/lvs-cloud/lvs-cloud/components/volume"
	"github.com/lvs-cloud/lvs-cloud/platform/authentication"
	"github.com/lvs-cloud/lvs-cloud/platform/certificates"
	"github.com/lvs-cloud/lvs-cloud/platform/door"
	"github.com/lvs-cloud/lvs-cloud/platform/ingress"
	"github.com/lvs-cloud/lvs-cloud/platform/postgres"
	"github.com/lvs-cloud/lvs-cloud/platform/priority"
	"github.com/lvs-cloud/lvs-cloud/platform/registry"
	"github.com/lvs-cloud/lvs-cloud/platform/storage"
)

// machine is what services stand on.
type machine struct {
	node     *server.Server
	data     *volume.Volume
	cluster  *k3s.Cluster
	accounts *registry.Accounts // none without a registry
}

// platform is what the services are made with.
type platform struct {
	*Config
	secrets *Secrets
	machine
	api    []pulumi.ResourceOption
	spaces map[string][]pulumi.Resource
	// ranks are the priority classes: a pod of a class that is not there is refused.
	ranks []pulumi.Resource
	flux  *flux.Flux
	// traefik is that the kinds of Traefik are there, class what makes the volumes, and certified that certificates can be signed.
	traefik, class, certified []pulumi.Resource
	// database is the shared PostgreSQL; none without it.
	database *postgres.Postgres
	// signOn and grafanaSecret are the sign-on, and what Grafana proves itself there with; none without it.
	signOn        *authentication.Authentication
	grafanaSecret *authentication.ClientSecret
	// answers are what stands behind a door, by its name: people are let in once it is there.
	answers map[string][]pulumi.Resource
}

// services makes everything that lives in the cluster.
func services(ctx *pulumi.Context, cfg *Config, secrets *Secrets, m machine) error {
	api, err := clusterAPI(ctx, m.cluster)
	if err != nil {
		return err
	}
	p := &platform{Config: cfg, secrets: secrets, machine: m, api: api, answers: map[string][]pulumi.Resource{}}
	ranks, err := priority.New(ctx, "priorities", api...)
	if err != nil {
		return err
	}
	p.ranks = ranks.Ready
	if p.spaces, err = namespaces(ctx, cfg, api); err != nil {
		return err
	}
	// In this order, since each stands on those before it.
	for _, service := range []func(*pulumi.Context) error{
		p.ingress, p.gitops, p.certificates, p.storage, p.postgres, p.registry,
		p.authentication, p.monitoring, p.logs, p.grafana, p.home, p.doors,
	} {
		if err := service(ctx); err != nil {
			return err
		}
	}
	ctx.Export("urls", pulumi.ToStringMap(p.urls()))
	return nil
}

// after is what a service waits for: its namespace with its policies, and what ranks its pods; then what else it needs.
func (p *platform) after(namespace string, also ...pulumi.Resource) []pulumi.Resource {
	return slices.Concat(p.ranks, p.spaces[namespace], also)
}

// answered notes that something stands behind a door.
func (p *platform) answered(door string, by []pulumi.Resource) {
	p.answers[door] = append(p.answers[door], by...)
}

func (p *platform) ingress(ctx *pulumi.Context) error {
	known, err := k3s.AwaitDefinitions(ctx, "traefik-definitions", &k3s.Definitions{
		Names: append(ingress.Definitions(), door.Definitions()...), Chart: "traefik-crd",
		Connection: p.node.Connection, After: p.cluster.Ready,
	})
	if err != nil {
		return err
	}
	p.traefik = []pulumi.Resource{known}
	_, err = ingress.New(ctx, "ingress", &ingress.Args{
		Size: ingress.SizeFor(p.Profile), TrustedProxies: p.Ingress.TrustedProxies, CertificateName: certificates.SecretName,
		After: p.traefik,
	}, p.api...)
	return err
}

func (p *platform) gitops(ctx *pulumi.Context) (err error) {
	p.flux, err = flux.New(ctx, "flux", &flux.Args{
		Namespace: fluxNamespace, OperatorVersion: fluxOperatorVersion, Version: fluxVersion, PriorityClass: string(priority.GitOps),
		Size: flux.SizeFor(p.Profile), Git: p.Git.flux(p.host(hookName), p.secrets), Connection: p.node.Connection,
		After: p.after(fluxNamespace),
	}, p.api...)
	if err != nil {
		return err
	}
	ctx.Export("deployKey", p.flux.DeployKey)
	if p.Git != nil {
		ctx.Export("webhookURL", pulumi.Sprintf("https://%s%s", p.host(hookName), p.flux.WebhookPath))
		ctx.Export("webhookToken", p.flux.WebhookToken)
	}
	return nil
}

func (p *platform) certificates(ctx *pulumi.Context) error {
	args := &certificates.Args{
		Namespace: certificatesNamespace, Version: certManagerVersion, SolverVersion: certificateSolverVersion,
		Domain: p.Domain, CertificateNamespace: ingress.Namespace, Issuer: p.Certificates.Issuer, Email: p.Certificates.Email,
		PriorityClass: string(priority.System), Size: certificates.SizeFor(p.Profile),
		After: p.after(certificatesNamespace, p.flux.Ready...),
	}
	if p.Zone != nil {
		args.ZoneToken = p.secrets.ZoneToken
	} else {
		args.Hosts = p.hosts()
	}
	made, err := certificates.New(ctx, "certificates", args, p.api...)
	if err != nil {
		return err
	}
	p.certified = made.Ready
	return nil
}

func (p *platform) storage(ctx *pulumi.Context) error {
	args := &storage.Args{Kind: p.Storage.Kind, After: p.after("")}
	if p.Storage.Kind == storage.Longhorn {
		args = &storage.Args{
			Kind: p.Storage.Kind, Namespace: storageNamespace, Version: longhornVersion, DataPath: longhornPath,
			VolumeGB: p.Volume.SizeGB, ReserveGiB: p.notForClaims(), PriorityClass: string(priority.System), Size: storage.SizeFor(p.Profile), Volumes: p.volumes(),
			Connection: p.node.Connection, ServerID: p.node.ID, MountPoint: p.data.MountPoint,
			After: p.after(storageNamespace, p.flux.Ready...),
		}
	}
	made, err := storage.New(ctx, "storage", args, p.api...)
	if err != nil {
		return err
	}
	p.class = made.Ready
	p.answered(longhornName, made.Ready)
	return nil
}

func (p *platform) postgres(ctx *pulumi.Context) error {
	if !p.has(Postgres) {
		return nil
	}
	made, err := postgres.New(ctx, "postgres", &postgres.Args{
		OperatorNamespace: postgresOperatorNamespace, Namespace: postgresNamespace, OperatorVersion: postgresOperatorVersion,
		ImageName: postgresImage, StorageClass: storage.ClassName, PriorityClass: string(priority.Database), Size: p.postgresSize(),
		After: slices.Concat(p.after(postgresOperatorNamespace), p.flux.Ready, p.spaces[postgresNamespace], p.class),
	}, p.api...)
	p.database = made
	return err
}

func (p *platform) registry(ctx *pulumi.Context) error {
	if !p.has(Registry) {
		return nil
	}
	pinned, err := p.pinned()
	if err != nil {
		return err
	}
	_, err = registry.New(ctx, "registry", &registry.Args{
		Namespace: registryNamespace, Version: zotVersion, ChartVersion: zotChartVersion, Domain: p.Domain, Accounts: p.accounts,
		StorageClass: storage.ClassName, PriorityClass: string(priority.Database), Size: p.registrySize(), ScanNamespace: fluxNamespace,
		Retention: registry.Retention{Pinned: pinned},
		After:     slices.Concat(p.after(registryNamespace), p.flux.Ready, p.spaces[fluxNamespace], p.class),
	}, p.api...)
	if err != nil {
		return err
	}
	ctx.Export("registryPushPassword", p.accounts.PushPassword)
	ctx.Export("registryPullPassword", p.accounts.PullPassword)
	return nil
}

// clusterAPI returns the options of everything that is made through the Kubernetes API.
func clusterAPI(ctx *pulumi.Context, cluster *k3s.Cluster) ([]pulumi.ResourceOption, error) {
	api, err := kubernetes.NewProvider(ctx, "cluster", &kubernetes.ProviderArgs{
		Kubeconfig: cluster.Kubeconfig,
		// It is one cluster for as long as the volume lives, whatever the stack is called. Without an identity, a kubeconfig
		// that a preview does not know would replace every object.
		ClusterIdentifier: pulumi.String("lvs-cloud"),
		// What is there already is taken over: a lost state must not need an empty cluster, and a killed run no cleaning.
		UpsertExistingObjects: pulumi.Bool(true),
		// What somebody changed by hand is changed back instead of being a conflict.
		EnablePatchForce: pulumi.Bool(true),
		// What they hold is changed in place: whoever uses one would find none in the middle of a replacement.
		EnableSecretMutable:    pulumi.Bool(true),
		EnableConfigMapMutable: pulumi.Bool(true),
		// While the server is gone or re-imaged, a plan can be made.
		SkipUpdateUnreachable: pulumi.Bool(true),
	})
	if err != nil {
		return nil, fmt.Errorf("kubernetes: %w", err)
	}
	// With the cluster its objects go; nobody is left to be asked for it.
	return []pulumi.ResourceOption{pulumi.Provider(api), pulumi.DeletedWith(cluster)}, nil
}
