package reset

import (
	"context"
)

// Emergency lets one person go alone, within the limit that the rule has for emergencies: there is a way out when the second
// person sleeps. Idle, unclear outcomes and everything else hold as always. The owners are told, and the request says so for
// good. Why names the incident.
func (s *Service) Emergency(ctx context.Context, d Decision) (Reply, error) {
	r, again, err := s.hear(ctx, d)
	if err != nil || again.Did != "" {
		return again, err
	}
	if d.Why == "" {
		return Reply{}, &Problem{Code: ProblemWhich, Want: "incident", Request: r.ID}
	}
	if d.Ref.Revision == 0 {
		return Reply{Did: DidPlan, Request: r}, nil
	}
	if err := current(r, d.Ref); err != nil {
		return Reply{}, err
	}
	if err := s.justShown(ctx, r, d); err != nil {
		return Reply{}, err
	}
	if r.State == Draft && d.Actor != r.Actor {
		return Reply{}, &Problem{Code: ProblemNotYours, Request: r.ID, State: r.State}
	}
	in, _ := r.Move()
	if saves(r.Act) || future(in) { // an emergency is now: it lends nothing to a time when nobody looks
		return Reply{}, &Problem{Code: ProblemNotStand, Want: "emergency", Request: r.ID, Cluster: in.Cluster, Group: in.Group}
	}
	limit, err := s.judge(ctx, d, &r, VerbAlone, effectOf(r))
	if err != nil {
		return Reply{}, err
	}
	reply := Reply{Did: DidAlone}
	err = s.decide(ctx, d, &reply, d.Ref, func(tx *Tx) error {
		if tx.Request.State != Pending && tx.Request.State != Draft {
			return tooLate(*tx.Request)
		}
		tx.Request.Asked = true
		tx.Request.Bounds.MaxSkip, tx.Request.Bounds.MaxReplay = limit.MaxSkip, limit.MaxReplay
		s.alone(tx, d.Actor, d.Why)
		return s.arm(tx, d.Actor)
	})
	return reply, err
}

// alone marks a request, for good, as one that somebody took upon themselves.
func (s *Service) alone(tx *Tx, who Actor, incident string) {
	tx.Request.Alone = &Emergency{By: who, Incident: incident, At: s.Now()}
	tx.Log(s.entry(tx.Request, who, EvAlone, "incident", incident))
}
