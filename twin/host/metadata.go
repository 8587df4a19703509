package host

import (
	"fmt"
	"net/http"
	"strings"
)

// metadata answers Hetzner's metadata service for one server: the document and its plain entries.
func metadata(dir serverDir) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r, err := dir.load()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		body, ok := metadataEntries(r)[strings.TrimPrefix(req.URL.Path, "/hetzner/v1/")]
		if !ok || !strings.HasPrefix(req.URL.Path, "/hetzner/v1/") {
			http.NotFound(w, req)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if _, err := fmt.Fprint(w, body); err != nil {
			return // the client went away
		}
	})
}

// metadataEntries renders what the service says, by path.
func metadataEntries(r *record) map[string]string {
	ipv4 := ""
	if r.IPv4.IsValid() {
		ipv4 = r.IPv4.String()
	}
	var private strings.Builder
	for _, n := range r.Networks {
		fmt.Fprintf(&private, "- ip: %s\n  network: %s\n", n.Address, n.Network)
	}
	return map[string]string{
		"userdata":                  r.UserData,
		"metadata/hostname":         r.Name,
		"metadata/instance-id":      fmt.Sprint(r.ID),
		"metadata/public-ipv4":      ipv4,
		"metadata/private-networks": private.String(),
		"metadata": fmt.Sprintf("hostname: %s\ninstance-id: %d\npublic-ipv4: %q\npublic-keys: %s\n",
			r.Name, r.ID, ipv4, jsonList(r.SSHKeys)),
	}
}
