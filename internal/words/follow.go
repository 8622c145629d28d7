package words

import (
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// CardPointer is what becomes of the requester's preview once others see the card: where the card is, and the state
// as of now. It is not kept up to date, since a response_url takes five messages only, so it has its time. where
// links to the card; nil: Slack gave no link.
func CardPointer(s reset.Story, where Line) Content {
	card := CardOf(s)
	v := timeFormatOf(intentOf(s.Request), s.Now)
	if where == nil {
		where = say(code("show " + s.Request.ID))
	}
	c := Content{Title: card.Title, Foot: []Line{contextLine(s)}}
	next := " shows what happens next."
	if EndsDirectly(s.Request) {
		next = " shows what happens next; you get the result as a direct message."
	}
	c.Lines = []Line{say("As of ", v.clock(s.Now), ". ", where, next)}
	c.Fallback = fallback(c)
	return c
}

// EndsDirectly reports whether the outcome is sent to the requester by direct message. A freeze, a thaw or a schedule
// that needs no approval ends with their own click.
func EndsDirectly(r reset.Request) bool {
	_, move := r.Intent()
	return move || r.Need > 0
}

// Unshown is why others cannot see a card: what Slack answered, and in which channel.
type Unshown struct {
	Code    string // Slack's error: "is_archived"
	Channel string // id of the last channel that was tried
}

// UnshownOf is the message to the requester that the card could not be posted, what that means for the request, and
// who can repair it.
func UnshownOf(s reset.Story, u Unshown) Content {
	r := s.Request
	v := timeFormatOf(intentOf(r), s.Now)
	c := Content{Title: CardOf(s).Title, Foot: []Line{contextLine(s, asOf(r, v))}}
	unseen := say(strong("No channel shows this request."))
	switch {
	case r.State == reset.Pending:
		c.Lines = []Line{unseen, say("It needs ", text.Counted(r.Need, "approval"), " from ",
			people(r.Ruling.Approvers, User, "or"),
			". The bot sends them a direct message (at most ten people); you can also ask one of them to type ",
			code("approve "+ref(r)), ".")}
	case r.State == reset.Planning:
		c.Lines = []Line{unseen}
	case r.State.Open():
		c.Lines = []Line{unseen, say("It goes on without a card: approved resets are written whether or not Slack shows them.")}
	default:
		c.Lines = append(PreviewOf(s).Lines, unseen)
		c.Foot = []Line{contextLine(s)}
	}
	where := Line{{Kind: Channel, ID: u.Channel, Text: u.Channel}}
	c.Warnings = []Line{say("Slack does not let the bot show it in ", where, " (", u.Code, "). ", remedy(u.Code))}
	if r.State.Open() {
		c.Lines = append(c.Lines, say("The bot retries every minute. You get the result as a direct message; ",
			code("show "+r.ID), " shows the state at any time."))
		if r.State != reset.Applying {
			c.Buttons = []Button{cancelButton(r, "Cancel")}
		}
	}
	c.Fallback = fallback(c)
	return c
}

// remedies say who can make Slack take a message, by Slack's error. What is not listed is for the people who run the
// bot.
var remedies = []struct {
	codes []string
	fix   func() Line
}{
	{[]string{"is_archived", "is_inactive"}, func() Line {
		return say("The channel is archived: a member can unarchive it, or the people who run the bot set another ",
			code("home_channel"), " for the cluster.")
	}},
	{[]string{"not_in_channel", "channel_not_found"}, func() Line {
		return say("The bot is not in that channel, or the channel is gone: a member invites the bot with ",
			code("/invite"), ".")
	}},
	{[]string{"restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
		"cannot_post", "no_permission", "channel_is_limited_access", "restricted_action_non_threadable_channel"},
		func() Line {
			return say("Posting is restricted there: a manager of the channel or a workspace admin has to let the bot post.")
		}},
	{[]string{"messages_tab_disabled"}, func() Line {
		return say("The app's messages tab is off: a manager of the app turns it on (App Home, Messages Tab), or gives the ",
			"app the manifest that ", code("kafka-reset-bot manifest"), " prints.")
	}},
	{[]string{"missing_scope"}, func() Line {
		return say("The app lacks the scope ", code("chat:write"),
			": a workspace admin has to add it and install the app again.")
	}},
	{[]string{"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "app_uninstalled",
		"org_login_required", "ekm_access_denied", "not_allowed_token_type"}, func() Line {
		return say("Slack refuses the app as a whole: a workspace admin has to install it again, or renew its token.")
	}},
}

// Remedy says for a terminal who can make Slack take a message, by Slack's error.
func Remedy(said string) string { return remedy(said).String() }

func remedy(said string) Line {
	for _, r := range remedies {
		if slices.Contains(r.codes, said) {
			return r.fix()
		}
	}
	return say("The people who run the bot find the reason in its log.")
}

// PostedCard is a card as it is posted: it has no buttons before its address is stored. When Slack's answer to the post
// is lost, the card is posted again, and no one can take the buttons off the first: its address is not known. It says
// no state either, because it may never be brought up to date.
func PostedCard(s reset.Story) Content {
	c, id := CardOf(s), s.Request.ID
	in, _ := s.Request.Intent()
	return Content{Title: title(in, s.Cluster), Status: id + " · buttons follow", Lines: c.Lines,
		Foot: []Line{say("If no buttons follow, this message is out of date: ", code("show "+id), ".")}, Fallback: c.Fallback}
}

// ReplacedCard replaces a card that is out of date: its buttons are removed, so that a click on them cannot count for
// the current plan.
func ReplacedCard(id string, where Line) Content {
	if where == nil {
		where = say(code("show " + id))
	}
	return Content{Title: id, Status: "this card is out of date",
		Lines: []Line{say(where, " shows the current state.")}}
}

// OldCard answers a click on a card that another one has replaced: it decides nothing, and the answer shows the
// current state.
func OldCard(s reset.Story, where Line) Content {
	c := ReplacedCard(s.Request.ID, where)
	c.Lines = append([]Line{say("This click did nothing. Now: ", strong(header(phaseOf(s), s)), ".")}, c.Lines...)
	return c
}

// OutsideThread is a reply that Slack refused in the card's thread, posted outside of it: the lines, and the request
// they are about.
func OutsideThread(s reset.Story, lines []Line, where Line) Content {
	c := Content{Title: header(phaseOf(s), s), Lines: lines, Foot: []Line{contextLine(s)}}
	if where != nil {
		c.Foot = append(c.Foot, where)
	}
	c.Fallback = fallback(c)
	return c
}

// NoFiles says in the thread that the files could not be uploaded, and where else the rows are. refused is Slack's
// error; empty: Slack is not the cause.
func NoFiles(s reset.Story, refused string) Line {
	why := say("the bot's log has the reason")
	if refused != "" {
		why = say("Slack refused them with ", code(refused))
	}
	return say("The files of this step could not be attached: ", why, ". ", code("show "+s.Request.ID),
		" has the rows.")
}

// MentionRequester mentions the requester of an ended request, or the owner of its schedule, where a direct message
// could not be sent.
func MentionRequester(s reset.Story, id string) []Line {
	return []Line{say(Span{Kind: Notify, ID: id, Text: "@" + id}, ": ", header(phaseOf(s), s), " (",
		name(s.Request.ID), "). Slack does not let the bot send you a direct message.")}
}

// Call is why a person is sent a direct message about a request of another.
type Call string

// The reasons.
const (
	CallApprovers Call = "approve" // it waits for their approval
	CallOwners    Call = "know"    // it was applied without approval in an emergency
)

// CallOf is the direct message to a person who cannot see the card. It is not kept up to date, so it has its time;
// its buttons are for the revision that it shows, and the state at the click decides.
func CallOf(s reset.Story, why Call) Content {
	c := CardOf(s)
	v := timeFormatOf(intentOf(s.Request), s.Now)
	first := say("Your approval is asked for here: you cannot see the card. As of ", v.clock(s.Now), ":")
	if why == CallOwners {
		first = say("Break-glass: applied without approval. You cannot see the card. As of ", v.clock(s.Now), ":")
		c.Buttons, c.Menu = nil, nil
	}
	c.Lines = append([]Line{first}, c.Lines...)
	return c
}

// OutsideOf announces in the home channel a request that waits for approval in a private channel: what and how much,
// but not the reason and no names from the private channel.
func OutsideOf(s reset.Story) Content {
	r := s.Request
	v := timeFormatOf(intentOf(r), s.Now)
	c := Content{Title: header(phaseOf(s), s), Foot: []Line{contextLine(s, say("As of ", v.clock(s.Now)))}}
	c.Lines = []Line{effectLine(r), say("Needs ", strong(text.Counted(r.Need, "approval")), " from ",
		people(r.Ruling.Approvers, Notify, "or"), ", in a private channel: ", code("show "+r.ID), ", ",
		code("approve "+ref(r)))}
	c.Fallback = fallback(c)
	return c
}

// OwnersOf are the users and user groups that are notified of an emergency.
func OwnersOf(r reset.Request) []string {
	if r.Ruling.Owner != "" {
		return []string{r.Ruling.Owner}
	}
	return r.Ruling.Approvers
}
