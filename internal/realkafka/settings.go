package realkafka

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"text/template"
)

// settings are one broker's server.properties. One shape serves every suite, so
// that one shared cluster does: who comes by the plain listener may do all (as
// ANONYMOUS, a super user), who comes by the secure one needs a login and ACLs.
func (c *Cluster) settings(b *Broker) string {
	var voters []string
	for _, v := range c.Brokers {
		voters = append(voters, fmt.Sprintf("%d@127.0.0.1:%d", v.ID, v.ControllerPort))
	}
	var out bytes.Buffer
	err := settingsTemplate.Execute(&out, map[string]any{
		"B": b, "Voters": strings.Join(voters, ","),
		"Logs":  filepath.Join(filepath.Dir(c.properties(b)), "logs"),
		"Key":   filepath.Join(c.certDir(), "server.pem"),
		"Scram": "org.apache.kafka.common.security.scram.ScramLoginModule required;",
		"Plain": fmt.Sprintf("org.apache.kafka.common.security.plain.PlainLoginModule required user_%s=%q;", PlainUser,
			PlainPassword),
		"Session": c.session.Milliseconds(),
		"Modern":  !strings.HasPrefix(c.Version, "3."),
	})
	if err != nil {
		panic(err) // the template and its data are both above and below
	}
	return out.String()
}

var settingsTemplate = template.Must(template.New("server.properties").Parse(`
node.id={{.B.ID}}
process.roles=broker,controller
controller.quorum.voters={{.Voters}}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAIN
listeners=PLAIN://127.0.0.1:{{.B.Port}},SECURE://127.0.0.1:{{.B.SecurePort}},{{"" -}}
CONTROLLER://127.0.0.1:{{.B.ControllerPort}}
advertised.listeners=PLAIN://127.0.0.1:{{.B.Port}},SECURE://127.0.0.1:{{.B.SecurePort}}
listener.security.protocol.map=PLAIN:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT
log.dirs={{.Logs}}

# Who may what.
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
listener.name.secure.ssl.keystore.type=PEM
listener.name.secure.ssl.keystore.location={{.Key}}
listener.name.secure.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.secure.plain.sasl.jaas.config={{.Plain}}
listener.name.secure.scram-sha-256.sasl.jaas.config={{.Scram}}
listener.name.secure.scram-sha-512.sasl.jaas.config={{.Scram}}

broker.session.timeout.ms={{.Session}}

# A typo must not make a topic.
auto.create.topics.enable=false
# The records of the scenarios have fixed dates, and must not grow too old for a broker.
log.retention.ms=-1
default.replication.factor=3
min.insync.replicas=1
num.partitions=3
offsets.topic.num.partitions=6
offsets.topic.replication.factor=3
transaction.state.log.num.partitions=3
transaction.state.log.replication.factor=3
transaction.state.log.min.isr=1
{{- if .Modern}}
share.coordinator.state.topic.num.partitions=3
share.coordinator.state.topic.replication.factor=3
share.coordinator.state.topic.min.isr=1
{{- end}}

# Groups that come and go within a test's patience. The minimum of a new-protocol
# session is 45 s unless lowered, and a lower session without it is refused.
group.coordinator.rebalance.protocols=classic,consumer{{if .Modern}},streams,share{{end}}
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
group.consumer.min.session.timeout.ms=1000
group.consumer.session.timeout.ms=6000
group.consumer.min.heartbeat.interval.ms=500
group.consumer.heartbeat.interval.ms=1000

# Small: three of them live beside the tests on two cores.
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
controlled.shutdown.enable=true
`[1:]))
