package config

import (
	"fmt"
	"log/slog"
)

// Secret is a token or a password. It prints as <secret>; only Reveal returns it.
type Secret struct {
	// behind a pointer: fmt calls no method of an unexported field, but prints no more than an address either
	value *string
}

const hidden = "<secret>"

// NewSecret hides text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal is the text itself; "" if it was never set.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Empty reports whether there is no secret.
func (s Secret) Empty() bool { return s.Reveal() == "" }

// Format is every verb of fmt.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// String is for direct callers.
func (Secret) String() string { return hidden }

// MarshalText is called by JSON, XML and flag.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// MarshalYAML is YAML's.
func (Secret) MarshalYAML() (any, error) { return hidden, nil }

// LogValue is slog's.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }
