package footprint

import (
	"encoding/json"
	"testing"
)

func TestRequirementsRenderOnlyWhatIsSet(t *testing.T) {
	for want, r := range map[string]Resources{
		`{}`: {},
		`{"requests":{"cpu":"50m","memory":"64Mi"},"limits":{"memory":"128Mi"}}`: {CPU: 50, Memory: 64, MemoryLimit: 128},
		`{"limits":{"cpu":"1500m"}}`: {CPULimit: 1500},
	} {
		got, err := json.Marshal(r.Requirements())
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%+v: got %s, want %s", r, got, want)
		}
	}
}
