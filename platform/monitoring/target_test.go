package monitoring

import (
	"regexp"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
	"github.com/lvs-cloud/lvs-cloud/platform/metrics"
)

func target(args *TargetArgs) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := NewTarget(ctx, "target", args)
		return err
	}
}

func spec(t *testing.T, args *TargetArgs) string {
	t.Helper()
	g, err := graph.Run(target(args), graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := g.Get(t, targetToken, "target")
	if got, want := r.JSON(t, "metadata"), `{"name":"`+args.Name+`","namespace":"`+args.Namespace+`"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	return r.JSON(t, "spec")
}

func TestTarget(t *testing.T) {
	got := spec(t, &TargetArgs{
		Name: "longhorn", Namespace: "longhorn-system", Labels: map[string]string{"app": "longhorn-manager"}, Port: "9500", Component: metrics.Longhorn,
	})
	want := `{"podMetricsEndpoints":[{"metricRelabelings":[{"action":"keep","regex":"` + metrics.Keep(metrics.Longhorn) + `","sourceLabels":["__name__"]}],` +
		`"path":"/metrics","portNumber":9500,"relabelings":[{"replacement":"longhorn","targetLabel":"job"}]}],"selector":{"matchLabels":{"app":"longhorn-manager"}}}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	got = spec(t, &TargetArgs{Name: "shop", Namespace: "shop", Port: "web", Path: "/internal/metrics", HonorLabels: true})
	want = `{"podMetricsEndpoints":[{"honorLabels":true,"path":"/internal/metrics","port":"web","relabelings":[{"replacement":"shop","targetLabel":"job"}]}],"selector":{}}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	got = spec(t, &TargetArgs{Name: "node-exporter", Namespace: "host-agents", Port: "metrics", Component: metrics.Node})
	if want = `{"sourceLabels":["__meta_kubernetes_pod_node_name"],"targetLabel":"instance"}`; !strings.Contains(got, want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTargetRefusals(t *testing.T) {
	graph.CheckRefused(t, target(nil), "got nil")
	graph.CheckRefused(t, target(&TargetArgs{Name: "A", Namespace: "b.c", Port: "70000", Path: "metrics", Component: "nothing"}),
		`name: got "A"`, `namespace: got "b.c"`, `port: got "70000"`, `path: got "metrics"`, `component: got "nothing"`)
	for _, port := range []string{"", "0", "-1", "a_b"} {
		graph.CheckRefused(t, target(&TargetArgs{Name: "a", Namespace: "b", Port: port}), "port: got")
	}
}

// TestOwnTargets names what is asked of the stack itself.
func TestOwnTargets(t *testing.T) {
	g := graph.CheckComponent(t, program(valid()))
	keeps := func(c metrics.Component) string { return `"regex":"` + metrics.Keep(c) + `"` }
	for name, want := range map[string][]string{
		"prometheus":          {`"port":"http-web"`, `"selector":{"matchLabels":{"app.kubernetes.io/name":"prometheus"}}`, keeps(metrics.Prometheus)},
		"alertmanager":        {`"port":"http-web"`, `"selector":{"matchLabels":{"app.kubernetes.io/name":"alertmanager"}}`, keeps(metrics.Alertmanager)},
		"prometheus-operator": {`"port":"http"`, `"selector":{"matchLabels":{"app":"kube-prometheus-stack-operator"}}`, keeps(metrics.Prometheus)},
		"kube-state-metrics":  {`"port":"http"`, `"selector":{"matchLabels":{"app.kubernetes.io/name":"kube-state-metrics"}}`, `"honorLabels":true`, keeps(metrics.KubeState)},
		"node-exporter":       {`"port":"metrics"`, `"selector":{"matchLabels":{"app.kubernetes.io/name":"prometheus-node-exporter"}}`, keeps(metrics.Node)},
	} {
		r := g.Get(t, targetToken, "monitoring-"+name)
		holds(t, r, append(want, `{"replacement":"`+name+`","targetLabel":"job"}`)...)
		space := "monitoring"
		if name == "node-exporter" {
			space = "host-agents"
		}
		if got, want := r.JSON(t, "metadata"), `{"name":"`+name+`","namespace":"`+space+`"}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// kept runs a series through relabelings as Prometheus does, and returns the labels that are left; none when it is dropped.
func kept(rules []relabeling, labels map[string]string) map[string]string {
	for _, r := range rules {
		form := regexp.MustCompile("^(?s:" + r.Regex + ")$")
		switch r.Action {
		case "keep":
			values := make([]string, 0, len(r.SourceLabels))
			for _, l := range r.SourceLabels {
				values = append(values, labels[l])
			}
			if !form.MatchString(strings.Join(values, ";")) {
				return nil
			}
		case "labeldrop":
			for l := range labels {
				if form.MatchString(l) {
					delete(labels, l)
				}
			}
		}
	}
	return labels
}

func TestContainers(t *testing.T) {
	for _, tt := range []struct {
		what   string
		labels map[string]string
		want   int
	}{
		{"a container", map[string]string{"__name__": "container_memory_working_set_bytes", "pod": "a", "container": "b", "id": "/x", "image": "y", "name": "z"}, 3},
		{"a pod as the sum of its containers", map[string]string{"__name__": "container_memory_working_set_bytes", "pod": "a", "id": "/x"}, 0},
		{"a control group of the host", map[string]string{"__name__": "container_cpu_usage_seconds_total", "id": "/system.slice"}, 0},
		{"the network of a pod", map[string]string{"__name__": "container_network_receive_bytes_total", "pod": "a", "interface": "eth0", "id": "/x"}, 3},
		{"the network of another pod, seen from the host", map[string]string{"__name__": "container_network_receive_bytes_total", "pod": "a", "interface": "veth1"}, 0},
		{"the network of the host", map[string]string{"__name__": "container_network_receive_bytes_total", "interface": "eth0"}, 0},
		{"what nobody asks for", map[string]string{"__name__": "container_fs_reads_total", "pod": "a", "container": "b"}, 0},
	} {
		if got := kept(containers(), tt.labels); len(got) != tt.want {
			t.Errorf("%s: got %v, want %d labels", tt.what, got, tt.want)
		}
	}
}
