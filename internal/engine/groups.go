package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

const (
	lagsAtMost  = 100 // groups of one list whose lag is read
	groupRows   = 20  // groups that a list shows
	refusedOnce = 5   // groups whose coordinator refuses to tell them, of one list
)

// Groups lists the groups of a cluster that a person may view and whose names match a pattern: * stands for any
// characters, and a pattern without one is a part of the name. Without a cluster it is the channel's, or all of those
// on which the person may view something.
func (s *Service) Groups(
	ctx context.Context, a reset.Actor, channel, cluster, pattern string,
) (reset.GroupsView, error) {
	out := reset.GroupsView{Pattern: pattern, At: s.Now()}
	names, err := s.viewable(ctx, a, channel, cluster)
	if err != nil {
		return out, err
	}
	out.Clusters = make([]reset.ClusterGroups, len(names))
	errs := make([]error, len(names))
	var asked guard.Group
	for i, name := range names {
		asked.Go(func() { out.Clusters[i], errs[i] = s.groupsOf(ctx, a, channel, name, pattern) })
	}
	asked.Wait()
	return out, errors.Join(errs...)
}

// viewable are the clusters that a list is about: the named one, the channel's, or all on which a person may view
// something. A cluster on which they may view nothing is not named to them.
func (s *Service) viewable(ctx context.Context, a reset.Actor, channel, cluster string) ([]string, error) {
	if resolved, err := s.Resolve(channel, cluster, ""); err == nil {
		_, err := s.viewRuling(ctx, a, channel, resolved, "")
		return []string{resolved}, err
	} else if cluster != "" {
		return nil, err
	}
	return s.viewableAll(ctx, a, channel)
}

// viewableAll are all clusters on which a person may view something.
func (s *Service) viewableAll(ctx context.Context, a reset.Actor, channel string) ([]string, error) {
	var names []string
	for _, info := range s.Infos {
		_, err := s.viewRuling(ctx, a, channel, info.Name, "")
		if later := laterOf(err); later != nil {
			return nil, later
		}
		if err == nil {
			names = append(names, info.Name)
		}
	}
	return names, nil
}

// groupsOf lists the groups of one cluster. What the cluster does not answer is a part of the list.
func (s *Service) groupsOf(
	ctx context.Context, a reset.Actor, channel, cluster, pattern string,
) (reset.ClusterGroups, error) {
	out := reset.ClusterGroups{Cluster: s.Info(cluster)}
	list, may, problem, err := s.mayViewOf(ctx, a, channel, cluster)
	if out.Problem = problem; err != nil || problem != nil {
		return out, err
	}
	out.Missing = list.Missing
	for name := range may {
		if matchesName(pattern, name) {
			out.Rows = append(out.Rows, reset.GroupRow{Group: name, Seen: list.Groups[name]})
		}
	}
	out.Total = len(out.Rows)
	slices.SortFunc(out.Rows, func(a, b reset.GroupRow) int { // those with members first, until their lag is known
		return cmp.Or(boolOrder(a.Seen.Idle(), b.Seen.Idle()), cmp.Compare(a.Group, b.Group))
	})
	out.Rows = out.Rows[:min(len(out.Rows), lagsAtMost)]
	s.addLags(ctx, cluster, &out, may)
	slices.SortStableFunc(out.Rows, func(a, b reset.GroupRow) int {
		return cmp.Or(boolOrder(a.Lag == nil, b.Lag == nil), cmp.Compare(lagIn(b), lagIn(a)), cmp.Compare(a.Group, b.Group))
	})
	out.Rows = out.Rows[:min(len(out.Rows), groupRows)]
	return out, nil
}

func lagIn(r reset.GroupRow) int64 {
	if r.Lag == nil {
		return 0
	}
	return r.Lag.Lag
}

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// matchesName reports whether a group's name fits what was typed.
func matchesName(pattern, name string) bool {
	if strings.Contains(pattern, "*") {
		return reset.Matches(pattern, name)
	}
	return strings.Contains(name, pattern)
}

// mayViewOf asks a cluster for its groups, and keeps those that a person may view, with the isolation of each. The
// problem is why the cluster does not tell them; the error that there is no answer yet.
func (s *Service) mayViewOf(
	ctx context.Context, a reset.Actor, channel, cluster string,
) (list reset.GroupList, may map[string]reset.Isolation, problem *reset.Problem, err error) {
	if problem, err = s.refused(ctx, cluster, ""); problem != nil || err != nil {
		return list, nil, problem, err
	}
	kafka, err := s.cluster(cluster)
	if err == nil {
		list, err = kafka.List(ctx)
	}
	if err != nil {
		return list, nil, asProblem(err, cluster), ctx.Err()
	}
	may = map[string]reset.Isolation{}
	for name := range list.Groups {
		ruling, err := s.viewRuling(ctx, a, channel, cluster, name)
		if later := laterOf(err); later != nil {
			return list, nil, nil, later
		}
		if err == nil {
			may[name] = ruling.Isolation
		}
	}
	return list, may, nil, nil
}

// addLags reads the lag of the rows. A group that its coordinator refuses to tell must not hide the others.
func (s *Service) addLags(
	ctx context.Context, cluster string, out *reset.ClusterGroups, may map[string]reset.Isolation,
) {
	kafka, err := s.cluster(cluster)
	if err != nil || len(out.Rows) == 0 {
		return
	}
	asked := make(map[string]reset.Isolation, len(out.Rows))
	for _, r := range out.Rows {
		asked[r.Group] = may[r.Group]
	}
	var lags map[string]reset.GroupLag
	for range refusedOnce {
		lags, err = kafka.Lags(ctx, asked)
		var p *reset.Problem
		if !errors.As(err, &p) || p.Group == "" {
			break
		}
		delete(asked, p.Group)
	}
	if err != nil {
		s.Log.Warn("the lags of a list of groups are not known", "cluster", cluster, "err", err)
		return
	}
	for i := range out.Rows {
		r := &out.Rows[i]
		if l, ok := lags[r.Group]; ok {
			r.Lag = &l
			out.Read++
			if l.Group.Exists {
				r.Seen = l.Group
			}
		}
	}
}

// Diagnose is what the engine knows of itself and its clusters, for a person who may freeze a cluster: whoever may stop
// all writes may know why they stop. To others it is a denial.
func (s *Service) Diagnose(ctx context.Context, a reset.Actor, channel string) (reset.Diagnosis, error) {
	out := reset.Diagnosis{At: s.Now(), Round: s.LastRound()}
	var refused *reset.Problem
	for _, info := range s.Infos {
		_, p := s.permit(ctx, reset.PolicyQuestion{Actor: a, Channel: channel, Verb: reset.VerbFreeze, Cluster: info.Name,
			Preview: true}, "")
		switch {
		case p == nil:
			views, err := s.ClusterViews(ctx, a, channel)
			out.Clusters = views
			return out, err
		case p.Code == reset.ProblemDirectory:
			return out, s.postponed(p)
		}
		refused = reset.DeniedProblem(reset.VerbFreeze, reset.Ruling{Denial: p.Ruling.Denial})
	}
	return out, refused
}

// ClusterViews lists the clusters on which a person may view something: each is asked now.
func (s *Service) ClusterViews(ctx context.Context, a reset.Actor, channel string) ([]reset.ClusterView, error) {
	names, err := s.viewableAll(ctx, a, channel)
	if err != nil {
		return nil, err
	}
	frozen, known, err := s.freezes(ctx)
	if err != nil {
		return nil, err
	}
	views, errs := make([]reset.ClusterView, len(names)), make([]error, len(names))
	var asked guard.Group
	for i, name := range names {
		asked.Go(func() {
			v := &views[i]
			v.Cluster, v.Frozen = s.Info(name), known.Named(reset.FreezesOver(frozen, name, known))
			list, may, problem, err := s.mayViewOf(ctx, a, channel, name)
			v.Problem, errs[i] = problem, err
			v.At, v.Last = s.Now(), s.answers.last(name)
			v.ID, v.Brokers, v.Missing, v.Groups = list.ClusterID, list.Brokers, list.Missing, len(may)
		})
	}
	asked.Wait()
	return views, errors.Join(errs...)
}

// answers is when each cluster answered this process last, and why it did not since.
type answers struct{ known sync.Map } // cluster name -> answer

type answer struct {
	at  time.Time // zero: not yet
	err error     // of the last call; nil: it answered
}

// note keeps how a call went. A problem with one group is an answer of the cluster; a call that was given up is none.
func (a *answers) note(cluster string, err error, at time.Time) {
	if errors.Is(err, context.Canceled) {
		return
	}
	var p *reset.Problem
	if errors.As(err, &p) && p.Group != "" && p.Code != reset.ProblemUnreachable {
		err = nil
	}
	was := a.of(cluster)
	if err == nil {
		was.at = at
	}
	was.err = err
	a.known.Store(cluster, was)
}

func (a *answers) of(cluster string) answer {
	was, _ := a.known.Load(cluster)
	noted, _ := was.(answer)
	return noted
}

func (a *answers) last(cluster string) time.Time { return a.of(cluster).at }
