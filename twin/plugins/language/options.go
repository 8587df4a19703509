package main

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/types/known/structpb"
)

// options are the runtime.options of Pulumi.yaml.
type options struct {
	binary      string // a program already built
	buildTarget string // where to build the program and leave it
}

func parseOptions(s *structpb.Struct) (options, error) {
	var o options
	for name, field := range map[string]*string{"binary": &o.binary, "buildTarget": &o.buildTarget} {
		v, given := s.AsMap()[name]
		if !given {
			continue
		}
		text, ok := v.(string)
		if !ok {
			return o, fmt.Errorf("runtime option %q is %v, want a string", name, v)
		}
		*field = text
	}
	if o.binary != "" && o.buildTarget != "" {
		return o, errors.New("runtime options binary and buildTarget are both set, want one at the most")
	}
	return o, nil
}
