package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"
	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	cliflag "k8s.io/component-base/cli/flag"
	"k8s.io/kubelet/config/v1beta1"
	"k8s.io/kubernetes/cmd/kubelet/app/options"
	_ "k8s.io/kubernetes/pkg/features" // declares the feature gates that a kubelet may be given
	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"
	"k8s.io/kubernetes/pkg/kubelet/apis/config/scheme"
	"k8s.io/kubernetes/pkg/kubelet/apis/config/validation"
)

// kubelet is a kubelet's configuration, complete and valid, of a kubelet that does not run.
type kubelet struct {
	flags  options.KubeletFlags
	config kubeletconfig.KubeletConfiguration
}

// newKubelet reads the kubelet's flags and configuration files as a kubelet under k3s would:
// k3s's own settings, then the drop-ins, then --kubelet-arg. What a kubelet refuses is an error.
func (c *config) newKubelet() (*kubelet, error) {
	args := mergeArgs(c.kubeletDefaults(), c.kubeletArgs)
	server, err := options.NewKubeletServer()
	if err != nil {
		return nil, fmt.Errorf("kubelet: %w", err)
	}
	if err := kubeletFlagSet(server).Parse(args); err != nil {
		return nil, fmt.Errorf("--kubelet-arg: failed to parse kubelet flag: %w", err)
	}
	base, err := json.Marshal(c.kubeletBase())
	if err != nil {
		return nil, fmt.Errorf("kubelet: %w", err)
	}
	_, codecs, err := scheme.NewSchemeAndCodecs(serializer.EnableStrict)
	if err != nil {
		return nil, fmt.Errorf("kubelet: %w", err)
	}
	files, err := kubeletFiles(server.KubeletConfigFile, server.KubeletDropinConfigDirectory)
	if err != nil {
		return nil, fmt.Errorf("kubelet: %w", err)
	}
	for _, file := range files {
		if base, err = mergeKubeletFile(codecs, base, file); err != nil {
			return nil, fmt.Errorf("kubelet: failed to load kubelet config file, path: %s, error: %w", file, err)
		}
	}
	merged, _, err := codecs.UniversalDecoder().Decode(base, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("kubelet: %w", err)
	}
	final := &options.KubeletServer{
		KubeletFlags: *options.NewKubeletFlags(), KubeletConfiguration: *merged.(*kubeletconfig.KubeletConfiguration),
	}
	if err := kubeletFlagSet(final).Parse(args); err != nil { // flags win over files
		return nil, fmt.Errorf("--kubelet-arg: %w", err)
	}
	k := &kubelet{flags: final.KubeletFlags, config: final.KubeletConfiguration}
	return k, k.validate()
}

func (k *kubelet) validate() error {
	gates := utilfeature.DefaultMutableFeatureGate.DeepCopy()
	if err := gates.SetFromMap(k.config.FeatureGates); err != nil {
		return fmt.Errorf("kubelet: failed to set feature gates from initial flags-based config: %w", err)
	}
	if err := options.ValidateKubeletFlags(&k.flags); err != nil {
		return fmt.Errorf("kubelet: failed to validate kubelet flags: %w", err)
	}
	checked := k.config.DeepCopy()
	checked.FailCgroupV1 = false // it looks at this machine's kernel, which is not the rehearsed one
	if err := validation.ValidateKubeletConfiguration(checked, gates); err != nil {
		return fmt.Errorf("kubelet: failed to validate kubelet configuration, error: %w", err)
	}
	return nil
}

func kubeletFlagSet(server *options.KubeletServer) *pflag.FlagSet {
	flags := pflag.NewFlagSet("kubelet", pflag.ContinueOnError)
	flags.SetNormalizeFunc(cliflag.WordSepNormalizeFunc)
	flags.SetOutput(io.Discard) // every flag that has a configuration field is deprecated, and says so
	flags.Int("v", 0, "")
	flags.String("vmodule", "", "")
	server.AddFlags(flags)
	return flags
}

// kubeletDefaults are the flags that k3s passes.
func (c *config) kubeletDefaults() map[string]string {
	defaults := map[string]string{
		"config-dir":        c.paths.kubeletConfigDir(),
		"kubeconfig":        c.paths.agent("kubelet.kubeconfig"),
		"hostname-override": c.nodeName,
		"node-ip":           c.nodeIPs[0].String(),
		"node-labels":       strings.Join(c.labels, ","),
		"read-only-port":    "0",
	}
	if len(c.taints) > 0 {
		defaults["register-with-taints"] = strings.Join(c.taints, ",")
	}
	if !c.cloudDisabled {
		defaults["cloud-provider"] = "external"
	}
	return defaults
}

// kubeletBase is the configuration that k3s writes, as far as it decides anything here.
func (c *config) kubeletBase() map[string]any {
	base := map[string]any{
		"apiVersion":               v1beta1.SchemeGroupVersion.String(),
		"kind":                     "KubeletConfiguration",
		"containerRuntimeEndpoint": "unix:///run/k3s/containerd/containerd.sock",
		"clusterDNS":               texts(c.clusterDNS),
		"clusterDomain":            c.clusterDomain,
		"failSwapOn":               false,
		"cgroupDriver":             "systemd",
		"evictionHard":             map[string]string{"imagefs.available": "5%", "nodefs.available": "5%"},
		"evictionMinimumReclaim":   map[string]string{"imagefs.available": "10%", "nodefs.available": "10%"},
		"protectKernelDefaults":    c.kernelDefaults,
	}
	if c.resolvConf != "" {
		base["resolvConf"] = c.resolvConf
	}
	return base
}

func texts(addresses []netip.Addr) []string {
	var values []string
	for _, address := range addresses {
		values = append(values, address.String())
	}
	return values
}

// kubeletFiles lists --config and the drop-ins, which the kubelet takes by the suffix .conf only.
func kubeletFiles(file, dir string) ([]string, error) {
	var files []string
	if file != "" {
		files = append(files, file)
	}
	if dir == "" {
		return files, nil
	}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && filepath.Ext(path) == ".conf" {
			files = append(files, path)
		}
		return err
	})
	return files, err
}

// mergeKubeletFile lays one file over what came before it.
func mergeKubeletFile(codecs *serializer.CodecFactory, base []byte, file string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	// Strict, where a kubelet under k3s takes an unknown field for an error in a drop-in too.
	if _, _, err := codecs.UniversalDecoder().Decode(data, nil, nil); err != nil {
		return nil, err
	}
	object, _, err := codecs.UniversalDecoder().Decode(data, nil, &unstructured.Unstructured{})
	if err != nil {
		return nil, err
	}
	layer, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	return jsonpatch.MergePatch(base, layer)
}
