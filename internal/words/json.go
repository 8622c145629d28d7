package words

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// PlanDocument is a plan as `plan --output json` prints it. Fields may be added, never renamed or removed. Numbers of
// records are "at most". Times are RFC 3339 in UTC.
type PlanDocument struct {
	Cluster   string         `json:"cluster"`
	ClusterID string         `json:"cluster_id"`
	Group     string         `json:"group"`
	Target    string         `json:"target"` // in words
	Isolation string         `json:"isolation"`
	At        time.Time      `json:"at"`
	Effect    EffectDocument `json:"effect"`
	Warnings  []string       `json:"warnings"`
	Steps     []StepDocument `json:"steps"`
}

// EffectDocument is a plan's effect in all.
type EffectDocument struct {
	Topics         int   `json:"topics"`
	Partitions     int   `json:"partitions"`
	Changed        int   `json:"changed"`
	Replay         int64 `json:"replay"`
	Skip           int64 `json:"skip"`
	NeverCommitted int   `json:"never_committed"`
	Clamped        int   `json:"clamped"`
}

// StepDocument is one partition. Committed and To are null where there is no commit, which is neither 0 nor the log
// start.
type StepDocument struct {
	Topic     string     `json:"topic"`
	Partition int32      `json:"partition"`
	Start     int64      `json:"log_start"`
	End       int64      `json:"log_end"`
	Committed *int64     `json:"committed"`
	To        *int64     `json:"to"`
	How       reset.How  `json:"how"`
	Asked     *int64     `json:"asked,omitempty"`     // before it was clamped into the log
	RecordAt  *time.Time `json:"record_at,omitempty"` // of the record at To
	// instead, where its year has more than four digits: milliseconds since 1970
	RecordMS *int64 `json:"record_at_ms,omitempty"`
	Replay   int64  `json:"replay"`
	Skip     int64  `json:"skip"`
}

// JSON writes a plan for other programs, with every step.
func JSON(s reset.Story, steps []reset.Step) ([]byte, error) {
	r := s.Request
	in, _ := r.Intent()
	e := r.Effect
	v := timeFormat{zone: time.UTC, now: s.Now}
	iso := r.Isolation
	if iso == "" {
		iso = reset.ReadUncommitted
	}
	doc := PlanDocument{
		Cluster: in.Cluster, ClusterID: r.ClusterID, Group: in.Group, Target: actPhrase(s, v, withUTC),
		Isolation: string(iso), At: s.Now.UTC(), Warnings: []string{}, Steps: []StepDocument{},
		Effect: EffectDocument{Topics: e.Topics, Partitions: e.Partitions, Changed: e.Changed, Replay: e.Replay,
			Skip: e.Skip, NeverCommitted: e.None, Clamped: e.Clamped},
	}
	if unknown := unplacedEffect(r); unknown != nil {
		doc.Warnings = append(doc.Warnings, unknown.String())
	}
	for _, w := range warnings(s, v) {
		doc.Warnings = append(doc.Warnings, w.String())
	}
	for _, st := range steps {
		doc.Steps = append(doc.Steps, stepDocument(st))
	}
	b, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the plan as json: %w", err)
	}
	return append(b, '\n'), nil
}

func stepDocument(s reset.Step) StepDocument {
	d := StepDocument{Topic: s.Topic, Partition: s.Partition, Start: s.Start, End: s.End, How: s.How, Replay: s.Replay,
		Skip: s.Skip, Committed: offset(s.From), To: offset(s.To)}
	if s.How == reset.HowClampStart || s.How == reset.HowClampEnd {
		d.Asked = &s.Asked
	}
	switch at := s.RecordAt.UTC(); {
	case at.IsZero():
	case at.Year() > lastYear:
		ms := at.UnixMilli()
		d.RecordMS = &ms
	default:
		d.RecordAt = &at
	}
	return d
}

func offset(p reset.Position) *int64 {
	if p.None {
		return nil
	}
	return &p.Offset
}
