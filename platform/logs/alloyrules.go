package logs

// suffix is what controllers put behind their name to name a pod: a hash or a time, and five characters; or a number. The
// characters are those of Kubernetes' own, which make no words.
// Source: https://github.com/kubernetes/apimachinery/blob/v0.36.0/pkg/util/rand/rand.go
const suffix = `(?:-[bcdfghjklmnpqrstvwxz2456789]{6,10}|-[0-9]{8,10})?-(?:[bcdfghjklmnpqrstvwxz2456789]{5}|[0-9]+)`

// rule sets a label to what an expression finds in other labels.
type rule struct {
	sources             []string
	expression          string
	target, replacement string
}

// podRules name a pod's lines after the path of their file, so that the agent has no need of the Kubernetes API: it reads
// what the node has, of pods that are gone and while the API is away as well, and holds no token that could be stolen.
func podRules() []rule {
	path := []string{"__path__"}
	in := podLogsPath + `/`
	return []rule{
		{path, in + `([^_/]+)_.*`, "namespace", "$1"},
		{path, in + `[^_/]+_([^_/]+)_.*`, "pod", "$1"},
		{path, in + `[^_/]+_[^_/]+_[^/]+/([^/]+)/.*`, "container", "$1"},
		// The app is who made the pod; or the pod itself, if nobody did.
		{[]string{"pod"}, `(.+)`, "app", "$1"},
		{[]string{"pod"}, `(.+?)` + suffix, "app", "$1"},
	}
}

// hostRules give a line of the journal one of four units: what is not looked for by its name is found below `other`.
func hostRules() []rule {
	return []rule{
		{nil, `.*`, "unit", "other"},
		{[]string{"__journal__systemd_unit"}, `k3s\.service`, "unit", "k3s"},
		// Each session of SSH is a unit of its own.
		{[]string{"__journal_syslog_identifier"}, `sshd(-session|-auth)?`, "unit", "ssh"},
		{[]string{"__journal__transport"}, `kernel`, "unit", "kernel"},
		{[]string{"__journal_syslog_identifier"}, `(.+)`, "identifier", "$1"},
		// What a service prints has one priority, whatever it says.
		{[]string{"__journal__transport", "__journal_priority_keyword"}, `(?:kernel|syslog|journal|audit);(.+)`, levelName, "$1"},
	}
}

func rules(of []rule) []block {
	blocks := make([]block, len(of))
	for i, r := range of {
		var attributes []attribute
		if len(r.sources) > 0 {
			sources := make([]expression, len(r.sources))
			for i, s := range r.sources {
				sources[i] = quote(s)
			}
			attributes = append(attributes, attribute{"source_labels", list(sources...)})
		}
		blocks[i] = block{kind: "rule", attributes: append(attributes,
			attribute{"regex", quote(r.expression)}, attribute{"target_label", quote(r.target)}, attribute{"replacement", quote(r.replacement)})}
	}
	return blocks
}
