package host

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// get returns what a client has got when the answer ends or, if it hangs, when the client gives up on it.
func get(t *testing.T, url string, hangs bool) (int, string, error) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if hangs {
		time.AfterFunc(200*time.Millisecond, stop)
	}
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

func TestFaultyReleases(t *testing.T) {
	dir := t.TempDir()
	table, k3s := filepath.Join(dir, "artifacts.json"), filepath.Join(dir, "k3s")
	if err := os.WriteFile(k3s, []byte("stand-in, and so on, and so forth"), 0o755); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(&Artifacts{Table: table})
	defer server.Close()
	const version = "v1.36.5+k3s1"
	whole := "stand-in, and so on, and so forth\nLVS-TWIN-K3S-VERSION=" + version
	for fault, want := range map[string]struct {
		status int
		body   string
		err    error
		honest bool // the checksum is that of the file
	}{
		"":             {200, whole + "\n", nil, true},
		"=broken":      {200, whole + "=broken\n", nil, true},
		"=wrong":       {200, whole + "=wrong\n", nil, false},
		"=truncated":   {200, (whole + "\n")[:(len(whole)+1)/2], io.ErrUnexpectedEOF, false},
		"=hanging":     {200, (whole + "\n")[:(len(whole)+1)/2], context.Canceled, false},
		"=unavailable": {503, "this release is marked as unavailable\n", nil, false},
	} {
		t.Run("release"+fault, func(t *testing.T) {
			if err := WriteArtifactTable(table, ArtifactTable{K3s: k3s, Versions: []string{"v1.36.4+k3s1", version + fault}}); err != nil {
				t.Fatal(err)
			}
			url := server.URL + "/k3s-io/k3s/releases/download/v1.36.5%2Bk3s1/"
			status, body, err := get(t, url+"k3s", fault == "=hanging")
			if status != want.status || body != want.body || !errors.Is(err, want.err) {
				t.Errorf("got %d %q, %v, want %d %q, %v", status, body, err, want.status, want.body, want.err)
			}
			_, sums, err := get(t, url+"sha256sum-amd64.txt", false)
			if honest := sums == fmt.Sprintf("%x  k3s\n", sha256.Sum256([]byte(body))); err != nil || honest != want.honest {
				t.Errorf("got checksums %q (%v) for %q", sums, err, body)
			}
		})
	}
}
