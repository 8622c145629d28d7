package engine

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// digestOf identifies the committed offsets of a group, to see whether any moved: a consumer moves them whether it is
// a member or not.
func digestOf(commits map[reset.Partition]reset.Position) string {
	parts := slices.SortedFunc(maps.Keys(commits), func(a, b reset.Partition) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	h := sha256.New()
	for _, p := range parts {
		if at := commits[p]; !at.None {
			fmt.Fprintf(h, "%q %d %d\n", p.Topic, p.Partition, at.Offset)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// movedSince reports whether a committed offset has moved since it was read.
func movedSince(commits map[reset.Partition]reset.Position, parts []reset.PartitionState) bool {
	return slices.ContainsFunc(parts, func(p reset.PartitionState) bool {
		at, ok := commits[p.Partition]
		return p.Err == "" && !reset.SamePosition(reset.Position{Offset: at.Offset, None: at.None || !ok}, p.Committed)
	})
}
