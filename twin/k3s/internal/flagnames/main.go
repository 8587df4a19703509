//go:build generate

// Command flagnames prints the flags of Kubernetes' own components, for the ones that the
// stand-in checks without running them.
package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/spf13/pflag"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	"k8s.io/kubernetes/cmd/kube-controller-manager/app/options"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

func main() {
	manager, err := options.NewKubeControllerManagerOptions()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	names := manager.Flags(controllers.KnownControllers(), controllers.ControllersDisabledByDefault(), controllers.ControllerAliases())
	var lines []string
	add := func(component string, flags *pflag.FlagSet) {
		flags.VisitAll(func(f *pflag.Flag) { lines = append(lines, component+" "+f.Name) })
	}
	for _, set := range names.FlagSets {
		add("kube-controller-manager", set)
	}
	for _, component := range []string{"kube-controller-manager", "kube-scheduler", "kube-proxy"} {
		lines = append(lines, component+" v", component+" vmodule") // every component's logging has these
	}
	add("kube-scheduler", scheduler.NewSchedulerCommand().Flags())
	add("kube-proxy", proxy.NewProxyCommand().Flags())
	slices.Sort(lines)
	for _, line := range slices.Compact(lines) {
		fmt.Println(line)
	}
}
