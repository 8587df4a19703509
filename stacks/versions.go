package stacks

// Every version this cloud pins stands here, with where it was read. A line that begins with renovate tells the bot, which
// proposes newer ones, where to look (renovate.json).

// k3sReleases are the releases that may be installed, with the SHA-256 of their amd64 binary.
// Source: sha256sum-amd64.txt of each release on https://github.com/k3s-io/k3s/releases
var k3sReleases = map[string]string{
	"v1.36.4+k3s1": "835873f37245fc615f547a2fe2af9402a347875f13fa64a1f136de644955ea3f",
	"v1.36.5+k3s1": "d73847bcd3c5fccef0115b372e2f9a91f3032dc84bbf71518a4617565294d313",
}

const (
	// defaultK3sVersion is the newest release that every service of the platform supports.
	// Source: https://docs.k3s.io/release-notes/v1.36.X
	// renovate: datasource=github-releases depName=k3s-io/k3s versioning=regex:^v(?<major>\d+)\.(?<minor>\d+)\.(?<patch>\d+)\+k3s(?<build>\d+)$
	defaultK3sVersion = "v1.36.5+k3s1"
	// defaultImage is the operating system of the server.
	// Source: https://docs.hetzner.com/cloud/servers/getting-started/
	defaultImage = "debian-13"
	// defaultServerType is Hetzner's smallest x86 server with 4 GB.
	// Source: https://docs.hetzner.com/cloud/servers/overview/
	defaultServerType = "cx23"
)

// The charts of the platform, and what they install.
const (
	// fluxOperatorVersion must know fluxVersion, whose controllers are tested with Kubernetes 1.34 to 1.36.
	// Source: https://github.com/controlplaneio-fluxcd/flux-operator/releases
	// renovate: datasource=docker depName=ghcr.io/controlplaneio-fluxcd/charts/flux-operator
	fluxOperatorVersion = "0.61.0"
	// Source: https://github.com/fluxcd/flux2/releases
	// renovate: datasource=github-releases depName=fluxcd/flux2 extractVersion=^v(?<version>.*)$
	fluxVersion = "2.9.6"
	// Source: https://github.com/cert-manager/cert-manager/releases
	// renovate: datasource=docker depName=quay.io/jetstack/charts/cert-manager
	certManagerVersion = "v1.21.2"
	// certificateSolverVersion answers challenges in Hetzner's DNS, for cert-manager 1.21.
	// Source: https://github.com/hetzner/cert-manager-webhook-hetzner/releases
	// renovate: datasource=helm depName=cert-manager-webhook-hetzner registryUrl=https://charts.hetzner.cloud
	certificateSolverVersion = "0.9.0"
	// longhornVersion goes up one minor version at a time.
	// Source: https://github.com/longhorn/longhorn/releases
	// renovate: datasource=helm depName=longhorn registryUrl=https://charts.longhorn.io
	longhornVersion = "1.12.1"
	// postgresOperatorVersion is that of the chart of CloudNativePG 1.30.
	// Source: https://github.com/cloudnative-pg/charts/releases
	// renovate: datasource=docker depName=ghcr.io/cloudnative-pg/charts/cloudnative-pg
	postgresOperatorVersion = "0.29.1"
	// postgresImage has nothing but PostgreSQL, and is pinned by what it holds.
	// Source: image-catalogs/catalog-minimal-trixie.yaml of https://github.com/cloudnative-pg/artifacts
	// renovate: datasource=docker depName=ghcr.io/cloudnative-pg/postgresql versioning=regex:^(?<major>\d+)\.(?<minor>\d+)-(?<patch>\d+)-(?<compatibility>.*)$
	postgresImage = "ghcr.io/cloudnative-pg/postgresql:18.6-202608170814-minimal-trixie@sha256:eb7979e4bd7fccaec0369b550b9649eec1f014de04621fac6e653244e75cca46"
	// zotChartVersion is that of the chart, which lags behind zotVersion.
	// Source: https://github.com/project-zot/helm-charts/releases
	// renovate: datasource=docker depName=ghcr.io/project-zot/helm-charts/zot
	zotChartVersion = "0.1.122"
	// Source: https://github.com/project-zot/zot/releases
	// renovate: datasource=docker depName=ghcr.io/project-zot/zot-minimal
	zotVersion = "v2.1.21"
	// Source: https://github.com/authelia/authelia/releases
	// renovate: datasource=docker depName=docker.io/authelia/authelia
	autheliaImage = "docker.io/authelia/authelia:4.39.28@sha256:bd97cff4fcbf715b5ff1f9ae286afbe6033afce385302520b0368122d43a6f54"
	// valkeyImage keeps the sessions.
	// Source: https://github.com/valkey-io/valkey/releases
	// renovate: datasource=docker depName=docker.io/valkey/valkey
	valkeyImage = "docker.io/valkey/valkey:9.1.2-alpine@sha256:48332870af354a799964c0012ae1194a0bf2bf894eb508f945810596dc2d8d11"
	// monitoringChartVersion is that of kube-prometheus-stack.
	// Source: https://github.com/prometheus-community/helm-charts/releases
	// renovate: datasource=docker depName=ghcr.io/prometheus-community/charts/kube-prometheus-stack
	monitoringChartVersion = "92.1.0"
	// Source: https://github.com/prometheus-community/helm-charts/releases
	// renovate: datasource=docker depName=ghcr.io/prometheus-community/charts/prometheus-node-exporter
	nodeExporterChartVersion = "4.56.1"
	// grafanaChartVersion is that of the chart, which lags behind grafanaVersion.
	// Source: https://github.com/grafana-community/helm-charts/releases
	// renovate: datasource=docker depName=ghcr.io/grafana-community/helm-charts/grafana
	grafanaChartVersion = "12.11.1"
	// Source: https://github.com/grafana/grafana/releases
	// renovate: datasource=docker depName=docker.io/grafana/grafana
	grafanaVersion = "13.2.3"
	// Source: https://github.com/grafana-community/helm-charts/releases
	// renovate: datasource=docker depName=ghcr.io/grafana-community/helm-charts/loki
	lokiChartVersion = "18.13.8"
	// Source: https://github.com/grafana/alloy/releases
	// renovate: datasource=helm depName=alloy registryUrl=https://grafana.github.io/helm-charts
	alloyChartVersion = "1.11.1"
	// glanceImage is the start page.
	// Source: https://github.com/glanceapp/glance/releases
	// renovate: datasource=docker depName=docker.io/glanceapp/glance
	glanceImage = "docker.io/glanceapp/glance:v0.8.4"
)

// OldestPulumi is the oldest CLI that works with the state in an object storage other than Amazon's.
// Source: https://github.com/pulumi/pulumi/releases/tag/v3.258.0
const OldestPulumi = "v3.258.0"

// retiredServerTypes are x86 types that Hetzner sells no more, and what it sells instead.
// Source: https://docs.hetzner.cloud/changelog
var retiredServerTypes = map[string]string{
	"cx11": "cx23", "cx21": "cx23", "cx22": "cx23", "cx31": "cx33", "cx32": "cx33",
	"cx41": "cx43", "cx42": "cx43", "cx51": "cx53", "cx52": "cx53",
}
