package host

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lvs-cloud/lvs-cloud/twin/readiness"
)

// Artifacts serves the k3s stand-in as k3s' releases are served, under
// /k3s-io/k3s/releases/download/<version>/. The binary of a version is the
// stand-in's file with the version appended. Under /readiness it serves the
// script that the stand-in follows.
type Artifacts struct {
	// Table is the JSON file that says what is served; it is read at every request. Required.
	Table string
}

// ArtifactTable is the content of the table file.
type ArtifactTable struct {
	// K3s is the path of the stand-in's binary.
	K3s string
	// Versions are the releases there are; any other is not found. An ending says what is wrong with one: `=broken`
	// never gets ready, `=wrong` is not what its checksum says, `=truncated` breaks off half-way, `=hanging` sends half and
	// then nothing more, `=unavailable` is answered with 503.
	Versions []string
}

// WriteArtifactTable replaces the table of a twin.
func WriteArtifactTable(file string, t ArtifactTable) error { return writeJSON(file, t) }

// ReadinessFile is where the script of a twin is kept, in its state folder beside the table.
func ReadinessFile(state string) string { return filepath.Join(state, "readiness.json") }

// serveReadiness serves the script as the stand-in reads it.
func serveReadiness(w http.ResponseWriter, state string) {
	script, err := readiness.Load(ReadinessFile(state))
	var text []byte
	if err == nil {
		text, err = script.Served()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if _, err := w.Write(text); err != nil {
		return // the client went away
	}
}

// ServeHTTP serves one file of a release.
func (a *Artifacts) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.URL.Path == "/readiness" {
		serveReadiness(w, filepath.Dir(a.Table))
		return
	}
	var t ArtifactTable
	if err := readJSON(a.Table, &t); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	rest, ok := strings.CutPrefix(req.URL.Path, "/k3s-io/k3s/releases/download/")
	version, file, _ := strings.Cut(rest, "/") // the path is unescaped: %2B is + here
	listed := slices.IndexFunc(t.Versions, func(v string) bool { v, _, _ = strings.Cut(v, "="); return v == version })
	if !ok || listed < 0 {
		http.NotFound(w, req)
		return
	}
	_, fault, _ := strings.Cut(t.Versions[listed], "=")
	if fault == "unavailable" {
		http.Error(w, "this release is marked as unavailable", http.StatusServiceUnavailable)
		return
	}
	if err := serveRelease(w, req, t.K3s, version, fault, file); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func serveRelease(w http.ResponseWriter, req *http.Request, path, version, fault, file string) error {
	if fault == "broken" || fault == "wrong" && file == "k3s" {
		version += "=" + fault
	}
	binary, size, err := openRelease(path, version)
	if err != nil {
		return fmt.Errorf("k3s stand-in: %w (build it, or name it with --k3s)", err)
	}
	defer binary.Close()
	switch file {
	case "k3s":
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", fmt.Sprint(size))
		if fault == "truncated" || fault == "hanging" {
			size /= 2
		}
		if _, err := io.CopyN(w, binary, size); err != nil {
			return nil // the client went away
		}
		if fault == "hanging" {
			if err := http.NewResponseController(w).Flush(); err != nil {
				return err
			}
			<-req.Context().Done()
		}
		return nil
	case "sha256sum-amd64.txt":
		sum := sha256.New()
		if _, err := io.Copy(sum, binary); err != nil {
			return err
		}
		_, err := fmt.Fprintf(w, "%x  k3s\n", sum.Sum(nil))
		return err
	default:
		http.NotFound(w, req)
		return nil
	}
}

// release reads the binary of a version: the file, then the trailer it knows itself by.
type release struct {
	io.Reader
	io.Closer
}

func openRelease(path, version string) (*release, int64, error) {
	if path == "" {
		return nil, 0, errors.New("no file is configured")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	st, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	trailer := "\nLVS-TWIN-K3S-VERSION=" + version + "\n"
	return &release{io.MultiReader(f, strings.NewReader(trailer)), f}, st.Size() + int64(len(trailer)), nil
}
