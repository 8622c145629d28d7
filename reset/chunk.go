package reset

// A broker stores one commit as one batch of records, and refuses the whole batch when it is larger than the offsets
// topic's max.message.bytes (1,048,588 by default; every partition then answers UNKNOWN_SERVER_ERROR and nothing is
// written). So a chunk is cut by bytes, below that with room to spare.
const (
	chunkBytes  = 800_000
	recordBytes = 64 // of one record, without the names and the metadata; about 45 were measured
)

// Chunks cuts writes into chunks, commits first and then deletes, and numbers each write's chunk. With back they hold
// the positions before the attempt instead of the targets.
func Chunks(group string, writes []Write, from int, back bool) []ChunkState {
	var chunks []ChunkState
	for _, del := range []bool{false, true} {
		size := chunkBytes
		for i := range writes {
			to := writes[i].Position(back)
			if to.None != del {
				continue
			}
			n := recordBytes + len(group) + len(writes[i].Topic) + len(to.Metadata)
			if size+n > chunkBytes {
				chunks = append(chunks, ChunkState{N: from + len(chunks), Phase: Planned, Delete: del, Back: back})
				size = 0
			}
			size += n
			writes[i].Chunk = chunks[len(chunks)-1].N
		}
	}
	return chunks
}

// ChunkOf is the content of one chunk. With back it is the position before the attempt instead of the target.
func ChunkOf(c ChunkState, writes []Write) (Chunk, []int) {
	out := Chunk{Delete: c.Delete}
	var at []int
	for i, w := range writes {
		if w.Chunk != c.N {
			continue
		}
		out.Steps = append(out.Steps, WriteStep{Partition: Partition{w.Topic, w.Partition}, To: w.Position(c.Back)})
		at = append(at, i)
	}
	return out, at
}

// Position is what is written: the target, or the position before when it is rolled back.
func (w Write) Position(back bool) Position {
	if back {
		return w.From
	}
	return w.To
}

// Chunk is what one request writes. Chunks are cut by bytes so that a broker accepts or rejects a chunk as a whole.
type Chunk struct {
	Delete bool // delete the commits instead of writing offsets
	Steps  []WriteStep
}

// WriteStep is one partition of a chunk.
type WriteStep struct {
	Partition
	To Position
}

// StepResult is what is known of one written partition.
type StepResult struct {
	Written  bool   // the broker said so
	Rejected string // the broker's error ("UNKNOWN_MEMBER_ID"); empty with Written false: no answer, maybe written
	Detail   string // of a lost answer: what was seen ("i/o timeout after 5s")
}

// Lost reports whether it is not known if the step was written.
func (r StepResult) Lost() bool { return !r.Written && r.Rejected == "" }
