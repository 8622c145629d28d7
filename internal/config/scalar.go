package config

import (
	"errors"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// text is a scalar with its variables filled in.
func (r *reader) text(n *yaml.Node, path, what string) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		r.problem(n.Line, path, "must be %s, not %s", what, kind(n))
		return "", false
	}
	return r.expand(n.Value, path, n.Line)
}

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// expand fills in ${NAME}; $${ is a literal ${.
func (r *reader) expand(s, path string, line int) (string, bool) {
	var b strings.Builder
	for ok := true; ; {
		before, rest, found := strings.Cut(s, "${")
		if !found {
			b.WriteString(s)
			return b.String(), ok
		}
		if escaped, is := strings.CutSuffix(before, "$"); is {
			b.WriteString(escaped + "${")
			s = rest
			continue
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || !variable.MatchString(name) {
			r.problem(line, path,
				"has ${ without the name of a variable and }; write $${ for the characters themselves")
			return "", false
		}
		value, set := r.getenv(name)
		if !set {
			r.problem(line, path,
				"environment variable %s is not set; set it, or write $${ for the characters themselves", name)
			ok = false
		}
		b.WriteString(before + value)
		s = after
	}
}

func (r *reader) boolean(n *yaml.Node, path string, v reflect.Value) {
	text, ok := r.text(n, path, "true or false")
	if !ok {
		return
	}
	if text != "true" && text != "false" {
		r.problem(n.Line, path, "must be true or false, not %s", quote(n.Value))
		return
	}
	v.SetBool(text == "true")
}

func (r *reader) number(n *yaml.Node, path string, v reflect.Value) {
	text, ok := r.text(n, path, "a whole number")
	if !ok {
		return
	}
	i, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange) || err == nil && v.OverflowInt(i):
		r.problem(n.Line, path, "%s is too large; the most is %d", quote(n.Value), int64(math.MaxInt64))
	case err != nil:
		r.problem(n.Line, path, "must be a whole number such as 10_000, not %s", quote(n.Value))
	case i < 0:
		r.problem(n.Line, path, "must not be negative; it is %s", quote(n.Value))
	default:
		v.SetInt(i)
	}
}

func (r *reader) duration(n *yaml.Node, path string, v reflect.Value) {
	text, ok := r.text(n, path, "a duration such as 30s, 5m or 4h")
	if !ok {
		return
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		r.problem(n.Line, path, "must be a duration with its unit, such as 30s, 5m or 4h, not %s", quote(n.Value))
		return
	}
	if d <= 0 {
		r.problem(n.Line, path, "must be longer than 0; it is %s", quote(n.Value))
		return
	}
	v.SetInt(int64(d))
}
