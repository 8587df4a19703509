package hetzner

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// Hetzner's limit per project: 3600 calls, refilled by one a second.
const (
	rateLimit  = 3600
	refillRate = 1.0 // calls per second
)

// limiter is a bucket of calls per token.
type limiter struct {
	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	calls float64
	seen  time.Time
}

// take spends one call and writes the rate limit headers.
// Errors: rate_limit_exceeded when the bucket is empty.
func (l *limiter) take(header http.Header, token string, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buckets == nil {
		l.buckets = map[string]*bucket{}
	}
	b := l.buckets[token]
	if b == nil {
		b = &bucket{calls: rateLimit, seen: now}
		l.buckets[token] = b
	}
	b.calls = min(rateLimit, b.calls+now.Sub(b.seen).Seconds()*refillRate)
	b.seen = now
	exceeded := b.calls < 1
	if !exceeded {
		b.calls--
	}
	full := now.Add(time.Duration((rateLimit - b.calls) / refillRate * float64(time.Second)))
	header.Set("RateLimit-Limit", strconv.Itoa(rateLimit))
	header.Set("RateLimit-Remaining", strconv.Itoa(int(b.calls)))
	header.Set("RateLimit-Reset", strconv.FormatInt(full.Unix(), 10))
	if exceeded {
		return refuse(hcloud.ErrorCodeRateLimitExceeded, "limit of %d requests per hour reached", rateLimit)
	}
	return nil
}
