package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

var (
	textType    = plug.Type{Kind: plug.String}
	integerType = plug.Type{Kind: plug.Integer}
)

// logging values: which output is shown while a command runs.
const (
	logStdout = "stdout"
	logStderr = "stderr"
	logBoth   = "stdoutAndStderr"
	logNone   = "none"
)

// commonInputs are what both kinds of command take.
func commonInputs(module string) []plug.Field {
	return []plug.Field{
		{Name: "create", Type: textType},
		{Name: "update", Type: textType},
		{Name: "delete", Type: textType},
		{Name: "triggers", Type: plug.Type{Kind: plug.Array}, Replaces: true},
		{Name: "stdin", Type: textType},
		{Name: "environment", Type: plug.StringMap()},
		{Name: "addPreviousOutputInEnv", Type: plug.Type{Kind: plug.Boolean}},
		{Name: "logging", Type: plug.Type{
			Kind: plug.String, Token: "command:" + module + ":Logging",
			Values: []string{logStdout, logStderr, logBoth, logNone},
		}},
	}
}

func remoteInputs() []plug.Field {
	proxy := plug.Type{Kind: plug.Object, Token: "command:remote:ProxyConnection", Fields: endpointInputs()}
	connection := plug.Type{
		Kind: plug.Object, Token: "command:remote:Connection",
		Fields: append(endpointInputs(), plug.Field{Name: "proxy", Type: proxy}),
	}
	return append(commonInputs("remote"), plug.Field{Name: "connection", Type: connection, Required: true, Secret: true})
}

// endpointInputs say how to reach and enter a host.
func endpointInputs() []plug.Field {
	number := func(n float64) resource.PropertyValue { return resource.NewProperty(n) }
	return []plug.Field{
		{Name: "host", Type: textType, Required: true},
		{Name: "port", Type: plug.Type{Kind: plug.Number}, Default: number(22)},
		{Name: "user", Type: textType, Default: resource.NewProperty("root")},
		{Name: "password", Type: textType, Secret: true},
		{Name: "privateKey", Type: textType, Secret: true},
		{Name: "privateKeyPassword", Type: textType, Secret: true},
		{Name: "agentSocketPath", Type: textType},
		{Name: "hostKey", Type: textType},
		{Name: "dialErrorLimit", Type: integerType, Default: number(10)},
		{Name: "perDialTimeout", Type: integerType, Default: number(15)},
	}
}

func localInputs() []plug.Field {
	const noAssets = "the rehearsal's stand-in for the command plug-in makes no assets"
	return append(commonInputs("local"),
		plug.Field{Name: "interpreter", Type: plug.Strings()},
		plug.Field{Name: "dir", Type: textType},
		plug.Field{Name: "assetPaths", Type: plug.Strings(), Refused: noAssets},
		plug.Field{Name: "archivePaths", Type: plug.Strings(), Refused: noAssets},
	)
}
