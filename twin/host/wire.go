package host

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"time"
)

// ArtifactHost is the name by which a server finds the artifact server.
const ArtifactHost = "artifacts.twin"

// serveWire starts what answers a server from the far side of its public cable:
// the metadata service and the artifact server.
func (s *supervisor) serveWire() error {
	artifacts := &Artifacts{Table: filepath.Join(string(s.dir), "..", "..", "artifacts.json")}
	for address, handler := range map[netip.Addr]http.Handler{
		metadataAddress: metadata(s.dir),
		gateway:         artifacts,
	} {
		var l net.Listener
		err := inNetns(s.wire, func() error {
			// The addresses come with the cable, which is laid at each boot.
			for name, value := range map[string]string{"ip_nonlocal_bind": "1", "ip_forward": "1"} {
				if err := os.WriteFile("/proc/sys/net/ipv4/"+name, []byte(value), 0o644); err != nil {
					return err
				}
			}
			var err error
			l, err = net.Listen("tcp4", netip.AddrPortFrom(address, 80).String())
			return err
		})
		if err != nil {
			return fmt.Errorf("service at %s: %w", address, err)
		}
		server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
		go func() {
			s.log.Error("service ended", "address", address, "cause", server.Serve(l))
		}()
	}
	return nil
}
