package purl

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPyPI(t *testing.T) {
	const wheel = "requests-2.31.0-py3-none-any.whl"
	hash := strings.Repeat("0a", 32)
	testForms(t, PyPI, []form{
		{text: "pkg:pypi/requests@2.31.0", path: "requests", version: "2.31.0"},
		{text: "pkg:PYPI/Django_package@1.11.1.dev1", path: "Django_package", version: "1.11.1.dev1"},
		{text: "pkg:pypi/zope.interface@1!2.0+local.1", path: "zope.interface", version: "1!2.0+local.1"},
		{text: "pkg:pypi/django@1.11.1?file_name=Django-1.11.1.tar.gz", path: "django", version: "1.11.1", file: "Django-1.11.1.tar.gz"},
		{text: "pkg:pypi/requests@latest", path: "requests", tag: "latest"},
		{text: "https://pypi.org/project/requests/", path: "requests"},
		{text: "https://pypi.org/project/requests/2.31.0/#files", path: "requests", version: "2.31.0"},
		{text: "pypi.org/project/requests/2.31.0", path: "requests", version: "2.31.0"},
		{text: "https://pypi.org/pypi/requests/json", path: "requests"},
		{text: "https://pypi.org/pypi/requests/2.31.0/json", path: "requests", version: "2.31.0"},
		{text: "https://pypi.org/simple/requests/", path: "requests"},
		{text: "https://pypi.org/integrity/requests/2.31.0/" + wheel + "/provenance", path: "requests", version: "2.31.0", file: wheel},
		{text: "https://files.pythonhosted.org/packages/0a/0a/" + hash[4:] + "/" + wheel, path: "requests", version: "2.31.0", file: wheel},
		{text: "https://files.pythonhosted.org/packages/0a/0a/" + hash[4:] + "/" + wheel + ".metadata", path: "requests", version: "2.31.0", file: wheel},
		{text: "https://files.pythonhosted.org/packages/source/r/requests/requests-2.31.0.tar.gz", path: "requests", version: "2.31.0", file: "requests-2.31.0.tar.gz"},
		{text: "zope.interface-5.0-1-cp310-cp310-manylinux_2_5_x86_64.manylinux1_x86_64.whl", path: "zope.interface", version: "5.0", file: "zope.interface-5.0-1-cp310-cp310-manylinux_2_5_x86_64.manylinux1_x86_64.whl"},
		{text: "requests==2.31.0", path: "requests", version: "2.31.0"},
		{text: "requests == 2.31", path: "requests", version: "2.31"},
		{text: "requests[socks]==2.31.0", path: "requests", version: "2.31.0", guess: true},
		{text: "requests==2.31.0 ; python_version >= \"3.8\"", path: "requests", version: "2.31.0", guess: true},
		{text: "requests==2.31.0 # via x", path: "requests", version: "2.31.0"},
		{text: "pip install requests==2.31.0 --hash=sha256:" + hash, path: "requests", version: "2.31.0"},
		{text: "python3 -m pip install -U requests", path: "requests"},
		{text: "pip3 install 'requests[socks]==2.31.0'", path: "requests", version: "2.31.0", guess: true},
		{text: "uv pip install requests==2.31.0", path: "requests", version: "2.31.0"},
		{text: "uv add requests", path: "requests"},
		{text: "uvx ruff@0.5.0 check .", path: "ruff", version: "0.5.0"},
		{text: "uvx --from ruff==0.5.0 ruff check .", path: "ruff", version: "0.5.0"},
		{text: "pipx run --spec black==24.1.0 black .", path: "black", version: "24.1.0"},
		{text: "requests==2.31.0 \\\r\n --hash=sha256:" + hash, path: "requests", version: "2.31.0"},
		{text: "pipx run black==24.1.0 .", path: "black", version: "24.1.0"},
	})
}

func TestPyPIDigests(t *testing.T) {
	a, b := strings.Repeat("0a", 32), strings.Repeat("0b", 32)
	want := []Digest{{"sha256", a, "artifact"}, {"sha256", b, "artifact"}}
	for name, text := range map[string]string{
		"requirements": "requests==2.31.0 \\\n    --hash=sha256:" + a + " \\\n    --hash=sha256:" + b,
		"marker":       "requests==2.31.0 ; python_version >= \"3.8\" \\\n --hash=sha256:" + a + " \\\n --hash=sha256:" + b,
		"command":      "pip install --hash sha256:" + a + " requests==2.31.0 --hash=sha256:" + b,
		"purl":         "pkg:pypi/requests@2.31.0?checksum=sha256:" + a + "%2Csha256:" + b,
	} {
		t.Run(name, func(t *testing.T) {
			ref, err := Parse(text)
			require.NoError(t, err)
			assert.Equal(t, "pkg:pypi/requests@2.31.0", ref.Bare().String())
			assert.Equal(t, want, ref.Digests)
		})
	}
	ref, err := Parse("https://files.pythonhosted.org/packages/0a/0a/" + a[4:] + "/requests-2.31.0.tar.gz#sha256=" + b)
	require.NoError(t, err)
	assert.Equal(t, []Digest{{"blake2b-256", a, "artifact"}, {"sha256", b, "artifact"}}, ref.Digests)
	assert.Equal(t, "pkg:pypi/requests@2.31.0?file_name=requests-2.31.0.tar.gz", ref.Bare().String())
}

func TestCargo(t *testing.T) {
	testForms(t, Cargo, []form{
		{text: "pkg:cargo/serde@1.0.200", path: "serde", version: "1.0.200"},
		{text: "pkg:cargo/Inflector@0.11.4", path: "Inflector", version: "0.11.4"},
		{text: "pkg:cargo/zstd-sys@2.0.9%2Bzstd.1.5.5", path: "zstd-sys", version: "2.0.9+zstd.1.5.5"},
		{text: "pkg:cargo/serde@v1.0.200", path: "serde", version: "1.0.200", guess: true},
		{text: "https://crates.io/crates/serde", path: "serde"},
		{text: "https://crates.io/crates/serde/1.0.200", path: "serde", version: "1.0.200"},
		{text: "https://crates.io/crates/serde/1.0.200/dependencies", path: "serde", version: "1.0.200"},
		{text: "https://crates.io/crates/serde/versions", path: "serde"},
		{text: "https://crates.io/api/v1/crates/serde/1.0.200/download", path: "serde", version: "1.0.200"},
		{text: "https://crates.io/api/v1/crates/serde", path: "serde"},
		{text: "https://static.crates.io/crates/zstd-sys/zstd-sys-2.0.9%2Bzstd.1.5.5.crate", path: "zstd-sys", version: "2.0.9+zstd.1.5.5"},
		{text: "https://static.crates.io/crates/serde/1.0.200/download", path: "serde", version: "1.0.200"},
		{text: "https://index.crates.io/se/rd/serde", path: "serde", guess: true},
		{text: "https://docs.rs/serde/1.0.200/serde/index.html", path: "serde", version: "1.0.200"},
		{text: "https://docs.rs/crate/serde/latest", path: "serde", tag: "latest"},
		{text: "docs.rs/serde", path: "serde"},
		{text: "https://lib.rs/crates/serde", path: "serde"},
		{text: "cargo add serde@1.0.200 --features derive", path: "serde", version: "1.0.200"},
		{text: "cargo add serde@=1.0.200", path: "serde", version: "1.0.200"},
		{text: "cargo install ripgrep --version 13.0.0 --locked", path: "ripgrep", version: "13.0.0"},
		{text: "cargo +nightly install cargo-expand@1.0.0", path: "cargo-expand", version: "1.0.0"},
		{text: "serde = { version = \"=1.0.200\", default-features = false }", path: "serde", version: "1.0.200", guess: true},
		{text: "serde={version=\"1.0.200\"}", path: "serde", version: "1.0.200", guess: true},
		{text: "[dependencies.serde]\nversion = \"1.0.200\"\nfeatures = [\"derive\"]", path: "serde", version: "1.0.200", guess: true},
		{text: "[target.'cfg(unix)'.dependencies.sd]\nversion = \"1.0.200\"\npackage = \"serde\"", path: "serde", version: "1.0.200", guess: true},
		{text: "\"serde 1.0.200 (registry+https://github.com/rust-lang/crates.io-index)\",", path: "serde", version: "1.0.200"},
		{text: "\"checksum serde 1.0.200 (registry+https://github.com/rust-lang/crates.io-index)\" = \"" + strings.Repeat("0a", 32) + "\"", path: "serde", version: "1.0.200"},
		{text: "serde-json-1.0.0.crate", path: "serde-json", version: "1.0.0"},
	})
}

func TestPyPIAndCargoRefused(t *testing.T) {
	hash := strings.Repeat("0a", 32)
	for text, kind := range map[string]Kind{
		"requests>=2":                        BadVersion,
		"requests~=2.1":                      BadVersion,
		"requests==2.*":                      BadVersion,
		"requests===2.1":                     BadVersion,
		"requests==":                         BadVersion,
		"requests==2.1,!=2.2":                BadVersion,
		"pkg:pypi/requests@%2E%2E":           BadVersion,
		"pkg:pypi/requests@1.0%2F2":          BadVersion,
		"pkg:pypi/a/b":                       BadName,
		"pkg:pypi/-a":                        BadName,
		"pkg:pypi/a-":                        BadName,
		"pkg:pypi/r%C3%A9quests":             BadName,
		"pkg:pypi/a?file_name=..%2Fx.tar.gz": Malformed,
		"pkg:pypi/a?file_name=a-1.0.exe":     Malformed,
		"pkg:pypi/a?file_name=a-1.0-py3-none-an%2Fy.whl": Malformed,
		"https://pypi.org/":                                             Malformed,
		"https://pypi.org/help/":                                        Malformed,
		"https://test.pypi.org/project/requests/":                       RefusedQualifier,
		"https://files.pythonhosted.org/packages/0a/0a/zz/a-1.0.tar.gz": Malformed,
		"https://files.pythonhosted.org/packages/0a/0a/" + hash[4:] + "/a-1.0.tar.gz#sha256=0": Malformed,
		"pip install -r requirements.txt":                        RefusedQualifier,
		"pip install -i https://evil.example/ requests":          RefusedQualifier,
		"pip install --index-url=https://evil.example/ requests": RefusedQualifier,
		"pip install git+https://github.com/o/r":                 NoPackage,
		"pip install requests==1.0 --hash=sha256:0":              Malformed,
		"pkg:cargo/a/b":                        BadName,
		"pkg:cargo/1a":                         BadName,
		"pkg:cargo/a.b":                        BadName,
		"pkg:cargo/" + strings.Repeat("a", 65): BadName,
		"pkg:cargo/serde@1.0":                  BadVersion,
		"pkg:cargo/serde@^1.0.0":               BadVersion,
		"pkg:cargo/serde@next":                 BadVersion,
		"[dependencies.serde]\ngit = \"https://evil.example\"\nversion = \"1.0.0\"": Malformed,
		"[dependencies.serde]\nversion = \"1\"":                                     BadVersion,
		"cargo add serde --git https://evil.example":                                RefusedQualifier,
		"cargo install a@1.0.0 --version 1.0.1":                                     Malformed,
		"https://crates.io/crates/a/b-1.0.0.crate":                                  Malformed,
		"https://crates.io/":                                                        Malformed,
		"https://index.crates.io/config.json":                                       Malformed,
		"https://docs.rs/":                                                          Malformed,
		"https://docs.rs/serde/~1":                                                  BadVersion,
	} {
		t.Run(text, func(t *testing.T) { requireKind(t, kind, text) })
	}
}
