package lockfile

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
)

// counted is what stands in each file of the corpus, counted by hand.
var counted = map[string]string{
	"Cargo.lock/00.Cargo.lock":                               "Cargo.lock, version 3: 6 entries, 1 own folder, 5 package",
	"Cargo.lock/01.Cargo.lock":                               "Cargo.lock: 36 entries, 5 git, 1 own folder, 30 package",
	"Pipfile.lock/00.Pipfile.lock":                           "Pipfile.lock: 5 entries, 2 own folder, 3 package",
	"bun.lock/00.bun.lock":                                   "bun.lock, version 0: 3 entries, 1 not understood, 2 package",
	"bun.lock/01.bun.lock":                                   "bun.lock, version 0: 8 entries, 3 own folder, 5 package",
	"bun.lock/02.bun.lock":                                   "bun.lock, version 0: 11 entries, 11 package",
	"bun.lock/03.bun.lock":                                   "bun.lock, version 0: 11 entries, 11 package",
	"deno.lock/00.deno.lock":                                 "deno.lock, version 4: 3 entries, 3 not served",
	"deno.lock/01.deno.lock":                                 "deno.lock, version 5: 4 entries, 3 not served, 1 package",
	"go.sum/00.go.sum":                                       "go.sum: 8 entries, 8 package",
	"go.sum/01.go.sum":                                       "go.sum: 9 entries, 9 package",
	"go.sum/02.go.sum":                                       "go.sum: 10 entries, 10 package",
	"go.sum/03.go.sum":                                       "go.sum: 14 entries, 14 package",
	"npm-shrinkwrap.json/00.npm-shrinkwrap.json":             "package-lock.json, version 3: 4 entries (1 repeated), 2 not understood, 1 own folder",
	"npm-shrinkwrap.json/01.npm-shrinkwrap.json":             "package-lock.json, version 1: 10 entries, 10 package",
	"package-lock.json/00.package-lock.json":                 "package-lock.json, version 2: 2 entries (1 repeated), 1 git",
	"package-lock.json/01.package-lock.json":                 "package-lock.json, version 2: 2 entries (1 repeated), 1 git",
	"package-lock.json/02.package-lock.json":                 "package-lock.json, version 2: 4 entries (2 repeated), 2 package",
	"package-lock.json/03.package-lock.json":                 "package-lock.json, version 2: 4 entries (2 repeated), 2 package",
	"package-lock.json/04.package-lock.json":                 "package-lock.json, version 2: 14 entries (7 repeated), 1 git, 6 package",
	"package-lock.json/05.package-lock.json":                 "package-lock.json, version 2: 14 entries (7 repeated), 7 package",
	"pip_compile_hashes.txt/00.pip_compile_hashes.txt":       "requirements.txt: 13 entries, 13 package",
	"pnpm-lock.yaml/00.pnpm-lock.yaml":                       "pnpm-lock.yaml, version 6.0: 1 entries, 1 address",
	"pnpm-lock.yaml/01.pnpm-lock.yaml":                       "pnpm-lock.yaml, version 6.0: 4 entries, 4 package",
	"pnpm-lock.yaml/02.pnpm-lock.yaml":                       "pnpm-lock.yaml, version 6.0: 10 entries, 10 package",
	"pnpm-lock.yaml/03.pnpm-lock.yaml":                       "pnpm-lock.yaml, version 6.0: 11 entries, 11 package",
	"pnpm-lock.yaml/04.pnpm-lock.yaml":                       "pnpm-lock.yaml, version 9.0: 18 entries, 18 package",
	"pnpm-lock.yaml/05.pnpm-lock.yaml":                       "pnpm-lock.yaml, version 6.0: 51 entries, 51 package",
	"poetry.lock/00.poetry.lock":                             "poetry.lock: 5 entries, 1 own folder, 4 package",
	"poetry.lock/01.poetry.lock":                             "poetry.lock: 36 entries, 36 package",
	"uv_pip_compile_hashes.txt/00.uv_pip_compile_hashes.txt": "requirements.txt: 13 entries, 13 package",
	"yarn.lock/00.yarn.lock":                                 "yarn.lock of Yarn 1: 4 entries, 2 own folder, 2 package",
	"yarn.lock/01.yarn.lock":                                 "yarn.lock of Yarn 1: 6 entries, 6 package",
	"yarn.lock/02.yarn.lock":                                 "yarn.lock of Yarn 1: 6 entries, 5 address, 1 package",
	"yarn.lock/03.yarn.lock":                                 "yarn.lock of Yarn 1: 10 entries, 10 package",
	"yarn.lock/04.yarn.lock":                                 "yarn.lock of Yarn 2 and later, version 6: 9 entries, 3 own folder, 6 package",
	"yarn.lock/05.yarn.lock":                                 "yarn.lock of Yarn 1: 21 entries, 21 package",
}

func summary(f *File) string {
	s := fmt.Sprintf("%s: %d entries", f.Format, f.Entries)
	if f.Repeated > 0 {
		s += fmt.Sprintf(" (%d repeated)", f.Repeated)
	}
	for _, kind := range []Kind{Address, Bundled, Git, Impossible, NotRead, Unserved, Own, Package, Private} {
		n := 0
		for _, p := range f.Pins {
			if p.Kind == kind {
				n++
			}
		}
		if n > 0 {
			s += fmt.Sprintf(", %d %s", n, kind)
		}
	}
	return s
}

func real(t *testing.T, visit func(t *testing.T, doc []byte)) {
	root := corpus.Path(t, "lockfiles")
	for name := range counted {
		t.Run(name, func(t *testing.T) {
			doc, err := os.ReadFile(filepath.Join(root, name))
			require.NoError(t, err)
			visit(t, doc)
		})
	}
}

func TestRealFilesAreReadWhole(t *testing.T) {
	root := corpus.Path(t, "lockfiles")
	for name, want := range counted {
		doc, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		for _, called := range []string{"", filepath.Base(name), "sub/" + filepath.Base(name)[3:]} {
			f, err := Read(called, doc)
			require.NoError(t, err, name)
			require.Equal(t, want, summary(f), "%s as %q", name, called)
			for _, p := range f.Pins {
				require.Equal(t, p.Kind == Package, p.Ref.Type != "", "%s %s", name, p.Key)
				require.Equal(t, p.Kind != Package, p.Why != "", "%s %s", name, p.Key)
				require.NotZero(t, p.Line, "%s %s", name, p.Key)
			}
		}
	}
}

var hash = regexp.MustCompile(`[A-Za-z0-9+/]{86}==|[A-Za-z0-9+/]{43}=|[0-9a-f]{64}|sha1-[A-Za-z0-9+/]{27}=`)

// TestOneDigestFlipped: the pin that holds it changes, and no other.
func TestOneDigestFlipped(t *testing.T) {
	real(t, func(t *testing.T, doc []byte) {
		before, err := Read("", doc)
		require.NoError(t, err)
		for i, at := range hash.FindAllIndex(doc, -1) {
			if i%7 != 0 {
				continue // neighbours are alike
			}
			flipped := bytes.Clone(doc)
			flipped[at[0]+6] = map[bool]byte{true: 'b', false: 'a'}[doc[at[0]+6] == 'a']
			after, err := Read("", flipped)
			require.NoError(t, err)
			was := map[string]int{}
			for _, p := range before.Pins {
				was[fmt.Sprint(p)]++
			}
			var changed []Pin
			for _, p := range after.Pins {
				if was[fmt.Sprint(p)]--; was[fmt.Sprint(p)] < 0 {
					changed = append(changed, p)
				}
			}
			if len(after.Pins) > len(before.Pins) { // npm's second copy stands for itself now
				require.Len(t, after.Pins, len(before.Pins)+1)
			} else {
				require.LessOrEqual(t, len(changed), 1)
			}
			used := !strings.Contains(before.Format, "Yarn 2") && !strings.Contains(string(doc), `"pipfile-spec"`) && !strings.Contains(before.Format, "deno") && !strings.Contains(before.Format, "poetry") && !strings.Contains(summary(before), " git")
			if used {
				require.NotEmpty(t, changed, "%s", doc[at[0]:at[1]])
			}
		}
	})
}

// TestOneAddressChanged: the pin that holds it says so, and no other.
func TestOneAddressChanged(t *testing.T) {
	own := regexp.MustCompile(`https://registry\.(npmjs\.org|yarnpkg\.com)/|registry\+https://github\.com/rust-lang/crates\.io-index`)
	n := 0
	real(t, func(t *testing.T, doc []byte) {
		before, err := Read("", doc)
		require.NoError(t, err)
		for i, at := range own.FindAllIndex(doc, -1) {
			if i%5 != 0 {
				continue
			}
			after, err := Read("", bytes.Join([][]byte{doc[:at[0]], doc[at[1]:]}, []byte("https://packages.example/")))
			require.NoError(t, err)
			alarmed := map[int]bool{}
			for _, p := range before.Pins {
				if p.Outside != "" || p.Kind != Package && p.Kind != NotRead {
					alarmed[p.Line] = true
				}
			}
			var now []Pin
			for _, p := range after.Pins {
				if (p.Outside != "" || p.Kind != Package && p.Kind != NotRead) && !alarmed[p.Line] {
					now = append(now, p)
				}
			}
			require.LessOrEqual(t, len(now), 1)
			if len(now) == 1 {
				n++
				require.Contains(t, now[0].Outside+now[0].Why, "packages.example")
			}
		}
	})
	require.Greater(t, n, 20)
}

func TestOneEntryRemoved(t *testing.T) {
	root := corpus.Path(t, "lockfiles")
	for name, between := range map[string]string{"go.sum/03.go.sum": "\n", "yarn.lock/05.yarn.lock": "\n\n", "Cargo.lock/01.Cargo.lock": "\n\n", "pnpm-lock.yaml/04.pnpm-lock.yaml": "\n\n"} {
		doc, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		all, err := Read("", doc)
		require.NoError(t, err)
		blocks := strings.Split(string(doc), between)
		for i := len(blocks) / 3; i < len(blocks)/3+3; i++ {
			less, err := Read("", []byte(strings.Join(append(append([]string{}, blocks[:i]...), blocks[i+1:]...), between)))
			require.NoError(t, err, name)
			less.Pins = slices.DeleteFunc(less.Pins, func(p Pin) bool { return p.Kind == NotRead && strings.HasPrefix(p.Key, "snapshots › ") })
			require.Len(t, less.Pins, len(all.Pins)-1, name)
			for _, p := range less.Pins {
				require.Condition(t, func() bool {
					for _, q := range all.Pins {
						if p.Name == q.Name && p.same() == q.same() {
							return true
						}
					}
					return false
				})
			}
		}
	}
}
