#!/usr/bin/env bash
# Prints the administrator's kubeconfig as k3s wrote it.
: "${SERVER_ID:?}" "${VERSION:?}"

up() { cat /etc/rancher/k3s/k3s.yaml; }
