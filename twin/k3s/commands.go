package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// absent are the commands of k3s that the stand-in names but does not carry out.
var absent = []string{
	"agent", "token", "secrets-encrypt", "certificate", "crictl", "ctr", "check-config", "completion",
}

// notImplemented is the error for everything that k3s has and the stand-in has not.
func notImplemented(what string) error {
	return fmt.Errorf("the twin's k3s stand-in does not implement %s", what)
}

// run carries out one command line. Like k3s, it is kubectl when it is called by that name.
func run(args []string) error {
	version, err := ownVersion()
	if err != nil {
		return err
	}
	version, broken := strings.CutSuffix(version, brokenMark)
	setKubernetesVersion(version)
	switch name := filepath.Base(args[0]); name {
	case "kubectl":
		return kubectl(args[1:])
	case "crictl", "ctr":
		return notImplemented(name)
	}
	if len(args) < 2 {
		return usage()
	}
	switch command := args[1]; command {
	case "server":
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
		defer stop()
		return serverCommand(ctx, version, broken, args[2:])
	case "etcd-snapshot":
		return snapshotCommand(context.Background(), args[2:])
	case "kubectl":
		return kubectl(args[2:])
	case "--version", "-v", "-version", "version":
		return printVersion(os.Stdout, version)
	case "--help", "-h", "help":
		return usage()
	default:
		if slices.Contains(absent, command) {
			return notImplemented(strings.Join(args[1:min(3, len(args))], " "))
		}
		return fmt.Errorf("k3s: no such command %q", command)
	}
}

func usage() error {
	_, err := fmt.Println(`k3s stand-in of the twin
usage: k3s server [options]            run the API server with its datastore and a simulated node
       k3s etcd-snapshot save|list     save the datastore, or list what was saved
       k3s kubectl ...                 Kubernetes' own kubectl
       k3s --version`)
	return err
}
