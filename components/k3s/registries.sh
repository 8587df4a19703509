#!/usr/bin/env bash
# Writes where the node pulls images from. k3s reads it when it starts, which is the installation's to do. Running it again
# changes nothing.
: "${SERVER_ID:?}" "${REGISTRIES:?}"

up() {
	if write_file /etc/rancher/k3s/registries.yaml 0600 <<<"$REGISTRIES"; then say "k3s: new registries"; fi
}
