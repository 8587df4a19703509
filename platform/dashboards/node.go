package dashboards

import "fmt"

// volumeSpace is the file system of the volume. It is mounted in further places, which would count it more than once.
func (a *Args) volumeSpace(metric string) string {
	return fmt.Sprintf("%s{mountpoint=%q}", metric, a.VolumePath)
}

func rootSpace(metric string) string { return metric + `{mountpoint="/"}` }

// used is the share of a file system that is not available.
func used(space func(string) string) string {
	return fmt.Sprintf("1 - %s / %s", space("node_filesystem_avail_bytes"), space("node_filesystem_size_bytes"))
}

// untilFull is in how many seconds a file system has nothing left, if it goes on as within the last day. It is a year at the
// most: while next to nothing is written, and while space is freed, the figure would be without meaning.
func untilFull(space func(string) string) string {
	free := space("node_filesystem_avail_bytes")
	return fmt.Sprintf("clamp_max(%s / clamp_min(-deriv(%s[1d]), 1), %d)", free, free, 365*86400)
}

const (
	cpuBusy    = `1 - avg(rate(node_cpu_seconds_total{mode="idle"}[$__rate_interval]))`
	memoryUsed = `1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes`
	// disks are those of the machine, without what lies on them or in memory.
	disks = `{device=~"(s|v|xv)d[a-z]+|nvme[0-9]+n[0-9]+"}`
	// wires are network devices that lead out of the machine.
	wires = `{device!~"lo|veth.*|cni.*|flannel.*|cali.*|docker.*|br-.*"}`
)

// node is the machine with its volume.
func (a *Args) node() *Dashboard {
	return &Dashboard{
		UID: "node", Title: "Node and volume", Tag: TagPlatform, From: "now-6h",
		Description: "The machine: processor, memory, disks, network, and the volume with everything that must survive.",
		Rows: []Row{
			{"", []Panel{
				stat("Processor", share, "Share of processor time that was used.", cpuBusy).upTo(1).limits(0.8, 0.95),
				stat("Memory", share, "Share of memory that cannot be had by a process that asks for it.", memoryUsed).upTo(1).limits(0.85, 0.95),
				stat("Root disk", share, "Share of the root disk that is used: the system, and the images of containers.", used(rootSpace)).upTo(1).limits(0.85, 0.9),
				stat("Volume", share, "Share of the volume that is used: everything that must survive.", used(a.volumeSpace)).upTo(1).limits(0.85, 0.9),
				stat("Load for each core", amount, "How many processes run or wait for the processor or the disk, over 5 minutes, for each core.",
					`sum(node_load5) / count(node_cpu_seconds_total{mode="idle"})`).limits(1.5, 3),
				stat("Up since", seconds, "Time since the machine was started.", `time() - node_boot_time_seconds`),
			}},
			a.processor(), a.memory(), a.disk(), a.volume(), a.network(),
		},
	}
}

func (*Args) processor() Row {
	return Row{"Processor", []Panel{
		lines("Processor time", share, "What the processor did, as a share of all cores. Steal is what the host of the machine took away.",
			Target{Expr: `sum by (mode) (rate(node_cpu_seconds_total{mode!="idle"}[$__rate_interval])) / scalar(count(node_cpu_seconds_total{mode="idle"}))`, Legend: "{{mode}}"}).stacked(),
		lines("Load", amount, "Processes that run or wait, over 1, 5 and 15 minutes, beside the number of cores.",
			Target{Expr: `node_load1`, Legend: "1 minute"}, Target{Expr: `node_load5`, Legend: "5 minutes"}, Target{Expr: `node_load15`, Legend: "15 minutes"},
			Target{Expr: `count(node_cpu_seconds_total{mode="idle"})`, Legend: "cores"}),
		lines("Pressure", share, "Share of time in which some process waited for the processor, for memory or for the disk.",
			Target{Expr: `rate(node_pressure_cpu_waiting_seconds_total[$__rate_interval])`, Legend: "processor"},
			Target{Expr: `rate(node_pressure_memory_waiting_seconds_total[$__rate_interval])`, Legend: "memory"},
			Target{Expr: `rate(node_pressure_io_waiting_seconds_total[$__rate_interval])`, Legend: "disk"}),
	}}
}

func (*Args) memory() Row {
	return Row{"Memory", []Panel{
		lines("Memory over time", bytes, "What memory is used for. Cached files are given up when a process needs the room.",
			Target{Expr: `node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes`, Legend: "used"},
			Target{Expr: `node_memory_MemAvailable_bytes - node_memory_MemFree_bytes`, Legend: "cached"},
			Target{Expr: `node_memory_MemFree_bytes`, Legend: "free"}).stacked(),
		lines("Swap", bytes, "What was moved into compressed memory. It is a reserve, and counts for nothing.",
			Target{Expr: `node_memory_SwapTotal_bytes - node_memory_SwapFree_bytes`, Legend: "used"}, Target{Expr: `node_memory_SwapTotal_bytes`, Legend: "size"}),
		lines("Swapped pages", perSecond, "Pages moved in and out of the swap in a second. Many of them for long mean too little memory.",
			Target{Expr: `rate(node_vmstat_pswpin[$__rate_interval])`, Legend: "in"}, Target{Expr: `rate(node_vmstat_pswpout[$__rate_interval])`, Legend: "out"}),
		lines("Killed for want of memory", amount, "Processes that the kernel ended because a limit was reached or nothing was left.",
			Target{Expr: `increase(node_vmstat_oom_kill[$__rate_interval])`, Legend: "killed"}),
	}}
}

func (*Args) network() Row {
	return Row{"Network", []Panel{
		lines("Traffic", bytesPerS, "What came in and went out, through the public and the private network.",
			Target{Expr: `rate(node_network_receive_bytes_total` + wires + `[$__rate_interval])`, Legend: "{{device}} in"},
			Target{Expr: `rate(node_network_transmit_bytes_total` + wires + `[$__rate_interval])`, Legend: "{{device}} out"}),
		lines("Tracked connections", amount, "Connections that the firewall remembers, beside how many it can.",
			Target{Expr: `node_nf_conntrack_entries`, Legend: "tracked"}, Target{Expr: `node_nf_conntrack_entries_limit`, Legend: "limit"}),
	}}
}
