package auth_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A user left S0PAY: a request reads the membership live, a view may be a minute late.
func TestMembershipIsReadLiveExceptForViews(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	d := newTown()
	rule := pay()
	rule.View, rule.Emergency = []string{"S0PAY"}, nil
	rule.Approve = nil
	dir := auth.NewDirectory(d, func() time.Time { return now })
	p := auth.New([]auth.Rule{rule}, dir)
	may := func(v reset.Verb) bool {
		t.Helper()
		got, err := p.Rule(t.Context(), asking("U0MARA", v))
		if err != nil {
			t.Fatal(err)
		}
		return got.Allowed
	}
	if !may(reset.VerbView) || !may(reset.VerbRequest) {
		t.Fatal("a member may not")
	}
	calls := len(d.asked)
	if !may(reset.VerbView) || len(d.asked) != calls {
		t.Errorf("looking again asked for %v", d.asked[calls:])
	}
	d.groups["S0PAY"] = nil
	if now = now.Add(time.Minute - 1); !may(reset.VerbView) {
		t.Error("looking was not remembered for a minute")
	}
	preview := asking("U0MARA", reset.VerbRequest)
	preview.Preview = true
	if got, err := p.Rule(t.Context(), preview); err != nil || !got.Allowed || len(d.asked) != calls {
		t.Errorf("a preview was not answered from memory: %+v, %v, asked %v", got, err, d.asked[calls:])
	}
	if may(reset.VerbRequest) {
		t.Error("asked for a reset after leaving the group")
	}
	if may(reset.VerbView) {
		t.Error("what was read live was not remembered")
	}
	d.groups["S0PAY"] = []string{"U0MARA"}
	if now = now.Add(time.Minute - 1); may(reset.VerbView) {
		t.Error("looking was not remembered for a minute")
	}
	if now = now.Add(1); !may(reset.VerbView) {
		t.Error("looking was remembered for a minute and more")
	}
	d.groups["S0PAY"] = nil
	if now = now.Add(time.Minute); may(reset.VerbView) {
		t.Error("looking was remembered for a minute and more")
	}
	d.groups["S0PAY"] = []string{"U0MARA"}
	if may(reset.VerbView) {
		t.Error("looking was not remembered")
	}
	dir.Forget("S0PAY")
	if !may(reset.VerbView) {
		t.Error("a group that changed was remembered")
	}
	d.people["U0MARA"] = auth.Person{Team: "T0", Deleted: true}
	dir.Forget("U0MARA")
	if may(reset.VerbView) {
		t.Error("a person who changed was remembered")
	}
}

func TestErrorsAreNotRemembered(t *testing.T) {
	t.Parallel()
	d := newTown()
	d.broken["U0BEN"] = true
	p := policy(d, pay())
	if got, err := p.Rule(t.Context(),
		asking("U0BEN", reset.VerbView)); err == nil || got.Denial != reset.DeniedUnknown {
		t.Errorf("unreadable: %+v, error %v", got, err)
	}
	d.broken["U0BEN"] = false
	if got, err := p.Rule(t.Context(), asking("U0BEN", reset.VerbView)); err != nil || !got.Allowed {
		t.Errorf("readable again: %+v, error %v", got, err)
	}
}

func TestClockSetBackForgets(t *testing.T) {
	t.Parallel()
	now := time.Unix(3600, 0)
	d := newTown()
	dir := auth.NewDirectory(d, func() time.Time { return now })
	for range 2 {
		if _, err := dir.Person(t.Context(), "U0BEN"); err != nil {
			t.Fatal(err)
		}
		now = now.Add(-time.Hour)
	}
	if len(d.asked) != 2 {
		t.Errorf("asked %v, want it asked twice", d.asked)
	}
}

// slow changes a group while it is being asked about it.
type slow struct {
	*town
	meanwhile func()
}

func (d slow) Members(ctx context.Context, group string) ([]string, error) {
	in, err := d.town.Members(ctx, group)
	d.meanwhile()
	return in, err
}

func TestAnswerOvertakenByAChangeIsNotRemembered(t *testing.T) {
	t.Parallel()
	d := slow{town: newTown()}
	var dir *auth.Cached
	d.meanwhile = func() { dir.Forget("S0PAY") }
	dir = auth.NewDirectory(&d, func() time.Time { return time.Unix(0, 0) })
	for range 2 {
		if _, err := dir.Members(t.Context(), "S0PAY"); err != nil {
			t.Fatal(err)
		}
	}
	if len(d.asked) != 2 {
		t.Errorf("asked %v, want it asked twice", d.asked)
	}
	d.meanwhile = func() {}
	in, err := dir.Members(t.Context(), "S0PAY")
	if err != nil {
		t.Fatal(err)
	}
	in[0] = "U0EVIL" // the caller's copy
	if again, err := dir.Members(t.Context(), "S0PAY"); err != nil || slices.Contains(again,
		"U0EVIL") || len(d.asked) != 3 {
		t.Errorf("remembered %v, error %v, asked %v", again, err, d.asked)
	}
}
