// Package listening is the list of every port at which the node listens beyond loopback, and who is let in to each.
//
// It exists so that a new listener is a decision: a running node is held against the list, and so are the firewalls. What
// pods listen at is no part of it; they are reached inside the cluster alone, by network policies.
package listening

import (
	"fmt"
	"strconv"
	"strings"
)

// Protocols.
const (
	TCP = "tcp"
	UDP = "udp"
)

// Address is where a port is bound.
type Address string

// Addresses.
const (
	// Every is any address of the node, the public one among them.
	Every Address = "every"
	// Private is the node's fixed address in the private network.
	Private Address = "private"
)

// Entrance says whom the firewalls let in.
type Entrance string

// Entrances.
const (
	Everyone  Entrance = "everyone"
	Operators Entrance = "operators"
	// Nobody is let in from outside; the node itself and its pods are not outside.
	Nobody Entrance = "nobody"
)

// Port is one port at which the node listens, or a range of them.
type Port struct {
	// First and Last are the range; a single port is both.
	First, Last int
	// Protocol is tcp or udp.
	Protocol string
	// Address is where it is bound.
	Address Address
	// LetIn says who reaches it from outside.
	LetIn Entrance
	// Kernel says that the kernel answers by its own rules, so that no socket is to be seen, or none of a process.
	Kernel bool
	// Who listens.
	Who string
	// Why it does.
	Why string
}

// Ports are all of them.
// Source: https://docs.k3s.io/installation/requirements#networking, and k3s' own defaults in pkg/etcd and pkg/daemons of
// https://github.com/k3s-io/k3s. What k3s binds to loopback is left out: scheduler, controllers, kube-proxy, containerd.
var Ports = []Port{
	{22, 22, TCP, Every, Operators, false, "sshd", "Scripts of the program and operators log in."},
	{68, 68, UDP, Every, Nobody, false, "DHCP client", "The image asks the network for the node's addresses."},
	{80, 80, TCP, Every, Everyone, true, "Traefik", "HTTP, sent on to HTTPS. k3s' load balancer leads the port to the pod."},
	{443, 443, TCP, Every, Everyone, true, "Traefik", "HTTPS: everything that is reached from outside."},
	{2379, 2379, TCP, Private, Nobody, false, "etcd", "Clients with a certificate: the API servers of further nodes."},
	{2380, 2380, TCP, Private, Nobody, false, "etcd", "Members with a certificate: the etcd of further nodes."},
	{2381, 2381, TCP, Private, Nobody, false, "etcd", "Metrics, without TLS or a password: Prometheus reads how slow the disk is."},
	{6443, 6443, TCP, Every, Operators, false, "k3s", "The Kubernetes API: operators, the program, pods and further nodes."},
	{8472, 8472, UDP, Every, Nobody, true, "flannel", "VXLAN: packets of pods between nodes."},
	{9100, 9100, TCP, Private, Nobody, false, "node exporter", "Metrics of the node, without TLS: it shares the node's network, and Prometheus reads it."},
	{10250, 10250, TCP, Every, Nobody, false, "kubelet", "The API server for logs and shells, and whoever reads metrics, with a certificate or a token."},
	{30000, 32767, TCP, Every, Nobody, false, "kube-proxy", "Node ports of Traefik's load balancer, and the health of it that its traffic policy Local brings. " +
		"Nobody uses them: the load balancer of k3s has the ports themselves."},
}

// Range is how ports are written.
func (p Port) Range() string {
	if p.First == p.Last {
		return strconv.Itoa(p.First)
	}
	return fmt.Sprintf("%d-%d", p.First, p.Last)
}

// Has tells whether a port is in the range.
func (p Port) Has(protocol string, number int) bool {
	return p.Protocol == protocol && p.First <= number && number <= p.Last
}

// Table is the list as it stands in docs/decisions/listening.md.
func Table() string {
	var b strings.Builder
	b.WriteString("| Port | Protocol | Address | Let in | Who | Why |\n|---|---|---|---|---|---|\n")
	for _, p := range Ports {
		who := p.Who
		if p.Kernel {
			who += " (by the kernel)"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", p.Range(), p.Protocol, p.Address, p.LetIn, who, p.Why)
	}
	return b.String()
}
