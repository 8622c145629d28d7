package reset

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// A problem without a field that its sentence needs has a hole in it: each code is made by its constructor, and by
// nothing else of this package. That the other packages make none themselves is held by architecture_test.go.
func TestEveryProblemHasAConstructor(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	made, codes := map[string]bool{}, map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if id, ok := n.Type.(*ast.Ident); ok && id.Name == "ProblemCode" {
					codes[n.Names[0].Name] = true
				}
			case *ast.CompositeLit:
				if id, ok := n.Type.(*ast.Ident); !ok || id.Name != "Problem" {
					return true
				}
				if name != "problems.go" && name != "freeze.go" {
					t.Errorf("%s makes a Problem without a constructor", name)
				}
				made[codeOf(n)] = true
			}
			return true
		})
	}
	for code := range codes {
		if !made[code] {
			t.Errorf("%s has no constructor in problems.go", code)
		}
	}
	if len(codes) < 50 {
		t.Errorf("only %d codes found", len(codes))
	}
}

// codeOf is the name of the code that a literal of Problem has.
func codeOf(lit *ast.CompositeLit) string {
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		key, _ := kv.Key.(*ast.Ident)
		if code, ok := kv.Value.(*ast.Ident); ok && key != nil && key.Name == "Code" {
			return code.Name
		}
	}
	return ""
}
