package arch

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A listed package is one of the house, as the go command sees it on this machine.
type listed struct {
	ImportPath, Dir, Export string
	Standard                bool
	GoFiles                 []string
	Module                  *struct{ Main bool }
}

// compared are fields that no program reads, because tests do: what was proven is
// compared whole before and after a change of every byte, and notes are told apart.
var compared = map[string]bool{
	"internal/purl.Note.Kind":             true,
	"internal/sigstore.Identity.Logged":   true,
	"internal/sigstore.LogEntry.Kind":     true,
	"internal/sigstore.Proof.Checkpoint":  true,
	"internal/sigstore.ProvenTime.Signer": true,
	"internal/sigstore.Verified.Ignored":  true,
	"internal/sigstore.Verified.Subject":  true,
	"internal/sumdb.Line.Hash":            true,
}

// TestEveryFieldIsRead: a field of an exported struct that only tests read, or
// nobody, is work for every adapter that fills it and a claim that no check holds
// to. Fields of JSON are read by whoever gets it, and are left out; code of other
// platforms counts by the names that it selects.
func TestEveryFieldIsRead(t *testing.T) {
	if testing.Short() {
		t.Skip("asks the go command for all packages: not with -short")
	}
	house, others := goList(t)
	fset := token.NewFileSet()
	checked := map[string]*types.Package{}
	compiled := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(others[path]) })
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}, Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: importFunc(func(path string) (*types.Package, error) {
		if p, ok := checked[path]; ok {
			return p, nil
		}
		return compiled.Import(path)
	})}
	var files []*ast.File
	elsewhere := map[string]bool{}
	for _, p := range house { // in the order of their imports
		var own []*ast.File
		for _, name := range p.GoFiles {
			own = append(own, parsed(t, fset, filepath.Join(p.Dir, name)))
		}
		pkg, err := conf.Check(p.ImportPath, fset, own, info)
		require.NoError(t, err)
		checked[p.ImportPath] = pkg
		files = append(files, own...)
	}
	for _, s := range sources(t) {
		if strings.HasSuffix(s.path, "_js.go") {
			ast.Inspect(s.file, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok {
					elsewhere[s.Sel.Name] = true
				}
				return true
			})
		}
	}
	read := readFields(files, info)
	var unread []string
	for _, p := range house {
		for _, name := range checked[p.ImportPath].Scope().Names() {
			object := checked[p.ImportPath].Scope().Lookup(name)
			structure, ok := object.Type().Underlying().(*types.Struct)
			if _, named := object.(*types.TypeName); !named || !ok || !object.Exported() {
				continue
			}
			for i := range structure.NumFields() {
				f := structure.Field(i)
				if f.Exported() && !f.Embedded() && !read[f] && !elsewhere[f.Name()] && !strings.Contains(structure.Tag(i), `json:"`) {
					unread = append(unread, strings.TrimPrefix(p.ImportPath, module)+"."+name+"."+f.Name())
				}
			}
		}
	}
	require.NotEmpty(t, read)
	for name := range compared {
		require.Contains(t, unread, name, "it is read now: take it out of the list")
	}
	require.Empty(t, slices.DeleteFunc(unread, func(name string) bool {
		return compared[name] || strings.HasPrefix(name, "wasm/slim/standin/") || slices.ContainsFunc(testOnly, func(pkg string) bool { return strings.HasPrefix(name, pkg+".") })
	}), "nobody reads these: delete them, or what fills them")
}

type importFunc func(path string) (*types.Package, error)

func (f importFunc) Import(path string) (*types.Package, error) { return f(path) }

// goList gives the packages of this module, each behind those that it imports, and
// where the compiled form of all others is.
func goList(t *testing.T) (house []listed, others map[string]string) {
	t.Helper()
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,Standard,GoFiles,Module", "-tags=touchstone_testanchors", "./...")
	cmd.Dir = filepath.Join("..", "..")
	out, err := cmd.Output()
	require.NoError(t, err)
	others = map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p listed
		require.NoError(t, d.Decode(&p))
		if p.Module != nil && p.Module.Main {
			house = append(house, p)
		} else {
			others[p.ImportPath] = p.Export
		}
	}
	return house, others
}

func parsed(t *testing.T, fset *token.FileSet, path string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	return file
}

// readFields are the fields whose value something asks for: by a selector that is
// no target of an assignment, on the way to what is embedded, or by a comparison of
// the whole.
func readFields(files []*ast.File, info *types.Info) map[*types.Var]bool {
	read := map[*types.Var]bool{}
	written := map[ast.Expr]bool{}
	whole := func(of types.Type) {
		if s, ok := of.Underlying().(*types.Struct); ok {
			for i := range s.NumFields() {
				read[s.Field(i)] = true
			}
		}
	}
	visit := func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, target := range n.Lhs {
				written[target] = n.Tok == token.ASSIGN
			}
		case *ast.BinaryExpr:
			whole(info.Types[n.X].Type)
		case *ast.MapType:
			whole(info.Types[n.Key].Type)
		case *ast.SelectorExpr:
			if s := info.Selections[n]; s != nil {
				path := fieldsOf(s)
				if s.Kind() == types.FieldVal && written[n] {
					path = path[:len(path)-1]
				}
				for _, f := range path {
					read[f] = true
				}
			}
		}
		return true
	}
	for _, file := range files {
		ast.Inspect(file, visit)
	}
	return read
}

// fieldsOf are the fields that a selector goes through.
func fieldsOf(s *types.Selection) []*types.Var {
	var path []*types.Var
	on := s.Recv()
	for i, index := range s.Index() {
		if p, ok := on.Underlying().(*types.Pointer); ok {
			on = p.Elem()
		}
		structure, ok := on.Underlying().(*types.Struct)
		if !ok || s.Kind() != types.FieldVal && i == len(s.Index())-1 {
			break
		}
		path = append(path, structure.Field(index).Origin())
		on = structure.Field(index).Type()
	}
	return path
}
