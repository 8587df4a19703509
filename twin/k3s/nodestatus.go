package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// fillStatus sets everything that a kubelet reports about a healthy machine.
func (n *simulatedNode) fillStatus(node *corev1.Node) error {
	capacity, err := n.capacity()
	if err != nil {
		return err
	}
	info, err := n.nodeInfo()
	if err != nil {
		return err
	}
	s := &node.Status
	s.Capacity, s.NodeInfo = capacity, info
	s.Allocatable = n.allocatable(capacity)
	s.Addresses = n.addresses()
	if n.kubelet.config.EnableServer { // as a kubelet reports it; nothing listens there
		s.DaemonEndpoints.KubeletEndpoint.Port = n.kubelet.config.Port
	}
	s.Conditions = condition(s.Conditions, corev1.NodeMemoryPressure, corev1.ConditionFalse, "KubeletHasSufficientMemory", "simulated")
	s.Conditions = condition(s.Conditions, corev1.NodeDiskPressure, corev1.ConditionFalse, "KubeletHasNoDiskPressure", "simulated")
	s.Conditions = condition(s.Conditions, corev1.NodePIDPressure, corev1.ConditionFalse, "KubeletHasSufficientPID", "simulated")
	s.Conditions = condition(s.Conditions, corev1.NodeReady, corev1.ConditionTrue, "KubeletReady", "simulated: no kubelet runs in the twin")
	return nil
}

func (n *simulatedNode) addresses() []corev1.NodeAddress {
	var addresses []corev1.NodeAddress
	add := func(kind corev1.NodeAddressType, values []string) {
		for _, value := range values {
			addresses = append(addresses, corev1.NodeAddress{Type: kind, Address: value})
		}
	}
	add(corev1.NodeInternalIP, texts(n.config.nodeIPs))
	add(corev1.NodeExternalIP, texts(n.config.externalIPs))
	add(corev1.NodeHostName, []string{n.config.nodeName})
	add(corev1.NodeInternalDNS, n.config.internalNames)
	add(corev1.NodeExternalDNS, n.config.externalNames)
	return addresses
}

// capacity is the host's, or what its control group leaves of it.
func (n *simulatedNode) capacity() (corev1.ResourceList, error) {
	memory, err := hostMemory()
	if err != nil {
		return nil, err
	}
	disk, err := diskSize(n.config.paths.agent())
	if err != nil {
		return nil, err
	}
	return corev1.ResourceList{
		corev1.ResourceCPU:              *resource.NewMilliQuantity(hostMilliCores(), resource.DecimalSI),
		corev1.ResourceMemory:           *resource.NewQuantity(memory, resource.BinarySI),
		corev1.ResourceEphemeralStorage: *resource.NewQuantity(disk, resource.BinarySI),
		corev1.ResourcePods:             *resource.NewQuantity(int64(n.kubelet.config.MaxPods), resource.DecimalSI),
	}, nil
}

// allocatable is the capacity less the reservations and the hard eviction thresholds.
func (n *simulatedNode) allocatable(capacity corev1.ResourceList) corev1.ResourceList {
	left := capacity.DeepCopy()
	take := func(name corev1.ResourceName, text string) {
		total, known := left[name]
		if !known || text == "" {
			return
		}
		if percent, ok := strings.CutSuffix(text, "%"); ok {
			if share, err := strconv.ParseFloat(percent, 64); err == nil {
				whole := capacity[name]
				total.Sub(*resource.NewQuantity(int64(float64(whole.Value())*share/100), total.Format))
			}
		} else if amount, err := resource.ParseQuantity(text); err == nil { // validated with the configuration
			total.Sub(amount)
		}
		left[name] = total
	}
	for _, reserved := range []map[string]string{n.kubelet.config.SystemReserved, n.kubelet.config.KubeReserved} {
		for name, text := range reserved {
			take(corev1.ResourceName(name), text)
		}
	}
	take(corev1.ResourceMemory, n.kubelet.config.EvictionHard["memory.available"])
	take(corev1.ResourceEphemeralStorage, n.kubelet.config.EvictionHard["nodefs.available"])
	return left
}

func (n *simulatedNode) nodeInfo() (corev1.NodeSystemInfo, error) {
	var kernel unix.Utsname
	if err := unix.Uname(&kernel); err != nil {
		return corev1.NodeSystemInfo{}, err
	}
	release, err := fields("/etc/os-release", "=")
	if err != nil {
		return corev1.NodeSystemInfo{}, err
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return corev1.NodeSystemInfo{}, err
	}
	machine, err := os.ReadFile("/etc/machine-id")
	if err != nil && !os.IsNotExist(err) {
		return corev1.NodeSystemInfo{}, err
	}
	id := strings.TrimSpace(string(machine))
	return corev1.NodeSystemInfo{
		MachineID: id, SystemUUID: id, BootID: strings.TrimSpace(string(boot)),
		KernelVersion: string(bytes.TrimRight(kernel.Release[:], "\x00")), OSImage: release["PRETTY_NAME"],
		ContainerRuntimeVersion: "twin://none", KubeletVersion: kubeVersion,
		OperatingSystem: "linux", Architecture: runtime.GOARCH,
	}, nil
}

// hostMemory is the memory in bytes.
func hostMemory() (int64, error) {
	info, err := fields("/proc/meminfo", ":")
	if err != nil {
		return 0, err
	}
	var kib int64
	if _, err := fmt.Sscanf(info["MemTotal"], "%d kB", &kib); err != nil {
		return 0, fmt.Errorf("/proc/meminfo: %w", err)
	}
	total := kib * 1024
	if limit, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if bytes, err := strconv.ParseInt(strings.TrimSpace(string(limit)), 10, 64); err == nil {
			total = min(total, bytes)
		}
	}
	return total, nil
}

// hostMilliCores is the processing power in thousandths of a core.
func hostMilliCores() int64 {
	cores := int64(runtime.NumCPU()) * 1000
	limit, err := os.ReadFile("/sys/fs/cgroup/cpu.max")
	if err != nil {
		return cores // no limit to read
	}
	var quota, period int64
	if _, err := fmt.Sscanf(string(limit), "%d %d", &quota, &period); err == nil && period > 0 {
		cores = min(cores, quota*1000/period)
	}
	return cores
}
