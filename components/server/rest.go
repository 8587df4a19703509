package server

import "github.com/lvs-cloud/lvs-cloud/components/script"

// The commands of RestText, each an argument of `bash -s --`.
const (
	// Halt stops what lives on volumes and unmounts them, or starts everything again and fails.
	Halt = "halt"
	// Wake starts everything that is installed.
	Wake = "wake"
)

// RestText is what an operator's tool sends to a server over SSH before its plug is pulled for another reason than a
// change of its type, which the program itself takes care of.
func RestText(serverType string) string {
	return script.Text(map[string]string{"SERVER_TYPE": serverType}, restScript)
}
