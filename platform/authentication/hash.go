package authentication

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"

	"golang.org/x/crypto/argon2"
)

// HashMemoryMiB is the memory in which a password is hashed: what OWASP asks for. More would keep a stolen hash secret for longer,
// and let somebody who knows a name end the pod with fewer requests at once: its limit has to hold them all.
// Unit: MiB.
const HashMemoryMiB = 19

// SaltLength is how many random bytes a password is hashed with.
const SaltLength = 16

const (
	hashPasses, hashLanes, hashLength = 2, 1, 32
	// leastHashMemory is what is called safe with two passes, and mostHashMemory what the pod still has room for.
	// Source: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
	leastHashMemory, mostHashMemory = 19 * 1024, 32 * 1024
)

// Source: https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md
var hashForm = regexp.MustCompile(`^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$`)

// Hash is the hash of a password by argon2id, as PasswordHash wants it.
//
// Errors: a salt of another length than SaltLength.
func Hash(password string, salt []byte) (string, error) {
	if len(salt) != SaltLength {
		return "", fmt.Errorf("salt: got %d bytes, want %d", len(salt), SaltLength)
	}
	hash := argon2.IDKey([]byte(password), salt, hashPasses, HashMemoryMiB*1024, hashLanes, hashLength)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, HashMemoryMiB*1024, hashPasses, hashLanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash)), nil
}

// CheckHash checks that a text is the hash of a password, of the one kind that is taken.
//
// Errors: none of them shows the text, which may be a password.
func CheckHash(hash string) error {
	parts := hashForm.FindStringSubmatch(hash)
	if parts == nil {
		return errors.New("got something else, want the hash that `lvs user add` prints, such as $argon2id$v=19$m=19456,t=2,p=1$…$…")
	}
	var memory, passes, lanes int
	if _, err := fmt.Sscan(parts[1]+" "+parts[2]+" "+parts[3], &memory, &passes, &lanes); err != nil {
		return err
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	key, keyErr := base64.RawStdEncoding.DecodeString(parts[5])
	switch {
	case memory < leastHashMemory || memory > mostHashMemory:
		return fmt.Errorf("got m=%d, want %d to %d KiB", memory, leastHashMemory, mostHashMemory)
	case passes < 2 || lanes < 1:
		return fmt.Errorf("got t=%d and p=%d, want at least 2 and 1", passes, lanes)
	case saltErr != nil || keyErr != nil || len(salt) < SaltLength || len(key) < hashLength:
		return fmt.Errorf("got a salt of %d bytes and a hash of %d, want at least %d and %d", len(salt), len(key), SaltLength, hashLength)
	}
	return nil
}
