# The same Hetzner resources as main.go beside this file, for OpenTofu.
terraform {
  required_providers {
    hcloud = {
      source = "hetznercloud/hcloud"
    }
  }
}

# Endpoint and token come from HCLOUD_ENDPOINT and HCLOUD_TOKEN, as they do for the Pulumi program.
provider "hcloud" {}

locals {
  labels = { "managed-by" = "bench" }
}

resource "hcloud_network" "network" {
  name     = "bench"
  ip_range = "10.0.0.0/16"
  labels   = local.labels
}

resource "hcloud_network_subnet" "subnet" {
  network_id   = hcloud_network.network.id
  type         = "cloud"
  network_zone = "eu-central"
  ip_range     = "10.0.1.0/24"
}

resource "hcloud_firewall" "edge" {
  name   = "bench-edge"
  labels = local.labels
  apply_to {
    label_selector = "managed-by=bench"
  }
  rule {
    direction  = "in"
    protocol   = "tcp"
    port       = "80"
    source_ips = ["0.0.0.0/0", "::/0"]
  }
  rule {
    direction  = "in"
    protocol   = "tcp"
    port       = "443"
    source_ips = ["0.0.0.0/0", "::/0"]
  }
  rule {
    direction  = "in"
    protocol   = "icmp"
    source_ips = ["0.0.0.0/0", "::/0"]
  }
}

resource "hcloud_firewall" "operators" {
  name   = "bench-operators"
  labels = local.labels
  apply_to {
    label_selector = "managed-by=bench"
  }
  rule {
    direction  = "in"
    protocol   = "tcp"
    port       = "22"
    source_ips = ["127.0.0.0/8"]
  }
  rule {
    direction  = "in"
    protocol   = "tcp"
    port       = "6443"
    source_ips = ["127.0.0.0/8"]
  }
}

resource "hcloud_primary_ip" "ipv4" {
  name              = "bench-ipv4"
  type              = "ipv4"
  location          = "nbg1"
  auto_delete       = false
  delete_protection = true
  labels            = local.labels
}

resource "hcloud_primary_ip" "ipv6" {
  name              = "bench-ipv6"
  type              = "ipv6"
  location          = "nbg1"
  auto_delete       = false
  delete_protection = true
  labels            = local.labels
}

resource "hcloud_ssh_key" "login" {
  name       = "bench"
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl bench"
  labels     = local.labels
}

resource "hcloud_server" "node" {
  name        = "bench-node"
  server_type = "cx23"
  image       = "debian-13"
  location    = "nbg1"
  ssh_keys    = [hcloud_ssh_key.login.id]
  public_net {
    ipv4_enabled = true
    ipv4         = hcloud_primary_ip.ipv4.id
    ipv6_enabled = true
    ipv6         = hcloud_primary_ip.ipv6.id
  }
  keep_disk                = true
  shutdown_before_deletion = true
  delete_protection        = true
  rebuild_protection       = true
  labels                   = local.labels
  depends_on               = [hcloud_firewall.edge, hcloud_firewall.operators]
}

resource "hcloud_server_network" "node" {
  server_id = hcloud_server.node.id
  subnet_id = hcloud_network_subnet.subnet.id
  ip        = "10.0.1.10"
}

resource "hcloud_volume" "data" {
  name              = "bench-data"
  size              = 50
  location          = "nbg1"
  delete_protection = true
  labels            = local.labels
}

resource "hcloud_volume_attachment" "data" {
  volume_id = hcloud_volume.data.id
  server_id = hcloud_server.node.id
  automount = false
}
