package stacks

// Every version this cloud pins stands here, with where it was read.

// k3sReleases are the releases that may be installed, with the SHA-256 of their amd64 binary.
// Source: sha256sum-amd64.txt of each release on https://github.com/k3s-io/k3s/releases
var k3sReleases = map[string]string{
	"v1.36.4+k3s1": "835873f37245fc615f547a2fe2af9402a347875f13fa64a1f136de644955ea3f",
	"v1.36.5+k3s1": "d73847bcd3c5fccef0115b372e2f9a91f3032dc84bbf71518a4617565294d313",
}

const (
	// defaultK3sVersion is the newest release that every service of the platform supports.
	// Source: https://docs.k3s.io/release-notes/v1.36.X
	defaultK3sVersion = "v1.36.5+k3s1"
	// defaultImage is the operating system of the server.
	// Source: https://docs.hetzner.com/cloud/servers/getting-started/
	defaultImage = "debian-13"
	// defaultServerType is Hetzner's smallest x86 server with 4 GB.
	// Source: https://docs.hetzner.com/cloud/servers/overview/
	defaultServerType = "cx23"
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
