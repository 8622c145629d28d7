package reset

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// BoundsOf is what an approval of this plan under this ruling covers.
func BoundsOf(plan Plan, r Ruling) Bounds {
	b := Bounds{MaxSkip: r.MaxSkip, MaxReplay: r.MaxReplay}
	for _, s := range plan.Steps {
		if id := (TopicID{s.Topic, s.TopicID}); !slices.Contains(b.Topics, id) {
			b.Topics = append(b.Topics, id)
		}
	}
	return b
}

// Covers reports whether an effect is within the bounds.
func (b Bounds) Covers(e Effect) bool { return e.Skip <= b.MaxSkip && e.Replay <= b.MaxReplay }

// DigestOf identifies what is approved: the act on this cluster, the offsets of a fixed target, and the bounds. What
// does not change the effect (reason, waiting time, notes) is left out.
func DigestOf(clusterID string, in Intent, steps []Step, b Bounds, need int) (string, error) {
	in.Reason, in.Wait, in.NoWait, in.Notes, in.Zone, in.Server = "", 0, false, nil, "", ""
	type frozen struct {
		Topic     string
		Partition int32
		To        Position
	}
	var to []frozen
	if !Moves(in.Target) && !InFuture(in) {
		for _, s := range steps {
			to = append(to, frozen{s.Topic, s.Partition, s.To})
		}
	}
	doc, err := json.Marshal(struct {
		Cluster string
		Intent  Intent
		Frozen  []frozen
		Bounds  Bounds
		Need    int
	}{clusterID, in, to, b, need})
	if err != nil {
		return "", fmt.Errorf("digest: %w", err)
	}
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:12]), nil
}
