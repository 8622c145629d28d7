package reset

import (
	"cmp"
	"strconv"
	"time"
)

// A problem is made by the constructor of its code: what its sentence needs is a parameter, so that a missing field
// does not compile. On and For add what it is about, where the constructor does not know it.

// On is the problem, about a group of a cluster.
func (p *Problem) On(cluster, group string) *Problem {
	p.Cluster, p.Group = cluster, group
	return p
}

// For is the problem, about a request.
func (p *Problem) For(request string) *Problem {
	p.Request = request
	return p
}

// Kafka.

// UnreachableProblem: no broker of a cluster answered. tried are the brokers, where they are known.
func UnreachableProblem(cluster string, tried []string, cause string) *Problem {
	return &Problem{Code: ProblemUnreachable, Cluster: cluster, Names: tried, Got: cause, Count: int64(len(tried))}
}

// WrongClusterProblem: another Kafka answers than the one that was pinned, or planned with.
func WrongClusterProblem(want, answered string, brokers ...string) *Problem {
	return &Problem{Code: ProblemWrongCluster, Want: want, Got: answered, Names: brokers}
}

// IncompleteProblem: a broker did not answer, so that absence proves nothing.
func IncompleteProblem(cluster, which string) *Problem {
	return &Problem{Code: ProblemIncomplete, Cluster: cluster, Got: which}
}

func NoGroupProblem(cluster, group string, near []string) *Problem {
	return &Problem{Code: ProblemNoGroup, Cluster: cluster, Group: group, Names: near}
}

func NoTopicProblem(topic string, near []string) *Problem {
	return &Problem{Code: ProblemNoTopic, Topic: topic, Names: near}
}

// DeletedProblem: topics, at least one, were deleted after since, when they were last seen.
func DeletedProblem(topics []string, since time.Time) *Problem {
	return &Problem{Code: ProblemDeleted, Want: string(AskDeleted), Topic: topics[0], Names: topics, Since: since}
}

func NoPartitionProblem(topic string, parts []int32, have int) *Problem {
	return &Problem{Code: ProblemNoPartition, Topic: topic, Parts: parts, Count: int64(have)}
}

func NoCommitsProblem(cluster, group string) *Problem {
	return &Problem{Code: ProblemNoCommits, Cluster: cluster, Group: group}
}

// UnreadProblem: partitions of a topic, or all of it, could not be read.
func UnreadProblem(cause, topic string, parts ...int32) *Problem {
	return &Problem{Code: ProblemUnread, Topic: topic, Parts: parts, Got: cause}
}

// UnreadGroupProblem: a group could not be read.
func UnreadGroupProblem(cluster, group, cause string) *Problem {
	return &Problem{Code: ProblemUnread, Cluster: cluster, Group: group, Got: cause}
}

// WrongToolProblem: another tool moves such a group. by is how it was recognised.
func WrongToolProblem(kind GroupKind, by []string, tool string) *Problem {
	return &Problem{Code: ProblemWrongTool, Got: string(kind), Names: by, Want: tool}
}

// HiddenProblem: ACLs hide n topics; where that is not known, n is 0 and why says so. seen are those with committed
// offsets that are not hidden.
func HiddenProblem(n int, why string, seen []string) *Problem {
	return &Problem{Code: ProblemHidden, Count: int64(n), Got: why, Names: seen}
}

// PhantomProblem: offsets moved so many times although the group has no members.
func PhantomProblem(times int) *Problem {
	return &Problem{Code: ProblemPhantom, Count: int64(times)}
}

func BusyProblem(g GroupState) *Problem {
	return &Problem{Code: ProblemBusy, Got: g.State, Members: g.Members}
}

// KafkaRejectedProblem: Kafka rejected the write; cause is its error, where it gave one.
func KafkaRejectedProblem(cause string) *Problem {
	return &Problem{Code: ProblemKafkaRejected, Got: cause}
}

// SlowStoreProblem: the store takes longer than limit to record that a write begins.
func SlowStoreProblem(limit time.Duration) *Problem {
	return &Problem{Code: ProblemSlowStore, Want: limit.String()}
}

// LostProblem: an answer was lost; seen is what came instead.
func LostProblem(seen string) *Problem {
	return &Problem{Code: ProblemLost, Got: seen}
}

// NoAPIProblem: a broker of the cluster does not know a request of Kafka's protocol.
func NoAPIProblem(request string) *Problem {
	return &Problem{Code: ProblemNoAPI, Got: request}
}

// The intent.

// NoCommitProblem: there is nothing to shift or skip from.
func NoCommitProblem(p Partition) *Problem {
	return &Problem{Code: ProblemNoCommit, Topic: p.Topic, Parts: []int32{p.Partition}}
}

// NothingToCopyProblem: the group that is copied has no committed offset there.
func NothingToCopyProblem(p Partition, group string) *Problem {
	return &Problem{Code: ProblemNoCommit, Topic: p.Topic, Parts: []int32{p.Partition}, Want: group}
}

func SkipMovedProblem(p Partition, asked, committed int64) *Problem {
	return &Problem{Code: ProblemSkipMoved, Topic: p.Topic, Parts: []int32{p.Partition}, Count: asked, Other: committed}
}

func NoRecordProblem(p Partition, asked, end int64) *Problem {
	return &Problem{Code: ProblemNoRecord, Topic: p.Topic, Parts: []int32{p.Partition}, Count: asked, Other: end}
}

// FutureProblem: a time comes only after so long.
func FutureProblem(said string, after time.Duration) *Problem {
	return &Problem{Code: ProblemFuture, Got: said, Count: int64(after.Seconds())}
}

// OneRecordProblem: a skip of one record names so many partitions.
func OneRecordProblem(partitions int) *Problem {
	return &Problem{Code: ProblemOneRecord, Count: int64(partitions)}
}

// AmbiguousProblem: something is missing that has no default.
func AmbiguousProblem(q Question) *Problem {
	return &Problem{Code: ProblemAmbiguous, Want: string(q)}
}

// UnknownServerProblem: a line names a server that no configured cluster has. Names are all clusters, none before
// another.
func UnknownServerProblem(server string, configured []string) *Problem {
	p := AmbiguousProblem(AskCluster)
	p.Got, p.Names = server, configured
	return p
}

// SeveralGroupsProblem: a pattern, or several names, stand where one group is reset; names are the groups that match.
func SeveralGroupsProblem(in Intent, names []string) *Problem {
	p := AmbiguousProblem(AskGroup).On(in.Cluster, in.Group)
	p.Got, p.Names = in.Group, names
	return p
}

func NoClusterProblem(name string, configured []string) *Problem {
	return &Problem{Code: ProblemNoCluster, Got: name, Names: configured}
}

// ClusterGoneProblem: a cluster is no longer configured. now is what the same Kafka is called now, where it is.
func ClusterGoneProblem(cluster, now string, configured []string) *Problem {
	return &Problem{Code: ProblemClusterGone, Cluster: cluster, Want: now, Names: configured}
}

// SameKafkaProblem: a configured name leads to a Kafka, by its id, that goes by another name.
func SameKafkaProblem(name, holder, id string) *Problem {
	return &Problem{Code: ProblemSameKafka, Cluster: name, Want: holder, Got: id}
}

// InternalProblem: a request makes no progress since a time; what fails, in words.
func InternalProblem(what string, since time.Time) *Problem {
	return &Problem{Code: ProblemInternal, Got: what, Since: since}
}

// TooLongProblem: the asked wait is longer than the rule allows.
func TooLongProblem(asked time.Duration, r Ruling) *Problem {
	return &Problem{Code: ProblemTooLong, Want: r.MaxWait.String(), Got: asked.String(), Ruling: &r}
}

func RecreatedProblem(topic string) *Problem {
	return &Problem{Code: ProblemRecreated, Topic: topic}
}

// VoidedProblem: an approval no longer covers what would be written.
func VoidedProblem(why VoidReason) *Problem {
	return &Problem{Code: ProblemVoided, Want: string(why)}
}

// The request.

func NoRequestProblem(id string) *Problem {
	return &Problem{Code: ProblemNoRequest, Request: id}
}

// StaleProblem: another revision was decided upon than the current one, whose effect is now.
func StaleProblem(r Request, decided int, now Effect) *Problem {
	return &Problem{Code: ProblemStale, Request: r.ID, State: r.State, Want: strconv.Itoa(r.Revision),
		Got: strconv.Itoa(decided), Count: now.Replay, Other: now.Skip, Unplaced: r.Unplaced(),
		Ruling: &Ruling{Need: r.Need, Who: r.Ruling.Approvers}}
}

// TooLateProblem: a request has gone on, and is in a state that the decision does not fit. It may have gone on although
// that is not stored yet.
func TooLateProblem(r Request, is State) *Problem {
	p := &Problem{Code: ProblemTooLate, Request: r.ID, State: is, Want: string(wayOut(r, is))}
	if is == r.State {
		p.Got = string(r.Outcome)
	}
	return p
}

// wayOut names what can still be done with a request that a decision came too late for.
func wayOut(r Request, is State) WayOut {
	_, move := r.Intent()
	_, saves := r.Act.(SaveSchedule)
	switch {
	case is == Expired && move && r.Digest != "":
		return OutRetry
	case !is.Open() && is != Applied && is != Failed:
		return OutAgain
	case is == Applied && saves:
		return OutSchedule
	case is == Applied && !move:
		return OutStatus
	case is == Failed && (r.Outcome == Unchanged || r.Outcome == RolledBack):
		return OutRetry
	case is == Failed && r.Outcome.Blocks() && r.Settled == nil:
		return OutSettle
	case (is == Applied || is == Failed) && r.UndoneBy == "":
		return OutUndo
	}
	return OutShow
}

// BlockedProblem: another request writes to the group, or left it in doubt.
func BlockedProblem(by Request) *Problem {
	return &Problem{Code: ProblemBlocked, Request: by.ID, State: by.State, Got: string(by.Outcome)}
}

// FreezingProblem: a freeze was asked for and is not decided yet; it holds writes until then.
func FreezingProblem(cluster string, until time.Time) *Problem {
	return &Problem{Code: ProblemFreezing, Cluster: cluster, Since: until}
}

// LiftedProblem: the freeze that a thaw was to lift was lifted by another one meanwhile.
func LiftedProblem(freeze, by string) *Problem {
	return &Problem{Code: ProblemLifted, Request: freeze, Names: []string{by}}
}

func NotFrozenProblem(cluster string) *Problem {
	return &Problem{Code: ProblemNotFrozen, Cluster: cluster}
}

// StoppingProblem: a cancel is recorded and not decided yet.
func StoppingProblem() *Problem { return &Problem{Code: ProblemStopping} }

// DeniedProblem: the policy says no.
func DeniedProblem(v Verb, r Ruling) *Problem {
	return &Problem{Code: ProblemDenied, Verb: v, Ruling: &r}
}

// DirectoryProblem: Slack did not say who may (r.Unread); it is asked again.
func DirectoryProblem(v Verb, r Ruling) *Problem {
	return &Problem{Code: ProblemDirectory, Verb: v, Ruling: &r}
}

// NoOptionProblem: an option was chosen beside those that there are.
func NoOptionProblem(option, of int) *Problem {
	return &Problem{Code: ProblemNoOption, Count: int64(option), Other: int64(of)}
}

// ReadPastProblem: the group is past the place that an undo would go back to.
func ReadPastProblem(undone string, o Outcome, past int64) *Problem {
	return &Problem{Code: ProblemReadPast, Request: undone, Got: string(o), Count: past}
}

// ThereProblem: a reset that can only write what is there already; nil: it moves something, now or later.
func ThereProblem(in Intent, p Plan, g GroupState) *Problem {
	if p.Effect.Changed > 0 || movesLater(in.Target, g) {
		return nil
	}
	return (&Problem{Code: ProblemThere, Count: int64(p.Effect.Partitions)}).On(in.Cluster, in.Group)
}

// NoUndoProblem: the request has nothing to take back.
func NoUndoProblem(r Request) *Problem {
	return &Problem{Code: ProblemNoUndo, Request: r.ID, State: r.State, Got: string(r.Outcome)}
}

// UndoneProblem: a request has an undo already.
func UndoneProblem(undone string, undo Request) *Problem {
	return &Problem{Code: ProblemNoUndo, Request: undone, State: undo.State, Want: undo.ID}
}

// NotYoursProblem: a draft belongs to its requester.
func NotYoursProblem(r Request) *Problem {
	return &Problem{Code: ProblemNotYours, Request: r.ID, State: r.State}
}

// NoVoteProblem: a person has no vote on a request that they could withdraw.
func NoVoteProblem(r Request, who Actor) *Problem {
	p := &Problem{Code: ProblemNoVote, Request: r.ID, State: r.State}
	save, saves := r.Act.(SaveSchedule)
	switch {
	case saves && r.State == Applied:
		p.Want, p.Got = string(RestsOnSaved), save.Schedule.Label()
	case r.Run != nil && r.Mandate != nil:
		p.Want, p.Got = string(RestsOnSchedule), cmp.Or(r.Run.Name, r.Run.Schedule)
	case r.Emergency != nil && r.Emergency.By == who:
		p.Want = string(RestsOnEmergency)
	}
	return p
}

// A schedule, or a run of one.

// ExpressionProblem: a recurrence cannot be read. example is one that would be.
func ExpressionProblem(expr, why string, example ...string) *Problem {
	return &Problem{Code: ProblemExpression, Got: expr, Want: why, Names: example}
}

func NoScheduleProblem(name string) *Problem {
	return &Problem{Code: ProblemNoSchedule, Got: name}
}

func NameTakenProblem(by Schedule) *Problem {
	return &Problem{Code: ProblemNameTaken, Got: by.Label(), Request: by.ID}
}

// NoStandingApprovalProblem: nothing that was agreed to lets a schedule run.
func NoStandingApprovalProblem(gap ApprovalGap) *Problem {
	return &Problem{Code: ProblemNoStandingApproval, Want: string(gap)}
}

// NotForRunsProblem: a target means something once only, or, where never is true, at no run at all.
func NotForRunsProblem(target string, never bool) *Problem {
	p := &Problem{Code: ProblemNotForRuns, Got: target, Want: "once"}
	if never {
		p.Want = "never"
	}
	return p
}

// EndProblem: a standing approval cannot last until end; latest is how long it can, and first is the first run, in the
// schedule's zone.
func EndProblem(now, end, latest, first time.Time) *Problem {
	p := &Problem{Code: ProblemEnd, Got: end.UTC().Format(time.RFC3339), Want: latest.UTC().Format(time.RFC3339)}
	if first.Before(end) || !end.After(now) && first.Before(now.Add(ApprovalLasts)) {
		return p
	}
	p.Names = []string{first.Format("2006-01-02 15:04 MST")}
	if first.AddDate(0, 0, 1).Before(latest) {
		p.Names = append(p.Names, first.AddDate(0, 0, 1).Format(time.DateOnly))
	}
	return p
}

// NotYetProblem: a time of the day of a run comes only after that run.
func NotYetProblem(t Time, run time.Time) *Problem {
	return &Problem{Code: ProblemFuture, Got: t.Said, Want: run.Format("15:04 MST")}
}

// ReadOnlyProblem: a schedule is kept in the configuration file.
func ReadOnlyProblem(s Schedule) *Problem {
	return &Problem{Code: ProblemReadOnly, Got: s.Label()}
}

// ConflictingRequestProblem: a run stands back for another request.
func ConflictingRequestProblem(o Request) *Problem {
	return &Problem{Code: ProblemConflictingRequest, Request: o.ID, State: o.State}
}

// MissedProblem: no process was there at a run's time, nor for so long after it.
func MissedProblem(late time.Duration) *Problem {
	return &Problem{Code: ProblemMissed, Count: int64(late.Seconds())}
}

func InactiveProblem(s Schedule) *Problem {
	return &Problem{Code: ProblemInactive, Got: s.Label(), Want: string(s.Status)}
}

func NotRunProblem(id string) *Problem {
	return &Problem{Code: ProblemNotRun, Request: id}
}

// TimePassedProblem: a run at a time that has passed.
func TimePassedProblem(at string) *Problem {
	return &Problem{Code: ProblemTimePassed, Got: at}
}

// RunPassedProblem: the run of a time was to be skipped, and is over; next is the one that comes.
func RunPassedProblem(s Schedule, at, next string) *Problem {
	return &Problem{Code: ProblemTimePassed, Got: at, Want: next, Names: []string{s.Label()}}
}
