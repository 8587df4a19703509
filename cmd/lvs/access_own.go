package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// ownAddressService answers with the address that a request comes from. It is Hetzner's, like the firewall that the
// address is then written into, so nobody new is trusted.
// Source: https://github.com/filiparag/hetzner_ddns, whose default it is; Hetzner does not document it.
const ownAddressService = "https://ip.hetzner.com"

const ownAddressTimeout = 10 * time.Second

// ownAddress asks a service for this machine's public IPv4 address.
//
// Errors: no answer, or anything else than one public IPv4 address.
func ownAddress(ctx context.Context, service string) (netip.Prefix, error) {
	ctx, cancel := context.WithTimeout(ctx, ownAddressTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, service, nil)
	if err != nil {
		return netip.Prefix{}, err
	}
	req.Header.Set("User-Agent", "curl") // a browser may be answered with a page
	client := &http.Client{Transport: &http.Transport{
		// SSH takes no proxy either.
		Proxy: nil,
		// A machine with both would be seen with its IPv6 address.
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp4", address)
		},
	}}
	resp, err := client.Do(req)
	if err != nil {
		return netip.Prefix{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 100))
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%s: %w", service, err)
	}
	addr, err := netip.ParseAddr(strings.TrimSpace(string(text)))
	if err != nil || resp.StatusCode != http.StatusOK || !addr.Is4() || !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return netip.Prefix{}, fmt.Errorf("%s: got %s and %.40q, want a public IPv4 address", service, resp.Status, text)
	}
	return netip.PrefixFrom(addr, addr.BitLen()), nil
}
