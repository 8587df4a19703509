package main

import (
	"os"

	_ "k8s.io/client-go/plugin/pkg/client/auth" // the logins that kubectl knows
	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
)

// kubectl runs Kubernetes' own kubectl on the cluster's kubeconfig unless KUBECONFIG names another.
func kubectl(args []string) error {
	kubeconfig := newPaths("", "").kubeconfig()
	if os.Getenv("KUBECONFIG") == "" {
		if _, err := os.Stat(kubeconfig); err == nil {
			if err := os.Setenv("KUBECONFIG", kubeconfig); err != nil {
				return err
			}
		}
	}
	os.Args = append([]string{"kubectl"}, args...) // kubectl reads its arguments from here
	if err := cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand()); err != nil {
		util.CheckErr(err) // explains and exits with kubectl's own status
	}
	return nil
}
