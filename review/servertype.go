package review

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// hardware is what a type of server has.
type hardware struct {
	cores int
	// memoryGB is as Hetzner states it.
	memoryGB int
}

// serverTypes are the x86 types that can be ordered. It stands here, since the program asks nobody what a type has before a
// plan is made.
// Source: https://docs.hetzner.com/cloud/servers/overview/
var serverTypes = map[string]hardware{
	"cx23": {2, 4}, "cx33": {4, 8}, "cx43": {8, 16}, "cx53": {16, 32},
	"cpx11": {2, 2}, "cpx21": {3, 4}, "cpx31": {4, 8}, "cpx41": {8, 16}, "cpx51": {16, 32},
	"cpx12": {1, 2}, "cpx22": {2, 4}, "cpx32": {4, 8}, "cpx42": {8, 16}, "cpx52": {12, 24}, "cpx62": {16, 32},
	"ccx13": {2, 8}, "ccx23": {4, 16}, "ccx33": {8, 32}, "ccx43": {16, 64}, "ccx53": {32, 128}, "ccx63": {48, 192},
}

// seenPercent is how much of its memory a server sees: one of 4 GB reports about 3820 MiB, the rest is the kernel's own.
const seenPercent = 93

// memoryMiB is what the server sees of its memory.
func (h hardware) memoryMiB() int { return h.memoryGB * 1024 * seenPercent / 100 }

// MemoryGB is the memory of a server type, as Hetzner states it.
//
// Errors: a type that is not known, with those that are.
func MemoryGB(serverType string) (int, error) {
	h, err := hardwareOf(serverType)
	return h.memoryGB, err
}

func hardwareOf(serverType string) (hardware, error) {
	h, ok := serverTypes[serverType]
	if !ok {
		return h, fmt.Errorf("got %q, want an x86 type: one of %s", serverType, strings.Join(slices.Sorted(maps.Keys(serverTypes)), ", "))
	}
	return h, nil
}
