#!/usr/bin/env bash
# Waits until the API server serves certain definitions, which a chart brings along. Running it again finds them at once.
: "${DEFINITIONS:?}" "${CHART:?}" "${VERSION?}"

up() {
	local limit deadline name said
	limit=$(patience 600)
	deadline=$((SECONDS + limit))
	for name in $DEFINITIONS; do
		come_to create "$name"
		come_to condition=Established "$name"
	done
	say "definitions: served: $DEFINITIONS"
}

# come_to CONDITION NAME waits in small steps: an API server that restarts meanwhile ends a step, and not the run.
come_to() {
	local left step
	while true; do
		left=$((deadline - SECONDS))
		step=$((left < 10 ? left : 10))
		# shellcheck disable=SC2034 # last_words reads it
		if said=$(kubectl wait --for="$1" --timeout="$((step > 0 ? step : 1))s" "crd/$2" 2>&1); then return; fi
		((SECONDS < deadline)) || die "definition $2: not served after $limit s ($(last_words)); the chart $CHART that brings it: $(explain)"
		sleep 1
	done
}

# explain prints in one line what k3s made of the chart: its conditions, its job and its pods, and the last words of these.
explain() {
	local mine=helmcharts.helm.cattle.io/chart=$CHART
	{
		kubectl --namespace=kube-system get "helmchart/$CHART" \
			--output=jsonpath='{range .status.conditions[*]}{.type} is {.status} {.message}{"\n"}{end}'
		kubectl --namespace=kube-system get job,pod --selector="$mine" --no-headers
		kubectl --namespace=kube-system logs --selector="$mine" --tail=5
	} 2>&1 | tr --squeeze-repeats ' \n' | paste -sd ';' || true
}
