package review

import (
	"reflect"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/lvs-cloud/lvs-cloud/components/script"
)

// kind is a type of resource that the guard watches over: what goes with it, and what must not change of it.
type kind struct {
	// token is Pulumi's type, name that of the one resource, or nothing for all of the type.
	token, name string
	// noun is what an operator calls it.
	noun string
	// loss is what is lost when it is deleted, replaced or forgotten, and keep how that is avoided.
	loss, keep string
	// unique says that one found missing must not simply be made again: it would be another one, and empty.
	unique bool
	// retained says that it must stay when Pulumi forgets it.
	retained bool
	// host is the input that holds the ID of the server it hangs on, and is gone with.
	host string
	// held are properties whose change in place loses something.
	held []property
}

// property is an input that must not change in a certain way.
type property struct {
	name  string
	harms func(change) bool
	// loss and keep are as those of a kind.
	loss, keep string
}

// change is one input of a resource: what the program wanted of it before, what it has, and what the program wants now.
// The first two differ where other hands changed something.
type change struct{ was, has, wants any }

// changed is harm in any other value than before. What the program wanted before is put back freely.
func changed(c change) bool { return !reflect.DeepEqual(c.was, c.wants) }

// turnedOff is harm in a protection that goes.
func turnedOff(c change) bool { return (c.was == true || c.has == true) && c.wants != true }

// turnedOn is harm in a switch that was off.
func turnedOn(c change) bool { return c.was != true && c.wants != false && c.wants != nil }

// shrinks is harm in a number that becomes less, or one that is not known beforehand.
func shrinks(c change) bool {
	has, ok := c.has.(float64)
	if !ok {
		return changed(c)
	}
	wants, known := c.wants.(float64)
	return !known || wants < has
}

// settingChanged is harm in another value of a script's setting, where both can be read.
func settingChanged(name string) func(change) bool {
	read := func(stdin any) (string, bool) {
		return script.Setting(resource.PropertyMap{"stdin": resource.NewPropertyValue(stdin)}, name)
	}
	return func(c change) bool {
		was, known := read(c.was)
		wants, readable := read(c.wants)
		return known && readable && was != wants
	}
}

// labelLost is harm in another value of one of these labels, or in one that goes. Any other may come and go.
func labelLost(names ...string) func(change) bool {
	return func(c change) bool {
		was, readable := c.was.(map[string]any)
		if !readable {
			return c.was != nil && changed(c)
		}
		wants, _ := c.wants.(map[string]any)
		return slices.ContainsFunc(names, func(name string) bool { return was[name] != nil && !reflect.DeepEqual(was[name], wants[name]) })
	}
}

// targetLost is harm in a server, or a selector of servers, that a firewall is no longer applied to. More may be added.
func targetLost(c change) bool {
	was, readable := c.was.([]any)
	if !readable {
		return c.was != nil && changed(c)
	}
	wants, _ := c.wants.([]any)
	return slices.ContainsFunc(was, func(target any) bool {
		return !slices.ContainsFunc(wants, func(other any) bool { return reflect.DeepEqual(target, other) })
	})
}

const (
	serverToken = "hcloud:index/server:Server"

	keepNames    = "keep the names of project, stack and resource; after `pulumi stack rename`, rename it back"
	keepAddress  = "keep the addresses as they are"
	exposed      = "without any, node, etcd and kubelet are open to everyone"
	releaseToken = "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease"

	keepRelease = "keep the release in the program, under its name and in its namespace; its version and values may change"
	keepObject  = "keep it in the program, under its name and in its namespace"
	keepNetwork = "keep the ranges and the node's address: a cloud with others is a new one, which the data is moved to"
)

// kinds is the table of what is watched over. What is not in it may come and go.
var kinds = []kind{{
	token: "hcloud:index/volume:Volume", noun: "volume",
	loss: "all data of the cloud is on it; one that is made instead is empty",
	keep: "leave the volume where it is, as it is named, in the program and in the state", unique: true, retained: true,
	held: []property{
		{"name", changed, "its file system is recognised by a UUID that follows from the name: under another it is not mounted", keepNames},
		{"size", shrinks, "a volume grows and never shrinks; Hetzner refuses that in the middle of the update", "set volume.sizeGB to no less than it has"},
		{"deleteProtection", turnedOff, "nothing would be left at Hetzner that keeps it from being deleted", "leave deleteProtection on; `protection: lifted` leaves it on as well"},
		{"format", changed, "a disk is formatted by mount.sh alone, after it was found blank", "leave format out"},
		{"serverId", changed, "it would be moved past its attachment, from under a mounted file system", "attach it with a VolumeAttachment, and leave serverId out"},
	},
}, {
	token: "hcloud:index/volumeAttachment:VolumeAttachment", noun: "volume attachment",
	loss: "the volume is detached from a running server, from under a mounted file system",
	keep: "leave volume, server and network as they are; if the server is to go, let k3s rest and unmount the volume first",
	host: "serverId",
}, {
	token: "hcloud:index/primaryIp:PrimaryIp", noun: "address",
	loss: "the address goes back to Hetzner, and nobody gets the same one again",
	keep: keepAddress + ", in the same location",
	held: []property{
		{"autoDelete", turnedOn, "it would be deleted together with its server", "leave autoDelete off"},
		{"assigneeId", changed, "it would be taken from its server", "assign it by the server's publicNets, and leave assigneeId out"},
	},
}, {
	token: "hcloud:index/zone:Zone", noun: "zone",
	loss: "all its records go, those of others too, and the domain answers no more", keep: "keep the zone's name, and the zone in the program", unique: true,
}, {
	token: "hcloud:index/zoneRrset:ZoneRrset", noun: "record set",
	loss: "the name is answered no more, and its absence is remembered by resolvers", keep: "keep domain and zone as they are",
}, {
	token: "hcloud:index/zoneRecord:ZoneRecord", noun: "record",
	loss: "the name is answered no more, and its absence is remembered by resolvers", keep: "keep domain and zone as they are",
}, {
	token: serverToken, noun: "server",
	loss: "its disk is gone, and its type may not be for sale any more",
	keep: "leave location, image, user data and keys as they were at its creation",
	held: []property{
		{"name", changed, "the node has its name for life: under another it is a stranger to its own cluster", keepNames},
		{"publicNets", changed, "Hetzner pulls the plug for that, and detaches the address", keepAddress + "; if it must be, let k3s rest first"},
		{
			"labels", labelLost("project", "stack"), "the firewalls are applied by project and stack; " + exposed,
			"leave project and stack as they are; any other label may come and go",
		},
	},
}, {
	token: "hcloud:index/firewall:Firewall", noun: "firewall",
	loss: "the server has one firewall less; " + exposed,
	keep: "keep the firewall in the program, under its name; rules may change",
	held: []property{{
		"applyTos", targetLost, "what it is no longer applied to has one firewall less; " + exposed,
		"leave applyTos at the labels project and stack; more may be added",
	}},
}, {
	token: "hcloud:index/network:Network", noun: "network",
	loss: "the node loses its private address, which etcd cannot change", keep: keepNetwork,
}, {
	token: "hcloud:index/networkSubnet:NetworkSubnet", noun: "subnet",
	loss: "the node loses its private address, which etcd cannot change", keep: keepNetwork,
}, {
	token: "hcloud:index/serverNetwork:ServerNetwork", noun: "network attachment",
	loss: "the node loses its private address, which etcd cannot change", keep: keepNetwork, host: "serverId",
}, {
	token: "random:index/randomPassword:RandomPassword", name: "node-host-key", noun: "seed of the host key",
	loss: "the server still shows the old host key, so that the program, which pins the new one, is locked out", keep: "leave the seed alone",
	unique: true,
}, {
	token: "random:index/randomPassword:RandomPassword", name: "node-login-key", noun: "seed of the login key",
	loss: "the server still knows the old login key alone, so that the program is locked out", keep: "leave the seed alone", unique: true,
}, {
	token: "random:index/randomPassword:RandomPassword", name: "k3s-token", noun: "token of the cluster",
	loss: "the snapshots are sealed with the old one, and k3s starts with no other", keep: "leave the token alone", unique: true,
}, {
	// It goes with the first user that is configured, as it is meant to, and nothing was ever sealed with it.
	token: "random:index/randomPassword:RandomPassword", name: "first-user", noun: "password of the first user",
}, {
	token: "random:index/randomPassword:RandomPassword", name: "first-user-salt", noun: "salt of the first user",
}, {
	token: "random:index/randomPassword:RandomPassword", noun: "password",
	loss: "what was set up or sealed with the old one does not open with the new", keep: "leave it alone, or change it where it is used first", unique: true,
}, {
	token: "command:remote:Command", name: "data-mount", noun: "mount",
	held: []property{{
		"stdin", settingChanged("FILESYSTEM_UUID"),
		"FILESYSTEM_UUID is what the volume is recognised by: with another it is not mounted", keepNames,
	}},
}, {
	token: "command:remote:Command", name: "k3s-install", noun: "k3s",
	held: []property{{
		"stdin", settingChanged("NODE_NAME"),
		"NODE_NAME is what the node is for life: under another it is a stranger to its own cluster", keepNames,
	}},
}, {
	token: "pulumi:providers:kubernetes", noun: "provider of the cluster",
	loss: "every object of the cluster is deleted and made anew, and what is in it goes with it",
	keep: "leave clusterIdentifier as it is",
}, {
	token: "kubernetes:core/v1:Namespace", noun: "namespace",
	loss: "everything in it goes, volume claims and secrets too", keep: keepObject, unique: true,
}, {
	token: "kubernetes:core/v1:PersistentVolumeClaim", noun: "volume claim",
	loss: "what is stored there is given up; another one is empty", keep: keepObject + "; a claim may grow", unique: true,
}, {
	token: "kubernetes:core/v1:PersistentVolume", noun: "volume of the cluster",
	loss: "what is stored there is found by nobody any more", keep: keepObject, unique: true,
}, {
	token: "kubernetes:storage.k8s.io/v1:StorageClass", noun: "storage class",
	loss: "claims find it no more, and those to come would be made by other rules", keep: keepObject + ", with its parameters",
}, {
	token: releaseToken, name: "storage-longhorn", noun: "release",
	loss: "Flux uninstalls Longhorn, and takes the disks from under everything that runs", keep: keepRelease, unique: true,
}, {
	token: releaseToken, name: "postgres-operator", noun: "release",
	loss: "Flux uninstalls the operator, and with its kinds go the database cluster and its databases", keep: keepRelease, unique: true,
}, {
	token: releaseToken, name: "registry", noun: "release",
	loss: "Flux uninstalls the registry, and the claim with its images goes", keep: keepRelease, unique: true,
}, {
	token: "kubernetes:postgresql.cnpg.io/v1:Cluster", noun: "database cluster",
	loss: "all databases in it go; one that is made instead is empty", keep: keepObject, unique: true,
}, {
	token: "kubernetes:postgresql.cnpg.io/v1:Database", noun: "database",
	loss: "whoever uses it loses it", keep: keepObject, unique: true,
}}

// kindOf finds what is watched over in a resource; the more particular entry stands first. Some steps, and some errors,
// are about no resource.
func kindOf(urn resource.URN) (kind, bool) {
	if !urn.IsValid() {
		return kind{}, false
	}
	for _, k := range kinds {
		if string(urn.Type()) == k.token && (k.name == "" || k.name == urn.Name()) {
			return k, true
		}
	}
	return kind{}, false
}
