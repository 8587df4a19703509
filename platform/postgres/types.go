package postgres

import "github.com/lvs-cloud/lvs-cloud/internal/footprint"

// operatorValues are those of the operator's chart that differ. Its definitions stay when the release goes, and neither monitors
// nor dashboards are made, which are its defaults.
// Source: https://artifacthub.io/packages/helm/cloudnative-pg/cloudnative-pg
type operatorValues struct {
	PriorityClassName string                 `json:"priorityClassName"`
	Resources         footprint.Requirements `json:"resources"`
	Config            operatorConfig         `json:"config"`
}

type operatorConfig struct {
	Data operatorSettings `json:"data"`
}

// Source: https://cloudnative-pg.io/documentation/current/operator_conf/
type operatorSettings struct {
	WatchNamespace string `json:"WATCH_NAMESPACE"`
}

// The parts of CloudNativePG's objects that are set.
// Source: https://cloudnative-pg.io/documentation/current/cloudnative-pg.v1/

type clusterSpec struct {
	ImageName             string                 `json:"imageName"`
	Instances             int                    `json:"instances"`
	EnablePDB             bool                   `json:"enablePDB"`
	EnableSuperuserAccess bool                   `json:"enableSuperuserAccess"`
	PriorityClassName     string                 `json:"priorityClassName"`
	PrimaryUpdateStrategy string                 `json:"primaryUpdateStrategy"`
	PrimaryUpdateMethod   string                 `json:"primaryUpdateMethod"`
	StartDelay            int                    `json:"startDelay"`
	StopDelay             int                    `json:"stopDelay"`
	SmartShutdownTimeout  int                    `json:"smartShutdownTimeout"`
	SwitchoverDelay       int                    `json:"switchoverDelay"`
	Storage               storage                `json:"storage"`
	Resources             footprint.Requirements `json:"resources"`
	Bootstrap             bootstrap              `json:"bootstrap"`
	PostgreSQL            server                 `json:"postgresql"`
}

type storage struct {
	Size               string `json:"size"`
	StorageClass       string `json:"storageClass"`
	ResizeInUseVolumes bool   `json:"resizeInUseVolumes"`
}

type bootstrap struct {
	InitDB initDB `json:"initdb"`
}

type initDB struct {
	Database       string `json:"database"`
	Owner          string `json:"owner"`
	DataChecksums  bool   `json:"dataChecksums"`
	Encoding       string `json:"encoding"`
	LocaleProvider string `json:"localeProvider"`
	BuiltinLocale  string `json:"builtinLocale"`
}

type server struct {
	Parameters parameters `json:"parameters"`
	HBA        []string   `json:"pg_hba"`
}

type clusterRef struct {
	Name string `json:"name"`
}

// roleSpec leaves every right out, and a right that is left out is taken away.
type roleSpec struct {
	Cluster         clusterRef `json:"cluster"`
	Name            string     `json:"name"`
	Login           bool       `json:"login"`
	ConnectionLimit int        `json:"connectionLimit"`
	PasswordSecret  clusterRef `json:"passwordSecret"`
	ReclaimPolicy   string     `json:"databaseRoleReclaimPolicy"`
}

type databaseSpec struct {
	Cluster       clusterRef `json:"cluster"`
	Name          string     `json:"name"`
	Owner         string     `json:"owner"`
	ReclaimPolicy string     `json:"databaseReclaimPolicy"`
}
