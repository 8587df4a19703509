package k3s

import (
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/components/script"
)

// checkUpgrade refuses what install.sh refuses as well: it knows the version in the state, the script the one on the
// volume, which outlives the state.
func checkUpgrade(args *pulumi.ResourceHookArgs) error {
	from, known := script.Setting(args.OldInputs, "VERSION")
	to, planned := script.Setting(args.NewInputs, "VERSION")
	if !known || !planned {
		return nil
	}
	return checkStep(from, to)
}

// checkStep refuses a version that may not follow another: Kubernetes is upgraded one minor version at a time.
// Source: https://kubernetes.io/releases/version-skew-policy/
func checkStep(from, to string) error {
	old, err := minor(from)
	if err != nil {
		return err
	}
	next, err := minor(to)
	if err != nil {
		return err
	}
	if next == old || next == old+1 {
		return nil
	}
	return fmt.Errorf("k3s.version: got %s after %s, want a release of v1.%d or v1.%d next: Kubernetes is upgraded one minor "+
		"version at a time and never goes back; nothing was changed", to, from, old, old+1)
}

func minor(version string) (int, error) {
	m := versionForm.FindStringSubmatch(version)
	if m == nil {
		return 0, fmt.Errorf("k3s.version: got %q, want an exact release such as v1.36.5+k3s1", version)
	}
	return strconv.Atoi(m[1])
}
