#!/usr/bin/env bash
# Plays the machine of the cloud for node_exporter, in namespaces of its own: a root disk, the data volume and a network
# device. Then it becomes the program that is named. The socket of the metrics is descriptor 3.
set -euo pipefail
root=$1 volume=$2
shift 2
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs -o size=64m root "$root"
mkdir -p "$root$volume"
mount -t tmpfs -o size=64m data "$root$volume"
ip link add eth0 type veth peer name eth1
ip link set eth0 up
ip link set eth1 up
export LISTEN_PID=$$ LISTEN_FDS=1
exec "$@"
