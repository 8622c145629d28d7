// Package vocabulary reads the vocabularies of a package from its source, for tests: what was added to one since, and
// where it has no words, no reader or no page yet. It knows no package of ours.
package vocabulary

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// fewest is less than any vocabulary has: where so few are found, the search is wrong.
const fewest = 3

// Constants are the values of every string constant of a type, in the package of a folder.
func Constants(t testing.TB, folder, typ string) []string {
	t.Helper()
	var values []string
	for _, file := range files(t, folder) {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if id, ok := spec.Type.(*ast.Ident); !ok || id.Name != typ {
				return true
			}
			for _, v := range spec.Values {
				if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					s, err := strconv.Unquote(lit.Value)
					if err != nil {
						t.Fatal(err)
					}
					values = append(values, s)
				}
			}
			return true
		})
	}
	if len(values) < fewest {
		t.Fatalf("only %d constants of type %s found in %s", len(values), typ, folder)
	}
	return values
}

// Receivers are the types that have a method of that name, in the package of a folder: the members of a sealed
// interface.
func Receivers(t testing.TB, folder, method string) []string {
	t.Helper()
	var names []string
	for _, file := range files(t, folder) {
		for _, d := range file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil && fn.Name.Name == method {
				if id, ok := fn.Recv.List[0].Type.(*ast.Ident); ok {
					names = append(names, id.Name)
				}
			}
		}
	}
	if len(names) < fewest {
		t.Fatalf("only %d types with a method %s found in %s", len(names), method, folder)
	}
	return names
}

// files are the parsed product files of a folder.
func files(t testing.TB, folder string) []*ast.File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, file)
	}
	return all
}
