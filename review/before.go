package review

import (
	"fmt"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// BeforeFirstUp judges what stands in the way of a cloud that does not exist yet.
func BeforeFirstUp(w Want, found Found, bill *Bill) Findings {
	var f Findings
	orderable(&f, w, bill)
	image(&f, w, found.Image)
	names(&f, w, found)
	adoption(&f, w, found)
	return f
}

// orderable checks that the server can be had.
func orderable(f *Findings, w Want, b *Bill) {
	const check = "server type"
	if b.Stock.Availability == InStock {
		f.OK(check, "%s is in stock in %s", b.ServerType, b.Location)
		return
	}
	if other, ok := b.FirstInStock(); ok {
		f.Fail(check, w.set("server.type", other.ServerType), "%s is %s in %s; %s is in stock, with it the cloud costs %s %s net a month",
			b.ServerType, b.Stock, b.Location, other.ServerType, b.Currency, other.Total.Net)
		return
	}
	f.Fail(check, "lvs cost --stack "+w.Stack, "%s is %s in %s, and so is every x86 type that could stand in; wait, or choose another location",
		b.ServerType, b.Stock, b.Location)
}

func image(f *Findings, w Want, i *hcloud.Image) {
	const check = "image"
	switch {
	case i == nil:
		f.Fail(check, w.set("server.image", "debian-13"), "Hetzner has no x86 image %s", w.Image)
	case i.IsDeprecated():
		f.Warn(check, w.set("server.image", "debian-13"), "%s is deprecated, and gone after %s", w.Image, i.UnavailableAfter().Format(time.DateOnly))
	default:
		f.OK(check, "%s can be used", w.Image)
	}
}

// names checks that nothing holds a name that the cloud will need.
func names(f *Findings, w Want, found Found) {
	const check = "names"
	before := len(*f)
	taken := func(kind, role string, id int64) {
		f.Fail(check, fmt.Sprintf("hcloud %s delete %d", kind, id), "there is a %s named %s already, which this stack does not know; delete it if it is a leftover",
			kind, w.Physical(role))
	}
	if found.Server != nil {
		taken("server", "node", found.Server.ID)
	}
	if found.Network != nil {
		taken("network", "network", found.Network.ID)
	}
	for _, layer := range w.Layers {
		if fw := found.Firewalls[layer.Role]; fw != nil {
			taken("firewall", layer.Role, fw.ID)
		}
	}
	if found.IPv4 != nil {
		taken("primary-ip", "ipv4", found.IPv4.ID)
	}
	if found.IPv6 != nil {
		taken("primary-ip", "ipv6", found.IPv6.ID)
	}
	if found.LoginKey != nil {
		taken("ssh-key", "node", found.LoginKey.ID)
	}
	if len(*f) == before {
		f.OK(check, "%s and the others are free", w.Physical("node"))
	}
}

// adoption checks the volume that is to be taken over, or points at one that could be.
func adoption(f *Findings, w Want, found Found) {
	const check = "volume"
	v := found.Adoptable
	switch {
	case w.AdoptID == 0 && found.Volume == nil:
		f.OK(check, "a new one of %d GB will be made", w.Order.VolumeGB)
	case w.AdoptID == 0:
		f.Fail(check, w.set("volume.adoptID", fmt.Sprint(found.Volume.ID)), "%s exists already (%d, %d GB): take it over, with its data",
			found.Volume.Name, found.Volume.ID, found.Volume.Size)
	case v == nil:
		f.Fail(check, "pulumi config rm --stack "+w.Stack+" --path '"+w.Prefix+".volume.adoptID'", "there is no volume %d to take over", w.AdoptID)
	case v.Location != nil && v.Location.Name != w.Order.Location:
		f.Fail(check, w.set("location", v.Location.Name), "volume %d is in %s, and a volume does not travel", v.ID, v.Location.Name)
	case v.Server != nil:
		f.Fail(check, fmt.Sprintf("hcloud volume detach %d", v.ID), "volume %d is attached to server %d; shut that down first", v.ID, v.Server.ID)
	case v.Size > w.Order.VolumeGB:
		f.Fail(check, w.set("volume.sizeGB", fmt.Sprint(v.Size)), "volume %d has %d GB, and a volume does not shrink", v.ID, v.Size)
	default:
		f.OK(check, "%s (%d, %d GB) will be taken over", v.Name, v.ID, v.Size)
	}
}
