package workload

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
)

const (
	// revisionAnnotation is on the pods: another value of it is another pod.
	revisionAnnotation = "lvs-cloud/revision"
	// fileMode lets the group read, which is the pod's own, and nobody else.
	fileMode = 0o440
	// A start may take two minutes, on a node that starts everything at once. Then a pod that gives no answer for a minute is
	// started again; after half of that it already gets no more requests.
	startPeriod, startFailures                           = 2, 60
	readyPeriod, readyFailures, livePeriod, liveFailures = 10, 3, 20, 3
	probeTimeout                                         = 5
)

// pod is the template of the pod, at the level "restricted" of Pod Security.
// Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
func (args *Args) pod() *corev1.PodTemplateSpecArgs {
	meta := &metav1.ObjectMetaArgs{Labels: pulumi.ToStringMap(Labels(args.Name))}
	if args.Revision != nil {
		meta.Annotations = pulumi.StringMap{revisionAnnotation: args.Revision}
	}
	volumes, mounts := args.volumes()
	return &corev1.PodTemplateSpecArgs{
		Metadata: meta,
		Spec: &corev1.PodSpecArgs{
			ServiceAccountName: pulumi.String(args.Name), AutomountServiceAccountToken: pulumi.Bool(false),
			// Else the address of every service of the namespace is in the environment, where programs look for settings.
			EnableServiceLinks: pulumi.Bool(false),
			PriorityClassName:  pulumi.String(args.PriorityClass),
			SecurityContext: &corev1.PodSecurityContextArgs{
				RunAsNonRoot: pulumi.Bool(true), RunAsUser: pulumi.Int(args.User), RunAsGroup: pulumi.Int(args.User), FsGroup: pulumi.Int(args.User),
				FsGroupChangePolicy: pulumi.String("OnRootMismatch"),
				SeccompProfile:      &corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
			},
			Containers: corev1.ContainerArray{args.container(mounts)},
			Volumes:    volumes,
		},
	}
}

func (args *Args) container(mounts corev1.VolumeMountArray) *corev1.ContainerArgs {
	c := &corev1.ContainerArgs{
		Name: pulumi.String(args.Name), Image: pulumi.String(args.Image), ImagePullPolicy: pulumi.String("IfNotPresent"),
		Ports: args.containerPorts(), Env: args.env(), VolumeMounts: mounts,
		StartupProbe: args.probe(startPeriod, startFailures), ReadinessProbe: args.probe(readyPeriod, readyFailures),
		LivenessProbe: args.probe(livePeriod, liveFailures),
		Resources:     requirements(args.Resources),
		SecurityContext: &corev1.SecurityContextArgs{
			AllowPrivilegeEscalation: pulumi.Bool(false), ReadOnlyRootFilesystem: pulumi.Bool(true),
			Capabilities: &corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
		},
	}
	if len(args.Command) > 0 {
		c.Command = pulumi.ToStringArray(args.Command)
	}
	if len(args.Args) > 0 {
		c.Args = pulumi.ToStringArray(args.Args)
	}
	return c
}

func (args *Args) containerPorts() corev1.ContainerPortArray {
	var ports corev1.ContainerPortArray
	add := func(name string, number int) {
		ports = append(ports, &corev1.ContainerPortArgs{Name: pulumi.String(name), ContainerPort: pulumi.Int(number), Protocol: pulumi.String("TCP")})
	}
	for _, p := range args.Ports {
		add(p.Name, p.Number)
	}
	if args.MetricsPort != 0 {
		add(MetricsPortName, args.MetricsPort)
	}
	return ports
}

func (args *Args) env() corev1.EnvVarArray {
	var env corev1.EnvVarArray
	for _, e := range args.Env {
		v := &corev1.EnvVarArgs{Name: pulumi.String(e.Name)}
		if e.Secret == nil {
			v.Value = pulumi.String(e.Value)
		} else {
			v.ValueFrom = &corev1.EnvVarSourceArgs{SecretKeyRef: &corev1.SecretKeySelectorArgs{Name: e.Secret, Key: pulumi.String(e.Key)}}
		}
		env = append(env, v)
	}
	return env
}

func (args *Args) probe(period, failures int) *corev1.ProbeArgs {
	p := &corev1.ProbeArgs{PeriodSeconds: pulumi.Int(period), FailureThreshold: pulumi.Int(failures), TimeoutSeconds: pulumi.Int(probeTimeout)}
	if args.Probe.Path == "" {
		p.TcpSocket = &corev1.TCPSocketActionArgs{Port: pulumi.Int(args.Probe.Port)}
	} else {
		p.HttpGet = &corev1.HTTPGetActionArgs{Path: pulumi.String(args.Probe.Path), Port: pulumi.Int(args.Probe.Port), Scheme: pulumi.String("HTTP")}
	}
	return p
}

// volumes are what is mounted, and where.
func (args *Args) volumes() (corev1.VolumeArray, corev1.VolumeMountArray) {
	var volumes corev1.VolumeArray
	var mounts corev1.VolumeMountArray
	add := func(kind, path string, n int, v *corev1.VolumeArgs) {
		v.Name = pulumi.String(fmt.Sprintf("%s-%d", kind, n))
		m := &corev1.VolumeMountArgs{Name: v.Name, MountPath: pulumi.String(path)}
		if kind == "files" {
			m.ReadOnly = pulumi.Bool(true)
		}
		volumes, mounts = append(volumes, v), append(mounts, m)
	}
	for i, f := range args.Files {
		var items corev1.KeyToPathArray
		for _, k := range f.Keys {
			items = append(items, &corev1.KeyToPathArgs{Key: pulumi.String(k), Path: pulumi.String(k)})
		}
		v := &corev1.VolumeArgs{}
		if f.Secret != nil {
			v.Secret = &corev1.SecretVolumeSourceArgs{SecretName: f.Secret, DefaultMode: pulumi.Int(fileMode), Items: items}
		} else {
			v.ConfigMap = &corev1.ConfigMapVolumeSourceArgs{Name: f.ConfigMap, DefaultMode: pulumi.Int(fileMode), Items: items}
		}
		add("files", f.Path, i, v)
	}
	for i, s := range args.Scratch {
		e := &corev1.EmptyDirVolumeSourceArgs{SizeLimit: pulumi.String(fmt.Sprintf("%dMi", s.MiB))}
		if s.Memory {
			e.Medium = pulumi.String("Memory")
		}
		add("scratch", s.Path, i, &corev1.VolumeArgs{EmptyDir: e})
	}
	return volumes, mounts
}

func requirements(r footprint.Resources) *corev1.ResourceRequirementsArgs {
	amounts := func(a *footprint.Amounts) pulumi.StringMap {
		m := pulumi.StringMap{}
		if a != nil && a.CPU != "" {
			m["cpu"] = pulumi.String(a.CPU)
		}
		if a != nil && a.Memory != "" {
			m["memory"] = pulumi.String(a.Memory)
		}
		return m
	}
	rendered := r.Requirements()
	return &corev1.ResourceRequirementsArgs{Requests: amounts(rendered.Requests), Limits: amounts(rendered.Limits)}
}
