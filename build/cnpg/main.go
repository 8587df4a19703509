// The program cnpg-exporter tells what CloudNativePG's instance manager tells of a PostgreSQL server, by its own code, of a server
// that it has not started.
//
// It exists because the manager runs only as the first process of a pod: here its exporter alone is run, with the queries it
// has by default. The server is the one at PGHOST and PGPORT; its data has to lie where the manager has it, in
// /var/lib/postgresql/data/pgdata. What the exporter asks of the rest of the manager, at 127.0.0.1:8010, is answered here.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	apiv1 "github.com/cloudnative-pg/cloudnative-pg/api/v1"
	"github.com/cloudnative-pg/cloudnative-pg/pkg/management/postgres"
	"github.com/cloudnative-pg/cloudnative-pg/pkg/management/postgres/metrics"
	"github.com/cloudnative-pg/cloudnative-pg/pkg/management/postgres/webserver/metricserver"
	"github.com/cloudnative-pg/cloudnative-pg/pkg/management/url"
	"github.com/cloudnative-pg/cloudnative-pg/pkg/specs"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// listener is the file descriptor of the socket that metrics are served on, which whoever starts the program has opened.
const listener = 3

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: cnpg-exporter <default-monitoring.yaml>")
		os.Exit(2)
	}
	if err := serve(ctx, os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "cnpg-exporter: %v\n", err)
		os.Exit(1)
	}
}

// serve serves the metrics until the context ends, and the process with it.
func serve(ctx context.Context, queries string) error {
	cluster := &apiv1.Cluster{}
	cluster.Name = "postgres"
	// The manager asks the server anew after 30 seconds; whoever looks on here has less time.
	cluster.Spec.Monitoring = &apiv1.MonitoringConfiguration{MetricsQueriesTTL: &metav1.Duration{}}
	registry, err := registryOf(cluster, queries)
	if err != nil {
		return err
	}
	metricsSocket, err := net.FileListener(os.NewFile(listener, "metrics"))
	if err != nil {
		return fmt.Errorf("the socket of the metrics: %w", err)
	}
	cacheSocket, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", url.LocalPort))
	if err != nil {
		return fmt.Errorf("the socket of the cache: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle(url.PathMetrics, promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	cache := http.NewServeMux()
	cache.HandleFunc(url.PathCache+"cluster", func(w http.ResponseWriter, _ *http.Request) {
		if err := json.NewEncoder(w).Encode(cluster); err != nil {
			fmt.Fprintf(os.Stderr, "cache: %v\n", err)
		}
	})
	ended := make(chan error, 2)
	for socket, handler := range map[net.Listener]http.Handler{metricsSocket: mux, cacheSocket: cache} {
		server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
		go func() { ended <- server.Serve(socket) }()
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-ended:
		return err
	}
}

// registryOf is what the manager tells, made in the order in which the manager makes it.
// Source: internal/cmd/manager/instance/run/cmd.go and internal/management/controller/instance_controller.go of CloudNativePG.
func registryOf(cluster *apiv1.Cluster, queries string) (*prometheus.Registry, error) {
	instance := postgres.NewInstance().WithClusterName(cluster.Name).WithPodName(cluster.Name + "-1")
	instance.PgData = specs.PgDataPath
	exporter := metricserver.NewExporter(instance, plugins{})
	registry := prometheus.NewRegistry()
	if err := registry.Register(exporter); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(queries)
	if err != nil {
		return nil, err
	}
	var configMap corev1.ConfigMap
	if err := yaml.Unmarshal(text, &configMap); err != nil {
		return nil, fmt.Errorf("%s: %w", queries, err)
	}
	found := configMap.Data[apiv1.DefaultMonitoringKey]
	if found == "" {
		return nil, fmt.Errorf("%s: got no queries, want those of the manager", queries)
	}
	collector := metrics.NewQueriesCollector(metricserver.PrometheusNamespace, instance, "postgres")
	collector.InjectUserQueries(metricserver.DefaultQueries)
	if err := collector.ParseQueries([]byte(found)); err != nil {
		return nil, err
	}
	exporter.SetCustomQueries(collector)
	return registry, nil
}

// plugins are the metrics of the manager's plug-ins, of which there are none.
type plugins struct{}

func (plugins) Collect(context.Context, chan<- prometheus.Metric, *apiv1.Cluster) error { return nil }

func (plugins) Describe(context.Context, chan<- *prometheus.Desc, *apiv1.Cluster) {}
