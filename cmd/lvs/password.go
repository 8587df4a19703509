package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"
)

// shortestPassword is the fewest characters of a password.
const shortestPassword = 12

// readPassword reads a password: twice and unseen from a terminal, or else the first line.
//
// Errors: two that differ; one that is too short, or that a form in a browser could not hold. None shows it.
func readPassword(ctx context.Context, in *os.File, ask io.Writer) (string, error) {
	var password string
	var err error
	if fd := int(in.Fd()); term.IsTerminal(fd) {
		password, err = askTwice(func(question string) (string, error) { return askUnseen(ctx, fd, ask, question) })
	} else {
		password, err = bufio.NewReader(in).ReadString('\n')
		password = strings.TrimRight(password, "\r\n")
		if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err != nil {
		return "", fmt.Errorf("password: %w", err)
	}
	switch length := utf8.RuneCountInString(password); {
	case length < shortestPassword:
		return "", fmt.Errorf("password: got %d characters, want at least %d", length, shortestPassword)
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		return "", errors.New("password: got characters that cannot be typed, want text")
	}
	return password, nil
}

func askTwice(read func(question string) (string, error)) (string, error) {
	first, err := read("Password: ")
	if err != nil {
		return "", err
	}
	second, err := read("Password again: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", errors.New("got two that differ, want the same twice")
	}
	return first, nil
}

// askUnseen reads a line that the terminal does not show. When it is interrupted, the terminal is put back as it was.
func askUnseen(ctx context.Context, fd int, ask io.Writer, question string) (string, error) {
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	if _, err := fmt.Fprint(ask, question); err != nil {
		return "", err
	}
	type answer struct {
		line []byte
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		line, err := term.ReadPassword(fd)
		answers <- answer{line, err}
	}()
	defer fmt.Fprintln(ask)
	select {
	case a := <-answers:
		return string(a.line), a.err
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(fd, before))
	}
}
