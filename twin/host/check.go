package host

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/sys/unix"
)

// tools are the programs that hosts need on the real machine, by Debian package.
var tools = map[string]string{
	"mmdebstrap": "mmdebstrap", "apt-get": "apt", "nsenter": "util-linux",
}

// Check tells everything that keeps a twin from running on this machine.
func Check() error {
	if os.Geteuid() != 0 {
		return errors.New("the twin makes namespaces, mounts and loop devices: run it as root, for instance with sudo")
	}
	return errors.Join(checkTools(), checkKernel())
}

func checkTools() error {
	var programs, packages []string
	for program, pkg := range tools {
		if _, err := exec.LookPath(program); err != nil {
			programs, packages = append(programs, program), append(packages, pkg)
		}
	}
	// mmdebstrap finds the key itself where the machine is a Debian; elsewhere it needs the package.
	if _, err := os.Stat("/usr/share/keyrings/debian-archive-keyring.gpg"); err != nil {
		programs, packages = append(programs, "Debian's archive key"), append(packages, "debian-archive-keyring")
	}
	if len(programs) == 0 {
		return nil
	}
	return fmt.Errorf("missing: %s; install with: apt-get install %s", strings.Join(programs, ", "), strings.Join(packages, " "))
}

func checkKernel() error {
	var errs []error
	if v := kernelVersion(); v[0] < 5 || v[0] == 5 && v[1] < 14 {
		errs = append(errs, fmt.Errorf("the kernel is %d.%d; the twin needs 5.14 or newer (cgroup.kill)", v[0], v[1]))
	}
	if b, err := os.ReadFile("/proc/filesystems"); err != nil || !strings.Contains(string(b), "\toverlay\n") {
		errs = append(errs, errors.New("the kernel has no overlayfs; try: modprobe overlay"))
	}
	if _, err := os.Stat("/dev/loop-control"); err != nil {
		errs = append(errs, errors.New("the kernel has no loop devices; try: modprobe loop"))
	}
	root, err := cgroup2Root()
	if err != nil {
		return errors.Join(append(errs, err)...)
	}
	if unix.Access(root, unix.W_OK) != nil {
		errs = append(errs, fmt.Errorf("%s is read-only, as in a container; the twin needs a machine or a virtual machine", root))
	}
	return errors.Join(errs...)
}

// kernelVersion is major and minor of the running kernel; what cannot be read counts as new.
func kernelVersion() [2]int {
	var u unix.Utsname
	v := [2]int{99, 0}
	if err := unix.Uname(&u); err != nil {
		return v
	}
	if n, err := fmt.Sscanf(unix.ByteSliceToString(u.Release[:]), "%d.%d", &v[0], &v[1]); err != nil || n != 2 {
		return [2]int{99, 0}
	}
	return v
}

// CheckPorts tells whether a server could get its ports on an address of the twin.
func CheckPorts(address string) error {
	var errs []error
	for _, port := range ForwardedPorts {
		if err := checkPort(address, port); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
