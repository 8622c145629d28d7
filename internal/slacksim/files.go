package slacksim

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// File is an uploaded file as a person who opens it sees it.
type File struct {
	ID, Name, Title string
	User            string // who uploaded it; empty: the app
	Content         string
}

// file is an upload on its way: announced, sent, then shared.
type file struct {
	File
	length int
	sent   bool
	shared bool
}

func (s *Sim) uploadURL(a args) (obj, *refusal) {
	length, err := strconv.Atoi(a.str("length"))
	switch {
	case a.str("filename") == "":
		return nil, refuse("invalid_arguments", "[ERROR] missing required field: filename")
	case err != nil || length <= 0: // facts 3.4: a size above zero
		return nil, refuse("invalid_arguments", "[ERROR] missing required field: length")
	}
	f := &file{File: File{ID: s.id("F"), Name: a.str("filename"), Title: a.str("filename")}, length: length}
	s.files[f.ID] = f
	return obj{"upload_url": s.url + "/upload/" + f.ID, "file_id": f.ID}, nil
}

func (s *Sim) serveUpload(w http.ResponseWriter, r *http.Request) {
	content, err := uploaded(r)
	note := s.note(Uploads, args{}, content)
	fault, failing := s.fault(Uploads, nil)
	if failing && !fault.Effect {
		note(fault.Status, fault.Error)
		s.strike(w, r, fault)
		return
	}
	s.mu.Lock()
	f, ok := s.files[r.PathValue("id")]
	status := http.StatusOK
	switch {
	case !ok || f.shared:
		status = http.StatusNotFound
	case err != nil || len(content) != f.length: // what was announced has to come
		status = http.StatusBadRequest
	default:
		f.Content, f.sent = content, true
	}
	s.mu.Unlock()
	if failing {
		note(fault.Status, fault.Error)
		s.strike(w, r, fault)
		return
	}
	note(status, "")
	w.WriteHeader(status)
	_, _ = w.Write([]byte("OK - " + strconv.Itoa(len(content))))
}

// uploaded is the file of a request: the body itself, or the first file of a multipart form.
func uploaded(r *http.Request) (string, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // no type at all is a plain body
	if !strings.HasPrefix(kind, "multipart/") {
		raw, err := io.ReadAll(r.Body)
		return string(raw), err
	}
	form, err := r.MultipartReader()
	if err != nil {
		return "", err
	}
	for {
		part, err := form.NextPart()
		if err != nil {
			return "", err
		}
		if part.FileName() != "" {
			raw, err := io.ReadAll(part)
			return string(raw), err
		}
	}
}

func (s *Sim) completeUpload(a args) (obj, *refusal) {
	var wanted []struct{ ID, Title string }
	if json.Unmarshal([]byte(a.str("files")), &wanted) != nil || len(wanted) == 0 {
		return nil, refuse("invalid_arguments", "[ERROR] missing required field: files")
	}
	var done []*file
	for _, w := range wanted {
		f, ok := s.files[w.ID]
		if !ok || !f.sent || f.shared {
			return nil, refuse("file_not_found")
		}
		if w.Title != "" {
			f.Title = w.Title
		}
		done = append(done, f)
	}
	if no := s.shareFiles(a, done); no != nil {
		return nil, no
	}
	var answer []obj
	for _, f := range done {
		f.shared = true
		answer = append(answer, obj{"id": f.ID, "title": f.Title})
	}
	return obj{"files": answer}, nil
}

// shareFiles posts the files where the call says; without a channel they stay with the app.
func (s *Sim) shareFiles(a args, files []*file) *refusal {
	id := a.str("channel_id")
	if id == "" {
		id, _, _ = strings.Cut(a.str("channels"), ",")
	}
	if id == "" {
		return nil
	}
	c, no := s.writable(id)
	switch {
	case no != nil:
		return no
	case !c.Bot:
		return refuse("not_in_channel") // chat:write.public is about messages only
	}
	thread, no := s.threadOf(c, a.str("thread_ts"))
	if no != nil {
		return no
	}
	p := s.add(post{channel: id, thread: thread, author: BotUser}, content{text: a.str("initial_comment")})
	p.files = files
	return nil
}
