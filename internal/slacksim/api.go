package slacksim

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// method is one Web API method: what it needs and what it does. do runs with the lock held.
type method struct {
	scope string // bot scope; "" for none
	rate  Rate
	do    func(*Sim, args) (obj, *refusal)
}

// obj is a JSON object; Slack's payloads are handled as the JSON they are.
type obj = map[string]any

// refusal is Slack's {"ok":false,...}.
type refusal struct {
	code     string
	messages []string // response_metadata.messages
	extra    obj
}

func refuse(code string, messages ...string) *refusal {
	return &refusal{code: code, messages: messages}
}

// webMethods is the Web API as far as it exists here. Scopes and tiers: the method pages of docs.slack.dev.
func webMethods() map[string]method {
	return map[string]method{
		"auth.test":                    {"", special, (*Sim).authTest},
		"chat.postMessage":             {"chat:write", posting, (*Sim).postMessage},
		"chat.postEphemeral":           {"chat:write", tier4, (*Sim).postEphemeral},
		"chat.update":                  {"chat:write", tier3, (*Sim).updateMessage},
		"chat.delete":                  {"chat:write", tier3, (*Sim).deleteMessage},
		"chat.getPermalink":            {"", special, (*Sim).getPermalink},
		"blocks.validate":              {"", unstated, (*Sim).validateBlocks},
		"views.open":                   {"", tier4, (*Sim).openView},
		"views.push":                   {"", tier4, (*Sim).pushView},
		"views.update":                 {"", tier4, (*Sim).updateView},
		"views.publish":                {"", tier4, (*Sim).publishHome},
		"conversations.info":           {"", tier3, (*Sim).conversationInfo},
		"conversations.open":           {"im:write", tier3, (*Sim).openConversation},
		"conversations.members":        {"", tier4, (*Sim).conversationMembers},
		"users.info":                   {"users:read", tier4, (*Sim).userInfo},
		"usergroups.list":              {"usergroups:read", tier2, (*Sim).listGroups},
		"usergroups.users.list":        {"usergroups:read", tier2, (*Sim).listGroupUsers},
		"files.getUploadURLExternal":   {"files:write", tier4, (*Sim).uploadURL},
		"files.completeUploadExternal": {"files:write", tier4, (*Sim).completeUpload},
		"files.info":                   {"files:read", tier4, (*Sim).fileInfo},
	}
}

// Call is one request the app made.
type Call struct {
	At     time.Time
	Method string // a Web API method, or ResponseURLs, Uploads, Downloads, Sockets
	Params map[string]string
	Raw    string // the body as it came, without the token
	Status int
	Error  string // Slack's error, "" when ok
}

func (s *Sim) routes() http.Handler {
	methods := webMethods()
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", func(w http.ResponseWriter, r *http.Request) { s.serveAPI(w, r, methods) })
	mux.HandleFunc("POST /response/{key}", s.serveResponseURL)
	mux.HandleFunc("/upload/{id}", s.serveUpload)
	mux.HandleFunc("GET /files/{id}", s.serveDownload)
	mux.HandleFunc("/link/", s.serveSocket)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		if s.dead {
			s.mu.Unlock()
			return
		}
		s.work.Add(1) // http.Server.Close does not wait for its handlers, Sim.Close does
		s.mu.Unlock()
		defer s.work.Done()
		mux.ServeHTTP(w, r)
	})
}

func (s *Sim) serveAPI(w http.ResponseWriter, r *http.Request, methods map[string]method) {
	name := r.PathValue("method")
	body, err := io.ReadAll(r.Body)
	if err != nil {
		// the app has hung up in the middle of its request, as it does when it stops: no client waits for an answer
		return
	}
	a, raw, problem := readArgs(r, body)
	note := s.note(name, a, raw)
	fault, failing := s.fault(name, a)
	if failing && !fault.Effect {
		note(fault.Status, fault.Error)
		s.strike(w, r, fault)
		return
	}
	answer, wait := s.call(name, a, r.Header.Get("Authorization"), methods, problem)
	switch {
	case failing:
		note(fault.Status, fault.Error)
		s.strike(w, r, fault)
	case wait > 0:
		note(http.StatusTooManyRequests, "ratelimited")
		tooMany(w, wait)
	default:
		note(http.StatusOK, answer.str("error"))
		s.mu.Lock()
		w.Header().Set("X-OAuth-Scopes", strings.Join(s.scopes, ","))
		s.mu.Unlock()
		w.Header().Set("X-Accepted-OAuth-Scopes", methods[name].scope)
		writeJSON(w, http.StatusOK, answer)
	}
}

// call checks what Slack checks before a method runs, then runs it.
func (s *Sim) call(
	name string, a args, header string, methods map[string]method, problem *refusal,
) (args, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	header = strings.TrimPrefix(header, "Bearer ")
	if name == "apps.connections.open" {
		return s.openConnection(header)
	}
	m, known := methods[name]
	token := header
	if token == "" {
		token = a.str("token") // SG sends it in the form for most methods, the header for others
	}
	switch {
	case !known:
		return fail(refuse("unknown_method")), 0
	case token == "":
		return fail(refuse("not_authed")), 0
	case token == AppToken:
		return fail(refuse("not_allowed_token_type")), 0
	case token != BotToken:
		return fail(refuse("invalid_auth")), 0
	case problem != nil:
		return fail(problem), 0
	}
	if wait := s.limited(name, a, m.rate); wait > 0 {
		return nil, wait
	}
	if no := s.need(m.scope); no != nil {
		return fail(no), 0
	}
	answer, no := m.do(s, a)
	if no != nil {
		return fail(no), 0
	}
	s.touch()
	out := args{"ok": true}
	maps.Copy(out, answer)
	return out, 0
}

// need is nil if the bot token has the scope. The shape of the answer: docs, "missing_scope".
func (s *Sim) need(scope string) *refusal {
	if scope == "" || slices.Contains(s.scopes, scope) {
		return nil
	}
	return &refusal{code: "missing_scope", extra: obj{"needed": scope, "provided": strings.Join(s.scopes, ",")}}
}

func fail(no *refusal) args {
	out := args{"ok": false, "error": no.code}
	if len(no.messages) > 0 {
		out["response_metadata"] = obj{"messages": no.messages}
	}
	if no.code == "invalid_blocks" { // seen in bolt-js#793 and others: both places carry the messages
		bare := make([]string, len(no.messages))
		for i, m := range no.messages {
			bare[i] = strings.TrimPrefix(m, "[ERROR] ")
		}
		out["errors"] = bare
	}
	maps.Copy(out, no.extra)
	return out
}

// note records a request now and how it ended later.
func (s *Sim) note(method string, a args, raw string) func(status int, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	params := map[string]string{}
	for name := range a {
		if name != "token" {
			params[name] = a.str(name)
		}
	}
	for _, token := range []string{BotToken, AppToken} {
		raw = strings.ReplaceAll(raw, token, "<token>")
	}
	at := len(s.calls)
	s.calls = append(s.calls, Call{At: s.opts.Now(), Method: method, Params: params, Raw: raw})
	return func(status int, code string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.calls[at].Status, s.calls[at].Error = status, code
		s.touch()
	}
}

// Calls are the requests to the given methods, all of them if none is named, in the order they came.
func (s *Sim) Calls(methods ...string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		if len(methods) == 0 || slices.Contains(methods, c.Method) {
			out = append(out, c)
		}
	}
	return out
}

// Sent is everything the app ever sent, for a test that looks for a secret in it.
func (s *Sim) Sent() string {
	var all strings.Builder
	for _, c := range s.Calls() {
		all.WriteString(c.Method + " " + c.Raw + "\n")
		if plain, err := url.QueryUnescape(c.Raw); err == nil {
			all.WriteString(plain + "\n")
		}
	}
	for _, a := range s.Acks() {
		all.WriteString("ack " + string(a.Payload) + "\n")
	}
	return all.String()
}

// args are the arguments of a call: strings of a form, or the values of a JSON body.
type args map[string]any

func readArgs(r *http.Request, body []byte) (args, string, *refusal) {
	a := args{}
	for name, values := range r.URL.Query() {
		a[name] = values[0]
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && len(body) > 0 {
		return a, string(body), refuse("missing_post_type")
	}
	switch kind {
	case "application/json":
		if len(body) > 0 && json.Unmarshal(body, &a) != nil {
			return a, string(body), refuse("invalid_json")
		}
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return a, string(body), refuse("invalid_form_data")
		}
		for name := range form {
			a[name] = form.Get(name)
		}
	case "":
	default:
		return a, string(body), refuse("invalid_post_type")
	}
	return a, string(body), nil
}

// str is an argument as text, however it came.
func (a args) str(name string) string {
	switch v := a[name].(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return string(marshal(v))
	}
}

func (a args) has(name string) bool { _, ok := a[name]; return ok }

func (a args) truth(name string) bool { v := a.str(name); return v == "true" || v == "1" }

// marshal writes JSON as Slack shows it: & < > as they are. Everything given to it came from JSON.
func marshal(v any) json.RawMessage {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return json.RawMessage("null")
	}
	return bytes.TrimSpace(out.Bytes())
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(marshal(v))
}
