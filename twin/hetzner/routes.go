package hetzner

import "slices"

// apiRoutes is the API's table of contents. The first that fits a request answers it, so the
// actions of a kind come before its objects.
func apiRoutes() []route {
	return slices.Concat(
		actionRoutes(),
		serverRoutes(),
		volumeRoutes(),
		networkRoutes(),
		firewallRoutes(),
		primaryIPRoutes(),
		sshKeyRoutes(),
		placementGroupRoutes(),
		zoneRoutes(),
		rrsetRoutes(),
		catalogRoutes(),
	)
}
