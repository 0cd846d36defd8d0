package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/mod/sumdb/dirhash"
)

// goCommand runs the pinned go command in the module's root, for the host, and
// returns its standard output.
func (b *builder) goCommand(args ...string) ([]byte, error) {
	stdout, _, err := run(b.root, []string{"GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=" + b.list.Toolchain}, "go", args...)
	return stdout, err
}

// run runs a command and returns what it said. An error quotes the end of its
// standard error.
func run(dir string, env []string, name string, args ...string) (stdout, stderr []byte, err error) {
	c := exec.Command(name, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), env...)
	var out, errOut bytes.Buffer
	c.Stdout, c.Stderr = &out, &errOut
	if err := c.Run(); err != nil {
		said := errOut.Bytes()
		return nil, nil, fmt.Errorf("running %s %s: %w\n%s", name, args[0], err, said[max(0, len(said)-4096):])
	}
	return out.Bytes(), errOut.Bytes(), nil
}

// selected asks which version of each listed module go.mod selects.
func (b *builder) selected() (map[string]string, error) {
	args := []string{"list", "-mod=readonly", "-modfile=" + b.plainModfile(), "-m", "-f", "{{.Path}} {{.Version}}"}
	for _, m := range b.list.Modules {
		args = append(args, m.Path)
	}
	out, err := b.goCommand(args...)
	if err != nil {
		return nil, fmt.Errorf("asking for the selected versions: %w", err)
	}
	selected := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		path, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		selected[path] = version
	}
	return selected, nil
}

// checkVersions compares them with the list: a replacement for another version
// would silently not apply.
func (b *builder) checkVersions() error {
	selected, err := b.selected()
	if err != nil {
		return err
	}
	var errs []error
	for _, m := range b.list.Modules {
		if v := selected[m.Path]; v != m.Version {
			errs = append(errs, fmt.Errorf("checking %s: go.mod selects %q, the list was reviewed for %s: a version bump is a review: run -relist, then read what changed in the listed files and why they may go", m.Path, v, m.Version))
		}
	}
	return errors.Join(errs...)
}

// download brings the listed modules into the module cache and returns where
// their zip files are, by path.
func (b *builder) download() (map[string]string, error) {
	args := []string{"mod", "download", "-modfile=" + b.plainModfile(), "-json"}
	for _, m := range b.list.Modules {
		args = append(args, m.Path+"@"+m.Version)
	}
	out, err := b.goCommand(args...)
	if err != nil {
		return nil, fmt.Errorf("downloading the listed modules: %w", err)
	}
	zips := make(map[string]string)
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var m struct{ Path, Zip string }
		if err := dec.Decode(&m); errors.Is(err, io.EOF) {
			return zips, nil
		} else if err != nil {
			return nil, fmt.Errorf("downloading the listed modules: reading the answer: %w", err)
		}
		zips[m.Path] = m.Zip
	}
}

// sums reads the h1: line of every module in go.sum, by "path version".
func sums(goSum []byte) map[string]string {
	h := make(map[string]string)
	for line := range strings.Lines(string(goSum)) {
		if f := strings.Fields(line); len(f) == 3 {
			h[f[0]+" "+f[1]] = f[2]
		}
	}
	return h
}

// readModule proves that the zip is the module that go.sum names and returns
// its files by their path beneath the module's root.
func readModule(m Module, zipFile, want string) (map[string][]byte, error) {
	if want == "" {
		return nil, fmt.Errorf("proving %s@%s: go.sum has no line for it: run go mod download %s, and review the line", m.Path, m.Version, m.Path)
	}
	got, err := dirhash.HashZip(zipFile, dirhash.Hash1)
	if err != nil {
		return nil, fmt.Errorf("proving %s@%s: hashing %s: %w", m.Path, m.Version, zipFile, err)
	}
	if got != want {
		return nil, fmt.Errorf("proving %s@%s: %s hashes to %s, go.sum says %s: the module cache is corrupt or was tampered with", m.Path, m.Version, zipFile, got, want)
	}
	z, err := zip.OpenReader(zipFile)
	if err != nil {
		return nil, fmt.Errorf("reading %s@%s: %w", m.Path, m.Version, err)
	}
	defer z.Close()
	files := make(map[string][]byte)
	for _, f := range z.File {
		name, ok := strings.CutPrefix(f.Name, m.Path+"@"+m.Version+"/")
		if !ok {
			return nil, fmt.Errorf("reading %s@%s: the zip holds %q", m.Path, m.Version, f.Name)
		}
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("reading %s@%s: %w", m.Path, m.Version, err)
		}
		files[name], err = io.ReadAll(r)
		r.Close()
		if err != nil {
			return nil, fmt.Errorf("reading %s@%s: %s: %w", m.Path, m.Version, name, err)
		}
	}
	return files, nil
}
