package hetzner

import (
	"fmt"
	"net/http"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// apiError is an error as Hetzner words it: a code that clients branch on, a message for people
// and, for invalid input, the fields at fault.
type apiError struct {
	code    hcloud.ErrorCode
	message string
	fields  map[string]string // field name to what is wrong with it
}

// Codes that hcloud-go has no constant for.
const codeMethodNotAllowed hcloud.ErrorCode = "method_not_allowed"

func (e *apiError) Error() string { return fmt.Sprintf("%s (%s)", e.message, e.code) }

// status is the HTTP status that carries the code. Clients branch on the code alone.
func (e *apiError) status() int {
	switch e.code {
	case hcloud.ErrorCodeJSONError:
		return http.StatusBadRequest
	case hcloud.ErrorCodeUnauthorized:
		return http.StatusUnauthorized
	case hcloud.ErrorCodeForbidden, hcloud.ErrorCodeTokenReadonly, hcloud.ErrorCodeResourceLimitExceeded:
		return http.StatusForbidden
	case hcloud.ErrorCodeNotFound:
		return http.StatusNotFound
	case codeMethodNotAllowed:
		return http.StatusMethodNotAllowed
	case hcloud.ErrorCodeConflict, hcloud.ErrorCodeUniquenessError:
		return http.StatusConflict
	case hcloud.ErrorDeprecatedAPIEndpoint:
		return http.StatusGone
	case hcloud.ErrorCodeResourceUnavailable:
		return http.StatusPreconditionFailed
	case hcloud.ErrorCodeLocked, hcloud.ErrorCodeProtected:
		return http.StatusLocked
	case hcloud.ErrorCodeRateLimitExceeded:
		return http.StatusTooManyRequests
	case hcloud.ErrorCodeServerError:
		return http.StatusInternalServerError
	case hcloud.ErrorCodeBadGateway:
		return http.StatusBadGateway
	case hcloud.ErrorCodeMaintenance:
		return http.StatusServiceUnavailable
	case hcloud.ErrorCodeTimeout:
		return http.StatusGatewayTimeout
	default: // refusals of requests that are well formed
		return http.StatusUnprocessableEntity
	}
}

// body is Hetzner's error envelope.
func (e *apiError) body() any {
	inner := map[string]any{"code": e.code, "message": e.message, "details": nil}
	if e.fields != nil {
		fields := make([]map[string]any, 0, len(e.fields))
		for _, name := range sortedKeys(e.fields) {
			fields = append(fields, map[string]any{"name": name, "messages": []string{e.fields[name]}})
		}
		inner["details"] = map[string]any{"fields": fields}
	}
	return map[string]any{"error": inner}
}

// refuse is an error with a code.
func refuse(code hcloud.ErrorCode, format string, args ...any) *apiError {
	return &apiError{code: code, message: fmt.Sprintf(format, args...)}
}

// invalid is invalid_input for one field.
func invalid(field, format string, args ...any) *apiError {
	text := fmt.Sprintf(format, args...)
	return &apiError{
		code:    hcloud.ErrorCodeInvalidInput,
		message: fmt.Sprintf("invalid input in field '%s'", field),
		fields:  map[string]string{field: text},
	}
}

func notFound(noun string, id any) *apiError {
	return refuse(hcloud.ErrorCodeNotFound, "%s with ID '%v' not found", noun, id)
}

func notUnique(noun, field string) *apiError {
	return &apiError{
		code:    hcloud.ErrorCodeUniquenessError,
		message: fmt.Sprintf("%s %s is already used", noun, field),
		fields:  map[string]string{field: "is already used"},
	}
}
