package authentication

import (
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// User is somebody who can sign on.
type User struct {
	// Name is what they sign on with. Required.
	// Range: lower-case letters, digits, dots, dashes and underscores.
	Name string
	// DisplayName is what they are called.
	// Default: the name.
	DisplayName string
	// Email is where one-time codes go, and how services know them. Required.
	Email string
	// Groups are those that they are in. Required.
	Groups []string
	// PasswordHash is the hash of the password by argon2id, as `lvs user add` prints it. Required.
	PasswordHash string
}

var nameForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$`)

// usersFile is the file by which Authelia knows the users.
// Source: https://www.authelia.com/reference/guides/passwords/#yaml-format
type usersFile struct {
	Users map[string]userEntry `yaml:"users"`
}

type userEntry struct {
	Disabled    bool     `yaml:"disabled"`
	DisplayName string   `yaml:"displayname"`
	Password    string   `yaml:"password"`
	Email       string   `yaml:"email"`
	Groups      []string `yaml:"groups"`
}

// RenderUsers returns the file by which the users are known. It is a secret: whoever has the hashes can try passwords on them.
//
// Errors: every problem of every user at once, without a word of what stands in place of a hash.
func RenderUsers(users []User) (string, error) {
	file := usersFile{map[string]userEntry{}}
	var errs []error
	if len(users) == 0 {
		errs = append(errs, errors.New("users: got none, want at least one; `lvs user add` makes it"))
	}
	emails := map[string]string{}
	for _, u := range users {
		if err := u.Check(); err != nil {
			errs = append(errs, err)
		}
		if err := CheckHash(u.PasswordHash); err != nil {
			errs = append(errs, fmt.Errorf("users: %s: passwordHash: %w", u.Name, err))
		}
		if _, twice := file.Users[u.Name]; twice {
			errs = append(errs, fmt.Errorf("users: got %q twice, want it once", u.Name))
		}
		email := strings.ToLower(u.Email)
		if other, twice := emails[email]; twice {
			errs = append(errs, fmt.Errorf("users: %s: email: got that of %s, want one of their own", u.Name, other))
		}
		emails[email] = u.Name
		entry := userEntry{DisplayName: u.DisplayName, Password: u.PasswordHash, Email: u.Email, Groups: u.Groups}
		if entry.DisplayName == "" {
			entry.DisplayName = u.Name
		}
		file.Users[u.Name] = entry
	}
	if err := errors.Join(errs...); err != nil {
		return "", err
	}
	text, err := yaml.Marshal(file)
	return string(text), err
}

// Check checks everything but the hash.
//
// Errors: every problem at once.
func (u User) Check() error {
	var errs []error
	check := func(right bool, format string, got ...any) {
		if !right {
			errs = append(errs, fmt.Errorf("users: %s: "+format, append([]any{u.Name}, got...)...))
		}
	}
	check(nameForm.MatchString(u.Name), "name: got %q, want lower-case letters, digits, dots, dashes and underscores", u.Name)
	check(!strings.ContainsFunc(u.DisplayName, unicode.IsControl), "displayName: got %q, want one line", u.DisplayName)
	at, err := mail.ParseAddress(u.Email)
	check(err == nil && at.Address == u.Email, "email: got %q, want an address such as you@example.com", u.Email)
	check(len(u.Groups) > 0, "groups: got none, want at least one")
	checkGroups("groups", u.Groups, check)
	return errors.Join(errs...)
}
