package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// afterUnread is the pause before a directory that did not answer is asked again, unless it said how long to wait.
const afterUnread = 5 * time.Second

// permit asks the policy, for previews, looks, decisions and the write. In doubt the answer is no: no problem is a
// plain yes, and what Slack did not say is a problem like every other no. Of ProblemDirectory the answer may be another
// one later. The problem is about a request, or about none.
func (s *Service) permit(
	ctx context.Context, a reset.PolicyQuestion, request string,
) (reset.Ruling, *reset.Problem) {
	ruling, err := s.Policy.Rule(ctx, a)
	if err == nil && ruling.Allowed {
		return ruling, nil
	}
	problem := reset.DeniedProblem
	if err != nil {
		u := reset.UnreadOf(err)
		ruling.Allowed, ruling.Denial, ruling.Unread = false, reset.DeniedUnknown, &u
		if u.Passing {
			problem = reset.DirectoryProblem
		}
		s.Log.Warn("policy cannot tell; the answer is no", "request", request, "verb", string(a.Verb), "err", err)
	}
	return ruling, problem(a.Verb, ruling).On(a.Cluster, a.Group).For(request)
}

// postponed makes an error of a no: what may be judged later is a *Later, so that the act stays recorded until then. To
// those who cannot wait it is the denial that it wraps.
func (s *Service) postponed(p *reset.Problem) error {
	if p.Code != reset.ProblemDirectory {
		return p
	}
	denied := reset.DeniedProblem(p.Verb, *p.Ruling).On(p.Cluster, p.Group).For(p.Request)
	return &reset.Later{At: s.Now().Add(max(p.Ruling.Unread.Wait, afterUnread)), Problem: denied}
}

// mayView refuses a person who may not view a request. They are told that alone: whatever was asked, in whatever
// state it is. Of the draft of somebody else they are told what an unknown id is.
func (s *Service) mayView(ctx context.Context, a reset.Actor, channel string, r *reset.Request) error {
	in, _ := r.Intent()
	if r.IsPrivate(a) {
		return reset.NoRequestProblem(r.ID)
	}
	if in.Cluster == "" && r.Actor == a {
		return nil // the question of the cluster is still open
	}
	if a.Kind != reset.Person && r.Actor == a {
		return nil // a schedule's run, in its own thread: no policy names schedules
	}
	_, p := s.permit(ctx, reset.PolicyQuestion{Actor: a, Channel: channel, Verb: reset.VerbView, Cluster: in.Cluster,
		Group: in.Group}, "")
	if p != nil {
		return s.postponed(hidden(r.ID, p))
	}
	return nil
}

// hidden is a refusal that shows nothing of a request: it is the answer for an id that nobody has, so that nobody
// learns which ids there are. Only where Slack does not say who somebody is, it is another one: whoever could end that
// has to hear of it.
func hidden(id string, p *reset.Problem) *reset.Problem {
	ruling := reset.Ruling{Denial: p.Ruling.Denial, Unread: p.Ruling.Unread}
	switch {
	case p.Code == reset.ProblemDirectory:
		return reset.DirectoryProblem(reset.VerbView, ruling).For(id)
	case ruling.Denial == reset.DeniedUnknown:
		return reset.DeniedProblem(reset.VerbView, ruling).For(id)
	}
	return reset.NoRequestProblem(id)
}

// right checks the right to decide. A refusal is recorded, and names who may to those who may view the request. An
// effect larger than any approval covers is kept in beyond: the right exists, so it is reported last.
func (s *Service) right(ctx context.Context, x *deciding, r *reset.Request) error {
	p := s.hasRight(ctx, x, r)
	switch {
	case p == nil:
		return nil
	case p.Code == reset.ProblemDirectory:
		return s.postponed(hidden(r.ID, p))
	case p.Code == reset.ProblemDenied && x.ruling.Denial == reset.DeniedCap:
		x.beyond = p
		return nil
	}
	err := error(p)
	if unseen := s.mayView(ctx, x.Actor, x.Place.Channel, r); unseen != nil {
		err = unseen
	}
	if failed := s.denied(ctx, x.Decision, r.ID, p); failed != nil {
		return failed
	}
	return err
}

// hasRight asks the policy, once for each decision.
func (s *Service) hasRight(ctx context.Context, x *deciding, r *reset.Request) (p *reset.Problem) {
	if x.row.own && x.Actor != r.Actor {
		return reset.NotYoursProblem(*r)
	}
	if x.row.right == nil {
		return nil
	}
	x.needs = x.row.right(r, x)
	if x.row.voter && s.hasVoted(ctx, x, *r) {
		return nil
	}
	in, _ := r.Intent()
	a := reset.PolicyQuestion{Actor: x.Actor, Channel: x.Place.Channel, Verb: x.needs,
		Cluster: in.Cluster, Group: in.Group, Requester: askers(r)[0], Barred: askers(r)[1:],
		Reasons: reasonsOf(r, x)}
	if r.Emergency != nil && a.Verb == reset.VerbCancel { // it is theirs to stop as it was theirs to start
		a.Barred = append(slices.Clip(a.Barred), r.Emergency.By)
	}
	if x.row.effect {
		e := r.Actual()
		a.Effect = &e
	}
	x.ruling, p = s.permit(ctx, a, r.ID)
	return p
}

// reasonsOf are the reasons that were given for a request, with what a person adds as they decide: the incident of an
// emergency is one. Nil: an undo, which names what it undoes.
func reasonsOf(r *reset.Request, x *deciding) []string {
	if r.Undoes != "" {
		return nil
	}
	in, _ := r.Intent()
	given := []string{in.Reason, in.Emergency, x.Why}
	if x.Verb == DoApprove && r.State == reset.Draft {
		reason := in.Reason
		if why, anew := reasonAtSubmission(r, x); anew {
			reason = why
		}
		given = []string{reason, in.Emergency}
	}
	if r.Emergency != nil {
		given = append(given, r.Emergency.Incident)
	}
	return given
}

// reasonAtSubmission is the reason that a requester gives with the click that submits their draft: it takes the place
// of the one they asked with. A form shows that one in its field: left empty, it was taken back. That of a schedule is
// a part of what is agreed to, and stays.
func reasonAtSubmission(r *reset.Request, x *deciding) (why string, anew bool) {
	if _, move := r.Intent(); !move {
		return "", false
	}
	return x.Why, x.Why != "" || x.Form != ""
}

// denied records a refusal.
func (s *Service) denied(ctx context.Context, d Decision, id string, p *reset.Problem) error {
	facts := []string{"verb", string(d.Verb)}
	if p.Ruling != nil {
		facts = []string{"verb", string(p.Verb), "denial", string(p.Ruling.Denial), "rule", p.Ruling.Rule}
	}
	err := s.Store.Update(ctx, id, nil, func(tx *Tx) error {
		tx.LogAside(s.entry(tx.Request, d.Actor, reset.EvDenied, facts...))
		return nil
	})
	if err != nil {
		return fmt.Errorf("record a refusal: %w", err)
	}
	return nil
}
