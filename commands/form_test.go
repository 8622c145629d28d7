package commands

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A form means what the same reset means when it is typed.
func TestAFormIsReadAsWhatIsTyped(t *testing.T) {
	t.Parallel()
	ctx := askerOf(t)
	at := ctx.At.Add(-time.Hour).Truncate(time.Second)
	for _, tt := range []struct {
		form  Form
		typed string
	}{
		{Form{Where: ToLatest, Topics: []string{"orders"}}, "billing@prod-eu orders to latest"},
		{Form{Where: ToEarliest, Topics: []string{"orders:0,3-5", "refunds"}},
			"billing@prod-eu orders:0,3-5 refunds to earliest"},
		{Form{Where: GoBack, Value: " 50m ", Topics: []string{AllTopics}}, "billing@prod-eu --all-topics back 50m"},
		{Form{Where: ShiftBy, Value: "-100", Topics: []string{"orders"}}, "billing@prod-eu orders shift -100"},
		{Form{Where: ToOffset, Value: "46,020", Topics: []string{"orders"}}, "billing@prod-eu orders to offset 46020"},
		{Form{Where: SkipOne, Value: "orders:7@18231", Topics: []string{"refunds"}},
			"billing@prod-eu skip orders:7@18231"},
		{Form{Where: FromRows, Value: "orders,0,5\norders,1,6"}, "billing@prod-eu from orders,0,5 orders,1,6"},
		{Form{Where: ToLatest, Topics: []string{"orders"}, Reason: " bad deploy "},
			`billing@prod-eu orders to latest --reason "bad deploy"`},
	} {
		tt.form.Cluster, tt.form.Group = "prod-eu", "billing"
		got, wrong := tt.form.Read(ctx)
		cmd, err := Parse(tt.typed, ctx)
		if len(wrong) > 0 || err != nil {
			t.Errorf("%s: %v, %v", tt.typed, wrong, err)
			continue
		}
		if diff := cmp.Diff(cmd.(Reset).Intent, got); diff != "" {
			t.Errorf("%s (-typed +form):\n%s", tt.typed, diff)
		}
	}
	got, wrong := Form{Cluster: "prod-eu", Group: "billing", Where: ToTime, At: at, Topics: []string{"orders"}}.Read(ctx)
	if to, ok := got.Target.(reset.Time); len(wrong) > 0 || !ok || !to.At.Equal(at) || to.Future {
		t.Errorf("a time that has passed: %+v, %v", got, wrong)
	}
	at = ctx.At.Add(time.Hour)
	got, _ = Form{Cluster: "prod-eu", Group: "billing", Where: ToTime, At: at, Topics: []string{"orders"}}.Read(ctx)
	if to, ok := got.Target.(reset.Time); !ok || !to.At.Equal(at) || !to.Future {
		t.Errorf("a time that has not come: %+v", got)
	}
}

// Every mistake is at its own field, and what is not filled in yet is told apart from what is wrong.
func TestAFormReportsEachMistakeAtItsField(t *testing.T) {
	t.Parallel()
	ctx := askerOf(t)
	whole := Form{Cluster: "prod-eu", Group: "billing", Where: ToLatest, Topics: []string{"orders"}}
	for _, tt := range []struct {
		change func(*Form)
		field  FormField
		says   string
	}{
		{func(f *Form) { f.Cluster = "" }, FieldCluster, ""},
		{func(f *Form) { f.Group = "" }, FieldGroup, ""},
		{func(f *Form) { f.Topics = nil }, FieldTopics, ""},
		{func(f *Form) { f.Topics = []string{AllTopics, "orders"} }, FieldTopics, "only one of them can be meant"},
		{func(f *Form) { f.Topics = []string{"orders:x"} }, FieldTopics, "orders:x"},
		{func(f *Form) { f.Where = "" }, FieldWhere, ""},
		{func(f *Form) { f.Where = "elsewhere" }, FieldValue, "no such target"},
		{func(f *Form) { f.Where = ToTime }, FieldValue, ""},
		{func(f *Form) { f.Where = GoBack }, FieldValue, ""},
		{func(f *Form) { f.Where, f.Value = GoBack, "soon" }, FieldValue, "how far back?"},
		{func(f *Form) { f.Where, f.Value = ShiftBy, "0" }, FieldValue, "moves nothing"},
		{func(f *Form) { f.Where, f.Value = ToOffset, "-3" }, FieldValue, "to which offset?"},
		{func(f *Form) { f.Where, f.Value = SkipOne, "orders" }, FieldValue, "TOPIC:PARTITION@OFFSET"},
		{func(f *Form) { f.Where, f.Value = FromRows, "orders,x,5" }, FieldValue, "line 1"},
		{func(f *Form) { f.Reason = strings.Repeat("x", maxReason+1) }, FieldReason, "501"},
	} {
		form := whole
		tt.change(&form)
		_, wrong := form.Read(ctx)
		if got := slices.Collect(maps.Keys(wrong)); !slices.Equal(got, []FormField{tt.field}) {
			t.Errorf("%+v: wrong are %v, want %s", form, wrong, tt.field)
			continue
		}
		err := wrong[tt.field]
		if IsMissing(err) != (tt.says == "") || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%+v: %v, want %q", form, err, tt.says)
		}
	}
	for where, example := range formExamples {
		form := whole
		form.Where, form.Value = where, "nonsense"
		if _, wrong := form.Read(ctx); !strings.HasSuffix(wrong[FieldValue].Error(), " Example: "+example) {
			t.Errorf("%s: %v", where, wrong)
		}
		form.Value = example
		if _, wrong := form.Read(ctx); len(wrong) > 0 {
			t.Errorf("%s: its example is refused: %v", where, wrong)
		}
	}
	if _, wrong := whole.Read(ctx); len(wrong) > 0 {
		t.Errorf("what is whole is wrong: %v", wrong)
	}
}
