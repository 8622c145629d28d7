package words

import (
	"cmp"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// mostSchedules is how many rows a list has.
const mostSchedules = 50

// SchedulesOf lists schedules.
func SchedulesOf(all []reset.Schedule, now time.Time) Content {
	c := Content{Title: "Schedules", Status: text.Counted(len(all), "schedule")}
	if len(all) == 0 {
		c.Lines = []Line{say("Nothing is scheduled here. ", code(commands.ScheduleExample), " would ask for one.")}
	} else {
		c.Table = &Table{Head: []string{"schedule", "group", "when", "what", "next, UTC", "status"},
			Right: make([]bool, 6)}
		for i, s := range all {
			if i == mostSchedules {
				c.Table.More = len(all) - i
				break
			}
			v := timeFormatOf(s.Intent, now)
			c.Table.Rows = append(c.Table.Rows,
				[]string{s.Label(), s.Intent.Group + "@" + s.Intent.Cluster, whenOf(s, v),
					targetPhrase(reset.Story{Request: reset.Request{Act: reset.SaveSchedule{Schedule: s}}}, v,
						zoneOnly), nextUTC(s), string(s.Status)})
		}
		c.Foot = []Line{say("One of them in full: ", code("schedule show ID"), "; what it has done: ",
			code("schedule history ID"))}
	}
	c.Fallback = c.Title + ": " + c.Status
	return c
}

func nextUTC(s reset.Schedule) string {
	if s.Next.IsZero() || s.Status != reset.Active {
		return "none"
	}
	return s.Next.UTC().Format("2006-01-02 15:04")
}

// whenOf is a schedule's recurrence, or its one time.
func whenOf(s reset.Schedule, v timeFormat) string {
	if s.Expr == "" {
		return "at " + v.targetTime(reset.Time{At: s.At, Zone: s.Zone}, withUTC)
	}
	return s.Expr + " " + cmp.Or(s.Zone, "UTC")
}

// ScheduleOf is a schedule as it is now, or its runs.
func ScheduleOf(st reset.ScheduleStory, runs bool) Content {
	s := st.Schedule
	v := timeFormatOf(s.Intent, st.Now)
	c := Content{Title: title(s.Intent, st.Cluster), Status: "schedule " + s.Label() + " · " + string(s.Status)}
	story := reset.Story{Request: reset.Request{Act: reset.SaveSchedule{Schedule: s}}, Now: st.Now}
	c.Lines = []Line{say(text.Capital(targetPhrase(story, v, withUTC)), ", ", whenOf(s, v), reason(s.Intent), ".")}
	if runs {
		if len(st.Runs) == 0 {
			c.Lines = append(c.Lines, say("It has not run yet."))
		}
		c.Lines = append(c.Lines, requestLines(st.Runs, []reset.ClusterInfo{st.Cluster}, st.Now)...)
		c.Foot = []Line{say("One of them in full: ", code("show ID"))}
	} else {
		if s.Status == reset.Active {
			c.Lines = append(c.Lines, upcomingLines(&st)...)
		}
		c.Lines = append(c.Lines, terms(s, v), mandate(s, v))
		c.Foot = []Line{say("What it has done: ", code("schedule history "+s.Label()), "; who decided what: ",
			code("history "+cmp.Or(s.Request, s.ID)))}
	}
	c.Fallback = fallback(c)
	return c
}

// upcomingLines are the runs to come: in the schedule's own zone, in UTC, and what clock changes do to them.
func upcomingLines(st *reset.ScheduleStory) []Line {
	if st == nil || len(st.Upcoming) == 0 {
		return []Line{say("No run is to come.")}
	}
	lines := []Line{say(strong("Next"), ":")}
	for _, run := range st.Upcoming {
		l := say(run.At.Format("Mon 2006-01-02 15:04 MST"))
		if _, off := run.At.Zone(); off != 0 {
			l = say(l, " (", utcOf(run.At), ")")
		}
		if run.Note != "" {
			l = say(l, ": ", run.Note)
		}
		lines = append(lines, l)
	}
	if st.Rule != "" {
		lines = append(lines, say(st.Rule))
	}
	return lines
}

func utcOf(local time.Time) string {
	if utc := local.UTC(); !sameDay(local, utc) {
		return utc.Format("2006-01-02 15:04 UTC")
	}
	return local.UTC().Format("15:04 UTC")
}

// terms are the settings of each run, without its numbers.
func terms(s reset.Schedule, v timeFormat) Line {
	told := "Each run is announced " + text.Duration(s.Announce) + " ahead"
	if s.Announce == 0 {
		told = "Runs are not announced ahead"
	}
	beside := map[reset.Busy]string{
		reset.BusyWait: "beside others it waits " + text.Duration(s.WhenBusy.For),
		reset.BusySkip: "beside others it is left out",
		reset.BusyFail: "beside others it fails, and pauses the schedule",
	}[s.WhenBusy.Do]
	missed := "a missed one is left out"
	if s.IfMissed.Run {
		missed = "the latest that was missed is made up for"
		if s.IfMissed.Within > 0 {
			missed += " within " + text.Duration(s.IfMissed.Within)
		}
	}
	return say(told, "; ", cmp.Or(beside, "beside others it waits"), "; ", missed, ".")
}

// mandate is the standing approval of a schedule, and its end.
func mandate(s reset.Schedule, v timeFormat) Line {
	if s.Source == reset.FromFile {
		return say("It is kept in the configuration file, and rests on its review", until(" until ", s.Until, v), ". ",
			ownerOf(s))
	}
	end := say(" for 90 days")
	if !s.Until.IsZero() {
		end = say(" until ", v.clock(s.Until))
	}
	switch {
	case s.Mandate.Request == "":
		return say("An approval stands", end, "; any change asks for a new one.")
	case len(s.Mandate.Votes) == 0:
		return say("It needed nobody else's approval, and stands", end, ". ", ownerOf(s))
	}
	return say("Approved in ", s.Mandate.Request, " by ", voters(s.Mandate.Votes, v), ", standing", end, ". ",
		ownerOf(s))
}

func ownerOf(s reset.Schedule) Line {
	if s.Owner.ID == "" {
		return nil
	}
	return say("Its owner is ", person(s.Owner), ".")
}

// scheduleDraft adds to a preview what is particular to a schedule.
func scheduleDraft(s reset.Story, v timeFormat) []Line {
	sc := s.Schedule
	if sc == nil {
		return nil
	}
	return append(upcomingLines(sc), terms(sc.Schedule, v), mandate(sc.Schedule, v))
}

// saved is the card of a request that saved a schedule: the schedule as it is now.
func saved(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	if s.Schedule == nil || s.Schedule.Schedule.Request != r.ID {
		c.Status = status(r, "saved, and changed since")
		c.Lines = []Line{askLine(s, v), agreed(s, v)}
		return
	}
	sc := s.Schedule.Schedule
	c.Status = status(r, "schedule "+sc.Label()+" is "+string(sc.Status))
	c.Lines = []Line{askLine(s, v)}
	button := func(verb, label, style, confirm string) Button {
		return Button{Verb: verb, Ref: ref(r), Label: label, Style: style, Confirm: confirm,
			Typed: "schedule " + verb + " " + sc.ID}
	}
	switch sc.Status {
	case reset.Active:
		c.Lines = append(c.Lines, upcomingLines(s.Schedule)...)
		if coming := s.Schedule.Upcoming; len(coming) > 0 {
			skip := button("skip-next", "Skip next", "", "")
			skip.Option = int(coming[0].At.Unix()) // the run that is shown as the next one, and no other
			c.Buttons = append(c.Buttons, skip)
		}
		c.Buttons = append(c.Buttons,
			button("run", "Run now", "", text.Clip("A run now: "+targetPhrase(s, v, withUTC)+".", 300)),
			button("pause", "Pause", "", ""),
			button("remove", "Remove", "danger", "It never runs again."))
	case reset.Paused:
		c.Buttons = []Button{button("resume", "Resume", "", ""),
			button("remove", "Remove", "danger", "It never runs again.")}
	case reset.Lapsed:
		c.Lines = append(c.Lines, say(strong("Nothing runs any more"),
			": the approval has ended, or no longer holds. Save it again under its name to ask for a new one."))
	case reset.Over, reset.Removed: // there are no more runs, and no buttons
	}
	if sc.Source == reset.FromFile { // it is stopped and started in the file
		c.Buttons = slices.DeleteFunc(c.Buttons,
			func(b Button) bool { return b.Verb != "skip-next" && b.Verb != "run" })
	}
	c.Lines = append(c.Lines, terms(sc, v), mandate(sc, v))
	c.Foot = []Line{say("Its runs: ", code("schedule history "+sc.Label()))}
}

// announced is an approved request whose time has not come: a run, or a time in the future.
func announced(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	in, _ := r.Intent()
	c.Status = status(r, "armed for "+utcOf(r.NotBefore))
	c.Lines = []Line{askLine(s, v), agreed(s, v)}
	if r.Run == nil {
		c.Lines = append(c.Lines, say("Begins ", v.clock(r.NotBefore), "."), futureLine(in))
		c.Buttons = []Button{cancelButton(r, "Cancel")}
		return
	}
	c.Status = status(r, "announced for "+utcOf(r.NotBefore))
	c.Lines = append(c.Lines, say(strong("Begins "), v.clock(r.NotBefore), lateBy(r), ". The numbers are as of ",
		v.clock(s.Now), "; it is planned again then, and waits until ", in.Group, " is idle."))
	c.Table = planTable(s, v)
	c.Buttons = append(runButtons(r), showAll(r, c.Table)...)
}

func lateBy(r reset.Request) string {
	if r.Run.Late > 0 {
		return ", " + text.Duration(r.Run.Late) + " late: the bot was not running"
	}
	return ""
}

// runButtons are the buttons of an announced run.
func runButtons(r reset.Request) []Button {
	return []Button{
		{Verb: "skip-next", Ref: ref(r), Label: "Skip", Typed: "skip-next " + r.ID},
		{Verb: "delay", Ref: ref(r), Label: "Delay 1 h", Typed: "delay " + r.ID},
		{Verb: "run", Ref: ref(r), Label: "Run now", Typed: "run " + r.ID},
	}
}

// futureLine explains a time in the future, and which clock decides.
func futureLine(in reset.Intent) Line {
	if t, ok := in.Target.(reset.Time); !ok || !t.Future || t.Back != 0 {
		return nil
	}
	return say("Only what is stored from then on is read: the time is looked up once it has come, and where nothing is stored by then, that is the end. ",
		"With CreateTime a producer's clock decides. What it skips is known only then; beyond what was agreed to, it asks again.")
}

// runAsks names the schedule of a run as its requester.
func runAsks(r reset.Request) Line {
	l := say("Schedule ", strong(cmp.Or(r.Run.Name, r.Run.Schedule)))
	if r.Run.By.ID != "" {
		return say(l, ", told to run now by ", person(r.Run.By), ",")
	}
	return say(l, " of ", person(r.Run.Owner))
}

// askedBy is the person who asked, or the schedule by its name.
func askedBy(r reset.Request) Line {
	if r.Run == nil {
		return say(person(r.Actor))
	}
	return say("schedule ", cmp.Or(r.Run.Name, r.Run.Schedule), " of ", person(r.Run.Owner))
}

// standingApproval is the approval that a run relies on, while no approval was asked for it.
func standingApproval(m reset.Mandate, v timeFormat) Line {
	switch {
	case m.File:
		return say("Rests on the reviewed configuration file", until(" until ", m.Until, v), ".")
	case len(m.Votes) == 0:
		return say("Rests on ", m.Request, ", which needed nobody else's approval", until(", until ", m.Until, v), ".")
	}
	return say("Rests on ", m.Request, ", approved by ", voters(m.Votes, v), until(", until ", m.Until, v), ".")
}
