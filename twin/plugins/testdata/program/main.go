// Command rehearsed is a small Pulumi program for the test of the stand-in plug-ins.
package main

import (
	"github.com/pulumi/pulumi-command/sdk/go/command/local"
	"github.com/pulumi/pulumi-command/sdk/go/command/remote"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() { pulumi.Run(program) }

func program(ctx *pulumi.Context) error {
	cfg := config.New(ctx, "")
	trigger, err := cfg.Try("trigger")
	if err != nil {
		return err
	}
	password, err := random.NewRandomPassword(ctx, "password", &random.RandomPasswordArgs{
		Length:  pulumi.Int(20),
		Keepers: pulumi.StringMap{"generation": pulumi.String(cfg.Require("generation"))},
	})
	if err != nil {
		return err
	}
	seed, err := random.NewRandomBytes(ctx, "seed", &random.RandomBytesArgs{Length: pulumi.Int(32)})
	if err != nil {
		return err
	}
	greeting, err := remote.NewCommand(ctx, "greeting", &remote.CommandArgs{
		Connection: remote.ConnectionArgs{
			Host:       pulumi.String(cfg.Require("host")),
			Port:       pulumi.Float64(cfg.RequireFloat64("port")),
			HostKey:    pulumi.String(cfg.Require("hostKey")),
			PrivateKey: cfg.RequireSecret("loginKey"),
		},
		Create:   pulumi.String("read -r word; echo create " + cfg.Require("greeting") + " $word"),
		Update:   pulumi.String("read -r word; echo update " + cfg.Require("greeting") + " $word"),
		Delete:   pulumi.String("echo delete"),
		Stdin:    password.Result,
		Triggers: pulumi.Array{pulumi.String(trigger)},
		Logging:  remote.LoggingNone,
	}, pulumi.AdditionalSecretOutputs([]string{"stdout"}))
	if err != nil {
		return err
	}
	here, err := local.NewCommand(ctx, "here", &local.CommandArgs{
		Create: pulumi.String("echo local"),
	}, pulumi.DependsOn([]pulumi.Resource{greeting}))
	if err != nil {
		return err
	}
	ctx.Export("password", password.Result)
	ctx.Export("seed", seed.Base64)
	ctx.Export("greeting", greeting.Stdout)
	ctx.Export("here", here.Stdout)
	return nil
}
