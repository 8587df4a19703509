package review

// The types of the program, as its SDKs name them.
const (
	tVolume     = "hcloud:index/volume:Volume"
	tAttachment = "hcloud:index/volumeAttachment:VolumeAttachment"
	tAddress    = "hcloud:index/primaryIp:PrimaryIp"
	tZone       = "hcloud:index/zone:Zone"
	tRecordSet  = "hcloud:index/zoneRrset:ZoneRrset"
	tRecord     = "hcloud:index/zoneRecord:ZoneRecord"
	tServer     = "hcloud:index/server:Server"
	tNetwork    = "hcloud:index/network:Network"
	tSubnet     = "hcloud:index/networkSubnet:NetworkSubnet"
	tMembership = "hcloud:index/serverNetwork:ServerNetwork"
	tPassword   = "random:index/randomPassword:RandomPassword"
	tCommand    = "command:remote:Command"
	tFirewall   = "hcloud:index/firewall:Firewall"
	tKey        = "hcloud:index/sshKey:SshKey"
	tProvider   = "pulumi:providers:hcloud"
	tCluster    = "pulumi:providers:kubernetes"
	tNamespace  = "kubernetes:core/v1:Namespace"
	tClaim      = "kubernetes:core/v1:PersistentVolumeClaim"
	tDisk       = "kubernetes:core/v1:PersistentVolume"
	tClass      = "kubernetes:storage.k8s.io/v1:StorageClass"
	tPostgres   = "kubernetes:postgresql.cnpg.io/v1:Cluster"
	tDatabase   = "kubernetes:postgresql.cnpg.io/v1:Database"
	tRelease    = "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease"
	tConfigMap  = "kubernetes:core/v1:ConfigMap"
)

// volume is one of 50 GB, with other inputs besides.
func volume(other inputs) inputs {
	in := inputs{"name": "lvs-cloud-prod-data", "location": "nbg1", "size": 50.0, "deleteProtection": true}
	for k, v := range other {
		in[k] = v
	}
	return in
}

// scene is a plan, and what the guard must say of it.
type scene struct {
	name    string
	refused []string // parts of what it says; none means that the plan is let through
	steps   []Step
}

// replaced are the steps of a replacement, deleted first.
func replaced(token, name string, has, wants inputs, reasons ...string) []Step {
	steps := []Step{step(opDeleteReplaced, token, name, has, nil), step(opReplace, token, name, has, wants), step(opCreateReplacement, token, name, has, wants)}
	for i := range steps[1:] {
		steps[i+1].ReplaceReasons = reasons
		steps[i+1].OldState.PendingReplacement = true // as the engine shows it once it was deleted
	}
	return steps
}

// with changes the last step.
func with(edit func(*Step), steps ...Step) []Step {
	edit(&steps[len(steps)-1])
	return steps
}

// before is a firewall as it is applied by these selectors.
func before(selectors ...any) inputs {
	targets := []any{}
	for _, s := range selectors {
		targets = append(targets, inputs{"labelSelector": s})
	}
	return inputs{"name": "lvs-cloud-prod-edge", "applyTos": targets}
}

// labelled is a server with labels, which are given as name, value, name, value.
func labelled(pairs ...string) inputs {
	labels := inputs{}
	for i := 0; i < len(pairs); i += 2 {
		labels[pairs[i]] = pairs[i+1]
	}
	return inputs{"labels": labels}
}

// ours is the selector of the stack's servers.
const ours = "project=lvs-cloud,stack=prod"

func stdin(settings string) inputs { return inputs{"stdin": settings + "{\n…\n}\n"} }

var scenes = []scene{
	{"location", []string{"volume data", `location: "nbg1" becomes "hel1"`, "all data", "leave the volume where it is"},
		replaced(tVolume, "data", volume(nil), volume(inputs{"location": "hel1"}), "location")},
	{"created before deleted", []string{"volume data", "would be replaced"}, []Step{
		step(opCreateReplacement, tVolume, "data", volume(nil), volume(nil)), step(opReplace, tVolume, "data", volume(nil), volume(nil)),
		step(opDeleteReplaced, tVolume, "data", volume(nil), nil)}},
	{"replaced on request", []string{"server node", "--replace"}, replaced(tServer, "node", inputs{}, inputs{}, "id")},
	{"replaced for something unknown", []string{"address ipv4", "location changes"},
		replaced(tAddress, "ipv4", inputs{"location": "nbg1"}, inputs{"location": unknownValue}, "location")},
	{"deleted", []string{"address ipv6", "would be deleted; it is no longer in the program"}, []Step{step(opDelete, tAddress, "ipv6", inputs{}, nil)}},
	{"retained", []string{"volume data", "would be forgotten, though it stays at Hetzner"},
		with(func(s *Step) { s.OldState.RetainOnDelete = true }, step(opDelete, tVolume, "data", volume(nil), nil))},
	{"renamed without an alias", []string{"volume data", string(urn(tVolume, "disk")) + " would be created instead", "pulumi.Aliases"},
		[]Step{step(opCreate, tVolume, "disk", nil, volume(nil)), step(opDelete, tVolume, "data", volume(nil), nil)}},
	{"another one adopted", []string{"volume data", "another one would be taken over", "leave volume.adoptID out"}, []Step{
		step(opImportReplacement, tVolume, "data", volume(nil), volume(nil)), step(opReplace, tVolume, "data", volume(nil), volume(nil))}},
	{"another one adopted, in one step", []string{"volume data", "leave volume.adoptID out"}, []Step{step(opImportReplacement, tVolume, "data", volume(nil), volume(nil))}},
	{"one half of a replacement", []string{"address ipv4", "would be replaced"}, []Step{step(opCreateReplacement, tAddress, "ipv4", inputs{}, inputs{})}},
	{"a replacement that took the volume away", []string{"volume data", "would be replaced"}, []Step{
		with(func(s *Step) { s.OldState.PendingReplacement = true }, step(opReplace, tVolume, "data", volume(nil), volume(nil)))[0],
		step(opCreateReplacement, tVolume, "data", volume(nil), volume(nil))}},
	{"only read from now on", []string{"zone zone", "would be replaced"}, []Step{
		step(opReadReplacement, tZone, "zone", inputs{}, inputs{}), step(opReplace, tZone, "zone", inputs{}, inputs{})}},
	{"discarded", []string{"zone zone", "would be forgotten"}, []Step{step(opDiscard, tZone, "zone", inputs{}, nil)}},
	{"left over to be deleted", []string{"server node", "interrupted"}, []Step{
		step(opSame, tServer, "node", inputs{}, inputs{}), with(func(s *Step) { s.OldState.Delete = true }, step(opDeleteReplaced, tServer, "node", inputs{}, nil))[0]}},
	{"left over to be forgotten", []string{"volume data", "would be forgotten"}, []Step{step(opRemovePendingReplace, tVolume, "data", volume(nil), nil)}},
	{"missing after a refresh", []string{"volume data is missing", "token of another project"}, []Step{
		step(opRefresh, tVolume, "data", volume(nil), nil), step(opCreate, tVolume, "data", nil, volume(nil))}},
	{"missing, and no longer wanted", []string{"volume data is missing"}, []Step{step(opRefresh, tVolume, "data", volume(nil), nil)}},
	{"attachment to another server", []string{"volume attachment data-attachment", "serverId: 1000017 becomes 1000005", "detached from a running server"},
		replaced(tAttachment, "data-attachment", inputs{"serverId": 1000017.0}, inputs{"serverId": 1000005.0}, "serverId")},
	{"attachment to a server that goes now", []string{"volume attachment data-attachment would be replaced", "server node would be replaced"}, append(
		replaced(tAttachment, "data-attachment", inputs{"serverId": 42.0}, inputs{"serverId": unknownValue}, "serverId"),
		replaced(tServer, "node", inputs{"location": "nbg1"}, inputs{"location": "hel1"}, "location")...)},
	{"attachment to another server than the one that went", []string{"volume attachment data-attachment would be replaced"}, append(
		replaced(tAttachment, "data-attachment", inputs{"serverId": 43.0}, inputs{"serverId": unknownValue}, "serverId"),
		with(func(s *Step) { s.OldState.PendingReplacement = true }, step(opReplace, tServer, "node", inputs{}, inputs{}))[0],
		step(opCreateReplacement, tServer, "node", inputs{}, inputs{}))},
	{"attachment of another volume to the server that went", []string{"volume attachment data-attachment would be replaced"}, append(
		replaced(tAttachment, "data-attachment", inputs{"serverId": 42.0}, inputs{"serverId": unknownValue}, "serverId", "volumeId"),
		with(func(s *Step) { s.OldState.PendingReplacement = true }, step(opReplace, tServer, "node", inputs{}, inputs{}))[0],
		step(opCreateReplacement, tServer, "node", inputs{}, inputs{}))},
	{"attachment taken away", []string{"volume attachment data-attachment"}, []Step{step(opDelete, tAttachment, "data-attachment", inputs{}, nil)}},
	{"record set in another zone", []string{"record set dns-apex", `zone: "example.com" becomes "example.org"`},
		replaced(tRecordSet, "dns-apex", inputs{"zone": "example.com"}, inputs{"zone": "example.org"}, "zone")},
	{"record deleted", []string{"record www"}, []Step{step(opDelete, tRecord, "www", inputs{}, nil)}},
	{"network", []string{"network network", `ipRange: "10.0.0.0/16" becomes "10.1.0.0/16"`, "etcd cannot change"},
		replaced(tNetwork, "network", inputs{"ipRange": "10.0.0.0/16"}, inputs{"ipRange": "10.1.0.0/16"}, "ipRange")},
	{"subnet", []string{"subnet network-subnet"}, replaced(tSubnet, "network-subnet", inputs{}, inputs{}, "ipRange")},
	{"node's address", []string{"network attachment node-network"}, replaced(tMembership, "node-network", inputs{}, inputs{}, "ip")},
	{"seed of the host key", []string{"seed of the host key node-host-key", "length: 64 becomes 65", "locked out"},
		replaced(tPassword, "node-host-key", inputs{"length": 64.0}, inputs{"length": 65.0}, "length")},
	{"seed of the login key", []string{"seed of the login key node-login-key", "locked out"}, []Step{step(opDelete, tPassword, "node-login-key", inputs{}, nil)}},
	{"token of the cluster", []string{"token of the cluster k3s-token", "sealed"}, replaced(tPassword, "k3s-token", inputs{}, inputs{})},
	{"any other password", []string{"password grafana"}, replaced(tPassword, "grafana", inputs{}, inputs{}, "length")},

	{"volume renamed", []string{"volume data", `name: "lvs-cloud-prod-data" becomes "x"`, "UUID"}, []Step{step(opUpdate, tVolume, "data", volume(nil), volume(inputs{"name": "x"}))}},
	{"volume smaller", []string{"volume data", "size: 50 becomes 40", "volume.sizeGB"}, []Step{step(opUpdate, tVolume, "data", volume(nil), volume(inputs{"size": 40.0}))}},
	{"volume of unknown size", []string{"volume data", "size changes"}, []Step{step(opUpdate, tVolume, "data", volume(nil), volume(inputs{"size": unknownValue}))}},
	{"volume smaller than a refresh found it", []string{"size: 100 becomes 60"}, []Step{
		step(opRefresh, tVolume, "data", volume(inputs{"size": 60.0}), nil), step(opUpdate, tVolume, "data", volume(inputs{"size": 100.0}), volume(inputs{"size": 60.0}))}},
	{"volume unprotected", []string{"volume data", "deleteProtection: true becomes false"}, []Step{step(opUpdate, tVolume, "data", volume(nil), volume(inputs{"deleteProtection": false}))}},
	{"protection of the volume left out", []string{"deleteProtection: true becomes nothing"}, []Step{step(opUpdate, tVolume, "data", volume(nil), volume(inputs{"deleteProtection": nil}))}},
	{"volume formatted by Hetzner", []string{`format: nothing becomes "ext4"`}, []Step{step(opUpdate, tVolume, "data", volume(nil), volume(inputs{"format": "ext4"}))}},
	{"volume moved past its attachment", []string{"serverId: nothing becomes 7"}, []Step{step(opUpdate, tVolume, "data", volume(nil), volume(inputs{"serverId": 7.0}))}},
	{"volume no longer retained", []string{"RetainOnDelete is taken away"},
		with(func(s *Step) { s.OldState.RetainOnDelete = true }, step(opSame, tVolume, "data", volume(nil), volume(nil)))},
	{"volume of another provider", []string{"provider: the default provider becomes other"},
		with(func(s *Step) { s.NewState.Provider = string(urn(tProvider, "other")) + "::1" }, step(opSame, tVolume, "data", volume(nil), volume(nil)))},
	{"an update that is not shown", []string{"volume data would be updated in a way that the plan does not show"}, []Step{step(opUpdate, tVolume, "data", nil, nil)}},
	{"address goes with its server", []string{"address ipv4", "autoDelete: false becomes true"}, []Step{step(opUpdate, tAddress, "ipv4", inputs{"autoDelete": false}, inputs{"autoDelete": true})}},
	{"address of another server", []string{"address ipv4", "assigneeId: nothing becomes 9"}, []Step{step(opUpdate, tAddress, "ipv4", inputs{}, inputs{"assigneeId": 9.0})}},
	{"server renamed", []string{"server node", `name: "a" becomes "b"`, "for life"}, []Step{step(opUpdate, tServer, "node", inputs{"name": "a"}, inputs{"name": "b"})}},
	{"address taken from the server", []string{"server node", "publicNets changes", "pulls the plug"}, []Step{step(opUpdate, tServer, "node",
		inputs{"publicNets": []any{inputs{"ipv4": 1.0, "ipv6": 2.0}}}, inputs{"publicNets": []any{inputs{"ipv4": 1.0}}})}},
	{"server without its project", []string{"server node", "labels changes", "open to everyone", "leave project and stack"}, []Step{step(opUpdate, tServer, "node",
		labelled("project", "lvs-cloud", "stack", "prod"), labelled("stack", "prod"))}},
	{"server of another stack", []string{"server node", "labels changes"}, []Step{step(opUpdate, tServer, "node",
		labelled("project", "lvs-cloud", "stack", "prod"), labelled("project", "lvs-cloud", "stack", "test"))}},
	{"server without labels", []string{"labels changes"}, []Step{step(opUpdate, tServer, "node", labelled("stack", "prod"), inputs{})}},
	{"server with unknown labels", []string{"labels changes"}, []Step{step(opUpdate, tServer, "node", labelled("stack", "prod"), inputs{"labels": unknownValue})}},
	{"labels that cannot be read", []string{"labels changes"}, []Step{step(opUpdate, tServer, "node", inputs{"labels": "[secret]"}, labelled("stack", "prod"))}},
	{"firewall deleted", []string{"firewall operators", "no longer in the program", "open to everyone", "keep the firewall"}, []Step{step(opDelete, tFirewall, "operators", before(ours), nil)}},
	{"firewall replaced", []string{"firewall edge", "--replace"}, replaced(tFirewall, "edge", before(ours), before(ours), "id")},
	{"firewall forgotten", []string{"firewall edge", "would be forgotten"}, []Step{step(opDiscard, tFirewall, "edge", before(ours), nil)}},
	{"firewall in front of nothing", []string{"firewall edge", "applyTos changes", "open to everyone", "leave applyTos"}, []Step{step(opUpdate, tFirewall, "edge", before(ours), before())}},
	{"firewall no longer applied", []string{"applyTos changes"}, []Step{step(opUpdate, tFirewall, "edge", before(ours), inputs{})}},
	{"firewall in front of others", []string{"applyTos changes"}, []Step{step(opUpdate, tFirewall, "edge", before(ours), before("project=lvs-cloud,stack=test"))}},
	{"firewall in front of something unknown", []string{"applyTos changes"}, []Step{step(opUpdate, tFirewall, "edge", before(ours), inputs{"applyTos": unknownValue})}},
	{"firewall in front of what cannot be read", []string{"applyTos changes"}, []Step{step(opUpdate, tFirewall, "edge", inputs{"applyTos": "[secret]"}, before(ours))}},
	{"another file system", []string{"mount data-mount", "stdin changes", "FILESYSTEM_UUID"}, []Step{step(opUpdate, tCommand, "data-mount",
		stdin("FILESYSTEM_UUID='a'\n"), stdin("FILESYSTEM_UUID='b'\n"))}},
	{"another node", []string{"k3s k3s-install", "NODE_NAME"}, []Step{step(opUpdate, tCommand, "k3s-install", stdin("NODE_NAME='a'\n"), stdin("NODE_NAME='b'\n"))}},
	{"another cluster", []string{"provider of the cluster cluster", `clusterIdentifier: "a" becomes "b"`, "every object"},
		replaced(tCluster, "cluster", inputs{"clusterIdentifier": "a"}, inputs{"clusterIdentifier": "b"}, "clusterIdentifier")},
	{"namespace deleted", []string{"namespace postgres", "no longer in the program", "everything in it goes"}, []Step{step(opDelete, tNamespace, "postgres", inputs{}, nil)}},
	{"namespace missing", []string{"namespace postgres is missing"}, []Step{
		step(opRefresh, tNamespace, "postgres", inputs{}, nil), step(opCreate, tNamespace, "postgres", nil, inputs{})}},
	{"claim replaced", []string{"volume claim registry", "another one is empty"}, replaced(tClaim, "registry", inputs{}, inputs{}, "spec.storageClassName")},
	{"volume of the cluster forgotten", []string{"volume of the cluster disk would be forgotten"}, []Step{step(opDiscard, tDisk, "disk", inputs{}, nil)}},
	{"storage class with other parameters", []string{"storage class standard would be replaced"}, replaced(tClass, "standard", inputs{}, inputs{}, "parameters")},
	{"database cluster renamed", []string{"database cluster postgres", "all databases in it go"}, replaced(tPostgres, "postgres", inputs{}, inputs{}, "metadata.name")},
	{"release of the storage deleted", []string{"release storage-longhorn", "takes the disks from under everything"}, []Step{step(opDelete, tRelease, "storage-longhorn", inputs{}, nil)}},
	{"release of the database operator renamed", []string{"release postgres-operator", "with its kinds go"}, replaced(tRelease, "postgres-operator", inputs{}, inputs{}, "metadata.name")},
	{"release of the registry deleted", []string{"release registry", "claim with its images"}, []Step{step(opDelete, tRelease, "registry", inputs{}, nil)}},
	{"another release deleted", nil, []Step{step(opDelete, tRelease, "authentication", inputs{}, nil)}},
	{"release of the storage with other values", nil, []Step{step(opUpdate, tRelease, "storage-longhorn", inputs{"spec": "a"}, inputs{"spec": "b"})}},
	{"database deleted", []string{"database shop", "whoever uses it"}, []Step{step(opDelete, tDatabase, "shop", inputs{}, nil)}},
	{"several at once", []string{"volume data", "address ipv4", "deleteProtection", `name: "lvs-cloud-prod-data"`}, []Step{
		step(opUpdate, tVolume, "data", volume(nil), volume(inputs{"name": "x", "deleteProtection": false})), step(opDelete, tAddress, "ipv4", inputs{}, nil)}},

	{"objects that hold nothing", nil, append(replaced(tConfigMap, "settings", inputs{}, inputs{}, "metadata.name"),
		step(opDelete, tConfigMap, "old", inputs{}, nil), step(opUpdate, tNamespace, "shop", inputs{"metadata": "a"}, inputs{"metadata": "b"}),
		step(opUpdate, tCluster, "cluster", inputs{"kubeconfig": "a"}, inputs{"kubeconfig": unknownValue}))},
	{"nothing changes", nil, []Step{step(opSame, tVolume, "data", volume(nil), volume(nil))}},
	{"first up", nil, []Step{step(opCreate, tVolume, "data", nil, volume(nil)), step(opCreate, tServer, "node", nil, inputs{"name": "a"}), step(opCreate, tAddress, "ipv4", nil, inputs{})}},
	{"the first user makes room for those that are configured", nil, []Step{
		step(opDelete, tPassword, "first-user", inputs{}, nil), step(opDelete, tPassword, "first-user-salt", inputs{}, nil)}},
	{"a volume adopted", nil, []Step{step(opImport, tVolume, "data", nil, volume(nil))}},
	{"a volume found missing is adopted", nil, []Step{step(opRefresh, tVolume, "data", volume(nil), nil), step(opImport, tVolume, "data", nil, volume(nil))}},
	{"protection lifted", nil, []Step{
		step(opUpdate, tServer, "node", inputs{"deleteProtection": true, "rebuildProtection": true}, inputs{"deleteProtection": false, "rebuildProtection": false}),
		with(func(s *Step) {
			s.DiffReasons = []string{"assigneeId", "assigneeType", "datacenter", "deleteProtection"}
		},
			step(opUpdate, tAddress, "ipv4", inputs{"deleteProtection": true, "autoDelete": false}, inputs{"deleteProtection": false, "autoDelete": false}))[0],
		with(func(s *Step) { s.OldState.Protect = true }, step(opSame, tVolume, "data", volume(nil), volume(nil)))[0]}},
	{"a larger volume", nil, []Step{step(opUpdate, tVolume, "data", volume(nil), volume(inputs{"size": 60.0}))}},
	{"another server type", nil, []Step{step(opUpdate, tServer, "node", inputs{"name": "a", "serverType": "cx23"}, inputs{"name": "a", "serverType": "cx33"})}},
	{"labels", nil, []Step{step(opUpdate, tVolume, "data", volume(nil), volume(inputs{"labels": inputs{"owner": "you"}}))}},
	{"labels of the server", nil, []Step{step(opUpdate, tServer, "node",
		labelled("project", "lvs-cloud", "stack", "prod", "owner", "me"), labelled("stack", "prod", "project", "lvs-cloud", "team", "you"))}},
	{"a server gets the labels of the stack", nil, []Step{step(opUpdate, tServer, "node", labelled("owner", "me"), labelled("project", "lvs-cloud", "stack", "prod"))}},
	{"a server gets labels", nil, []Step{step(opUpdate, tServer, "node", inputs{}, labelled("project", "lvs-cloud", "stack", "prod"))}},
	{"labels taken by other hands are put back", nil, []Step{
		step(opRefresh, tServer, "node", labelled("stack", "prod"), nil), step(opUpdate, tServer, "node", inputs{"labels": inputs{}}, labelled("stack", "prod"))}},
	{"firewall rules", nil, []Step{step(opUpdate, tFirewall, "edge", before(ours), func() inputs {
		in := before(ours)
		in["rules"] = []any{}
		return in
	}())}},
	{"a firewall is applied by label from now on", nil, []Step{step(opUpdate, tFirewall, "edge", inputs{}, before(ours))}},
	{"a firewall in front of more", nil, []Step{step(opUpdate, tFirewall, "edge", before(ours), before("project=lvs-cloud,stack=test", ours))}},
	{"a firewall taken off by other hands is applied again", nil, []Step{
		step(opRefresh, tFirewall, "edge", before(ours), nil), step(opUpdate, tFirewall, "edge", before(), before(ours))}},
	{"a lost firewall is made again", nil, []Step{step(opRefresh, tFirewall, "edge", before(ours), nil), step(opCreate, tFirewall, "edge", nil, before(ours))}},
	{"keys", nil, replaced(tKey, "node-login", inputs{}, inputs{}, "publicKey")},
	{"another k3s", nil, []Step{step(opUpdate, tCommand, "k3s-install", stdin("NODE_NAME='a'\nVERSION='1'\n"), stdin("NODE_NAME='a'\nVERSION='2'\n"))}},
	{"another mount script", nil, []Step{step(opUpdate, tCommand, "data-mount", stdin("FILESYSTEM_UUID='a'\nSIZE_GB='50'\n"), stdin("FILESYSTEM_UUID='a'\nSIZE_GB='60'\n"))}},
	{"the mount on a new server", nil, replaced(tCommand, "data-mount", stdin("FILESYSTEM_UUID='a'\n"), inputs{"stdin": unknownValue}, "triggers")},
	{"records follow the address", nil, []Step{step(opUpdate, tRecordSet, "dns-apex", inputs{"records": []any{"192.0.2.1"}}, inputs{"records": []any{"192.0.2.2"}})}},
	{"a token rotated", nil, []Step{step(opUpdate, tProvider, "dns-provider", inputs{"token": "[secret]"}, inputs{"token": "[secret]"})}},
	{"a newer SDK", nil, with(func(s *Step) { s.NewState.Provider = string(urn(tProvider, "default_1_42_0")) + "::1" }, step(opSame, tVolume, "data", volume(nil), volume(nil)))},
	{"a provider made anew", nil, with(func(s *Step) {
		s.OldState.Provider = string(urn(tProvider, "dns-provider")) + "::1"
		s.NewState.Provider = string(urn(tProvider, "dns-provider")) + "::2"
	},
		step(opSame, tRecordSet, "dns-apex", inputs{}, inputs{}))},
	{"a lost server is made again", nil, []Step{
		step(opRefresh, tServer, "node", inputs{}, nil), step(opRefresh, tAttachment, "data-attachment", inputs{}, nil), step(opRefresh, tMembership, "node-network", inputs{}, nil),
		step(opCreate, tServer, "node", nil, inputs{}), step(opCreate, tAttachment, "data-attachment", nil, inputs{}), step(opCreate, tMembership, "node-network", nil, inputs{})}},
	{"a replacement is finished that took the server away", nil, []Step{
		with(func(s *Step) { s.OldState.PendingReplacement = true }, step(opReplace, tServer, "node", inputs{}, inputs{}))[0],
		step(opCreateReplacement, tServer, "node", inputs{}, inputs{}), step(opRemovePendingReplace, tAttachment, "data-attachment", inputs{}, nil)}},
	{"a replacement is finished that took the server away, with what hung on it", nil, append(
		replaced(tAttachment, "data-attachment", inputs{"serverId": 42.0, "volumeId": 7.0}, inputs{"serverId": unknownValue, "volumeId": 7.0}, "serverId"),
		with(func(s *Step) { s.OldState.PendingReplacement = true }, step(opReplace, tServer, "node", inputs{}, inputs{}))[0],
		step(opCreateReplacement, tServer, "node", inputs{}, inputs{}))},
	{"a name given by other hands is taken back", nil, []Step{
		step(opRefresh, tVolume, "data", volume(nil), nil), step(opUpdate, tVolume, "data", volume(inputs{"name": "scratch", "deleteProtection": false}), volume(nil))}},
	{"an address gets its switch back", nil, []Step{step(opUpdate, tAddress, "ipv4", inputs{"autoDelete": true}, inputs{"autoDelete": false})}},
	{"an extension of a provider", nil, []Step{{Op: opExtendParameterize}}},
	{"a volume of somebody else is looked at", nil, []Step{step(opRead, tVolume, "theirs", nil, volume(nil))}},
}
