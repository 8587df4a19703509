#!/usr/bin/env bash
# Takes up a twin, runs `pulumi up` of the stack `twin` on it, and says how to go on. Running it again goes on where
# it stopped.
set -euo pipefail
cd "$(dirname "$0")/.."
name=$1
tools=$PWD/.twin/tools

# clear_stale_lock lets a run go on after one that was killed, whose lock names a process that is no more.
clear_stale_lock() {
	local pid
	while read -r pid; do
		[[ ! -d /proc/$pid ]] || continue
		echo "the last run was killed; its lock is taken away"
		pulumi cancel --stack twin --yes
	done < <(grep --recursive --only-matching --no-filename --perl-regexp '"pid":\s*\K\d+' \
		"${PULUMI_BACKEND_URL#file://}/.pulumi/locks" 2>/dev/null)
}

"$tools/twin" up --name "$name"
eval "$("$tools/twin" env --name "$name")"
clear_stale_lock
pulumi stack select twin --create --secrets-provider passphrase >/dev/null
started=$SECONDS
pulumi up --stack twin --yes --suppress-permalink=true
took=$((SECONDS - started))

# The kubeconfig and the pinned host key are put where the exports of `make twin-env` look for them.
(umask 077 && pulumi stack output kubeconfig --stack twin --show-secrets >"$KUBECONFIG")
printf '%s %s\n' "$(pulumi stack output serverAddress --stack twin)" "$(pulumi stack output sshHostKey --stack twin)" >"$TWIN_SSH_KNOWN_HOSTS"

echo
kubectl get nodes -o wide
echo
"$tools/lvs" capacity --stack twin
echo
"$tools/lvs" cost --stack twin
cat <<EOF

The cloud is up on the twin, after $took s of pulumi up. Real here: Pulumi's CLI and engine, Hetzner's provider, Debian
and systemd, the disk and its file system, SSH, Kubernetes' API server on etcd. Simulated: Hetzner's API, the boot of a
server, and k3s itself: the node says Ready, but no container runs.

Go on with:
  eval "\$(make -s twin-env$([[ $name == main ]] || echo " TWIN=$name"))"   plain pulumi, kubectl and ssh now work on the twin
  pulumi preview
  kubectl get namespaces
  ssh root@$(pulumi stack output serverAddress --stack twin)
  make twin-down$([[ $name == main ]] || echo " TWIN=$name")   remove it all

State and logs: .twin/$name
EOF
