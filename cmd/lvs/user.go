package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lvs-cloud/lvs-cloud/platform/authentication"
)

func (a *app) userCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "user",
		Short: "Make what a user of the cloud's sign-on is configured by",
		Args:  cobra.NoArgs,
		// Without its command it is not understood.
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usageError{fmt.Errorf("%s: got no command, want add", cmd.CommandPath())}
		},
	}
	cmd.AddCommand(a.userAddCommand())
	return cmd
}

func (a *app) userAddCommand() *cobra.Command {
	var u authentication.User
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Hash a password, and print the command that adds the user to the stack's secrets",
		Long: `add asks for a password twice, hashes it with argon2id, and prints the one command that adds the user to the stack's file,
encrypted. It changes nothing by itself. Where standard input is no terminal, its first line is the password.

The same command gives somebody who is there another password or other groups; take out what goes away first:
  pulumi config rm --path 'lvs-cloud:secrets.users["NAME"]'

The user can sign on after the next ` + "`pulumi up`" + `; docs/decisions/authentication.md says how the second factor is made.`,
		Example: `  lvs user add ann --stack prod --email ann@example.com --group admins
  pass show cloud/ben | lvs user add ben --email ben@example.com --group family --display-name "Ben B."`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			u.Name = args[0]
			return a.addUser(cmd.Context(), u)
		},
	}
	f := cmd.Flags()
	f.StringVar(&u.Email, "email", "", "mail address (required)")
	f.StringArrayVar(&u.Groups, "group", nil, "`group` that the user is in (required; can be repeated)")
	f.StringVar(&u.DisplayName, "display-name", "", "what the user is called (default: NAME)")
	return cmd
}

func (a *app) addUser(ctx context.Context, u authentication.User) error {
	s, err := a.openStack()
	if err != nil {
		return err
	}
	// What will be refused is refused before the password is asked for.
	if err := u.Check(); err != nil {
		return usageError{err}
	}
	password, err := readPassword(ctx, os.Stdin, a.progress)
	if err != nil {
		return err
	}
	salt := make([]byte, authentication.SaltLength)
	if _, err := rand.Read(salt); err != nil {
		return fmt.Errorf("salt: %w", err)
	}
	if u.PasswordHash, err = authentication.Hash(password, salt); err != nil {
		return err
	}
	command := setUser(s, u)
	if a.output == formatJSON {
		return a.writeJSON(struct {
			Stack        string `json:"stack"`
			Name         string `json:"name"`
			PasswordHash string `json:"passwordHash"`
			Command      string `json:"command"`
		}{s.name, u.Name, u.PasswordHash, command})
	}
	_, err = fmt.Fprintf(a.out, "The hash of the password is\n\n  %s\n\nThis adds %s to the secrets of the stack %s:\n\n  %s\n", u.PasswordHash, u.Name, s.name, command)
	return err
}

// plainKey is a name that needs no quotes in a path of Pulumi's.
var plainKey = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

// setUser is the command that adds a user to the secrets. Every value is encrypted by itself.
// Source: https://www.pulumi.com/docs/iac/cli/commands/pulumi_config_set-all/
func setUser(s *stack, u authentication.User) string {
	path := s.project + ":secrets.users." + u.Name
	if !plainKey.MatchString(u.Name) {
		path = fmt.Sprintf("%s:secrets.users[%q]", s.project, u.Name)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "pulumi config set-all --stack %s --path", s.name)
	set := func(key, value string) {
		fmt.Fprintf(&b, " --secret %s", quote(path+key+"="+value))
	}
	set(".email", u.Email)
	if u.DisplayName != "" {
		set(".displayName", u.DisplayName)
	}
	for i, g := range u.Groups {
		set(fmt.Sprintf(".groups[%d]", i), g)
	}
	set(".passwordHash", u.PasswordHash)
	return b.String()
}

// quote makes one word of a text, for a shell.
func quote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
