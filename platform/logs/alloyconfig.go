package logs

import (
	"fmt"
	"slices"
)

const (
	// podLogsPath is where the kubelet puts what containers say, as <namespace>_<pod>_<uid>/<container>/<restarts>.log, and
	// journalPath where systemd keeps what everything else does.
	// Source: https://kubernetes.io/docs/concepts/cluster-administration/logging/#log-location-node
	podLogsPath, journalPath = "/var/log/pods", "/var/log/journal"
	// statePath is where Alloy keeps how far it has read. It lies on the node: who had forgotten would send all of it again.
	statePath = "/var/lib/alloy"

	// linesPerSecond is how fast an agent sends; who says more waits. Read all day, it fills a disk of 5 GiB in a week.
	linesPerSecond = 500
	// lineBurst goes through at once, such as the start of a large program.
	lineBurst = 5000

	// The values of the label job.
	jobPods, jobHost = "pods", "host"
	// levelName is the name under which Loki keeps what it finds out about a line's level. It finds out nothing where it is given.
	levelName = "detected_level"
)

// AlloyConfig renders Alloy's configuration, for whoever checks it by Alloy's own parser. There is no secret in it.
//
// Errors: args that New would refuse.
func AlloyConfig(args *Args) (string, error) {
	a, err := args.complete()
	if err != nil {
		return "", err
	}
	return a.alloyConfig(), nil
}

// alloyConfig is two ways for lines to come in, and one to go out. The chart takes it for a template: two braces in a row
// would begin an action.
func (args *Args) alloyConfig() string {
	return render([]block{
		{kind: "logging", attributes: []attribute{{"level", quote("warn")}}},
		{kind: "local.file_match", label: jobPods, attributes: []attribute{
			{"path_targets", list(dictionary(attribute{"__path__", quote(podLogsPath + "/*/*/*.log")}, attribute{"job", quote(jobPods)}))},
		}},
		{kind: "discovery.relabel", label: jobPods, attributes: []attribute{{"targets", reference("local.file_match.pods.targets")}}, blocks: rules(podRules())},
		{
			kind: "loki.source.file", label: jobPods,
			attributes: []attribute{{"targets", reference("discovery.relabel.pods.output")}, {"forward_to", list(reference("loki.process.pods.receiver"))}},
			// A quiet file is looked at less and less often.
			blocks: []block{{kind: "file_watch", attributes: []attribute{{"min_poll_frequency", quote("250ms")}, {"max_poll_frequency", quote("2s")}}}},
		},
		{kind: "loki.process", label: jobPods, attributes: forwardTo("loki.process.all.receiver"), blocks: podStages()},
		{kind: "loki.relabel", label: jobHost, attributes: []attribute{{"forward_to", list()}}, blocks: rules(hostRules())},
		{kind: "loki.source.journal", label: jobHost, attributes: []attribute{
			{"path", quote(journalPath)},
			// An agent that was away for longer than this misses what Loki would not keep either.
			{"max_age", quote(args.retention())},
			{"labels", dictionary(attribute{"job", quote(jobHost)}, attribute{"node", reference(`sys.env("HOSTNAME")`)})},
			{"relabel_rules", reference("loki.relabel.host.rules")},
			{"forward_to", list(reference("loki.process.host.receiver"))},
		}},
		{kind: "loki.process", label: jobHost, attributes: forwardTo("loki.process.all.receiver"), blocks: slices.Concat(klogStages(), aside("identifier", levelName))},
		{kind: "loki.process", label: "all", attributes: forwardTo("loki.write.loki.receiver"), blocks: []block{
			{kind: "stage.truncate", blocks: []block{{kind: "rule", attributes: []attribute{
				{"limit", quote(fmt.Sprintf("%dKiB", maxLineBytes>>10))}, {"suffix", quote(" (cut)")},
			}}}},
			// It holds up, and drops nothing. Files take turns, so that one which is written without end does not keep the others out.
			{kind: "stage.limit", attributes: []attribute{{"rate", number(linesPerSecond)}, {"burst", number(lineBurst)}, {"drop", boolean(false)}}},
		}},
		{kind: "loki.write", label: "loki", blocks: []block{{kind: "endpoint", attributes: []attribute{
			{"url", quote(URL(args.Namespace) + "/loki/api/v1/push")},
			// Ten batches or so wait in memory, however many containers there are.
			{"batch_size", quote("1MiB")}, {"batch_wait", quote("2s")},
			// However long Loki is gone, what was read is sent: none are too many. The default gives a batch up after minutes.
			{"max_backoff_retries", number(0)}, {"max_backoff_period", quote("30s")},
		}}}},
	})
}

func forwardTo(receiver string) []attribute {
	return []attribute{{"forward_to", list(reference(receiver))}}
}

// podStages take the line out of what the runtime wrote around it, which breaks long lines up.
func podStages() []block {
	return slices.Concat([]block{
		{kind: "stage.cri", attributes: []attribute{
			{"max_partial_line_size", number(maxLineBytes)}, {"max_partial_line_size_truncate", boolean(true)},
		}},
		{kind: "stage.label_drop", attributes: []attribute{{"values", list(quote("filename"), quote("stream"))}}},
	}, klogStages(), aside("pod", levelName))
}

// klogStages read the level of what Kubernetes' own programs print, which is a letter before the date.
// Source: https://github.com/kubernetes/klog/blob/v2.140.0/klog.go
func klogStages() []block {
	stages := []block{{kind: "stage.regex", attributes: []attribute{
		{"expression", quote(`^(?P<` + levelName + `>[IWEF])[0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}\.`)},
	}}}
	for _, l := range []struct{ letter, level string }{{"I", "info"}, {"W", "warn"}, {"E", "error"}, {"F", "fatal"}} {
		stages = append(stages, block{kind: "stage.replace", attributes: []attribute{
			{"source", quote(levelName)}, {"expression", quote("^(" + l.letter + ")$")}, {"replace", quote(l.level)},
		}})
	}
	return stages
}

// aside keeps values beside a line instead of as labels: a stream for each pod that ever was would be a file for each.
func aside(names ...string) []block {
	values := make([]attribute, len(names))
	for i, n := range names {
		values[i] = attribute{n, quote("")}
	}
	return []block{{kind: "stage.structured_metadata", attributes: []attribute{{"values", dictionary(values...)}}}}
}
