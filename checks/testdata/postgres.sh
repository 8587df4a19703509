#!/usr/bin/env bash
# Plays the pod of the database for CloudNativePG's exporter, in namespaces of its own: the server's data lies where the instance
# manager has it, and its port 8010 is nobody else's. Then it becomes the program that is named.
set -euo pipefail
data=$1
shift
mount --make-rprivate /
mount -t tmpfs -o size=1m tmpfs /var/lib/postgresql
mkdir -p /var/lib/postgresql/data/pgdata
mount --bind "$data" /var/lib/postgresql/data/pgdata
ip link set lo up
exec "$@"
