package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

const (
	leaseSeconds = 40
	leasePeriod  = 10 * time.Second
	statusPeriod = time.Minute

	twinAnnotation = "lvs-cloud.dev/twin"
)

// simulatedNode is the node's entry in the cluster: everything a kubelet would report, and
// nothing behind it.
type simulatedNode struct {
	config  *config
	kubelet *kubelet
	client  kubernetes.Interface
	log     *slog.Logger
}

// register creates or renews the node. As with a real kubelet, labels and taints of the
// configuration are set when the node first joins, and not afterwards.
func (n *simulatedNode) register(ctx context.Context) error {
	nodes := n.client.CoreV1().Nodes()
	node, err := nodes.Get(ctx, n.config.nodeName, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		node = &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: n.config.nodeName, Labels: map[string]string{}}}
		maps.Copy(node.Labels, n.kubelet.flags.NodeLabels)
		n.describe(node)
		for _, taint := range n.kubelet.config.RegisterWithTaints {
			node.Spec.Taints = append(node.Spec.Taints, corev1.Taint{
				Key: taint.Key, Value: taint.Value, Effect: corev1.TaintEffect(taint.Effect),
			})
		}
		_, err = nodes.Create(ctx, node, metav1.CreateOptions{})
	} else if err == nil {
		for name, value := range n.kubelet.flags.NodeLabels {
			if node.Labels[name] != value {
				n.log.Warn(fmt.Sprintf("node-label %s=%s is not set: the node has joined before", name, value))
			}
		}
		_, err = nodes.Patch(ctx, node.Name, types.MergePatchType, n.renewal(node), metav1.PatchOptions{})
	}
	if err != nil {
		return fmt.Errorf("node: %w", err)
	}
	if err := n.renewLease(ctx); err != nil {
		return err
	}
	if err := n.reportStatus(ctx); err != nil {
		return err
	}
	return n.admit(ctx)
}

// admit takes away the taint that the API server puts on every new node. On a real cluster the
// node lifecycle controller does so when the node is ready.
func (n *simulatedNode) admit(ctx context.Context) error {
	nodes := n.client.CoreV1().Nodes()
	node, err := nodes.Get(ctx, n.config.nodeName, metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("node: %w", err)
	}
	before := len(node.Spec.Taints)
	node.Spec.Taints = slices.DeleteFunc(node.Spec.Taints, func(t corev1.Taint) bool { return t.Key == corev1.TaintNodeNotReady })
	if len(node.Spec.Taints) == before {
		return nil
	}
	if _, err := nodes.Update(ctx, node, metav1.UpdateOptions{}); err != nil {
		return fmt.Errorf("node: %w", err)
	}
	return nil
}

// describe sets what k3s and its kubelet say of every node.
func (n *simulatedNode) describe(node *corev1.Node) {
	name, arch := n.config.nodeName, runtime.GOARCH
	node.Labels = merged(node.Labels, map[string]string{
		"beta.kubernetes.io/arch": arch, "beta.kubernetes.io/os": "linux",
		"kubernetes.io/arch": arch, "kubernetes.io/os": "linux", "kubernetes.io/hostname": name,
		"node-role.kubernetes.io/control-plane": "true", "node-role.kubernetes.io/etcd": "true",
	})
	node.Annotations = merged(node.Annotations, map[string]string{
		twinAnnotation:                                           "simulated node",
		"k3s.io/hostname":                                        name,
		"k3s.io/internal-ip":                                     strings.Join(texts(n.config.nodeIPs), ","),
		"alpha.kubernetes.io/provided-node-ip":                   n.config.nodeIPs[0].String(),
		"etcd.k3s.cattle.io/node-address":                        n.config.nodeIPs[0].String(),
		"volumes.kubernetes.io/controller-managed-attach-detach": "true",
	})
	if len(n.config.externalIPs) > 0 {
		node.Annotations["k3s.io/external-ip"] = strings.Join(texts(n.config.externalIPs), ",")
	}
	if !n.config.cloudDisabled {
		node.Labels["beta.kubernetes.io/instance-type"] = "k3s"
		node.Labels["node.kubernetes.io/instance-type"] = "k3s"
		node.Spec.ProviderID = "k3s://" + name
	}
	if node.Spec.PodCIDR == "" {
		node.Spec.PodCIDR = fmt.Sprintf("%s/24", n.config.clusterCIDRs[0].Addr())
		node.Spec.PodCIDRs = []string{node.Spec.PodCIDR}
	}
}

func merged(into, from map[string]string) map[string]string {
	if into == nil {
		into = map[string]string{}
	}
	maps.Copy(into, from)
	return into
}

// renewal is a merge patch that describes a node again and leaves everything else alone.
func (n *simulatedNode) renewal(node *corev1.Node) []byte {
	fresh := &corev1.Node{Spec: *node.Spec.DeepCopy()}
	n.describe(fresh)
	patch, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"labels": fresh.Labels, "annotations": fresh.Annotations},
		"spec": map[string]any{
			"podCIDR": fresh.Spec.PodCIDR, "podCIDRs": fresh.Spec.PodCIDRs, "providerID": fresh.Spec.ProviderID,
		},
	})
	if err != nil {
		panic(err) // maps of strings always marshal
	}
	return patch
}

// reportStatus writes the node's conditions, addresses and capacity.
func (n *simulatedNode) reportStatus(ctx context.Context) error {
	nodes := n.client.CoreV1().Nodes()
	node, err := nodes.Get(ctx, n.config.nodeName, metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("node status: %w", err)
	}
	if err := n.fillStatus(node); err != nil {
		return fmt.Errorf("node status: %w", err)
	}
	if _, err := nodes.UpdateStatus(ctx, node, metav1.UpdateOptions{}); err != nil {
		return fmt.Errorf("node status: %w", err)
	}
	return nil
}

// condition sets a condition, keeping the time of its last change.
func condition(
	conditions []corev1.NodeCondition, kind corev1.NodeConditionType, status corev1.ConditionStatus, reason, message string,
) []corev1.NodeCondition {
	now := metav1.Now()
	fresh := corev1.NodeCondition{
		Type: kind, Status: status, Reason: reason, Message: message, LastHeartbeatTime: now, LastTransitionTime: now,
	}
	i := slices.IndexFunc(conditions, func(c corev1.NodeCondition) bool { return c.Type == kind })
	if i < 0 {
		return append(conditions, fresh)
	}
	if conditions[i].Status == status {
		fresh.LastTransitionTime = conditions[i].LastTransitionTime
	}
	conditions[i] = fresh
	return conditions
}

// renewLease says that the node is alive.
func (n *simulatedNode) renewLease(ctx context.Context) error {
	leases := n.client.CoordinationV1().Leases(corev1.NamespaceNodeLease)
	now := metav1.NowMicro()
	seconds := int32(leaseSeconds)
	lease, err := leases.Get(ctx, n.config.nodeName, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		_, err = leases.Create(ctx, &coordinationv1.Lease{
			ObjectMeta: metav1.ObjectMeta{Name: n.config.nodeName},
			Spec: coordinationv1.LeaseSpec{
				HolderIdentity: &n.config.nodeName, LeaseDurationSeconds: &seconds, RenewTime: &now,
			},
		}, metav1.CreateOptions{})
	} else if err == nil {
		lease.Spec.RenewTime = &now
		_, err = leases.Update(ctx, lease, metav1.UpdateOptions{})
	}
	if err != nil {
		return fmt.Errorf("node lease: %w", err)
	}
	return nil
}

// live keeps the node fresh until ctx ends. A node that was deleted registers again.
func (n *simulatedNode) live(ctx context.Context) {
	lease, status := time.NewTicker(leasePeriod), time.NewTicker(statusPeriod)
	defer lease.Stop()
	defer status.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-lease.C:
			err = n.renewLease(ctx)
		case <-status.C:
			err = n.reportStatus(ctx)
			if apierrors.IsNotFound(err) {
				err = n.register(ctx)
			}
		}
		if err != nil && ctx.Err() == nil {
			n.log.Warn(err.Error())
		}
	}
}
