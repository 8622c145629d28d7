package config

import (
	"fmt"
	"log/slog"
)

// Secret is a token or a password. Whatever prints it prints <secret>; only
// Reveal opens it.
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

// Empty says whether there is nothing to reveal.
func (s Secret) Empty() bool { return s.Reveal() == "" }

// Format is every verb of fmt.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// String is for those who ask for it directly.
func (Secret) String() string { return hidden }

// MarshalText is JSON's, XML's and flag's way of asking.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// MarshalYAML is YAML's.
func (Secret) MarshalYAML() (any, error) { return hidden, nil }

// LogValue is slog's.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }
