package slacksim

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// maxAttached is the largest file that a file input takes (docs, file input element: 10 MB).
const maxAttached = 10 << 20

// Upload is what the client does when a user picks a file for a file input. The id stands for it in Submit.
func (p *Person) Upload(name, content string) string {
	s := p.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &file{File: File{ID: s.id("F"), Name: name, Title: name, User: p.ID, Content: content}, length: len(content),
		sent: true, shared: true}
	s.files[f.ID] = f
	return f.ID
}

func hasFileInput(blocks []any) bool {
	for _, b := range blocks {
		block, _ := b.(obj)
		if str(sub(block, "element"), "type") == "file_input" {
			return true
		}
	}
	return false
}

// attach puts the file objects into a view that is about to be submitted: view.state.values holds them in full, and
// the app needs no more than their ids (bolt-js#1995, files of ViewStateValue). The client insists on what the
// element asks for (docs, file input element: filetypes, max_files 1 to 10, 10 MB). The lock is held.
func (s *Sim) attach(v *view, user string) error {
	for _, b := range list(v.body, "blocks") {
		block, _ := b.(obj)
		element := sub(block, "element")
		value, filled := v.values[str(block, "block_id")+"\x00"+str(element, "action_id")]
		if str(element, "type") != "file_input" || !filled {
			continue
		}
		files := list(value, "files")
		most := 10.0
		if n, ok := element["max_files"].(float64); ok {
			most = n
		}
		if float64(len(files)) > most {
			return fmt.Errorf("the client takes %v files, not %d", most, len(files))
		}
		for i, one := range files {
			ref, _ := one.(obj)
			f, ok := s.files[str(ref, "id")]
			if !ok || f.User != user {
				return fmt.Errorf("%s has uploaded no file %q", user, str(ref, "id"))
			}
			if err := fits(element, f); err != nil {
				return err
			}
			files[i] = s.fileObject(f)
		}
	}
	return nil
}

func fits(element obj, f *file) error {
	types := list(element, "filetypes")
	if len(types) > 0 && !slices.Contains(types, any(extension(f.Name))) {
		return fmt.Errorf("the client takes files of the types %v, not %q", types, f.Name)
	}
	if len(f.Content) > maxAttached {
		return errors.New("the client takes files of 10 MB at most")
	}
	return nil
}

func extension(name string) string {
	i := strings.LastIndexByte(name, '.')
	return strings.ToLower(name[i+1:])
}

// fileObject is a file as the app sees it (ref, files.info; SG, type File).
func (s *Sim) fileObject(f *file) obj {
	url := s.url + "/files/" + f.ID
	return obj{"id": f.ID, "created": s.opts.Now().Unix(), "timestamp": s.opts.Now().Unix(), "name": f.Name,
		"title": f.Title, "mimetype": "text/csv", "filetype": extension(f.Name), "user": f.User, "user_team": HomeTeam,
		"mode": "hosted", "size": len(f.Content), "is_external": false, "is_public": false, "url_private": url,
		"url_private_download": url}
}

func (s *Sim) fileInfo(a args) (obj, *refusal) {
	f, ok := s.files[a.str("file")]
	if !ok || !f.sent {
		return nil, refuse("file_not_found") // ref, files.info
	}
	return obj{"file": s.fileObject(f), "comments": []any{},
		"paging": obj{"count": 0, "total": 0, "page": 1, "pages": 0}}, nil
}

// serveDownload is files.slack.com: the token goes in the header, and without access to the file the answer is a
// redirect to the sign-in page, which names the file (SG, misc.go downloadFile).
func (s *Sim) serveDownload(w http.ResponseWriter, r *http.Request) {
	note := s.note(Downloads, args{"id": r.PathValue("id")}, "")
	if fault, failing := s.fault(Downloads, nil); failing {
		note(fault.Status, fault.Error)
		s.strike(w, r, fault)
		return
	}
	s.mu.Lock()
	f, ok := s.files[r.PathValue("id")]
	allowed := r.Header.Get("Authorization") == "Bearer "+BotToken && s.need("files:read") == nil
	content := ""
	if ok && allowed {
		content = f.Content
	}
	s.mu.Unlock()
	switch {
	case r.URL.Query().Has("redir"):
		note(http.StatusOK, "")
		_, _ = w.Write([]byte("<!DOCTYPE html><title>Sign in</title>"))
	case !allowed:
		note(http.StatusFound, "")
		http.Redirect(w, r, r.URL.Path+"?redir="+r.URL.Path, http.StatusFound)
	case !ok:
		note(http.StatusNotFound, "")
		w.WriteHeader(http.StatusNotFound)
	default:
		note(http.StatusOK, "")
		_, _ = w.Write([]byte(content))
	}
}
