// Package volume provisions the disk that outlives everything else, attaches it and mounts it.
//
// It exists because the data must survive the server, the program and a wrong plan. It never formats a disk that
// is not provably blank, never mounts a file system that is not its own, and is never deleted: not by Pulumi, which
// keeps it even when it forgets it, and not by Hetzner, which is told to refuse.
package volume

import (
	_ "embed"
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"github.com/pulumi/pulumi-command/sdk/go/command/remote"
	"github.com/pulumi/pulumi-hcloud/sdk/go/hcloud"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/components/script"
	"github.com/lvs-cloud/lvs-cloud/internal/change"
	"github.com/lvs-cloud/lvs-cloud/internal/hcloudid"
	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

const (
	typeToken = "lvs-cloud:components:Volume"
	// MountPoint is where the volume is mounted on its server.
	MountPoint = "/data"
	// MinGB and MaxGB are what Hetzner sells.
	// Source: https://docs.hetzner.cloud/reference/cloud#volumes-create-a-volume
	MinGB, MaxGB = 10, 10240
	// identity is the setting of mount.sh by which the file system is recognised.
	identity = "FILESYSTEM_UUID"
)

//go:embed mount.sh
var mountScript string

// Volume is a mounted data disk.
type Volume struct {
	pulumi.ResourceState

	// ID is Hetzner's ID of the volume.
	ID pulumi.IntOutput `pulumi:"id"`
	// MountPoint is known only once the volume is mounted, which orders what lives on it.
	MountPoint pulumi.StringOutput `pulumi:"mountPoint"`
}

// Args configures a Volume. Plain fields are known before the first API call and are validated by New; Input
// fields are born of other resources.
type Args struct {
	// SizeGB is the capacity. Required. It can grow, with the file system, and never shrink.
	// Unit: GB as Hetzner counts them. Range: 10 to 10240.
	SizeGB int
	// AdoptID is the Hetzner ID of a volume to take over, while the state knows none.
	// Default: none; a new volume is made.
	AdoptID int
	// Location is where the volume lives; it can be attached only there. Required.
	Location string
	// Labels are put on the volume.
	Labels map[string]string

	// ServerID is the server the volume is attached to. Required.
	ServerID pulumi.IntInput
	// Connection reaches that server. Required.
	Connection remote.ConnectionArgs
}

// New creates a volume, attaches it and mounts it. Invalid args register nothing. A volume that cannot be mounted
// stays attached and untouched; the next `pulumi up` tries again.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Volume, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("volume %q: %w", name, err)
	}
	v := &Volume{}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, a.inputs(), v, opts...); err != nil {
		return nil, fmt.Errorf("volume %q: %w", name, err)
	}
	physical := naming.Physical(ctx.Project(), ctx.Stack(), name)
	diskOpts := []pulumi.ResourceOption{pulumi.Parent(v), pulumi.RetainOnDelete(true)}
	growsOnly, err := change.Refuse(ctx, name+"-size", checkSize)
	if err != nil {
		return nil, fmt.Errorf("volume %q: %w", name, err)
	}
	diskOpts = append(diskOpts, growsOnly)
	if a.AdoptID != 0 {
		diskOpts = append(diskOpts, pulumi.Import(pulumi.ID(strconv.Itoa(a.AdoptID))))
	}
	disk, err := hcloud.NewVolume(ctx, name, &hcloud.VolumeArgs{
		Name:             pulumi.String(physical),
		Size:             pulumi.Int(a.SizeGB),
		Location:         pulumi.String(a.Location),
		DeleteProtection: pulumi.Bool(true),
		Labels:           pulumi.ToStringMap(a.Labels),
	}, diskOpts...)
	if err != nil {
		return nil, fmt.Errorf("volume %q: disk: %w", name, err)
	}
	v.ID = hcloudid.Int(disk.ID())
	attachment, err := hcloud.NewVolumeAttachment(ctx, name+"-attachment", &hcloud.VolumeAttachmentArgs{
		VolumeId: v.ID,
		ServerId: a.ServerID,
		// Hetzner's automount fails on a re-created server, and would mount before anything was checked.
		Automount: pulumi.Bool(false),
	}, pulumi.Parent(v), pulumi.DeleteBeforeReplace(true)) // a volume is attached to one server at a time
	if err != nil {
		return nil, fmt.Errorf("volume %q: attachment: %w", name, err)
	}
	sameIdentity, err := change.Refuse(ctx, name+"-identity", checkIdentity)
	if err != nil {
		return nil, fmt.Errorf("volume %q: %w", name, err)
	}
	mounted, err := script.New(ctx, name+"-mount", &script.Args{
		Connection: a.Connection,
		Body:       mountScript,
		Settings: pulumi.StringMap{
			"SERVER_ID":   a.ServerID.ToIntOutput().ApplyT(strconv.Itoa).(pulumi.StringOutput),
			"DEVICE":      pulumi.Sprintf("/dev/disk/by-id/scsi-0HC_Volume_%d", v.ID),
			"MOUNT_POINT": pulumi.String(MountPoint),
			identity:      pulumi.String(filesystemUUID(physical)),
			"SIZE_GB":     pulumi.String(strconv.Itoa(a.SizeGB)),
		},
		Undo: true,
	}, pulumi.Parent(v), pulumi.DependsOn([]pulumi.Resource{attachment}), sameIdentity)
	if err != nil {
		return nil, fmt.Errorf("volume %q: %w", name, err)
	}
	v.MountPoint = pulumi.OutputWithDependencies(ctx.Context(), pulumi.String(MountPoint).ToStringOutput(), mounted).(pulumi.StringOutput)
	if err := ctx.RegisterResourceOutputs(v, pulumi.Map{"id": v.ID, "mountPoint": v.MountPoint}); err != nil {
		return nil, fmt.Errorf("volume %q: outputs: %w", name, err)
	}
	return v, nil
}

// checkSize refuses a volume smaller than it is: Hetzner only ever grows one, and says so only in the middle of an
// update.
func checkSize(args *pulumi.ResourceHookArgs) error {
	has, wanted := change.Plain(args.OldOutputs["size"]), change.Plain(args.NewInputs["size"])
	if !has.IsNumber() || !wanted.IsNumber() || wanted.NumberValue() >= has.NumberValue() {
		return nil
	}
	return fmt.Errorf("volume.sizeGB: got %v, want at least the %v that it has: a volume grows and never shrinks; nothing was changed",
		wanted.NumberValue(), has.NumberValue())
}

// checkIdentity refuses to look for another file system than the one that was mounted: on the server the volume would
// be taken for somebody else's, when everything else has its new name already.
func checkIdentity(args *pulumi.ResourceHookArgs) error {
	has, known := script.Setting(args.OldInputs, identity)
	wanted, readable := script.Setting(args.NewInputs, identity)
	if !known || !readable || has == wanted {
		return nil
	}
	return fmt.Errorf("file system: got UUID %s, want the %s that is mounted: it follows from the names of project and stack, which a cloud "+
		"has for life; give them back their old ones (pulumi stack rename); nothing was changed", wanted, has)
}

// filesystemUUID is the identity of the file system, by which a volume is recognised as this stack's own. It
// follows from the name alone, so that it outlives the state.
func filesystemUUID(physical string) string {
	return uuid.NewSHA1(uuid.NameSpaceDNS, []byte(physical+".lvs-cloud")).String()
}

// complete returns a checked copy of the args, or every problem at once.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *volume.Args")
	}
	a := *args
	var errs []error
	if a.SizeGB < MinGB || a.SizeGB > MaxGB {
		errs = append(errs, fmt.Errorf("sizeGB: got %d, want %d to %d", a.SizeGB, MinGB, MaxGB))
	}
	if a.AdoptID < 0 {
		errs = append(errs, fmt.Errorf("adoptID: got %d, want the ID of a volume", a.AdoptID))
	}
	if a.Location == "" {
		errs = append(errs, errors.New("location: got none, want a Hetzner location such as nbg1"))
	}
	if a.ServerID == nil {
		errs = append(errs, errors.New("serverID: got nil, want an input"))
	}
	if a.Connection.Host == nil {
		errs = append(errs, errors.New("connection: got no host, want that of the server"))
	}
	return &a, errors.Join(errs...)
}

func (args *Args) inputs() pulumi.Map {
	return pulumi.Map{"sizeGB": pulumi.Int(args.SizeGB), "location": pulumi.String(args.Location)}
}
