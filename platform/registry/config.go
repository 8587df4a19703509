package registry

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"time"
)

const (
	// dataPath is where the volume is mounted. The images lie one level below, beside the lost+found of the file system, which
	// the registry would take for a repository that it may not read.
	dataPath, imagesPath = "/srv/registry", "/srv/registry/images"
	// accountsPath is where the secret with the accounts is mounted, and accountsKey its file.
	accountsPath, accountsKey = "/etc/registry-accounts", "htpasswd"

	// sweepInterval is how often the registry looks for what may go. A sweep reads the index of every repository.
	sweepInterval = 6 * time.Hour
	// graceOfBlobs is how long a layer may wait for its manifest: no upload over a slow line takes longer.
	graceOfBlobs = 6 * time.Hour
	// graceOfUntagged is how long a manifest without a tag stays, such as one whose tag has moved on.
	graceOfUntagged = 24 * time.Hour

	// versionTags are the tags that git names: those of image automation are versions, and so are those of charts. All
	// other tags, such as a cache or a branch, come and go with builds, and must not crowd out a version.
	// Source: https://semver.org
	versionTags = `^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`
	otherCount  = 5
	otherWithin = 7 * 24 * time.Hour
)

// config is the configuration of zot, as far as it is set.
// Source: https://zotregistry.dev/latest/admin-guide/admin-configuration/ and the structs of pkg/api/config in
// https://github.com/project-zot/zot
type config struct {
	DistSpecVersion string  `json:"distSpecVersion"`
	Storage         storage `json:"storage"`
	HTTP            server  `json:"http"`
	Log             log     `json:"log"`
}

type storage struct {
	RootDirectory string    `json:"rootDirectory"`
	Dedupe        bool      `json:"dedupe"`
	Commit        bool      `json:"commit"`
	GC            bool      `json:"gc"`
	GCDelay       string    `json:"gcDelay"`
	GCInterval    string    `json:"gcInterval"`
	Retention     retention `json:"retention"`
}

type retention struct {
	DryRun   bool     `json:"dryRun"`
	Delay    string   `json:"delay"`
	Policies []policy `json:"policies"`
}

// policy is what is kept of certain repositories. The first that names a repository is the one that holds for it.
type policy struct {
	Repositories    []string   `json:"repositories"`
	DeleteReferrers bool       `json:"deleteReferrers"`
	DeleteUntagged  bool       `json:"deleteUntagged"`
	KeepTags        []keepTags `json:"keepTags"`
}

// keepTags keeps a tag that any of its rules keeps, or each one that is named, if it has no rule. The first that names a
// tag is the one that holds for it.
type keepTags struct {
	Patterns                []string `json:"patterns,omitempty"`
	MostRecentlyPushedCount int      `json:"mostRecentlyPushedCount,omitempty"`
	MostRecentlyPulledCount int      `json:"mostRecentlyPulledCount,omitempty"`
	PulledWithin            string   `json:"pulledWithin,omitempty"`
	PushedWithin            string   `json:"pushedWithin,omitempty"`
}

type server struct {
	Address       string        `json:"address"`
	Port          string        `json:"port"`
	ReadTimeout   string        `json:"readTimeout"`
	WriteTimeout  string        `json:"writeTimeout"`
	Realm         string        `json:"realm"`
	Compat        []string      `json:"compat"`
	Auth          auth          `json:"auth"`
	AccessControl accessControl `json:"accessControl"`
}

type auth struct {
	HTPasswd htpasswd `json:"htpasswd"`
}

type htpasswd struct {
	Path string `json:"path"`
}

type accessControl struct {
	Repositories repositories `json:"repositories"`
}

type repositories struct {
	All access `json:"**"`
}

type access struct {
	Policies []grant `json:"policies"`
}

type grant struct {
	Users   []string `json:"users"`
	Actions []string `json:"actions"`
}

type log struct {
	Level string `json:"level"`
}

// config renders the configuration. There is no secret in it.
func (args *Args) config() (string, error) {
	text, err := json.Marshal(config{
		DistSpecVersion: "1.1.1",
		Storage: storage{
			RootDirectory: imagesPath, Dedupe: true,
			// A power-off right after a push must not leave a tag with half a layer behind it.
			Commit: true,
			GC:     true, GCDelay: graceOfBlobs.String(), GCInterval: sweepInterval.String(),
			Retention: retention{Delay: graceOfUntagged.String(), Policies: args.Retention.policies()},
		},
		HTTP: server{
			Address: "0.0.0.0", Port: strconv.Itoa(Port),
			// Both count from the first byte of a request to the last of its body: the minute that is the default ends every
			// upload of a large layer.
			ReadTimeout: "0s", WriteTimeout: "0s",
			Realm: "registry",
			// Docker pushes manifests in its own format, unless it is told otherwise.
			Compat: []string{"docker2s2"},
			Auth:   auth{htpasswd{accountsPath + "/" + accountsKey}},
			// Nobody comes in without an account, and no account deletes: what goes is up to retention alone.
			AccessControl: accessControl{repositories{access{[]grant{
				{[]string{PushUser}, []string{"read", "create", "update"}},
				{[]string{PullUser}, []string{"read"}},
			}}}},
		},
		Log: log{"info"},
	})
	return string(text), err
}

// policies are one for each repository with a pinned tag, and one for all others.
func (r Retention) policies() []policy {
	rules := []keepTags{
		{
			Patterns: []string{versionTags}, MostRecentlyPushedCount: r.Versions, MostRecentlyPulledCount: r.Versions,
			PulledWithin: r.Within.String(), PushedWithin: r.Within.String(),
		},
		{
			MostRecentlyPushedCount: otherCount, MostRecentlyPulledCount: otherCount,
			PulledWithin: otherWithin.String(), PushedWithin: otherWithin.String(),
		},
	}
	one := func(repository string, keep []keepTags) policy {
		return policy{Repositories: []string{repository}, DeleteReferrers: true, DeleteUntagged: true, KeepTags: keep}
	}
	var order []string
	pinned := map[string][]string{}
	for _, p := range r.Pinned {
		if pinned[p.Repository] == nil {
			order = append(order, p.Repository)
		}
		pinned[p.Repository] = append(pinned[p.Repository], "^"+regexp.QuoteMeta(p.Tag)+"$")
	}
	var all []policy
	for _, repository := range order {
		all = append(all, one(repository, slices.Concat([]keepTags{{Patterns: pinned[repository]}}, rules)))
	}
	return append(all, one("**", rules))
}
