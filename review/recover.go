package review

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Planned is a resource that the program asks for and Pulumi's state does not have.
type Planned struct {
	URN, Type, Parent, Provider string
	// Inputs are what it would be created with, as a preview shows them.
	Inputs map[string]any
}

// Left is what a run that was cut off left behind: in Pulumi's state, at Hetzner and on this machine.
type Left struct {
	// Root is the URN of the stack itself; empty while the state is.
	Root string
	// Known are the URNs of the state; Unfinished those whose creation or update at Hetzner failed half-way.
	Known, Unfinished []string
	// Pending are the URNs of operations of which the state does not know how they ended.
	Pending []string
	// Planned are the resources at Hetzner that the next update would create.
	Planned []Planned
	// Found is what exists at Hetzner already.
	Found Inventory
}

// Adoption is one thing at Hetzner that the state takes over.
type Adoption struct {
	Planned
	// ID is the one the provider gives it; What says the same to a reader.
	ID, What string
}

// Recovery is what makes state and Hetzner agree again, without any change at Hetzner.
type Recovery struct {
	// Adopt are the things that were made and never noted.
	Adopt []Adoption
	// Look are the URNs of the state that are read anew.
	Look []string
	// Pending are the operations that are forgotten.
	Pending []string
	// Foreign says which names are held by something that this stack did not make; nothing is done about them.
	Foreign []string
	// Later says what can only be recovered by a second run.
	Later []string
}

// NewRecovery decides what is to be done. It never deletes: what the program asks for and Hetzner has under the stack's
// own name and labels is adopted, and everything else is left to the next update and to the operator.
func NewRecovery(l Left) Recovery {
	r := Recovery{Pending: slices.Clone(l.Pending)}
	for _, p := range l.Planned {
		a, foreign := l.Found.match(p)
		switch {
		case foreign != "":
			r.Foreign = append(r.Foreign, foreign)
		case a == nil:
		case !slices.Contains(l.Known, p.Parent) || !slices.Contains(l.Known, p.providerURN()) || p.hasUnknown():
			r.Later = append(r.Later, a.What)
		default:
			r.Adopt = append(r.Adopt, *a)
			r.Look = append(r.Look, p.URN)
		}
	}
	r.Look = append(r.Look, l.Unfinished...)
	return r
}

// secretValue stands for what a preview does not show.
const secretValue = "[secret]"

// hasUnknown reports whether an input waits for another resource.
func (p Planned) hasUnknown() bool {
	text, err := json.Marshal(p.Inputs)
	return err != nil || strings.Contains(string(text), unknownValue)
}

// shown are the inputs that a preview shows. The hidden ones are taken at creation only.
func (p Planned) shown() map[string]any {
	out := maps.Clone(p.Inputs)
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == secretValue })
	return out
}

// providerURN is the provider's reference without its ID.
func (p Planned) providerURN() string {
	at := strings.LastIndex(p.Provider, "::")
	if at < 0 {
		return p.Provider
	}
	return p.Provider[:at]
}

// name is the logical name, which ends the URN.
func (p Planned) name() string { return p.URN[strings.LastIndex(p.URN, "::")+2:] }

// text and number are inputs of which only one type makes sense.
func (p Planned) text(key string) string {
	s, _ := p.Inputs[key].(string)
	return s
}

func (p Planned) number(key string) int64 {
	switch v := p.Inputs[key].(type) {
	case float64:
		return int64(v)
	case json.Number:
		n, err := v.Int64()
		if err == nil {
			return n
		}
	}
	return 0
}

// ImportFile is what `pulumi import --file` reads.
type ImportFile struct {
	NameTable map[string]string `json:"nameTable"`
	Resources []ImportResource  `json:"resources"`
}

// ImportResource is one resource of an ImportFile.
type ImportResource struct {
	Type        string         `json:"type"`
	Name        string         `json:"name"`
	LogicalName string         `json:"logicalName"`
	ID          string         `json:"id"`
	Parent      string         `json:"parent"`
	Provider    string         `json:"provider"`
	Inputs      map[string]any `json:"inputs"`
	Outputs     map[string]any `json:"outputs"`
}

// ImportFile writes the adoptions down. Each is taken into the state with the very inputs it was asked for with, and
// without a look at Hetzner, which has to follow: Hetzner's provider cannot tell from a server alone how it was
// ordered, and its next update would pull the plug to order its addresses again.
func (r Recovery) ImportFile() ImportFile {
	file := ImportFile{NameTable: map[string]string{}, Resources: []ImportResource{}}
	refer := func(urn string) string {
		name := "urn-" + fmt.Sprintf("%x", urn)
		file.NameTable[name] = urn
		return name
	}
	for i, a := range r.Adopt {
		inputs := a.shown()
		outputs := maps.Clone(inputs)
		outputs["id"] = a.ID
		file.Resources = append(file.Resources, ImportResource{
			Type: a.Type, Name: fmt.Sprintf("adopted-%d", i), LogicalName: a.name(), ID: a.ID,
			Parent: refer(a.Parent), Provider: refer(a.providerURN()), Inputs: inputs, Outputs: outputs,
		})
	}
	return file
}
