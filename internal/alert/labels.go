package alert

import (
	"maps"
	"strings"
	"unicode"
)

// Labels are further names of labels, besides those that are known. A label that names something else in the alerts
// of this house makes the form name a wrong group.
type Labels struct{ Group, Topic, Partition, Cluster []string }

// class is what a label's value names.
type class int

const (
	group class = iota
	topic
	partition
	cluster
	offset
)

// The ranks of names: the most specific one of a class wins.
const (
	inSentence = 0
	bareLabel  = 1 // `cluster` is mostly Kubernetes'
	label      = 2
	original   = 3 // of a message in a dead letter topic: where it came from
	clusterID  = 4
	kafkaID    = 5
	ownLabel   = 9 // of this house's configuration
)

// meaning is what a label says of its value.
type meaning struct {
	class   class
	rank    int
	certain bool // it names this whatever word is before it; `group` is also a security group
	plural  bool
}

type labelTable map[string]meaning

// known are the labels that are read, in words: "consumerGroup", "consumer_group" and "Consumer group" are one.
// Where they were seen: danielqsj/kafka_exporter and Strimzi (consumergroup, strimzi_io_cluster), kafka-lag-exporter
// (group, cluster_name), kminion (group_id, topic_name, partition_id), Datadog (consumer_group, kafka_cluster,
// kafka_cluster_id), Confluent Cloud (consumer_group_id, kafka_id), New Relic (consumerGroup, clusterName), AWS
// (Consumer Group, Cluster Name), Redpanda (redpanda_...), Burrow (Group), Spring (kafka_...), KafkaJS (groupId).
var known = labelTable{
	"group": {class: group, rank: label}, "groups": {class: group, rank: label, plural: true},
	"group id": {class: group, rank: label}, "group name": {class: group, rank: label},
	"consumergroup":       {class: group, rank: label, certain: true},
	"consumergroup id":    {class: group, rank: label, certain: true},
	"consumer group":      {class: group, rank: label, certain: true},
	"consumer groups":     {class: group, rank: label, certain: true, plural: true},
	"consumer group id":   {class: group, rank: label, certain: true},
	"consumer group name": {class: group, rank: label, certain: true},
	"kafka group":         {class: group, rank: label, certain: true}, "kafka group id": {class: group, rank: label, certain: true},
	"kafka consumer group":              {class: group, rank: label, certain: true},
	"kafka consumer group id":           {class: group, rank: label, certain: true},
	"kafka consumergroup":               {class: group, rank: label, certain: true},
	"redpanda group":                    {class: group, rank: label, certain: true},
	"kafka dlt original consumer group": {class: group, rank: original, certain: true},

	"topic": {class: topic, rank: label}, "topics": {class: topic, rank: label, plural: true},
	"topic name":               {class: topic, rank: label},
	"kafka topic":              {class: topic, rank: label, certain: true},
	"kafka topics":             {class: topic, rank: label, certain: true, plural: true},
	"kafka topic name":         {class: topic, rank: label, certain: true},
	"redpanda topic":           {class: topic, rank: label, certain: true},
	"kafka received topic":     {class: topic, rank: label, certain: true},
	"kafka dlt original topic": {class: topic, rank: original, certain: true},

	"partition": {class: partition, rank: label}, "partition id": {class: partition, rank: label},
	"partitions":                   {class: partition, rank: label, plural: true},
	"kafka partition":              {class: partition, rank: label, certain: true},
	"topic partition":              {class: partition, rank: label}, // T-P, or a number
	"redpanda partition":           {class: partition, rank: label, certain: true},
	"kafka received partition":     {class: partition, rank: label, certain: true},
	"kafka received partition id":  {class: partition, rank: label, certain: true},
	"kafka dlt original partition": {class: partition, rank: original, certain: true},

	"offset": {class: offset, rank: label}, "kafka offset": {class: offset, rank: label, certain: true},
	"message offset":            {class: offset, rank: label, certain: true},
	"record offset":             {class: offset, rank: label, certain: true},
	"failed offset":             {class: offset, rank: label, certain: true},
	"kafka dlt original offset": {class: offset, rank: original, certain: true},

	"cluster":      {class: cluster, rank: bareLabel},
	"cluster name": {class: cluster, rank: original}, "msk cluster": {class: cluster, rank: original, certain: true},
	"kafka id":           {class: cluster, rank: clusterID, certain: true},
	"kafka cluster id":   {class: cluster, rank: clusterID, certain: true},
	"strimzi io cluster": {class: cluster, rank: kafkaID, certain: true},
	"strimzi cluster":    {class: cluster, rank: kafkaID, certain: true},
	"kafka cluster":      {class: cluster, rank: kafkaID, certain: true},
	"kafka cluster name": {class: cluster, rank: kafkaID, certain: true},
	"redpanda cluster":   {class: cluster, rank: kafkaID, certain: true},
}

// translated are the same labels as people write them in other languages. An offset is only read in logs.
var translated = map[class][]string{
	offset: nil,
	group: {"消费者组", "消费组", "消费群组", "消费者群组", "消費者群組", "消費者組", "コンシューマーグループ", "コンシューマグループ", "컨슈머 그룹",
		"컨슈머그룹", "소비자 그룹", "konsumentengruppe", "verbrauchergruppe", "consumer gruppe", "groupe de consommateurs",
		"groupe consommateur", "grupo de consumidores", "grupo consumidor", "gruppo di consumatori",
		"группа потребителей", "группа консьюмеров"},
	topic:     {"主题", "主題", "トピック", "토픽", "топик", "tópico", "tópicos"},
	partition: {"分区", "分區", "パーティション", "파티션", "партиция", "partición", "partição"},
	cluster:   {"kafka集群", "kafka 集群", "kafka クラスタ", "kafka クラスター", "kafka 클러스터"},
}

// table is what is known, with the labels of the configuration.
func (l Labels) table() labelTable {
	t := maps.Clone(known)
	for c, names := range translated {
		rank := label
		if c == cluster {
			rank = kafkaID
		}
		for _, n := range names {
			t[words(n)] = meaning{class: c, rank: rank, certain: true}
		}
	}
	for c, names := range map[class][]string{group: l.Group, topic: l.Topic, partition: l.Partition,
		cluster: l.Cluster, offset: nil} {
		for _, n := range names {
			t[words(n)] = meaning{class: c, rank: ownLabel, certain: true}
		}
	}
	return t
}

// words writes a name as words: "consumerGroupId", "consumer_group.id" and "Consumer Group ID" are "consumer group id".
func words(name string) string {
	var b strings.Builder
	var before rune
	runes := []rune(name)
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			before = ' '
			continue
		}
		ends := i+1 < len(runes) && unicode.IsLower(runes[i+1]) // the capital of the next word: GroupIDOf
		inside := unicode.IsLetter(before) || unicode.IsDigit(before)
		if b.Len() > 0 && (!inside || unicode.IsUpper(r) && (unicode.IsLower(before) || unicode.IsUpper(before) && ends)) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
		before = r
	}
	return b.String()
}

// set makes a set of words.
func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// mayPrecede are the words after which a bare "group", "topic" or "cluster" is Kafka's: "on group X". After any other
// ("security group", "log group", "SNS topic", "EKS cluster") it is not.
var mayPrecede = set(`a an the this that on for of by in at from to with and or kafka consumer consumers consuming consumes
	reset rewind skip move restart source input reading reads named affected failing lagging msk kafka's via into your
	our my same following le du sur dans en el la del para no o do da pour auf der die das im am für`)

// foreign are the words after which it is another thing's, even written as one with its value ("security group:sg-1").
var foreign = set(`security user users scaling autoscaling log target resource rule node thread placement worker instance
	contact action support slack host server shard ad ldap iam sns pubsub sub alert notification eks gke aks ecs emr
	kubernetes k8s kube redis database aurora rds elasticsearch opensearch es dead letter dlq dlt retry output sink
	destination pulsar nats mqtt error`)
