package change

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

func TestPlain(t *testing.T) {
	number := resource.NewProperty(50.0)
	output := func(known bool) resource.PropertyValue {
		return resource.NewProperty(resource.Output{Element: number, Known: known})
	}
	for name, c := range map[string]struct{ got, want resource.PropertyValue }{
		"plain":          {number, number},
		"secret":         {resource.MakeSecret(number), number},
		"output":         {output(true), number},
		"secret output":  {resource.MakeSecret(output(true)), number},
		"unknown output": {output(false), resource.NewNullProperty()},
		"unknown":        {resource.MakeComputed(number), resource.NewNullProperty()},
	} {
		if got := Plain(c.got); !got.DeepEquals(c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
