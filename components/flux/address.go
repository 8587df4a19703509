package flux

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

const github = "github.com"

// gitHubHostKeys are what GitHub's servers show; its RSA key is that of 2023.
// Source: https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/githubs-ssh-key-fingerprints and
// the field ssh_keys of https://api.github.com/meta
const gitHubHostKeys = `github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl
github.com ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg=
github.com ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCj7ndNxQowgcQnjshcLrqPEiiphnt+VTTvDP6mHBL9j1aNUkY4Ue1gvwnGLVlOhGeYrnZaMgRK6+PKCUXaDbC7qtbW8gIkhL7aGCsOr/C56SJMy/BCZfxd1nWzAOxSDPgVsmerOBYfNqltV9/hWCqBywINIR+5dIg6JTJ72pcEpEjcYgXkE2YEFXV1JHnsKgbLWNlhScqb2UmyRkQyytRLtL+38TGxkxCflmO+5Z8CSSNY7GidjMIZ7Q4zMjA2n1nGrlTDkzwDCsw+wqFPGQA179cnfGWOWRVruj16z6XyvxvjJwbz0wQZ75XK5tKSb7FNyeIEs4TT4jk+S4dhPeAUC5y+bDYirYgM4GC7uEnztnZyaVWQ7B381AK4Qdrwt51ZqExKbQpTUNn+EjqoTwvqNj4kqx5QUCI0ThS/YkOxJCXmPUWZbhjpCg56i+2aB6CmK2JGhn57K5mj0MNdBXA4/WnwH6XoPWJzK5Nyu2zB3nAZp+S5hpQs+p1vN1/wsjk=
`

// repository is where a repository is.
type repository struct {
	ssh bool
	// host may hold a port; path is that of owner and name, without a slash before it.
	host, path string
}

var pathForm = regexp.MustCompile(`^[A-Za-z0-9_.~-]+(/[A-Za-z0-9_.~-]+)+$`)

// parse reads the URL of a repository, in the form that Flux takes.
func parse(text string) (repository, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "ssh" && u.Scheme != "https" {
		return repository{}, errors.New("want a URL such as ssh://git@github.com/you/cloud")
	}
	if _, word := u.User.Password(); word || u.Scheme == "https" && u.User != nil {
		return repository{}, errors.New("want it without a password: everybody sees the URL")
	}
	r := repository{ssh: u.Scheme == "ssh", host: u.Host, path: strings.Trim(u.Path, "/")}
	if !pathForm.MatchString(r.path) || u.RawQuery != "" || u.Fragment != "" {
		return repository{}, errors.New("want one that ends with an owner and a repository")
	}
	return r, nil
}

// redacted is a URL without what may be a password in it.
func redacted(text string) string {
	if scheme, rest, ok := strings.Cut(text, "://"); ok {
		if i := strings.LastIndex(rest, "@"); i >= 0 {
			return scheme + "://…" + rest[i:]
		}
	}
	return text
}

// owner is who the repository belongs to.
func (r repository) owner() string {
	owner, _, _ := strings.Cut(r.path, "/")
	return owner
}

// page is where the repository is looked at.
func (r repository) page() string {
	host, _, _ := strings.Cut(r.host, ":")
	return "https://" + host + "/" + strings.TrimSuffix(r.path, ".git")
}

// knows tells whether lines of known_hosts name a key of the host.
func knows(lines, host string) error {
	if strings.TrimSpace(lines) == "" {
		return fmt.Errorf("got none, want those of %s", host)
	}
	found := false
	for rest := []byte(lines); len(strings.TrimSpace(string(rest))) > 0; {
		marker, hosts, _, _, next, err := ssh.ParseKnownHosts(rest)
		if errors.Is(err, io.EOF) { // what is left is a comment
			break
		}
		if err != nil || marker != "" {
			return fmt.Errorf("got %.60q, want lines such as \"%s ssh-ed25519 AAAA…\"", rest, host)
		}
		found = found || slices.Contains(hosts, knownhosts.Normalize(host))
		rest = next
	}
	if !found {
		return fmt.Errorf("got none of %s, want one that names it as %q", host, knownhosts.Normalize(host))
	}
	return nil
}
