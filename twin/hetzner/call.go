package hetzner

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

// call is one request while it is handled, under the store's lock.
type call struct {
	e     *Emulator
	p     *project
	r     *http.Request
	query url.Values
	body  []byte
	fault *armedFault // set when it decides the fate of this call's action
	jobs  []job       // started once the reply is stored
}

// reply is what a handler answers.
type reply struct {
	status int
	body   any
}

func ok(body any) (reply, error)      { return reply{http.StatusOK, body}, nil }
func created(body any) (reply, error) { return reply{http.StatusCreated, body}, nil }
func noContent() (reply, error)       { return reply{http.StatusNoContent, nil}, nil }
func fail(err error) (reply, error)   { return reply{}, err }
func acted(a *action) (reply, error) {
	return created(schema.ActionGetResponse{Action: a.Action})
}

const maxBody = 1 << 20

// decode reads the body strictly: what the API does not know, it refuses.
func (c *call) decode(into any) error {
	if len(bytes.TrimSpace(c.body)) == 0 {
		return refuse(hcloud.ErrorCodeJSONError, "unable to parse request body: it is empty")
	}
	return decodeStrict(c.body, into)
}

// nothing demands an empty body or an empty object.
func (c *call) nothing() error {
	if len(bytes.TrimSpace(c.body)) == 0 {
		return nil
	}
	return decodeStrict(c.body, &struct{}{})
}

func decodeStrict(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		var typed *json.UnmarshalTypeError
		if errors.As(err, &typed) {
			return invalid(typed.Field, "must not be of type %s", typed.Value)
		}
		if _, name, found := strings.Cut(err.Error(), "unknown field "); found {
			if unquoted, err := strconv.Unquote(name); err == nil {
				name = unquoted
			}
			return invalid(name, "unknown field")
		}
		return refuse(hcloud.ErrorCodeJSONError, "unable to parse request body: %v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return refuse(hcloud.ErrorCodeJSONError, "unable to parse request body: more than one value")
	}
	return nil
}

// id is the numeric id in the path.
func (c *call) id(noun string) (int64, error) {
	raw := c.r.PathValue("id")
	id, err := strconv.ParseInt(raw, 10, 64)
	if err != nil || id <= 0 {
		return 0, notFound(noun, raw)
	}
	return id, nil
}

// changeLabels checks and takes over new labels; nil changes nothing.
func changeLabels(current *map[string]string, wanted *map[string]string) error {
	if wanted == nil {
		return nil
	}
	if err := checkLabels(*wanted); err != nil {
		return err
	}
	*current = *wanted
	return nil
}

// givenLabels is the labels of a creation, never nil.
func givenLabels(wanted *map[string]string) (map[string]string, error) {
	labels := map[string]string{}
	if wanted != nil && *wanted != nil {
		labels = *wanted
	}
	return labels, checkLabels(labels)
}
