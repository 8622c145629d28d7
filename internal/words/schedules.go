package words

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
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
		c.Lines = []Line{say("No schedules here. ", code(commands.ScheduleExample), " asks for one.")}
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
					moveTo(reset.Story{Request: reset.Request{Act: reset.SaveSchedule{Schedule: s}}}, v,
						zoneOnly), nextUTC(s), scheduleStates[s.Status]})
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
	zone := timeFormatOf(reset.Intent{Zone: s.Zone}, v.now).zone
	return recurrence(s.Expr) + " " + city(zone)
}

// scheduleStates name the status of a schedule.
var scheduleStates = map[reset.Status]string{reset.Active: "active", reset.Paused: "paused", reset.Lapsed: "expired",
	reset.Over: "ended", reset.Removed: "removed"}

var daysOfWeek = []string{"Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays"}

// recurrence is a cron expression in words where it is a daily or weekly one: "daily 02:00"; else as it is.
func recurrence(expr string) string {
	f := strings.Fields(expr)
	if len(f) != 5 || f[2] != "*" || f[3] != "*" {
		return expr
	}
	minute, bad := strconv.Atoi(f[0])
	hour, err := strconv.Atoi(f[1])
	if bad != nil || err != nil {
		return expr
	}
	days := "daily"
	if f[4] != "*" {
		day, err := strconv.Atoi(f[4])
		if err != nil || day < 0 || day >= len(daysOfWeek) {
			return expr
		}
		days = daysOfWeek[day]
	}
	return fmt.Sprintf("%s %02d:%02d", days, hour, minute)
}

// recurrenceLine is a schedule in one line: "daily 02:00 Berlin · orders → back 1 d".
func recurrenceLine(s reset.Story, v timeFormat) Line {
	save, ok := s.Request.Act.(reset.SaveSchedule)
	if !ok {
		return nil
	}
	l := say(strong(whenOf(save.Schedule, v)), " · ", name(moveTo(s, v, zoneOnly)))
	if label := save.Schedule.Label(); label != "" {
		return say(name(label), ": ", l)
	}
	return l
}

// ScheduleOf is a schedule as it is now, or its runs.
func ScheduleOf(st reset.ScheduleStory, runs bool) Content {
	s := st.Schedule
	v := timeFormatOf(s.Intent, st.Now)
	c := Content{Title: title(s.Intent, st.Cluster), Status: "schedule " + s.Label() + " · " + scheduleStates[s.Status]}
	story := reset.Story{Request: reset.Request{Act: reset.SaveSchedule{Schedule: s}}, Now: st.Now}
	c.Lines = []Line{say(recurrenceLine(story, v), reason(s.Intent), ".")}
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
		return []Line{say("No further runs.")}
	}
	lines := []Line{say(strong("Next"), ":")}
	for _, run := range st.Upcoming {
		lines = append(lines, runTime(run))
	}
	if st.Rule != "" {
		lines = append(lines, say(st.Rule))
	}
	return lines
}

func runTime(run reset.UpcomingRun) Line {
	l := say(run.At.Format("Mon 2006-01-02 15:04 MST"))
	if _, off := run.At.Zone(); off != 0 {
		l = say(l, " (", utcOf(run.At), ")")
	}
	if run.Note != "" {
		l = say(l, ": ", run.Note)
	}
	return l
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
		reset.BusyWait: "while another reset of the group is open it waits up to " + text.Duration(s.WhenBusy.For),
		reset.BusySkip: "while another reset of the group is open it is skipped",
		reset.BusyFail: "while another reset of the group is open it fails and pauses the schedule",
	}[s.WhenBusy.Do]
	missed := "a missed run is skipped"
	if s.IfMissed.Run {
		missed = "the latest missed run is started"
		if s.IfMissed.Within > 0 {
			missed += " within " + text.Duration(s.IfMissed.Within)
		}
	}
	return say(told, "; ", cmp.Or(beside, "while another reset of the group is open it waits"), "; ", missed, ".")
}

// mandate is the standing approval of a schedule, and its end.
func mandate(s reset.Schedule, v timeFormat) Line {
	if s.Source == reset.FromFile {
		return say("In the configuration file, approved by its review", until(" until ", s.Until, v), ". ", ownerOf(s))
	}
	end := say(" for 90 days")
	if !s.Until.IsZero() {
		end = say(" until ", v.clock(s.Until))
	}
	switch {
	case s.Mandate.Request == "":
		return say("An approval is valid", end, "; any change needs a new one.")
	case len(s.Mandate.Votes) == 0:
		return say("No second approval required; valid", end, ". ", ownerOf(s))
	}
	return say("Approved in ", s.Mandate.Request, " by ", voters(s.Mandate.Votes, v), ", valid", end, ". ",
		ownerOf(s))
}

func ownerOf(s reset.Schedule) Line {
	if s.Owner.ID == "" {
		return nil
	}
	return say("Its owner is ", person(s.Owner), ".")
}

// nextRunLine is the next run of a schedule, in its own zone and in UTC.
func nextRunLine(st *reset.ScheduleStory, v timeFormat) []Line {
	if st == nil || len(st.Upcoming) == 0 {
		return nil
	}
	l := say("Next: ", runTime(st.Upcoming[0]))
	if end := st.Schedule.Until; !end.IsZero() {
		l = say(l, "; approval until ", v.clock(end))
	}
	return []Line{l}
}

// scheduleDetails are the runs to come, the settings of each run, and the standing approval.
func scheduleDetails(s reset.Story, v timeFormat) []Line {
	sc := s.Schedule
	if _, saves := s.Request.Act.(reset.SaveSchedule); !saves || sc == nil {
		return nil
	}
	var lines []Line
	if sc.Schedule.Status == reset.Active || s.Request.State.Open() {
		lines = upcomingLines(sc)
	}
	return append(lines, terms(sc.Schedule, v), mandate(sc.Schedule, v))
}

// savedCard is the card of a request that saved a schedule: the schedule as it is now.
func savedCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	if s.Schedule != nil && phaseOf(s) != phaseReplacedSchedule {
		s.Request.Act = reset.SaveSchedule{Schedule: s.Schedule.Schedule} // as it is called and runs now
	}
	c.Lines = []Line{recurrenceLine(s, v)}
	c.Lines = append(c.Lines, askedAndAgreed(s, v))
	if phaseOf(s) == phaseReplacedSchedule {
		c.Lines = append(c.Lines, say("Saved, and changed since: ", code("schedule list"), " has it as it is now."))
		return
	}
	sc := s.Schedule.Schedule
	button := func(verb, label, style, confirm string) Button {
		return Button{Verb: verb, Ref: ref(r), Label: label, Style: style, Confirm: confirm,
			Typed: "schedule " + verb + " " + sc.ID}
	}
	remove := one(button("remove", "Remove", "", ""))
	switch sc.Status {
	case reset.Active:
		c.Lines = append(c.Lines, nextRunLine(s.Schedule, v)...)
		c.Buttons = one(button("pause", "Pause", "", ""))
		if coming := s.Schedule.Upcoming; len(coming) > 0 {
			skip := button("skip-next", "Skip next", "", "")
			skip.Option = int(coming[0].At.Unix()) // the run that is shown as the next one, and no other
			c.Buttons = append(c.Buttons, skip)
		}
		c.Menu = menu(one(button("run", "Run now", "", "")), remove)
	case reset.Paused:
		c.Buttons, c.Menu = one(button("resume", "Resume", "", "")), remove
	case reset.Lapsed:
		c.Lines = append(c.Lines, say(strong("Runs have stopped"),
			": the approval has ended or is no longer valid. Save it again under its name to ask for a new one."))
	case reset.Over, reset.Removed: // there are no more runs, and no buttons
	}
	if sc.Source == reset.FromFile { // it is stopped and started in the file
		changes := func(b Button) bool { return b.Verb != "skip-next" && b.Verb != "run" }
		c.Buttons, c.Menu = slices.DeleteFunc(c.Buttons, changes), slices.DeleteFunc(c.Menu, changes)
	}
	c.Details = []Line{say("Its runs: ", code("schedule history "+sc.Label()))}
}
