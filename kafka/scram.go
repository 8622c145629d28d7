package kafka

import (
	"errors"

	"github.com/IBM/sarama"
	"github.com/xdg-go/scram"
)

// login is one SCRAM conversation, in the shape that sarama asks for.
type login struct {
	hash scram.HashGeneratorFcn
	talk *scram.ClientConversation
}

func newScram(mechanism string) func() sarama.SCRAMClient {
	hash := scram.SHA256
	if mechanism == sarama.SASLTypeSCRAMSHA512 {
		hash = scram.SHA512
	}
	return func() sarama.SCRAMClient { return &login{hash: hash} }
}

func (l *login) Begin(user, password, authzID string) error {
	client, err := l.hash.NewClient(user, password, authzID)
	if err != nil {
		return errors.New("the user or the password has a character that SCRAM does not allow") // the cause quotes it
	}
	l.talk = client.NewConversation()
	return nil
}

func (l *login) Step(challenge string) (string, error) { return l.talk.Step(challenge) }

func (l *login) Done() bool { return l.talk.Done() }
