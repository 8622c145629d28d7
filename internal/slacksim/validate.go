package slacksim

import (
	"encoding/json"
	"strings"
)

// validateBlocks is blocks.validate (docs): exactly one of blocks, message and view is judged, nothing is shown.
func (s *Sim) validateBlocks(a args) (obj, *refusal) {
	var given []string
	for _, name := range []string{"blocks", "message", "view"} {
		if a.str(name) != "" {
			given = append(given, name)
		}
	}
	if len(given) != 1 {
		return nil, refuse("invalid_arguments", "must provide exactly one of `blocks`, `view`, or `message`")
	}
	switch given[0] {
	case "blocks":
		_, no := s.readBlocks(a, onMessage)
		return nil, pointed(no, "/blocks")
	case "message":
		var message args
		if json.Unmarshal([]byte(a.str("message")), &message) != nil {
			return nil, refuse("invalid_arguments", "`message` is no valid JSON")
		}
		_, no := s.said(message)
		return nil, pointed(no, "")
	}
	_, no := s.readView(a, modalView, homeView)
	return nil, pointed(no, "/view")
}

// pointed turns a refusal into the shape of blocks.validate: one object for each mistake, whose pointer starts at what
// was given.
func pointed(no *refusal, root string) *refusal {
	if no == nil {
		return nil
	}
	errs := []any{}
	for _, m := range no.messages {
		what, at, _ := strings.Cut(strings.TrimPrefix(m, "[ERROR] "), " [json-pointer:")
		errs = append(errs, obj{"code": "failed_constraint", "message": what,
			"pointer": strings.TrimPrefix(strings.TrimSuffix(at, "]"), root)})
	}
	if len(errs) == 0 { // a rule across blocks has no place
		errs = append(errs, obj{"code": no.code, "message": no.code, "pointer": ""})
	}
	return &refusal{code: no.code, extra: obj{"errors": errs}}
}
