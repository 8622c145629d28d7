package slacksim

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// publishHome is views.publish: the home tab of one user (ref, views.publish). It needs no scope.
func (s *Sim) publishHome(a args) (obj, *refusal) {
	user := a.str("user_id")
	if u, ok := s.users[user]; !ok || u.Bot || user == Slackbot {
		return nil, refuse("invalid_arguments", "invalid `user_id`") // ref, views.publish, example
	}
	if s.opts.NoHomeTab {
		return nil, refuse("not_enabled")
	}
	body, no := s.readView(a, homeView)
	if no != nil {
		return nil, no
	}
	v := s.homes[user]
	if hash := a.str("hash"); hash != "" && (v == nil || hash != v.hash) {
		return nil, refuse("hash_conflict")
	}
	external := str(body, "external_id")
	if external != "" && s.taken(external, v) {
		return nil, refuse("duplicate_external_id")
	}
	if v == nil {
		v = &view{id: s.id("V"), user: user}
		v.root = v.id
		s.homes[user] = v
	}
	s.replace(v, body)
	return obj{"view": v.payload()}, nil
}

// taken reports whether another view than v has an external_id.
func (s *Sim) taken(external string, v *view) bool {
	same := func(o *view) bool { return o != v && o.external == external }
	for _, home := range s.homes {
		if same(home) {
			return true
		}
	}
	return slices.ContainsFunc(s.views, same)
}

// OpenHome opens the app's home tab: the app gets app_home_opened, with the view if one was published before (docs,
// app_home_opened: "sent each time a user enters into the App Home space"). It needs no scope. The delivery is nil if
// the app did not subscribe.
func (p *Person) OpenHome(tweaks ...Tweak) (*Delivery, error) { return p.openTab(homeView, tweaks) }

// OpenMessages opens the other tab of the app's home.
func (p *Person) OpenMessages(tweaks ...Tweak) (*Delivery, error) {
	return p.openTab("messages", tweaks)
}

func (p *Person) openTab(tab string, tweaks []Tweak) (*Delivery, error) {
	s := p.sim
	s.mu.Lock()
	if tab == homeView && s.opts.NoHomeTab {
		s.mu.Unlock()
		return nil, errors.New("the app has no home tab")
	}
	event := obj{"type": "app_home_opened", "user": p.ID, "channel": s.dm(p.ID).ID, "tab": tab, "event_ts": s.stamp()}
	if v := s.homes[p.ID]; v != nil && tab == homeView {
		event["view"] = v.payload()
	}
	s.mu.Unlock()
	return s.sendEvent(event, tweaks), nil
}

// Home is what this person sees in the home tab; false: nothing was published.
func (p *Person) Home() (View, bool) {
	s := p.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.homes[p.ID]
	if v == nil {
		return View{}, false
	}
	return s.lookAt(v), true
}

// WaitHome returns the home tab as soon as there is one that want accepts.
func (p *Person) WaitHome(ctx context.Context, want func(View) bool) (View, error) {
	var home View
	err := p.sim.Await(ctx, func() bool {
		v, there := p.Home()
		home = v
		return there && want(v)
	})
	if err != nil && home.sim != nil {
		err = fmt.Errorf("wait for the home of %s: %w; it reads:\n%s", p.ID, err, home.Text())
	}
	return home, err
}

// ClickHome presses a button in the home tab, or chooses value where the element is not a button.
func (p *Person) ClickHome(actionID, value string, tweaks ...Tweak) (*Delivery, error) {
	home, there := p.Home()
	if !there {
		return nil, fmt.Errorf("%s has an empty home tab", p.ID)
	}
	return p.ClickIn(home, actionID, value, tweaks...)
}
