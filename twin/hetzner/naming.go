package hetzner

import (
	"regexp"
	"strings"
)

const maxName = 64

var hostname = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$`)

// checkName refuses a name that is missing, too long or another object's.
func checkName[T entity](noun string, among *collection[T], name string, id int64) error {
	switch {
	case name == "":
		return invalid("name", "missing data for required field")
	case len(name) > maxName || strings.TrimSpace(name) != name:
		return invalid("name", "must be 1 to %d characters without surrounding blanks", maxName)
	case among.taken(name, id):
		return notUnique(noun, "name")
	}
	return nil
}

// checkHostname demands what a server's name must be, RFC 1123.
func checkHostname(name string) error {
	if len(name) > 253 || !hostname.MatchString(name) {
		return invalid("name", "is not a valid hostname")
	}
	return nil
}

// rename takes over a new name and new labels, or neither. An empty name keeps the old one.
func rename[T entity](noun string, among *collection[T], item T, name *string, newName string, labels *map[string]string, newLabels *map[string]string) error {
	if newName != "" {
		if err := checkName(noun, among, newName, item.meta().id); err != nil {
			return err
		}
	}
	if err := changeLabels(labels, newLabels); err != nil {
		return err
	}
	if newName != "" {
		*name = newName
	}
	return nil
}
