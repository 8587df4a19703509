// Package naming makes the physical names under which resources appear at Hetzner.
package naming

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// maxLength is the length of a DNS label: a server's name is its host name.
// Source: RFC 1123; https://docs.hetzner.cloud/reference/cloud#servers-create-a-server
const maxLength = 63

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
