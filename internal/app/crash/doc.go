// Package crash is tests alone: the real program, in processes of its own, is killed, frozen and stopped at chosen
// calls of its Store and its Clusters, and another process takes over. The parent owns the world (Slack, Kafka, the
// database file); what it finds at the end it sees through Slack's protocol, in Kafka's offsets and request counts,
// and in the audit.
//
// The test binary runs itself again as the bot (child_test.go). The product holds nothing that serves this: the calls
// are watched from outside, by a wrapped Store and a wrapped Cluster (points_test.go).
package crash
