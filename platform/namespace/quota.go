package namespace

import (
	"errors"
	"fmt"
	"strconv"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
)

// Quota is how much the pods of a namespace may take.
type Quota struct {
	// Total is what all of them may take together. Required: memory and its limit.
	Total footprint.Resources
	// Container is what a container gets that asks for nothing. Required: memory and its limit, within the total.
	Container footprint.Resources
	// Pods is how many may run at once. Required.
	Pods int
	// DiskGiB is what their volume claims may take together.
	// Unit: GiB. Default: none; they may claim nothing.
	DiskGiB int
}

func (q *Quota) check() (errs []error) {
	t, c := q.Total, q.Container
	if c.Memory < 1 || c.MemoryLimit < c.Memory {
		errs = append(errs, fmt.Errorf("quota: container: got %d MiB and a limit of %d, want both, and the limit no less", c.Memory, c.MemoryLimit))
	}
	if t.Memory < c.Memory || t.MemoryLimit < c.MemoryLimit {
		errs = append(errs, fmt.Errorf("quota: total: got %d MiB and a limit of %d, want room for one container of %d and %d", t.Memory, t.MemoryLimit, c.Memory, c.MemoryLimit))
	}
	if q.Pods < 1 {
		errs = append(errs, fmt.Errorf("quota: pods: got %d, want at least 1", q.Pods))
	}
	if q.DiskGiB < 0 {
		errs = append(errs, errors.New("quota: diskGiB: got less than nothing, want 0 or more"))
	}
	return errs
}

// limits make the quota, and what a container gets that asks for nothing: without it, a quota refuses such a container.
func (n *Namespace) limits(ctx *pulumi.Context, name string, q *Quota) error {
	hard := pulumi.StringMap{
		"pods": pulumi.String(strconv.Itoa(q.Pods)),
		// A node port or a load balancer would open a port past the ingress.
		"services.nodeports":     pulumi.String("0"),
		"services.loadbalancers": pulumi.String("0"),
		"requests.storage":       pulumi.String(fmt.Sprintf("%dGi", q.DiskGiB)),
	}
	total, each := q.Total.Requirements(), q.Container.Requirements()
	addAmounts(hard, "requests.", total.Requests)
	addAmounts(hard, "limits.", total.Limits)
	quota, err := corev1.NewResourceQuota(ctx, name+"-quota", &corev1.ResourceQuotaArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String("quota"), Namespace: n.Name},
		Spec:     &corev1.ResourceQuotaSpecArgs{Hard: hard},
	}, pulumi.Parent(n))
	if err != nil {
		return fmt.Errorf("quota: %w", err)
	}
	requests, limits := pulumi.StringMap{}, pulumi.StringMap{}
	addAmounts(requests, "", each.Requests)
	addAmounts(limits, "", each.Limits)
	made, err := corev1.NewLimitRange(ctx, name+"-limits", &corev1.LimitRangeArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String("limits"), Namespace: n.Name},
		Spec: &corev1.LimitRangeSpecArgs{Limits: corev1.LimitRangeItemArray{corev1.LimitRangeItemArgs{
			Type: pulumi.String("Container"), DefaultRequest: requests, Default: limits,
		}}},
	}, pulumi.Parent(n))
	if err != nil {
		return fmt.Errorf("limits: %w", err)
	}
	n.Ready = append(n.Ready, quota, made)
	return nil
}

func addAmounts(to pulumi.StringMap, prefix string, a *footprint.Amounts) {
	if a == nil {
		return
	}
	if a.CPU != "" {
		to[prefix+"cpu"] = pulumi.String(a.CPU)
	}
	if a.Memory != "" {
		to[prefix+"memory"] = pulumi.String(a.Memory)
	}
}
