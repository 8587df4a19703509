#!/usr/bin/env bash
# Prints a kubeconfig that gives full control over the cluster for as long as the volume lives. Running it again prints the
# same: the account and its token are objects of the cluster, and so is the authority that the API server shows.

readonly account=lvs-cloud namespace=kube-system

up() {
	kubectl apply --server-side --field-manager=lvs-cloud --filename=- >/dev/null <<-EOF
		apiVersion: v1
		kind: ServiceAccount
		metadata: {name: $account, namespace: $namespace}
		automountServiceAccountToken: false
		---
		apiVersion: rbac.authorization.k8s.io/v1
		kind: ClusterRoleBinding
		metadata: {name: $account}
		roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
		subjects: [{kind: ServiceAccount, name: $account, namespace: $namespace}]
		---
		apiVersion: v1
		kind: Secret
		type: kubernetes.io/service-account-token
		metadata: {name: $account, namespace: $namespace, annotations: {kubernetes.io/service-account.name: $account}}
		EOF
	# Kubernetes answers before k3s has said which kinds of its own there are, and a provider does not wait for that long.
	kubectl wait --for=create --timeout=120s crd/helmchartconfigs.helm.cattle.io >/dev/null
	wait_for 60 "token of $namespace/$account" has_token
	cat <<-EOF
		apiVersion: v1
		kind: Config
		current-context: default
		clusters: [{name: default, cluster: {server: "https://127.0.0.1:6443", certificate-authority-data: $(secret 'ca\.crt')}}]
		contexts: [{name: default, context: {cluster: default, user: default}}]
		users: [{name: default, user: {token: $(secret token | base64 -d)}}]
		EOF
}

secret() { kubectl --namespace="$namespace" get secret "$account" --output="jsonpath={.data.$1}"; }

has_token() { [[ -n $(secret token) && -n $(secret 'ca\.crt') ]]; }
