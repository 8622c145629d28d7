package kafka

import (
	"errors"

	"github.com/IBM/sarama"
	"github.com/xdg-go/scram"
)

// scramLogin is one SCRAM conversation, as sarama's interface.
type scramLogin struct {
	hash         scram.HashGeneratorFcn
	conversation *scram.ClientConversation
}

func newScram(hash scram.HashGeneratorFcn) func() sarama.SCRAMClient {
	return func() sarama.SCRAMClient { return &scramLogin{hash: hash} }
}

func (l *scramLogin) Begin(user, password, authzID string) error {
	client, err := l.hash.NewClient(user, password, authzID)
	if err != nil {
		return errors.New("the user or the password has a character that SCRAM does not allow") // the cause quotes it
	}
	l.conversation = client.NewConversation()
	return nil
}

func (l *scramLogin) Step(challenge string) (string, error) { return l.conversation.Step(challenge) }

func (l *scramLogin) Done() bool { return l.conversation.Done() }
