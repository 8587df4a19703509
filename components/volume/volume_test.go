package volume

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi-command/sdk/go/command/remote"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

func validArgs() *Args {
	return &Args{
		SizeGB: 50, Location: "nbg1", ServerID: pulumi.Int(7),
		Connection: remote.ConnectionArgs{Host: pulumi.String("192.0.2.1"), HostKey: pulumi.String("ssh-ed25519 AAAA")},
	}
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "data", args)
		return err
	}
}

func TestVolume(t *testing.T) {
	g := graph.CheckComponent(t, program(validArgs()))
	disk, err := g.Find("hcloud:index/volume:Volume", "data")
	if err != nil {
		t.Fatal(err)
	}
	if !disk.Retain || !disk.Inputs["deleteProtection"].BoolValue() {
		t.Errorf("disk: got retain %t and delete protection %v, want both", disk.Retain, disk.Inputs["deleteProtection"])
	}
	for _, never := range []string{"format", "automount", "serverId"} {
		if _, set := disk.Inputs[resource.PropertyKey(never)]; set {
			t.Errorf("disk: got %s set, want Hetzner to leave the disk alone", never)
		}
	}
	attachment, err := g.Find("hcloud:index/volumeAttachment:VolumeAttachment", "data-attachment")
	if err != nil {
		t.Fatal(err)
	}
	if attachment.Inputs["automount"].BoolValue() {
		t.Errorf("attachment: got automount, want none")
	}
	mount, err := g.Find("command:remote:Command", "data-mount")
	if err != nil {
		t.Fatal(err)
	}
	if want := "DEVICE='/dev/disk/by-id/scsi-0HC_Volume_"; !strings.Contains(mount.Inputs["stdin"].StringValue(), want) {
		t.Errorf("mount: got no %s in its settings, want the disk found by its ID", want)
	}
}

func TestVolumeRefuses(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{}), "sizeGB: got 0", "location: got none", "serverID: got nil", "connection: got no host")
	for _, size := range []int{9, 10241, -1} {
		args := validArgs()
		args.SizeGB = size
		graph.CheckRefused(t, program(args), "want 10 to 10240")
	}
}

func TestVolumeOnlyGrows(t *testing.T) {
	size := func(gb float64) resource.PropertyMap { return resource.PropertyMap{"size": resource.NewProperty(gb)} }
	for name, c := range map[string]struct {
		has, wanted resource.PropertyMap
		refused     string
	}{
		"larger":  {size(50), size(60), ""},
		"same":    {size(50), size(50), ""},
		"smaller": {size(50), size(40), "got 40, want at least the 50 that it has"},
		"unknown": {nil, size(40), ""},
	} {
		err := checkSize(&pulumi.ResourceHookArgs{OldOutputs: c.has, NewInputs: c.wanted})
		if (err != nil) != (c.refused != "") || err != nil && !strings.Contains(err.Error(), c.refused) {
			t.Errorf("%s: got %v, want %q", name, err, c.refused)
		}
	}
}

func TestVolumeKeepsItsIdentity(t *testing.T) {
	stdin := func(uuid string) resource.PropertyMap {
		return resource.PropertyMap{"stdin": resource.NewProperty("DEVICE='/dev/x'\nFILESYSTEM_UUID='" + uuid + "'\n{\n}\n")}
	}
	unknown := resource.PropertyMap{"stdin": resource.MakeComputed(resource.NewProperty(""))}
	mine, other := filesystemUUID("lvs-cloud-prod-data"), filesystemUUID("lvs-cloud-renamed-data")
	for name, c := range map[string]struct {
		has, wanted resource.PropertyMap
		refused     string
	}{
		"same":    {stdin(mine), stdin(mine), ""},
		"renamed": {stdin(mine), stdin(other), "got UUID " + other + ", want the " + mine},
		"unknown": {stdin(mine), unknown, ""},
		"new":     {nil, stdin(mine), ""},
	} {
		err := checkIdentity(&pulumi.ResourceHookArgs{OldInputs: c.has, NewInputs: c.wanted})
		if (err != nil) != (c.refused != "") || err != nil && !strings.Contains(err.Error(), c.refused) {
			t.Errorf("%s: got %v, want %q", name, err, c.refused)
		}
	}
}

func TestVolumeIsAdopted(t *testing.T) {
	for id, want := range map[int]string{0: "", 42: "42"} {
		args := validArgs()
		args.AdoptID = id
		disk, err := graph.CheckComponent(t, program(args)).Find("hcloud:index/volume:Volume", "data")
		if err != nil {
			t.Fatal(err)
		}
		if disk.ImportID != want {
			t.Errorf("adoptID %d: got import of %q, want %q", id, disk.ImportID, want)
		}
	}
}

func TestFilesystemUUIDFollowsFromTheName(t *testing.T) {
	a, again, b := filesystemUUID("lvs-cloud-prod-data"), filesystemUUID("lvs-cloud-prod-data"), filesystemUUID("lvs-cloud-twin-data")
	if a != again || a == b {
		t.Errorf("got %s, %s for one stack and %s for another, want one for each", a, again, b)
	}
}
