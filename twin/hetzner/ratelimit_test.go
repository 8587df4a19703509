package hetzner

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// TestRateLimit spends an hour's calls at one instant and gets one back a second later.
func TestRateLimit(t *testing.T) {
	var l limiter
	now, header := time.Unix(1_700_000_000, 0), http.Header{}
	for range rateLimit {
		if err := l.take(header, "a", now); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"RateLimit-Limit": "3600", "RateLimit-Remaining": "0", "RateLimit-Reset": "1700003600"} {
		if got := header.Get(name); got != want {
			t.Fatalf("%s: got %s, want %s", name, got, want)
		}
	}
	var refusal *apiError
	if err := l.take(header, "a", now); !errors.As(err, &refusal) || refusal.code != hcloud.ErrorCodeRateLimitExceeded {
		t.Fatalf("call 3601: got %v, want rate_limit_exceeded", err)
	}
	if err := l.take(header, "b", now); err != nil {
		t.Fatalf("another project: %v", err)
	}
	if err := l.take(header, "a", now.Add(time.Second)); err != nil {
		t.Fatalf("a second later: %v", err)
	}
}
