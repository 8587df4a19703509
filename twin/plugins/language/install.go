package main

import (
	"fmt"
	"os/exec"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// InstallDependencies brings go.mod in line with the program, as the official host does.
// It may fetch modules.
func (h *host) InstallDependencies(
	req *pulumirpc.InstallDependenciesRequest, server pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(server, req.GetIsTerminal())
	if err != nil {
		return fmt.Errorf("install dependencies: %w", err)
	}
	cmd := exec.CommandContext(server.Context(), "go", "mod", "tidy", "-compat=1.18")
	cmd.Dir = req.GetInfo().GetProgramDirectory()
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err = cmd.Run()
	if closeErr := closer.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("install dependencies: go mod tidy: %w", err)
	}
	return nil
}
