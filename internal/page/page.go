// Package page is the demo's page: a small web server on loopback that shows the simulated Slack as one person sees it
// and the simulated Kafka beside it, and hands on what people do. It decides and words nothing: the bot between the two
// simulators is the real one. It is never linked into the product.
package page

import (
	"cmp"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"path"
	"strconv"
	"sync"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// dist is what `make web` builds.
//
//go:embed web/dist
var dist embed.FS

// Options of a page.
type Options struct {
	Port int // on 127.0.0.1; 0: a free one
}

// Server serves the page until Close.
type Server struct {
	stage  *stage.Stage
	token  string
	port   string
	static fs.FS
	http   *http.Server
	guide  *incident
	kafka  *watched // the event `kafka`
	acted  signal   // something was done here
	guided signal   // the guide says something else

	end  context.CancelFunc
	work sync.WaitGroup // all that runs for the page, each request among it

	mu     sync.Mutex
	closed bool
}

// Start opens the port and serves a stage there. A stage that stops before the page has nothing more to show.
func Start(ctx context.Context, s *stage.Stage, o Options) (*Server, error) {
	files, err := fs.Sub(dist, "web/dist")
	if err != nil {
		return nil, fmt.Errorf("read the page's own files: %w", err)
	}
	if o.Port < 0 || o.Port > 65535 {
		return nil, fmt.Errorf("the port %d does not exist; give 1 to 65535, or 0 for any free one", o.Port)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(o.Port)))
	if err != nil {
		return nil, fmt.Errorf("open the page's port: %w; -port 0 takes any free one", err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	p := &Server{stage: s, token: rand.Text(), port: port, static: files, guide: newGuide(s),
		kafka: &watched{}}
	life, end := context.WithCancel(context.WithoutCancel(ctx)) // Close ends it
	p.end = end
	p.http = &http.Server{Handler: p.guarded(p.routes()), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute,
		IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return life }}
	p.work.Go(func() { _ = p.http.Serve(listener) }) // always http.ErrServerClosed, from Close
	p.work.Go(func() { p.watchKafka(life) })
	p.work.Go(func() { p.guide.run(life, p.guided.fire) })
	// billing runs when the page opens, as it does when an alert comes
	for group, n := range map[string]int{world.Billing: 2, stage.Ledger: 1} {
		if err := s.StartConsumers(ctx, "prod-eu", group, n); err != nil {
			return nil, errors.Join(err, p.Close())
		}
	}
	return p, nil
}

// URL is the page's address, with the token that opens it.
func (p *Server) URL() string { return "http://127.0.0.1:" + p.port + "/" + p.token + "/" }

// Close ends all connections, and returns when nothing of the page runs any more.
func (p *Server) Close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.end()
	err := p.http.Close() // it does not wait for its handlers
	p.work.Wait()
	return err
}

// enter counts a request in, so that Close waits for it: what it does would else go on while the stage is taken down.
func (p *Server) enter() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.work.Add(1)
	}
	return !p.closed
}

func (p *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /events", p.serveEvents)
	mux.HandleFunc("POST /act", p.serveAct)
	mux.HandleFunc("GET /file/{id}", p.serveFile)
	mux.HandleFunc("GET /{$}", p.serveStatic)
	mux.HandleFunc("GET /{name}", p.serveStatic)
	mux.HandleFunc("/", p.serveNothing)
	return mux
}

// kinds are what the page's own files are, by the end of their names.
var kinds = map[string]string{".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".txt": "text/plain"}

// serveStatic is one of the page's own files.
func (p *Server) serveStatic(w http.ResponseWriter, r *http.Request) {
	name := cmp.Or(r.PathValue("name"), "index.html")
	text, err := fs.ReadFile(p.static, name)
	kind, known := kinds[path.Ext(name)]
	if err != nil || !known {
		p.serveNothing(w, r)
		return
	}
	w.Header().Set("Content-Type", kind+"; charset=utf-8")
	_, _ = w.Write(text) // a page that has gone misses nothing
}

func (p *Server) serveNothing(w http.ResponseWriter, _ *http.Request) {
	refuse(w, http.StatusNotFound, "There is nothing here. Use the URL that the demo printed.")
}

// serveFile is a file that the bot posted, for a person who sees the message with it.
func (p *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	as := r.URL.Query().Get("as")
	who, known := p.stage.People[as]
	if !known {
		refuseStranger(w, http.StatusNotFound, as)
		return
	}
	f, seen := who.Posted(r.PathValue("id"))
	if !seen {
		refuse(w, http.StatusNotFound, fmt.Sprintf("%s sees no file %q; look for it in the channel again.", as,
			r.PathValue("id")))
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	_, _ = w.Write([]byte(f.Content)) // a reader that has gone misses nothing
}
