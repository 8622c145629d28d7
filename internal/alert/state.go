package alert

import (
	"regexp"
	"strings"
)

// status of an alert.
type status int

const (
	unknown status = iota
	firing
	resolved
)

var (
	isFiring = regexp.MustCompile(`(?i)\[FIRING|\[(?:re-)?triggered\b|^\W*(?:triggered|firing|alerting)\s*[:|-]` +
		`|\b(?:current|new) state: ?ALARM|\bissue is (?:active|open)`)
	isResolved = regexp.MustCompile(`(?i)\[(?:resolved|ok|recovered|closed|normal)\b` +
		`|^\W*(?:resolved|recovered|recovery|closed)\s*(?:[:|-]|$)|^\W*resolved (?:by \w|(?:at|after|in)\W{0,4}[1-9])` +
		`|\b(?:alert|issue|incident|monitor|alarm) (?:is |was |has been |has )?(?:now )?(?:resolved|recovered|closed)\b` +
		`|\bno longer (?:lagging|behind|stuck)\b|\bback to normal\b|\bALARM -> OK\b|\b(?:current|new) state: ?OK\b` +
		`|已恢复|恢复正常|已解决|【恢复`)
	conditional = regexp.MustCompile(`(?i)\b(?:not|when|if|once|until|unless|automatically|as soon as)\b`)
	said        = regexp.MustCompile(`(?i)^\W*(?:alert |incident |issue |monitor )?(?:status|state)\W{1,8}(\w+)\W*$`)
)

// state reads whether an alert is over. A button "Resolve" and a sentence of conditions say nothing.
func (r *reader) state(l string) {
	if m := said.FindStringSubmatch(l); m != nil {
		switch strings.ToLower(m[1]) {
		case "resolved", "closed", "recovered", "ok", "normal", "inactive":
			r.alerts[r.alert] = resolved
		case "firing", "triggered", "alerting", "alarm", "open", "active", "acknowledged", "critical", "warning":
			r.alerts[r.alert] = firing
		}
		return
	}
	switch {
	case isFiring.MatchString(l):
		r.units[r.unit] = firing
	case isResolved.MatchString(l) && !conditional.MatchString(l) && r.units[r.unit] == unknown:
		r.units[r.unit] = resolved
	}
}

// statusOf is what is known of an alert: from itself, from its part of the message, from the message.
func (r *reader) statusOf(alert int) status {
	for _, s := range []status{r.alerts[alert], r.units[r.unitOf[alert]], r.units[0]} {
		if s != unknown {
			return s
		}
	}
	return unknown
}
