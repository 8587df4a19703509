package postgres

import "fmt"

// The times of the server.
// Source: https://cloudnative-pg.io/documentation/current/instance_manager/
const (
	// startSeconds is what the process may take to come up. Recovery after a crash does not count: it answers meanwhile.
	startSeconds = 600
	// stopSeconds is what a stop may take, most of it a checkpoint. The default of half an hour would hold up a node that is
	// being taken down.
	stopSeconds = 120
)

// rules are who may connect, the first that fits deciding. The operator puts its own before them, which let in itself by the
// socket and its replicas by certificate, and one after them that would let everybody into everything.
//
// sameuser is what keeps clients apart: PostgreSQL lets every role connect to every database unless told otherwise for each.
// hostssl, since data would otherwise cross the network between nodes in the clear as soon as there are two; libpq and most
// drivers ask for TLS by themselves, and one that does not is refused and not merely unsafe. From where is not said here: the
// policies of the namespaces say it.
// Source: https://www.postgresql.org/docs/current/auth-pg-hba-conf.html
var rules = []string{
	"host all postgres," + unused + " all reject",
	"hostssl sameuser all all scram-sha-256",
	"host all all all reject",
}

// cluster describes the server: one instance, which is restarted in place, and which no budget keeps on a node that is being
// emptied, since there is no second one to wait for.
func (args *Args) cluster() clusterSpec {
	return clusterSpec{
		ImageName: args.ImageName, Instances: 1, PriorityClassName: args.PriorityClass, Resources: args.Size.Instance.Requirements(),
		PrimaryUpdateStrategy: "unsupervised", PrimaryUpdateMethod: "restart",
		// Clients keep their connections open, so that a smart shutdown, which waits for them, only delays the fast one.
		StartDelay: startSeconds, StopDelay: stopSeconds, SwitchoverDelay: stopSeconds, SmartShutdownTimeout: 0,
		Storage: storage{Size: fmt.Sprintf("%dGi", args.Size.DiskGiB), StorageClass: args.StorageClass, ResizeInUseVolumes: true},
		Bootstrap: bootstrap{initDB{
			Database: unused, Owner: unused, DataChecksums: true, Encoding: "UTF8",
			// PostgreSQL's own rules for sorting and for letters: those of the system change with the image, and then an index
			// over text is silently wrong.
			// Source: https://www.postgresql.org/docs/current/locale.html#LOCALE-PROVIDERS
			LocaleProvider: "builtin", BuiltinLocale: "C.UTF-8",
		}},
		PostgreSQL: server{Parameters: args.Size.parameters(), HBA: rules},
	}
}
