package host

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// ImagePackages is what the image has beyond the packages that Debian calls essential.
var ImagePackages = []string{
	"apt-utils", "bash-completion", "ca-certificates", "cloud-init", "curl", "dbus", "e2fsprogs", "fdisk", "iproute2",
	"iptables", "kmod", "less", "nftables", "open-iscsi", "openssh-server", "procps", "systemd-sysv", "systemd-zram-generator", "xfsprogs",
}

// imageSuite is the Debian release of the image debian-13.
const imageSuite = "trixie"

// EnsureImage returns the root file system of the image debian-13 in a cache
// folder and makes it there when it is missing or was made from another list of
// packages or files. Making it takes about a minute and is told to progress.
//
// Errors: mmdebstrap is missing or fails, for instance without a network.
func EnsureImage(ctx context.Context, cache string, progress io.Writer) (string, error) {
	cache, err := filepath.Abs(cache)
	if err != nil {
		return "", fmt.Errorf("image: %w", err)
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", fmt.Errorf("image: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(cache, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", fmt.Errorf("image: %w", err)
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil { // two twins may start at the same time
		return "", fmt.Errorf("image: %w", err)
	}
	dir := filepath.Join(cache, "debian-13-"+imageStamp())
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	tmp := dir + ".new"
	if err := removeTree(tmp); err != nil {
		return "", fmt.Errorf("image: %w", err)
	}
	start := time.Now()
	fmt.Fprintf(progress, "making the image debian-13 (once, about a minute) in %s\n", dir)
	if err := bootstrap(ctx, tmp, progress); err != nil {
		return "", fmt.Errorf("image: mmdebstrap: %w", err)
	}
	if err := customize(tmp); err != nil {
		return "", fmt.Errorf("image: %w", err)
	}
	if err := os.Rename(tmp, dir); err != nil {
		return "", fmt.Errorf("image: %w", err)
	}
	fmt.Fprintf(progress, "image made in %s\n", time.Since(start).Round(time.Second))
	return dir, nil
}

// imageStamp changes with everything the image is made from.
func imageStamp() string {
	sum := sha256.New()
	fmt.Fprintln(sum, imageSuite, ImagePackages, imageFiles(), imageMasks, imageRemoved)
	return fmt.Sprintf("%x", sum.Sum(nil)[:6])
}

// bootstrap installs the packages into an empty folder.
func bootstrap(ctx context.Context, dir string, progress io.Writer) error {
	args := []string{"--mode=root", "--variant=minbase", "--format=directory", "--skip=output/dev",
		"--include=" + strings.Join(ImagePackages, ","), imageSuite, dir}
	if mirror := debianMirror(ctx); mirror != "" {
		args = append(args, mirror)
	}
	cmd := exec.CommandContext(ctx, "mmdebstrap", args...)
	out, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	cmd.Stdout = nil
	if err := cmd.Start(); err != nil {
		return err
	}
	var last []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		line := lines.Text()
		last = append(last, line)
		if step, ok := strings.CutPrefix(line, "I: "); ok {
			fmt.Fprintln(progress, "  "+step)
		}
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%w\n%s", err, strings.Join(last[max(0, len(last)-15):], "\n"))
	}
	return nil
}

// debianMirror is where the machine itself installs Debian from, or "" where it
// is not a Debian; mmdebstrap knows a mirror of its own then.
func debianMirror(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "apt-get", "indextargets", "--format", "$(ORIGIN) $(LABEL) $(REPO_URI)",
		"Created-By: Packages").Output()
	if err != nil {
		return ""
	}
	for line := range bytes.Lines(out) {
		if f := strings.Fields(string(line)); len(f) == 3 && f[0] == "Debian" && f[1] == "Debian" {
			return f[2]
		}
	}
	return ""
}

// customize makes the installed system what a Hetzner image is, and fit for namespaces.
func customize(dir string) error {
	for _, pattern := range imageRemoved {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := os.RemoveAll(f); err != nil {
				return err
			}
		}
	}
	for name, text := range imageFiles() {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			return err
		}
	}
	links := map[string]string{"default.target": "/usr/lib/systemd/system/multi-user.target"}
	for _, unit := range imageMasks {
		links[unit] = "/dev/null"
	}
	for name, to := range links {
		if err := os.Symlink(to, filepath.Join(dir, "etc/systemd/system", name)); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	return nil
}
