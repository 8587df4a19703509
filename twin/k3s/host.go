package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// complete fills in what the host decides: the node's name and addresses.
func (c *config) complete() error {
	if c.nodeName == "" {
		name, err := os.Hostname()
		if err != nil {
			return fmt.Errorf("node name: %w", err)
		}
		c.nodeName = name
	}
	c.nodeName = strings.ToLower(c.nodeName)
	if len(c.nodeIPs) == 0 {
		chosen, err := utilnet.ChooseHostInterface()
		if err != nil {
			return fmt.Errorf("node address: no --node-ip and no default route to choose one by: %w", err)
		}
		address, _ := netip.AddrFromSlice(chosen)
		c.nodeIPs = []netip.Addr{address.Unmap()}
	}
	if err := c.checkNodeIP(); err != nil {
		return err
	}
	if !c.advertise.IsValid() {
		c.advertise = c.nodeIPs[0]
		// The twin's public addresses are loopback ones, which Kubernetes refuses as an endpoint.
		if len(c.externalIPs) > 0 && !c.externalIPs[0].IsLoopback() {
			c.advertise = c.externalIPs[0]
		}
	}
	if !c.bind.IsValid() {
		c.bind = netip.IPv4Unspecified()
	}
	if len(c.clusterDNS) == 0 {
		c.clusterDNS = []netip.Addr{nth(c.serviceCIDRs[0], 10)}
	}
	return nil
}

// checkNodeIP refuses what the kubelet and etcd would refuse on a real machine.
func (c *config) checkNodeIP() error {
	want := c.nodeIPs[0]
	switch {
	case want.IsLoopback() && !c.loopbackNode:
		return fmt.Errorf("node-ip %s: can't be loopback address", want)
	case want.IsUnspecified(), want.IsMulticast(), want.IsLinkLocalUnicast():
		return fmt.Errorf("node-ip %s: not an address a node can have", want)
	case want.IsLoopback():
		return nil // all of 127.0.0.0/8 is local
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return fmt.Errorf("node-ip: %w", err)
	}
	for _, address := range addresses {
		if prefix, err := netip.ParsePrefix(address.String()); err == nil && prefix.Addr().Unmap() == want {
			return nil
		}
	}
	return fmt.Errorf("node-ip %s: not found in the host's network interfaces", want)
}

// nth is the nth address of a network.
func nth(prefix netip.Prefix, n int) netip.Addr {
	address := prefix.Addr()
	for range n {
		address = address.Next()
	}
	return address
}

// fields reads a file of key=value lines.
func fields(path, separator string) (map[string]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if key, value, ok := strings.Cut(line, separator); ok {
			values[strings.TrimSpace(key)] = strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return values, nil
}

// protectedKernel are the settings the kubelet insists on under protect-kernel-defaults, where
// a plain kernel has others.
var protectedKernel = map[string]string{
	"vm.overcommit_memory": "1",
	"kernel.panic":         "10",
	"kernel.panic_on_oops": "1",
}

// checkKernel refuses a host whose kernel settings the kubelet would refuse. A host of the twin
// shares its kernel, so a setting also counts when the host's sysctl.d holds it.
func checkKernel() error {
	configured := map[string]string{}
	for _, dir := range []string{"/usr/lib/sysctl.d", "/run/sysctl.d", "/etc/sysctl.d"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.conf"))
		if err != nil {
			return err
		}
		for _, file := range files {
			values, err := fields(file, "=")
			if err != nil {
				return fmt.Errorf("kernel settings: %w", err)
			}
			for key, value := range values {
				configured[strings.ReplaceAll(strings.TrimPrefix(key, "-"), "/", ".")] = value
			}
		}
	}
	var problems []error
	for key, want := range protectedKernel {
		data, err := os.ReadFile(filepath.Join("/proc/sys", strings.ReplaceAll(key, ".", "/")))
		if err != nil {
			return fmt.Errorf("kernel settings: %w", err)
		}
		if got := strings.TrimSpace(string(data)); got != want && configured[key] != want {
			problems = append(problems, fmt.Errorf("protect-kernel-defaults: invalid kernel flag: %s, "+
				"expected value: %s, actual value: %s", key, want, got))
		}
	}
	return errors.Join(problems...)
}

// diskSize is the capacity of the file system that holds a path.
func diskSize(path string) (int64, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(path, &stat); err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	return int64(stat.Blocks) * stat.Bsize, nil
}
