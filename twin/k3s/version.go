package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"strings"
	_ "unsafe" // for go:linkname
)

// Version the binary reports when it carries no trailer.
const unreleased = "v0.0.0+twin"

// trailerMark begins the trailer: a line after the last byte of the executable that names
// the k3s version this copy stands in for.
const trailerMark = "\nLVS-TWIN-K3S-VERSION="

// trailerMax bounds how much of the file's end is read.
const trailerMax = 128

// brokenMark ends the version of a release that never gets ready.
const brokenMark = "=broken"

var versionForm = regexp.MustCompile(`^v(\d+)\.(\d+)\.\d+[-+][0-9A-Za-z.+-]+$`)

// The Kubernetes libraries take their version from variables that a release build sets at
// link time. One binary stands in for many versions here, so they are set at start.
//
//go:linkname kubeMajor k8s.io/component-base/version.gitMajor
var kubeMajor string

//go:linkname kubeMinor k8s.io/component-base/version.gitMinor
var kubeMinor string

//go:linkname kubeVersion k8s.io/component-base/version.gitVersion
var kubeVersion string

//go:linkname kubeTreeState k8s.io/component-base/version.gitTreeState
var kubeTreeState string

// readTrailer returns the version in the trailer of an executable, or unreleased.
func readTrailer(file io.ReadSeeker) (string, error) {
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return "", err
	}
	if _, err := file.Seek(max(0, size-trailerMax), io.SeekStart); err != nil {
		return "", err
	}
	tail, err := io.ReadAll(file)
	if err != nil {
		return "", err
	}
	i := bytes.LastIndex(tail, []byte(trailerMark))
	if i < 0 || !bytes.HasSuffix(tail, []byte("\n")) {
		return unreleased, nil
	}
	version := string(tail[i+len(trailerMark) : len(tail)-1])
	if !versionForm.MatchString(strings.TrimSuffix(version, brokenMark)) {
		return "", fmt.Errorf("version trailer: %q is no k3s version such as v1.36.5+k3s1", version)
	}
	return version, nil
}

// ownVersion reads the trailer of the running executable.
func ownVersion() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close() //nolint:errcheck // only read from
	return readTrailer(file)
}

// printVersion writes what `k3s --version` prints.
func printVersion(out io.Writer, version string) error {
	_, err := fmt.Fprintf(out, "k3s version %s (twin)\ngo version %s\n", version, runtime.Version())
	return err
}
