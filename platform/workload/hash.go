package workload

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// hashLength in hexadecimal digits is far more than two revisions of one pod need to differ.
const hashLength = 16

// Hash returns a Revision that changes when one of the texts does. It is no secret, even if the texts are: so nothing that
// can be guessed may be among them alone.
func Hash(texts ...pulumi.StringInput) pulumi.StringOutput {
	all := make(pulumi.StringArray, len(texts))
	copy(all, texts)
	hash := all.ToStringArrayOutput().ApplyT(func(texts []string) string {
		whole := sha256.New()
		for _, text := range texts {
			one := sha256.Sum256([]byte(text)) // the texts are told apart: "ab", "c" is not "a", "bc"
			whole.Write(one[:])
		}
		return hex.EncodeToString(whole.Sum(nil))[:hashLength]
	}).(pulumi.StringOutput)
	return pulumi.Unsecret(hash).(pulumi.StringOutput)
}
