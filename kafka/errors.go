package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/IBM/sarama"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// retriableError is an answer that says "ask again": a coordinator that loads or has moved, an offset inside a
// transaction.
type retriableError struct {
	addr string
	why  string
}

func (e *retriableError) Error() string { return fmt.Sprintf("broker %s: %s", e.addr, e.why) }

// pauses between tries, after which the answer is taken as final: five tries in a second and a half.
var pauses = []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond,
	800 * time.Millisecond}

// retryUntilReady calls f again as long as it says retriableError, within a bound; after that the error is returned.
func retryUntilReady[T any](ctx context.Context, c *Cluster, group string, f func() (T, error)) (T, error) {
	for try := 0; ; try++ {
		v, err := f()
		var wait *retriableError
		if !errors.As(err, &wait) {
			return v, err
		}
		c.log.Debug("kafka says not yet", "cluster", c.name, "group", group, "try", try+1, "err", wait)
		if try == len(pauses) {
			return v, reset.IncompleteProblem(c.name, wait.Error()).On(c.name, group)
		}
		if err := pause(ctx, pauses[try]); err != nil {
			return v, err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// groupError is the error for an error code about a whole group; nil for none.
func (c *Cluster) groupError(addr, group string, code sarama.KError) error {
	switch code {
	case sarama.ErrNoError: // sarama reports success as a non-nil error value
		return nil
	case sarama.ErrOffsetsLoadInProgress, sarama.ErrConsumerCoordinatorNotAvailable,
		sarama.ErrNotCoordinatorForConsumer, sarama.ErrUnstableOffsetCommit, sarama.ErrRequestTimedOut:
		return &retriableError{addr, name(code)}
	}
	return reset.UnreadGroupProblem(c.name, group, name(code))
}

// lost is the error when one broker did not answer. A broker that refuses the connection may have just gone down, and
// another takes over soon, so it is retriable; a silent one has already used the time of all tries.
func (c *Cluster) lost(ctx context.Context, addr string, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errNoAnswer):
		return reset.IncompleteProblem(c.name, fmt.Sprintf("broker %s: %s", addr, cause(err)))
	}
	return &retriableError{addr, cause(err)}
}

func (c *Cluster) unreachable(tried []string, errs []error) error {
	var causes []string
	for _, err := range errs {
		if s := cause(err); !slices.Contains(causes, s) {
			causes = append(causes, s)
		}
	}
	return reset.UnreachableProblem(c.name, tried, strings.Join(causes, "; "))
}

// cause is an error in a few words: without the addresses, which are reported beside it, and with Kafka's own names.
func cause(err error) string {
	if errors.Is(err, sarama.ErrSASLAuthenticationFailed) { // sarama wraps this one where errors.As can't see it
		return name(sarama.ErrSASLAuthenticationFailed)
	}
	var code sarama.KError
	if errors.As(err, &code) {
		return name(code)
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return op.Err.Error()
	}
	return err.Error()
}

// clean takes the password out of an error, in case a library or a broker quotes it.
func (c *Cluster) clean(err error) error {
	if err == nil || c.password == "" || !strings.Contains(err.Error(), c.password) {
		return err
	}
	return errors.New(strings.ReplaceAll(err.Error(), c.password, "<secret>"))
}

// name is Kafka's own constant for an error code, as in its documentation.
func name(code sarama.KError) string {
	if i := int(code) + 1; i >= 0 && i < len(names) {
		return names[i]
	}
	return "error code " + strconv.Itoa(int(code))
}

// names in the order of their codes, from -1. Source: the list of error codes in Kafka's protocol guide.
var names = strings.Fields(`
UNKNOWN_SERVER_ERROR NONE OFFSET_OUT_OF_RANGE CORRUPT_MESSAGE UNKNOWN_TOPIC_OR_PARTITION INVALID_FETCH_SIZE
LEADER_NOT_AVAILABLE NOT_LEADER_OR_FOLLOWER REQUEST_TIMED_OUT BROKER_NOT_AVAILABLE REPLICA_NOT_AVAILABLE
MESSAGE_TOO_LARGE STALE_CONTROLLER_EPOCH OFFSET_METADATA_TOO_LARGE NETWORK_EXCEPTION COORDINATOR_LOAD_IN_PROGRESS
COORDINATOR_NOT_AVAILABLE NOT_COORDINATOR INVALID_TOPIC_EXCEPTION RECORD_LIST_TOO_LARGE NOT_ENOUGH_REPLICAS
NOT_ENOUGH_REPLICAS_AFTER_APPEND INVALID_REQUIRED_ACKS ILLEGAL_GENERATION INCONSISTENT_GROUP_PROTOCOL INVALID_GROUP_ID
UNKNOWN_MEMBER_ID INVALID_SESSION_TIMEOUT REBALANCE_IN_PROGRESS INVALID_COMMIT_OFFSET_SIZE TOPIC_AUTHORIZATION_FAILED
GROUP_AUTHORIZATION_FAILED CLUSTER_AUTHORIZATION_FAILED INVALID_TIMESTAMP UNSUPPORTED_SASL_MECHANISM ILLEGAL_SASL_STATE
UNSUPPORTED_VERSION TOPIC_ALREADY_EXISTS INVALID_PARTITIONS INVALID_REPLICATION_FACTOR INVALID_REPLICA_ASSIGNMENT
INVALID_CONFIG NOT_CONTROLLER INVALID_REQUEST UNSUPPORTED_FOR_MESSAGE_FORMAT POLICY_VIOLATION
OUT_OF_ORDER_SEQUENCE_NUMBER DUPLICATE_SEQUENCE_NUMBER INVALID_PRODUCER_EPOCH INVALID_TXN_STATE
INVALID_PRODUCER_ID_MAPPING INVALID_TRANSACTION_TIMEOUT CONCURRENT_TRANSACTIONS TRANSACTION_COORDINATOR_FENCED
TRANSACTIONAL_ID_AUTHORIZATION_FAILED SECURITY_DISABLED OPERATION_NOT_ATTEMPTED KAFKA_STORAGE_ERROR LOG_DIR_NOT_FOUND
SASL_AUTHENTICATION_FAILED UNKNOWN_PRODUCER_ID REASSIGNMENT_IN_PROGRESS DELEGATION_TOKEN_AUTH_DISABLED
DELEGATION_TOKEN_NOT_FOUND DELEGATION_TOKEN_OWNER_MISMATCH DELEGATION_TOKEN_REQUEST_NOT_ALLOWED
DELEGATION_TOKEN_AUTHORIZATION_FAILED DELEGATION_TOKEN_EXPIRED INVALID_PRINCIPAL_TYPE NON_EMPTY_GROUP
GROUP_ID_NOT_FOUND FETCH_SESSION_ID_NOT_FOUND INVALID_FETCH_SESSION_EPOCH LISTENER_NOT_FOUND TOPIC_DELETION_DISABLED
FENCED_LEADER_EPOCH UNKNOWN_LEADER_EPOCH UNSUPPORTED_COMPRESSION_TYPE STALE_BROKER_EPOCH OFFSET_NOT_AVAILABLE
MEMBER_ID_REQUIRED PREFERRED_LEADER_NOT_AVAILABLE GROUP_MAX_SIZE_REACHED FENCED_INSTANCE_ID
ELIGIBLE_LEADERS_NOT_AVAILABLE ELECTION_NOT_NEEDED NO_REASSIGNMENT_IN_PROGRESS GROUP_SUBSCRIBED_TO_TOPIC INVALID_RECORD
UNSTABLE_OFFSET_COMMIT THROTTLING_QUOTA_EXCEEDED PRODUCER_FENCED RESOURCE_NOT_FOUND DUPLICATE_RESOURCE
UNACCEPTABLE_CREDENTIAL INCONSISTENT_VOTER_SET INVALID_UPDATE_VERSION FEATURE_UPDATE_FAILED
PRINCIPAL_DESERIALIZATION_FAILURE SNAPSHOT_NOT_FOUND POSITION_OUT_OF_RANGE UNKNOWN_TOPIC_ID
DUPLICATE_BROKER_REGISTRATION BROKER_ID_NOT_REGISTERED INCONSISTENT_TOPIC_ID INCONSISTENT_CLUSTER_ID
TRANSACTIONAL_ID_NOT_FOUND FETCH_SESSION_TOPIC_ID_ERROR INELIGIBLE_REPLICA NEW_LEADER_ELECTED
OFFSET_MOVED_TO_TIERED_STORAGE FENCED_MEMBER_EPOCH UNRELEASED_INSTANCE_ID UNSUPPORTED_ASSIGNOR STALE_MEMBER_EPOCH
`)
