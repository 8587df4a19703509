package graph

import (
	"context"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// recorder plays the engine on the real wire, where unknown values and secrets are told apart; the SDK's own mocks
// cannot carry a secret that is still unknown.
type recorder struct {
	pulumirpc.UnimplementedResourceMonitorServer
	pulumirpc.UnimplementedEngineServer

	project, stack string
	preview        bool

	mu        sync.Mutex
	resources []Resource
	outputs   map[string]int
}

var wire = plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, KeepResources: true}

// serve listens on a free port of the loopback interface until stop is called.
func (r *recorder) serve() (addr string, stop func(), err error) {
	cancel := make(chan bool)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(s *grpc.Server) error {
			pulumirpc.RegisterResourceMonitorServer(s, r)
			pulumirpc.RegisterEngineServer(s, r)
			return nil
		},
	})
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("127.0.0.1:%d", handle.Port), func() { close(cancel); <-handle.Done }, nil
}

func (*recorder) SupportsFeature(_ context.Context, req *pulumirpc.SupportsFeatureRequest) (*pulumirpc.SupportsFeatureResponse, error) {
	return &pulumirpc.SupportsFeatureResponse{HasSupport: slices.Contains([]string{"secrets", "resourceReferences", "resourceHooks"}, req.GetId())}, nil
}

// RegisterResourceHook takes a hook and never calls it: nothing is ever updated here.
func (*recorder) RegisterResourceHook(context.Context, *pulumirpc.RegisterResourceHookRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (*recorder) Invoke(_ context.Context, req *pulumirpc.ResourceInvokeRequest) (*pulumirpc.ResourceInvokeResponse, error) {
	return nil, status.Errorf(codes.FailedPrecondition, "%s: got a function call, want none: a preview must not ask providers", req.GetTok())
}

func (r *recorder) RegisterResource(_ context.Context, req *pulumirpc.RegisterResourceRequest) (*pulumirpc.RegisterResourceResponse, error) {
	inputs, err := plugin.UnmarshalProperties(req.GetObject(), wire)
	if err != nil {
		return nil, err
	}
	id, outputs := "", resource.PropertyMap{}
	if req.GetCustom() {
		outputs = inputs.Copy()
		if !r.preview {
			id = numericID(req.GetType(), req.GetName())
			for k, v := range computed(req.GetType()) {
				outputs[resource.PropertyKey(k)] = resource.NewStringProperty(v)
			}
		}
	}
	object, err := plugin.MarshalProperties(outputs, wire)
	if err != nil {
		return nil, err
	}
	r.record(req, inputs)
	return &pulumirpc.RegisterResourceResponse{Urn: r.urn(req), Id: id, Object: object}, nil
}

func (r *recorder) record(req *pulumirpc.RegisterResourceRequest, inputs resource.PropertyMap) {
	if req.GetType() == string(resource.RootStackType) {
		return
	}
	var dependencies []string
	for _, d := range req.GetDependencies() {
		dependencies = append(dependencies, shortName(d))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.resources = append(r.resources, Resource{
		Type: req.GetType(), Name: req.GetName(), Parent: shortName(req.GetParent()), Custom: req.GetCustom(),
		Protect: req.GetProtect(), Retain: req.GetRetainOnDelete(), DeleteFirst: req.GetDeleteBeforeReplace(),
		Ignore: req.GetIgnoreChanges(), Secret: req.GetAdditionalSecretOutputs(), ImportID: req.GetImportId(),
		Dependencies: dependencies, Inputs: inputs,
	})
}

func (r *recorder) urn(req *pulumirpc.RegisterResourceRequest) string {
	var parentType tokens.Type
	if parent := urn.URN(req.GetParent()); parent != "" && parent.QualifiedType() != resource.RootStackType {
		parentType = parent.QualifiedType()
	}
	return string(urn.New(tokens.QName(r.stack), tokens.PackageName(r.project), parentType, tokens.Type(req.GetType()), req.GetName()))
}

func (r *recorder) RegisterResourceOutputs(_ context.Context, req *pulumirpc.RegisterResourceOutputsRequest) (*emptypb.Empty, error) {
	if name := shortName(req.GetUrn()); name != "" {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.outputs[name]++
	}
	return &emptypb.Empty{}, nil
}

func (*recorder) SignalAndWaitForShutdown(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (*recorder) GetRootResource(context.Context, *pulumirpc.GetRootResourceRequest) (*pulumirpc.GetRootResourceResponse, error) {
	return &pulumirpc.GetRootResourceResponse{}, nil
}

func (*recorder) SetRootResource(context.Context, *pulumirpc.SetRootResourceRequest) (*pulumirpc.SetRootResourceResponse, error) {
	return &pulumirpc.SetRootResourceResponse{}, nil
}

// Log drops what the SDK logs: it repeats the error that the program returns.
func (*recorder) Log(context.Context, *pulumirpc.LogRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// numericID is a number, as Hetzner's IDs are, and the same in every run.
func numericID(typeToken, name string) string {
	return strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(typeToken+" "+name))%1e6), 10)
}

// shortName is the `type name` of a URN; that of the stack itself is empty.
func shortName(s string) string {
	u := urn.URN(s)
	if s == "" || u.QualifiedType() == resource.RootStackType {
		return ""
	}
	return strings.TrimSpace(string(u.Type()) + " " + u.Name())
}

// computed are the outputs that only a provider knows.
func computed(typeToken string) map[string]string {
	switch typeToken {
	case "hcloud:index/primaryIp:PrimaryIp":
		return map[string]string{"ipAddress": "198.51.100.7"}
	case "random:index/randomPassword:RandomPassword":
		return map[string]string{"result": strings.Repeat("a-password", 7), "bcryptHash": "$2a$10$a-hash"}
	case "command:remote:Command":
		return map[string]string{"stdout": kubeconfig, "stderr": ""}
	default:
		return nil
	}
}

// kubeconfig is what a k3s node prints, and what any other script may print as well.
const kubeconfig = `apiVersion: v1
kind: Config
current-context: default
clusters: [{name: default, cluster: {server: "https://127.0.0.1:6443", certificate-authority-data: Y2E=}}]
contexts: [{name: default, context: {cluster: default, user: default}}]
users: [{name: default, user: {client-certificate-data: Y2VydA==, client-key-data: a2V5}}]
`
