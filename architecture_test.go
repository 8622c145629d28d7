// Package architecture holds no code: its tests hold the house to its plan.
package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/kafka-reset-bot/kafka-reset-bot/"

// room is what a package may import: of ours, and of others' modules.
type room struct {
	ours    []string
	outside []string
	tests   []string // of ours, by its tests only, besides what every test may
	support bool     // it serves tests and the demo, and may import what tests may
}

// rooms is the table. A package that is not in it, and an edge that is not in
// it, fail: that is the moment to think, and then to change this table in a
// commit that says why.
var rooms = map[string]room{
	"internal/guard": {},
	"internal/text":  {},

	"internal/alert": {ours: list("internal/text")},

	"reset": {},
	"internal/engine": {ours: list("reset", "internal/guard"),
		tests: list("reset/clustertest", "internal/store", "auth")},
	"commands":       {ours: list("reset", "internal/text")},
	"internal/words": {ours: list("reset", "commands", "internal/alert", "internal/text")},
	"auth":           {ours: list("reset", "internal/guard", "internal/text")},
	"kafka": {
		ours:    list("reset", "internal/guard", "internal/text"),
		outside: list("github.com/IBM/sarama", "github.com/xdg-go/scram"),
		tests:   list("kafka/kafkatest", "internal/kafkasim", "internal/realkafka"),
	},
	"bot": {
		ours: list("reset", "internal/engine", "commands", "internal/words", "auth", "internal/guard",
			"internal/alert", "internal/text"),
		outside: list("github.com/slack-go/slack", "github.com/gorilla/websocket", "golang.org/x/time"),
		tests:   list("internal/slacksim", "internal/store", "reset/clustertest"),
	},
	"internal/cron": {ours: list("internal/text"), outside: list("github.com/robfig/cron/v3")},
	"internal/store": {ours: list("reset", "internal/engine"),
		outside: list("modernc.org/sqlite", "github.com/gofrs/flock"),
		tests:   list("internal/store/storetest")},
	"internal/config": {ours: list("internal/text"), outside: list("go.yaml.in/yaml/v3")},
	"internal/app": {
		ours: list("reset", "internal/engine", "commands", "internal/words", "auth", "kafka", "bot", "internal/cron",
			"internal/store", "internal/config", "internal/guard", "internal/alert", "internal/text"),
		outside: list("golang.org/x/sync"),
		tests: list("internal/world", "internal/slacksim", "internal/kafkasim", "internal/realkafka",
			"reset/clustertest"),
	},
	"cmd/kafka-reset-bot": {
		ours:    list("internal/app", "internal/config", "internal/text", "commands"),
		outside: list("github.com/spf13/cobra", "github.com/spf13/pflag"),
		tests:   list("internal/world", "internal/slacksim", "internal/kafkasim"),
	},

	// Never linked into the product.
	"internal/slacksim":          {support: true, outside: list("github.com/gorilla/websocket")},
	"internal/slacksim/bolttest": {tests: list("internal/slacksim")},
	"internal/kafkasim":          {support: true},
	"internal/world": {support: true,
		ours: list("internal/app", "internal/config", "internal/slacksim", "internal/kafkasim")},
	"internal/stage": {support: true,
		ours:  list("internal/app", "internal/world", "internal/slacksim", "internal/kafkasim"),
		tests: list("internal/stage/stagetest")},
	"internal/realkafka":     {support: true, outside: list("golang.org/x/sync")},
	"internal/realkafka/cmd": {ours: list("internal/realkafka")},
	"internal/ci/skips":      {},
	"internal/vocabulary":    {},
	"reset/clustertest":      {support: true, ours: list("reset")},
	"kafka/kafkatest":        {support: true, ours: list("reset", "kafka")},
	"internal/store/storetest": {support: true, ours: list("reset", "internal/engine"),
		outside: list("golang.org/x/sync")},
	"internal/app/crash": {tests: list("internal/app", "internal/world", "internal/slacksim", "internal/kafkasim",
		"reset", "internal/engine", "internal/store", "internal/config")},
	"internal/app/model": {tests: list("internal/app", "internal/slacksim", "reset", "reset/clustertest",
		"internal/engine", "internal/store", "internal/config")},
	"internal/stage/stagetest": {support: true, ours: list("internal/stage")},
	"internal/page": {support: true, ours: list("internal/stage", "internal/world", "internal/slacksim",
		"internal/kafkasim", "internal/text"), tests: list("internal/stage/stagetest")},
	"internal/page/browser": {tests: list("internal/page", "internal/stage", "internal/world", "internal/slacksim",
		"github.com/chromedp/chromedp", "github.com/chromedp/cdproto")},
	"cmd/demo": {ours: list("internal/page", "internal/stage", "internal/world", "internal/slacksim")},
	".":        {}, // this package
}

// anyTest is what the tests of every package may import, besides their own package.
var anyTest = list(
	"github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "github.com/santhosh-tekuri/jsonschema/v6",
	"go.yaml.in/yaml/v3", "github.com/twmb/franz-go",
	module+"internal/vocabulary",
	"github.com/slack-go/slack", // the simulator's and the app's: a client of another project
)

// notInProduct must not be linked into the binary, however far down.
var notInProduct = list(
	module+"internal/slacksim", module+"internal/kafkasim", module+"internal/world", module+"internal/realkafka",
	module+"internal/stage", module+"internal/page",
	"github.com/twmb/franz-go", "testing",
)

func TestRoomsImportOnlyTheirTable(t *testing.T) {
	t.Parallel()
	reasons, err := os.ReadFile("docs/adr/0001-dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages(t, "./...") {
		name := strings.TrimPrefix(p.ImportPath, module)
		if p.ImportPath+"/" == module {
			name = "."
		}
		r, ok := rooms[name]
		if !ok {
			t.Errorf("package %s has no row in the table of architecture_test.go", name)
			continue
		}
		for _, i := range p.Imports {
			if !r.allows(i) {
				t.Errorf("%s must not import %s", name, i)
			}
		}
		for _, o := range r.outside {
			if !bytes.Contains(reasons, []byte("`"+strings.TrimPrefix(o, "github.com/"))) {
				t.Errorf("docs/adr/0001-dependencies.md does not say what %s is for", o)
			}
		}
		tested := slices.Concat(p.TestImports, p.XTestImports)
		for _, edge := range r.unused(p.Imports, tested) {
			t.Errorf("%s may import %s and does not: the table says more than is there", name, edge)
		}
		for _, i := range tested {
			if !r.allows(i) && !under(i, anyTest) && !under(strings.TrimPrefix(i, module), r.tests) &&
				i != p.ImportPath {
				t.Errorf("the tests of %s must not import %s", name, i)
			}
		}
	}
}

// unused are the edges of a row that no import goes along.
func (r room) unused(imports, tested []string) (edges []string) {
	along := func(edge string, imports []string) bool {
		return slices.ContainsFunc(imports, func(i string) bool {
			own, ours := strings.CutPrefix(i, module)
			return ours && own == edge || !ours && under(i, list(edge))
		})
	}
	for _, edge := range slices.Concat(r.ours, r.outside) {
		if !along(edge, imports) && !along(edge, tested) {
			edges = append(edges, edge)
		}
	}
	for _, edge := range r.tests {
		if !along(edge, tested) {
			edges = append(edges, edge+" (by its tests)")
		}
	}
	return edges
}

// A panic in a goroutine ends the process, whatever recovers elsewhere: the product starts goroutines by guard.Group,
// or with guard.Do inside.
func TestNoGoroutineCanEndTheProcess(t *testing.T) {
	t.Parallel()
	for file, source := range productSources(t) {
		for _, text := range unguarded(t, file, source) {
			t.Errorf("%s: a panic there ends the process: %.120s", file, text)
		}
	}
	source := "package p\nfunc f() {\n\tvar wg sync.WaitGroup\n\tgo f()\n\tg.Go(f)\n\tgo func() { _ = guard.Do(nil) }()\n}\n"
	if found := unguarded(t, "p.go", []byte(source)); len(found) != 3 {
		t.Errorf("the check itself finds %q", found)
	}
}

// A problem with a hole in it cannot be explained: they are made by the constructors of package reset, which ask for
// what their sentences need.
func TestProblemsAreMadeByTheirConstructors(t *testing.T) {
	t.Parallel()
	for file, source := range productSources(t) {
		if bytes.Contains(source, []byte("reset.Problem{")) {
			t.Errorf("%s makes a reset.Problem without its constructor", file)
		}
	}
}

// productSources are the files of the product, by their path.
func productSources(t *testing.T) map[string][]byte {
	t.Helper()
	sources := map[string][]byte{}
	for _, name := range list("reset", "internal/engine", "commands", "internal/words", "internal/text", "auth",
		"kafka", "bot", "internal/cron", "internal/store", "internal/config", "internal/app", "cmd/kafka-reset-bot") {
		files, err := filepath.Glob(filepath.Join(name, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no files (%v)", name, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			sources[file] = source
		}
	}
	return sources
}

// unguarded are the places where a file starts a goroutine that may panic.
func unguarded(t *testing.T, file string, source []byte) (found []string) {
	t.Helper()
	if bytes.Contains(source, []byte("sync.WaitGroup")) {
		found = append(found, "sync.WaitGroup; take guard.Group")
	}
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		starts := false
		switch n := n.(type) {
		case *ast.GoStmt:
			starts = true
		case *ast.CallExpr: // of an errgroup, which is called g here
			f, ok := n.Fun.(*ast.SelectorExpr)
			group, named := ast.Node(nil), false
			if ok {
				group, named = f.X.(*ast.Ident)
			}
			starts = ok && named && f.Sel.Name == "Go" && group.(*ast.Ident).Name == "g"
		}
		if !starts {
			return true
		}
		text := string(source[fset.Position(n.Pos()).Offset:fset.Position(n.End()).Offset])
		waits := strings.Contains(text, "done <- g.Wait()")        // for functions that are guarded
		asks := strings.Contains(text, "answers <- c.askMetadata") // guarded itself
		if !waits && !asks && !strings.Contains(text, "guard.Do(") {
			found = append(found, text)
		}
		return true
	})
	return found
}

func TestProductHoldsNoSimulator(t *testing.T) {
	t.Parallel()
	deps := packages(t, "-deps", "./cmd/kafka-reset-bot")
	if !slices.ContainsFunc(deps, func(p pkg) bool { return p.ImportPath == module+"reset" }) {
		t.Fatal("cmd/kafka-reset-bot does not reach reset; is this the binary?")
	}
	for _, p := range deps {
		if under(p.ImportPath, notInProduct) {
			t.Errorf("the binary holds %s", p.ImportPath)
		}
	}
}

func TestTableBites(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		room, imports string
		want          bool
	}{
		{"reset", "time", true},
		{"reset", module + "kafka", false},
		{"kafka", "github.com/IBM/sarama", true},
		{"kafka", "github.com/slack-go/slack", false},
		{"bot", module + "kafka", false},
		{"bot", "github.com/slack-go/slack/socketmode", true},
		{"bot", "github.com/slack-go/slackish", false},
		{"internal/app", module + "internal/slacksim", false},
		{"internal/app", "database/sql", false},
		{"internal/store", "database/sql/driver", true},
		{"internal/store", "github.com/google/go-cmp/cmp", false},
		{"internal/store/storetest", "github.com/google/go-cmp/cmp", true},
	} {
		if got := rooms[tt.room].allows(tt.imports); got != tt.want {
			t.Errorf("%s may import %s: %v, want %v", tt.room, tt.imports, got, tt.want)
		}
	}
}

// TestTestFilesStayReadable: the linter's 400 lines are for the product.
func TestTestFilesStayReadable(t *testing.T) {
	t.Parallel()
	const limit = 700
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		if n := bytes.Count(src, []byte("\n")); n > limit {
			t.Errorf("%s has %d lines, %d is the limit: what are its parts?", path, n, limit)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// allows is true of the standard library, but SQL is for the store.
func (r room) allows(path string) bool {
	if own, ok := strings.CutPrefix(path, module); ok {
		return slices.Contains(r.ours, own)
	}
	first, _, _ := strings.Cut(path, "/")
	if !strings.Contains(first, ".") {
		return !strings.HasPrefix(path, "database/sql") || under("modernc.org/sqlite", r.outside)
	}
	return under(path, r.outside) || r.support && under(path, anyTest)
}

// under tells whether path is one of roots or lies below one.
func under(path string, roots []string) bool {
	return slices.ContainsFunc(roots, func(root string) bool {
		return path == root || strings.HasPrefix(path, root+"/")
	})
}

type pkg struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

// packages asks go list, files behind build tags included.
func packages(t *testing.T, args ...string) []pkg {
	t.Helper()
	args = append([]string{"list", "-e", "-tags=realkafka,soak,bolt,netns,release,mutants,chromium",
		"-json=ImportPath,Imports,TestImports,XTestImports"}, args...)
	cmd := exec.CommandContext(t.Context(), "go", args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, said.String())
	}
	var all []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all
		case err != nil:
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func list(s ...string) []string { return s }
