package auth

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Cluster is a configured cluster and who may stop all writes on it and lift that again. A list that is left out
// follows from the rules of the cluster, see domain.
type Cluster struct {
	Name   string
	Freeze []string
	Thaw   []string
}

// domain is one cluster as a freeze or a thaw concerns it. A freeze or a thaw of all clusters concerns each of them:
// the right is needed in every domain, or any member of a sandbox could stop production, and two of its approvers
// could start it.
type domain struct {
	cluster string
	name    string // as rulings and votes name it
	view    []string
	freeze  []string
	thaw    []string
	thawOwn []string // who may lift a freeze that they set themselves, alone
	need    int      // approvals for lifting the freeze of another person
	owner   string
}

// domains are the clusters that are meant: one, or all that are configured.
func (p *Policy) domains(cluster string) []domain {
	var out []domain
	if cluster != reset.Everything {
		i := slices.IndexFunc(p.Clusters, func(c Cluster) bool { return c.Name == cluster })
		if i < 0 {
			return append(out, p.domain(Cluster{Name: cluster}))
		}
		return append(out, p.domain(p.Clusters[i]))
	}
	for _, c := range p.Clusters {
		out = append(out, p.domain(c))
	}
	return out
}

// domain is the lists of a cluster, and where they are left out its rules: all who may request, approve or use
// emergency by one of them may freeze it; all who approve by one of them may thaw it, and a second person is needed
// where any tier needs one. Where no rule names approvers its requesters may. Emergency lifts no freeze: what waited
// is then written by many requests, without limit.
func (p *Policy) domain(c Cluster) domain {
	d := domain{cluster: c.Name, name: "all rules of " + c.Name}
	var request, approve, alone []string
	for _, r := range p.rules {
		if !anyMatches(r.Clusters, c.Name) {
			continue
		}
		request, approve = mergeLists(request, r.Request), mergeLists(approve, r.Approve)
		alone = mergeLists(alone, r.allowedTo(reset.VerbEmergency))
		for _, t := range r.Approvals {
			d.need = max(d.need, min(1, t.Need))
		}
		d.view, d.owner = mergeLists(d.view, r.allowedTo(reset.VerbView)), cmp.Or(d.owner, r.Owner)
	}
	if d.freeze = c.Freeze; len(d.freeze) == 0 {
		d.freeze = mergeLists(request, approve, alone)
	}
	if d.thaw, d.thawOwn = c.Thaw, c.Thaw; len(d.thaw) == 0 {
		if d.thaw = approve; len(d.thaw) == 0 {
			d.thaw, d.need = request, 0
		}
		d.thawOwn = mergeLists(d.thaw, d.freeze)
	}
	d.view = mergeLists(d.view, d.freeze, d.thaw)
	return d
}

// may lists who may do what with the cluster as such. Own: the freeze that is lifted is the asker's.
func (d domain) may(v reset.Verb, own bool) []string {
	switch v {
	case reset.VerbView:
		return d.view
	case reset.VerbFreeze:
		return d.freeze
	case reset.VerbThaw:
		if own {
			return d.thawOwn
		}
		return d.thaw
	case reset.VerbApprove, reset.VerbReject: // a freeze needs no approval: these are of a thaw
		return d.thaw
	case reset.VerbCancel:
		return mergeLists(d.freeze, d.thaw)
	case reset.VerbRequest, reset.VerbRetry, reset.VerbUndo, reset.VerbSettle, reset.VerbEmergency, reset.VerbSchedule,
		reset.VerbApply: // nothing that is done with a cluster as such
	}
	return nil
}

// ofClusters rules on what concerns clusters as such: a freeze, a thaw, and what people decide about them.
func (p *Policy) ofClusters(ctx context.Context, a reset.PolicyQuestion) (reset.Ruling, error) {
	all := p.domains(a.Cluster)
	out := clusterRuling(all, a)
	switch {
	case len(all) == 0:
		return deny(out, reset.DeniedNoRule), nil
	case a.Verb == reset.VerbApply:
		return p.freezeAtWrite(ctx, a, all, out), nil
	case a.Verb == reset.VerbCancel && sameActor(a.Actor, a.Requester):
		return allow(out), nil
	case a.Actor.Kind == reset.OS && a.Verb == reset.VerbView:
		return allow(out), nil // the terminal only looks
	case a.Actor.Kind != reset.Person:
		return deny(out, reset.DeniedNotIn), nil
	}
	if denial, err := p.checkPerson(ctx, a); denial != "" {
		return deny(out, denial), err
	}
	return p.inEach(ctx, a, all, out)
}

// inEach allows what the asker may in every domain.
func (p *Policy) inEach(
	ctx context.Context, a reset.PolicyQuestion, all []domain, out reset.Ruling,
) (reset.Ruling, error) {
	var by []string
	for _, d := range all {
		who := d.may(a.Verb, a.OneIsEnough)
		if a.Verb == reset.VerbView {
			who = out.Who // those who may view one of them may see that all are frozen
		}
		principal, err := principalOf(ctx, p.directory(a), a.Actor.ID, who)
		if principal != "" {
			by = mergeLists(by, []string{principal})
			continue
		}
		out.Who, out.Rule = who, d.name
		switch {
		case len(d.view) == 0:
			return deny(out, reset.DeniedNoRule), nil
		case err != nil:
			return deny(out, reset.DeniedUnknown), err
		}
		return deny(out, reset.DeniedNotIn), nil
	}
	out.Principal = strings.Join(by, " ")
	return allow(out), nil
}

// clusterRuling combines the domains, before the directory is asked. Where each names others, people have to be in
// all of them.
func clusterRuling(all []domain, a reset.PolicyQuestion) reset.Ruling {
	out := reset.Ruling{MaxSkip: math.MaxInt64, MaxReplay: math.MaxInt64}
	for _, d := range all {
		out.Rule, out.Owner = d.name, cmp.Or(out.Owner, d.owner)
		out.Who, out.Approvers = mergeLists(out.Who, d.may(a.Verb, a.OneIsEnough)), mergeLists(out.Approvers, d.thaw)
		if a.Verb == reset.VerbThaw || a.For == reset.VerbThaw {
			out.Need = max(out.Need, d.need)
		}
	}
	if len(all) > 1 {
		out.Rule = "all rules of all clusters"
		if a.Verb != reset.VerbView {
			out.Who, out.Approvers = inParticular(out.Who), inParticular(out.Approvers)
		}
	}
	if a.OneIsEnough {
		out.Need = 0
	}
	return out
}

// inParticular leaves out of a list that any member may, unless it says nothing else: who is in another list is a
// member.
func inParticular(who []string) []string {
	named := slices.DeleteFunc(slices.Clone(who), func(id string) bool { return id == members })
	if len(named) == 0 {
		return who
	}
	return named
}

// freezeAtWrite rules on a freeze or a thaw just before it takes effect, as rulesAtWrite does on a reset: by the lists
// as they are now, each of which has to hold a principal that was recorded.
func (p *Policy) freezeAtWrite(
	ctx context.Context, a reset.PolicyQuestion, all []domain, out reset.Ruling,
) reset.Ruling {
	everywhere := func(v reset.Verb, principal, id string) bool {
		own := a.OneIsEnough && v == reset.VerbThaw
		return !slices.ContainsFunc(all, func(d domain) bool { return !d.lists(v, own, principal, id) })
	}
	out.Principal = a.Principal
	requester := p.account(ctx, a, a.Requester, &out)
	listed := func(v reset.Vote) bool {
		return (v.Principal != "" || v.Rule == out.Rule) && everywhere(reset.VerbApprove, v.Principal, v.Actor.ID)
	}
	valid := p.countVotes(ctx, a, listed, []string{requester.id}, &out)
	switch {
	case a.Requester.Kind != reset.Person || !everywhere(a.For, a.Principal, a.Requester.ID):
		return deny(out, reset.DeniedNotIn)
	case requester.gone:
		return deny(out, reset.DeniedGone)
	case valid < out.Need:
		return deny(out, reset.DeniedVotes)
	}
	return allow(out)
}

// lists reports whether the list of a domain still holds one of the principals by which a person had a right. Where
// all clusters were concerned there is one of each.
func (d domain) lists(v reset.Verb, own bool, principals, id string) bool {
	who := d.may(v, own)
	if principals == "" {
		return lists(who, "", id)
	}
	return slices.ContainsFunc(strings.Fields(principals), func(p string) bool { return lists(who, p, id) })
}

// Unfrozen names the clusters that no one may freeze, because no rule and no list of them names a person: then no one
// may freeze everything either.
func (p *Policy) Unfrozen() []string {
	var out []string
	for _, d := range p.domains(reset.Everything) {
		if len(d.freeze) == 0 {
			out = append(out, d.cluster)
		}
	}
	return out
}

// onSomeGroup says whether any rule of a cluster gives the right to a person, for those who want to know what to ask
// about: in which channel, on which group and how much is ruled when they do.
func (p *Policy) onSomeGroup(ctx context.Context, a reset.PolicyQuestion) (reset.Ruling, error) {
	var out reset.Ruling
	if a.Actor.Kind != reset.Person {
		return deny(out, reset.DeniedNotIn), nil
	}
	if denial, err := p.checkPerson(ctx, a); denial != "" {
		return deny(out, denial), err
	}
	var who []string
	for _, r := range p.rules {
		if anyMatches(r.Clusters, a.Cluster) {
			who = mergeLists(who, r.allowedTo(a.Verb))
		}
	}
	principal, err := principalOf(ctx, p.directory(a), a.Actor.ID, who)
	switch {
	case principal != "":
		out.Principal = principal
		return allow(out), nil
	case err != nil:
		return deny(out, reset.DeniedUnknown), err
	}
	return deny(out, reset.DeniedNotIn), nil
}
