package kafka

import (
	"maps"
	"slices"

	"github.com/IBM/sarama"
	"github.com/xdg-go/scram"
)

// SASL is a login; without a mechanism there is none.
type SASL struct {
	Mechanism string // one of Mechanisms
	User      string
	Password  string
}

// String hides the password from every %v.
func (s SASL) String() string { return s.Mechanism + " " + s.User }

// GoString hides it from %#v.
func (s SASL) GoString() string { return s.String() }

// logins are the mechanisms, each with what sarama needs beside user and password. sarama sends the password as it is
// for a mechanism that it does not know, so one that is missing here must not get so far: package app compares this
// table with what the configuration allows.
var logins = map[string]func(*sarama.Config){
	sarama.SASLTypePlaintext:   func(*sarama.Config) {},
	sarama.SASLTypeSCRAMSHA256: func(s *sarama.Config) { s.Net.SASL.SCRAMClientGeneratorFunc = newScram(scram.SHA256) },
	sarama.SASLTypeSCRAMSHA512: func(s *sarama.Config) { s.Net.SASL.SCRAMClientGeneratorFunc = newScram(scram.SHA512) },
}

// Mechanisms are the logins that Open knows, in order.
func Mechanisms() []string { return slices.Sorted(maps.Keys(logins)) }

// logIn sets up the login. An unknown mechanism leaves sarama one that no broker takes, and no password.
func (s SASL) logIn(to *sarama.Config) {
	if s.Mechanism == "" {
		return
	}
	to.Net.SASL.Enable, to.Net.SASL.Mechanism = true, sarama.SASLMechanism(s.Mechanism)
	if set, known := logins[s.Mechanism]; known {
		to.Net.SASL.User, to.Net.SASL.Password = s.User, s.Password
		set(to)
	}
}
