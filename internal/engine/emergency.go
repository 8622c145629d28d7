package engine

import (
	"context"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Emergency lets one person go alone, within the limit that the rule has for emergencies: there is a way out when the
// second person sleeps. Idle, unclear outcomes and everything else hold as always. The owners are told, and the
// request says so for good. Why names the incident.
func (s *Service) Emergency(ctx context.Context, d Decision) (reset.Reply, error) {
	r, again, err := s.loadOnce(ctx, d)
	if err != nil || again.Did != "" {
		return again, err
	}
	if d.Why == "" {
		return reset.Reply{}, &reset.Problem{Code: reset.ProblemAmbiguous, Want: "incident", Request: r.ID}
	}
	if d.Ref.Revision == 0 {
		return reset.Reply{Did: reset.DidPlan, Request: r}, nil
	}
	if err := checkRevision(r, d.Ref); err != nil {
		return reset.Reply{}, err
	}
	if err := s.checkShownLongEnough(ctx, r, d); err != nil {
		return reset.Reply{}, err
	}
	if r.State == reset.Draft && d.Actor != r.Actor {
		return reset.Reply{}, &reset.Problem{Code: reset.ProblemNotYours, Request: r.ID, State: r.State}
	}
	in, _ := r.Intent()
	if savesSchedule(r.Act) || reset.InFuture(in) { // an emergency is now: it lends nothing to a time when nobody looks
		return reset.Reply{}, &reset.Problem{Code: reset.ProblemNoStandingApproval, Want: "emergency", Request: r.ID,
			Cluster: in.Cluster, Group: in.Group}
	}
	limit, err := s.ruleOn(ctx, d, &r, reset.VerbEmergency, effectOf(r))
	if err != nil {
		return reset.Reply{}, err
	}
	reply := reset.Reply{Did: reset.DidEmergency}
	err = s.decide(ctx, d, &reply, d.Ref, func(tx *Tx) error {
		if tx.Request.State != reset.Pending && tx.Request.State != reset.Draft {
			return tooLate(*tx.Request)
		}
		tx.Request.Asked = true
		tx.Request.Bounds.MaxSkip, tx.Request.Bounds.MaxReplay = limit.MaxSkip, limit.MaxReplay
		s.markEmergency(tx, d.Actor, limit.Principal, d.Why)
		return s.arm(tx, d.Actor)
	})
	return reply, err
}

// markEmergency marks a request, for good, as one that somebody took upon themselves.
func (s *Service) markEmergency(tx *Tx, who reset.Actor, principal, incident string) {
	tx.Request.Emergency = &reset.Emergency{By: who, Principal: principal, Incident: incident, At: s.Now()}
	tx.Log(s.entry(tx.Request, who, reset.EvEmergency, "incident", incident))
}
