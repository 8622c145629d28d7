package kafkasim

import (
	"encoding/binary"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Where kfake (2026-09-18) is kinder than Apache Kafka 4.3 in a way that would
// flatter a tool that resets offsets, this file makes it as strict:
//
//   - a commit from outside to a KIP-848 group that has members answers
//     UNKNOWN_MEMBER_ID (kfake: UNSUPPORTED_VERSION, or success if all of them
//     are static members that left): ConsumerGroup.validateOffsetCommit
//   - a commit whose records exceed the offsets topic's max.message.bytes answers
//     UNKNOWN_SERVER_ERROR everywhere and writes nothing (kfake: no limit)
//   - metadata over offset.metadata.max.bytes answers OFFSET_METADATA_TOO_LARGE
//   - deleting the commits of an unknown topic answers UNKNOWN_TOPIC_OR_PARTITION
//     (kfake: success), of an active KIP-848 group GROUP_SUBSCRIBED_TO_TOPIC on each
//     partition (kfake: NON_EMPTY_GROUP or GROUP_ID_NOT_FOUND for the group)
//   - reading the commits of an unknown group answers none (kfake: GROUP_ID_NOT_FOUND)
//   - classic DescribeGroups of a KIP-848 group answers Dead without members, from
//     v6 on GROUP_ID_NOT_FOUND (kfake: its state without members)
//   - a partition without a leader is led by -1 (kfake: by 0), and a member's host
//     is written "/10.4.7.21" (kfake: address and port)
//
// What remains different, and is proved against Apache Kafka instead: there are no streams groups; commits never
// outlive their topic; retention deletes at once instead of leaving files that later mislead ListOffsets; commits do
// not expire in a test's lifetime; COORDINATOR_LOAD_IN_PROGRESS never comes by itself (use Fail); a KIP-848 static
// member that left with epoch -2 stays for ever and its group says Empty (the simulator's own static consumers just
// fall silent, which looks as on Kafka); a classic member that joins a KIP-848 group does not convert it; an active
// KIP-848 group refuses to delete the commits of a topic that no member subscribes to.

// Limits of Apache Kafka's defaults. The bytes of a commit's record beside its
// two names and its metadata were measured on 4.3.1.
const (
	maxCommitBytes   = 1_048_588
	maxMetadataBytes = 4096
	commitOverhead   = 51
)

// observe watches requests on their way into kfake. It answers none of them: it
// notes what type a group's members make it, and puts a fault of its own in the
// way of what Kafka would refuse.
func (s *Sim) observe() {
	watch := func(key kmsg.Key, see func(kmsg.Request)) {
		s.kafka.ControlKey(int16(key), func(r kmsg.Request) (kmsg.Response, error, bool) {
			see(r)
			return nil, nil, false
		})
	}
	watch(kmsg.JoinGroup, func(r kmsg.Request) { s.setType(r.(*kmsg.JoinGroupRequest).Group, "classic") })
	watch(kmsg.ConsumerGroupHeartbeat,
		func(r kmsg.Request) { s.setType(r.(*kmsg.ConsumerGroupHeartbeatRequest).Group, "consumer") })
	watch(kmsg.ShareGroupHeartbeat, func(r kmsg.Request) {
		s.setType(r.(*kmsg.ShareGroupHeartbeatRequest).GroupID, "share")
	})
	watch(kmsg.DeleteGroups, func(r kmsg.Request) {
		for _, g := range r.(*kmsg.DeleteGroupsRequest).Groups {
			s.setType(g, "")
		}
	})
	watch(kmsg.OffsetCommit, func(r kmsg.Request) { s.refuse(s.commitFaults(r.(*kmsg.OffsetCommitRequest))) })
	watch(kmsg.OffsetDelete, func(r kmsg.Request) { s.refuse(s.deleteFaults(r.(*kmsg.OffsetDeleteRequest))) })
}

func (s *Sim) setType(group, typ string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.types[group] = typ
}

func (s *Sim) typeOf(group string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.types[group]
}

// refuse holds for the request under way only: a fault that another one
// overtook would otherwise hit a later request.
func (s *Sim) refuse(faults []kfake.Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.strict != nil {
		s.strict.Remove()
		s.strict = nil
	}
	if len(faults) > 0 {
		s.strict = s.kafka.Fault(faults...)
	}
}

func (s *Sim) commitFaults(r *kmsg.OffsetCommitRequest) []kfake.Fault {
	fault := kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Group: r.Group}
	if g := s.kafka.GroupInfo(r.Group); r.MemberID == "" && s.typeOf(r.Group) == "consumer" && g != nil &&
		len(g.Members) > 0 {
		fault.Err = kerr.UnknownMemberID
		return []kfake.Fault{fault}
	}
	var out []kfake.Fault
	bytes := 0
	for _, t := range r.Topics {
		for _, p := range t.Partitions {
			metadata := 0
			if p.Metadata != nil {
				metadata = len(*p.Metadata)
			}
			if metadata > maxMetadataBytes {
				f := fault
				f.Topic, f.TopicID, f.Partitions, f.Err = t.Topic, t.TopicID, []int32{p.Partition},
					kerr.OffsetMetadataTooLarge
				out = append(out, f)
				continue
			}
			bytes += commitOverhead + len(r.Group) + len(t.Topic) + metadata
		}
	}
	if bytes > maxCommitBytes {
		fault.Err = kerr.UnknownServerError
		return []kfake.Fault{fault}
	}
	return out
}

func (s *Sim) deleteFaults(r *kmsg.OffsetDeleteRequest) []kfake.Fault {
	var out []kfake.Fault
	for _, t := range r.Topics {
		if s.kafka.TopicInfo(t.Topic) == nil {
			out = append(out, kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetDelete}, Group: r.Group, Topic: t.Topic,
				Err: kerr.UnknownTopicOrPartition})
		}
	}
	return out
}

// correct rewrites an answer of kfake's into Kafka's.
func (s *Sim) correct(req *request, answer []byte) []byte {
	switch kmsg.Key(req.key) {
	case kmsg.OffsetFetch, kmsg.OffsetDelete, kmsg.DescribeGroups, kmsg.Metadata:
	default:
		return answer
	}
	kreq, kresp, err := req.parse()
	if err != nil {
		return answer
	}
	header := 8 // size and correlation id
	if kresp.IsFlexible() {
		header++ // no tags
	}
	if err := kresp.ReadFrom(answer[header:]); err != nil {
		return answer
	}
	switch r := kresp.(type) {
	case *kmsg.OffsetFetchResponse:
		s.correctFetch(kreq.(*kmsg.OffsetFetchRequest), r)
	case *kmsg.OffsetDeleteResponse:
		s.correctDelete(kreq.(*kmsg.OffsetDeleteRequest), r)
	case *kmsg.DescribeGroupsResponse:
		s.correctDescribe(r)
	case *kmsg.MetadataResponse:
		correctLeaders(r)
	}
	out := kresp.AppendTo(append([]byte(nil), answer[:header]...))
	binary.BigEndian.PutUint32(out, uint32(len(out)-4))
	return out
}

func (s *Sim) correctFetch(req *kmsg.OffsetFetchRequest, r *kmsg.OffsetFetchResponse) {
	missing := func(code int16, group string) bool {
		return code == kerr.GroupIDNotFound.Code && s.typeOf(group) != "share"
	}
	if req.Version <= 7 && missing(r.ErrorCode, req.Group) {
		r.ErrorCode = 0
		for _, t := range req.Topics {
			rt := kmsg.OffsetFetchResponseTopic{Topic: t.Topic}
			for _, p := range t.Partitions {
				rt.Partitions = append(rt.Partitions,
					kmsg.OffsetFetchResponseTopicPartition{Partition: p, Offset: -1, LeaderEpoch: -1,
						Metadata: new(string)})
			}
			r.Topics = append(r.Topics, rt)
		}
	}
	for i := range r.Groups {
		g, asked := &r.Groups[i], req.Groups[i]
		if !missing(g.ErrorCode, g.Group) || asked.MemberID != nil {
			continue
		}
		g.ErrorCode = 0
		for _, t := range asked.Topics {
			rt := kmsg.OffsetFetchResponseGroupTopic{Topic: t.Topic, TopicID: t.TopicID}
			for _, p := range t.Partitions {
				rt.Partitions = append(rt.Partitions,
					kmsg.OffsetFetchResponseGroupTopicPartition{Partition: p, Offset: -1, LeaderEpoch: -1,
						Metadata: new(string)})
			}
			g.Topics = append(g.Topics, rt)
		}
	}
}

func (s *Sim) correctDelete(req *kmsg.OffsetDeleteRequest, r *kmsg.OffsetDeleteResponse) {
	refused := r.ErrorCode == kerr.NonEmptyGroup.Code || r.ErrorCode == kerr.GroupIDNotFound.Code
	if !refused || s.typeOf(req.Group) != "consumer" {
		return
	}
	r.ErrorCode = 0
	for _, t := range req.Topics {
		rt := kmsg.OffsetDeleteResponseTopic{Topic: t.Topic}
		for _, p := range t.Partitions {
			rt.Partitions = append(rt.Partitions,
				kmsg.OffsetDeleteResponseTopicPartition{Partition: p.Partition,
					ErrorCode: kerr.GroupSubscribedToTopic.Code})
		}
		r.Topics = append(r.Topics, rt)
	}
}

func (s *Sim) correctDescribe(r *kmsg.DescribeGroupsResponse) {
	for i := range r.Groups {
		g := &r.Groups[i]
		if typ := s.typeOf(g.Group); g.ErrorCode != 0 || typ != "consumer" && typ != "share" {
			continue
		}
		g.State, g.ProtocolType, g.Protocol, g.Members = "Dead", "", "", nil
		if r.Version >= 6 {
			g.ErrorCode = kerr.GroupIDNotFound.Code
		}
	}
}

func correctLeaders(r *kmsg.MetadataResponse) {
	for i := range r.Topics {
		for j := range r.Topics[i].Partitions {
			if p := &r.Topics[i].Partitions[j]; p.ErrorCode == kerr.LeaderNotAvailable.Code {
				p.Leader = -1
			}
		}
	}
}
