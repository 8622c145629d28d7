package commands

import "strings"

// The views: what changes nothing.

func readStatus(verb string, l line, ctx Context) (Command, error) {
	n, err := readName(verb, l, ctx, true)
	return Status{n.group, n.cluster}, err
}

func readAccess(verb string, l line, ctx Context) (Command, error) {
	n, err := readName(verb, l, ctx, false)
	return Access{n.group, n.cluster}, err
}

func readLag(verb string, l line, ctx Context) (Command, error) {
	if err := l.checkOptions(verb, "group", "cluster", "bootstrap-server", "topic", "all-topics"); err != nil {
		return nil, err
	}
	n, err := readNaming(l, l.words[1:], ctx, usages[verb].example())
	if err != nil {
		return nil, err
	}
	var s scopeReader
	for _, w := range append(n.rest, l.topics()...) {
		if err := s.add(w); err != nil {
			return nil, err
		}
	}
	return Lag{n.group, n.cluster, s.scopes()}, nil
}

func readHistory(verb string, l line, ctx Context) (Command, error) {
	n, err := readName(verb, l, ctx, false)
	h := History{Group: n.group, Cluster: n.cluster}
	if m := refShape.FindStringSubmatch(strings.ToLower(n.group)); m != nil && n.cluster == "" && !l.has("group") {
		h.ID = m[1]
	}
	return h, err
}

func readShow(verb string, l line, _ Context) (Command, error) {
	if err := l.checkOptions(verb); err != nil {
		return nil, err
	}
	ref, rest, err := readRef(verb, l)
	if err != nil {
		return nil, err
	}
	return Show{ref.ID, ref.Revision}, unexpected(rest, verb)
}
