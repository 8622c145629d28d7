package reset

import "testing"

// A schedule and a run that an earlier version stored say whose right to ask their standing approval includes: without
// it each run would wait for somebody without a name.
func TestAStandingApprovalOfAnEarlierVersionHasItsOwner(t *testing.T) {
	t.Parallel()
	mara := Actor{Kind: Person, Team: "T0", ID: "U0MARA"}
	sc := Schedule{Owner: mara}
	sc.FromEarlier()
	if sc.Mandate.Owner != mara {
		t.Errorf("the schedule's approval is of %+v", sc.Mandate.Owner)
	}
	r := Request{Run: &Run{Owner: mara, Former: &Mandate{Rule: "pay"}}}
	r.FromEarlier()
	if r.Mandate == nil || r.Mandate.Owner != mara {
		t.Errorf("the run's approval is %+v", r.Mandate)
	}
	ben := Actor{Kind: Person, Team: "T0", ID: "U0BEN"}
	sc = Schedule{Owner: mara, Mandate: Mandate{Owner: ben}}
	if sc.FromEarlier(); sc.Mandate.Owner != ben {
		t.Error("an owner that is known was replaced")
	}
}
