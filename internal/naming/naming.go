// Package naming makes the physical names under which resources appear at Hetzner, and judges names that others chose.
package naming

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
)

// maxLength is the length of a DNS label: a server's name is its host name.
// Source: RFC 1123; https://docs.hetzner.cloud/reference/cloud#servers-create-a-server
const maxLength = 63

// Source: RFC 1123.
var (
	labelForm  = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)
	domainForm = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

// IsLabel tells whether a name is one DNS label, as most names in a cluster must be.
func IsLabel(name string) bool { return labelForm.MatchString(name) }

// IsDomain tells whether a name is that of a domain of at least two labels, without a dot at its end.
func IsDomain(name string) bool { return domainForm.MatchString(name) }

// Selector is the label selector of a stack's servers, which all carry the labels project and stack.
func Selector(project, stack string) string { return "project=" + project + ",stack=" + stack }

// Physical returns the name `<project>-<stack>-<role>`, in lower case, as a valid host name.
//
// A name that would be longer than 63 characters is cut and closed with a hash of the whole, so that two long
// names never meet.
func Physical(project, stack, role string) string {
	full := strings.Map(hostRune, strings.ToLower(project+"-"+stack+"-"+role))
	if len(full) <= maxLength {
		return full
	}
	sum := sha256.Sum256([]byte(full))
	hash := hex.EncodeToString(sum[:4])
	return strings.TrimRight(full[:maxLength-len(hash)-1], "-") + "-" + hash
}

func hostRune(r rune) rune {
	if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') {
		return r
	}
	return '-'
}
