package object

import (
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

type lamp struct {
	Watts  int      `json:"watts"`
	On     bool     `json:"on"`
	Colour string   `json:"colour,omitempty"`
	Rooms  []string `json:"rooms,omitempty"`
	Dimmer *dimmer  `json:"dimmer,omitempty"`
}

type dimmer struct {
	Level float64 `json:"level"`
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "lamp", args)
		return err
	}
}

func TestObject(t *testing.T) {
	annotations := map[string]string{"a": "b"}
	for want, args := range map[string]*Args{
		`{"apiVersion":"example.com/v1","kind":"Lamp","metadata":{"name":"desk"},"spec":{"on":false,"watts":60}}`: {
			Spec: lamp{Watts: 60},
		},
		`{"apiVersion":"example.com/v1","kind":"Lamp","metadata":{"annotations":{"a":"b","pulumi.com/waitFor":"condition=Ready"},"labels":{"c":"d"},"name":"desk","namespace":"home"},` +
			`"spec":{"colour":"red","dimmer":{"level":0.5},"on":true,"rooms":["hall"],"watts":9007199254740991}}`: {
			Namespace: "home", Annotations: annotations, Labels: map[string]string{"c": "d"}, WaitFor: "condition=Ready", Timeout: time.Minute,
			Spec: &lamp{Watts: 1<<53 - 1, On: true, Colour: "red", Rooms: []string{"hall"}, Dimmer: &dimmer{0.5}},
		},
	} {
		args.APIVersion, args.Kind, args.Name = "example.com/v1", "Lamp", "desk"
		g, err := graph.Run(program(args), graph.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := g.Get(t, "kubernetes:example.com/v1:Lamp", "lamp").JSON(t, "")
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if len(annotations) != 1 {
		t.Errorf("got the caller's own annotations changed: %v", annotations)
	}
}

func TestRefusals(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{
		APIVersion: "example.com", Kind: "lamp", Name: "Desk", Namespace: "a.b", Timeout: -1, Spec: map[string]any{"watts": 1},
		Annotations: map[string]string{"pulumi.com/waitFor": "condition=Ready"},
	}), `apiVersion: got "example.com"`, `kind: got "lamp"`, `name: got "Desk"`, `namespace: got "a.b"`, "timeout: got -1ns",
		`got pulumi.com/waitFor "condition=Ready"`, "spec: got map[string]interface {}, want a struct")
	graph.CheckRefused(t, program(&Args{}), "spec: got <nil>, want a struct")
	graph.CheckRefused(t, program(&Args{Spec: (*lamp)(nil)}), "spec: got *object.lamp, want a struct")
}
