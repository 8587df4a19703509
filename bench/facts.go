package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// machineFacts says in one line what was measured on and with, without a name or a path of the machine.
func machineFacts(ctx context.Context, root string) (string, error) {
	model, err := field("/proc/cpuinfo", "model name")
	if err != nil {
		return "", err
	}
	memory, err := field("/proc/meminfo", "MemTotal")
	if err != nil {
		return "", err
	}
	var kB int
	if _, err := fmt.Sscanf(memory, "%d kB", &kB); err != nil {
		return "", fmt.Errorf("/proc/meminfo: %w", err)
	}
	tools := filepath.Join(root, ".twin", "tools")
	pulumi, err := version(ctx, filepath.Join(tools, "pulumi"))
	if err != nil {
		return "", err
	}
	tofu, err := version(ctx, filepath.Join(tools, "peer", "tofu"))
	if err != nil {
		return "", err
	}
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "", err
	}
	busy := strings.Fields(string(load))[2] // of the last 15 minutes, so of the measurements and whatever ran beside them
	return fmt.Sprintf("%d cores of %s, %d GB of memory, load average %s; %s; Pulumi %s; %s", runtime.NumCPU(), model,
		(kB+1<<19)>>20, busy, strings.Replace(runtime.Version(), "go", "Go ", 1), pulumi, tofu), nil
}

// version is the first line of what a tool says about itself.
func version(ctx context.Context, tool string) (string, error) {
	out, err := exec.CommandContext(ctx, tool, "version").Output()
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return line, err
}

// field reads the first `key : value` line of a file.
func field(path, key string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == key {
			return strings.TrimSpace(value), nil
		}
	}
	if err := lines.Err(); err != nil {
		return "", err
	}
	return "", fmt.Errorf("%s: got no %q, want one", path, key)
}
