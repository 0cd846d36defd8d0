//go:build js && wasm && touchstone_whole

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"syscall/js"

	"touchstone/internal/audit"
	"touchstone/internal/evidence"
	"touchstone/internal/installed"
	"touchstone/internal/registry"
)

// An installedRequest is what is in the folder of one package.
type installedRequest struct {
	Files []installed.File `json:"files"`
	// Partial is why the installer leaves files out; empty where it does not.
	Partial string `json:"partial"`
	// Texts hold files that name packages, by path.
	Texts map[string]string `json:"texts"`
}

// ofFolders are the functions for installed folders.
func ofFolders() map[string]any {
	return map[string]any{
		"named":    js.FuncOf(promised(startNamed)),
		"packages": js.FuncOf(promised(startPackages)),
		"differ":   js.FuncOf(promised(startDiffer)),
		"identify": js.FuncOf(promised(startIdentify)),
	}
}

// compared takes a folder as JSON, and gives the comparison as JSON, with whether
// all is as published.
func compared(folder json.RawMessage, seen evidence.Case) (string, error) {
	var q installedRequest
	if err := json.Unmarshal(folder, &q); err != nil {
		return "", fmt.Errorf("reading the folder: %w", err)
	}
	c := packageOf(seen).Compare(q.Files, q.Partial, texts(q.Texts))
	raw, err := json.Marshal(struct {
		installed.Comparison
		As   bool `json:"as"`
		Open bool `json:"open"`
	}{c, c.As(), c.Open()})
	if err != nil {
		return "", fmt.Errorf("writing the comparison: %w", err)
	}
	return string(raw), nil
}

func packageOf(seen evidence.Case) installed.Package {
	var pieces []installed.Piece
	if sum := seen.Artifact.Digests["sha256"]; sum != "" && len(seen.Artifact.Parts) > 0 {
		pieces = append(pieces, installed.Piece{Algorithm: "sha256", Sum: sum, Manifest: true})
		for _, part := range seen.Artifact.Parts {
			pieces = append(pieces, installed.Piece{Algorithm: part.Algorithm, Sum: part.Value, Manifest: strings.HasPrefix(part.Name, "manifest")})
		}
	}
	return installed.Package{
		Pieces:   pieces,
		Contents: seen.Artifact.Contents, Bytes: seen.Artifact.Answer.Body, Read: seen.Release.File.Contents,
		Rules: seen.Release.File.Rules, Finder: audit.FinderOf(seen.Release.Ref.Type),
	}
}

// startDiffer takes a reference, a path in its folder and the bytes of the file
// there, and gives the lines in which it differs from the published one.
func startDiffer(_ context.Context, args []js.Value) (any, error) {
	if len(args) < 3 {
		return nil, errors.New("calling differ: it takes a reference, a path and the bytes of a file")
	}
	held, err := last.of(args[0].String())
	if err != nil {
		return nil, err
	}
	here, ok := bytesOf(args[2])
	if !ok {
		return nil, errors.New("calling differ: the bytes of the file are missing")
	}
	return packageOf(held.evidence.Seen).Differ(args[1].String(), here)
}

// startIdentify takes the bytes of a package file, and gives the references that
// it says that it is, as JSON.
func startIdentify(_ context.Context, args []js.Value) (any, error) {
	if len(args) < 1 {
		return nil, errors.New("calling identify: it takes the bytes of a package file")
	}
	file, ok := bytesOf(args[0])
	if !ok {
		return nil, errors.New("calling identify: the bytes of the file are missing")
	}
	raw, err := json.Marshal(append([]string{}, audit.Identify(file)...))
	if err != nil {
		return nil, fmt.Errorf("writing what was found: %w", err)
	}
	return string(raw), nil
}

func texts(given map[string]string) map[string][]byte {
	out := map[string][]byte{}
	for path, text := range given {
		out[path] = []byte(text)
	}
	return out
}

// startNamed gives the names of the files by which packages are found in a
// folder.
func startNamed(context.Context, []js.Value) (any, error) {
	raw, err := json.Marshal(audit.Named())
	if err != nil {
		return nil, fmt.Errorf("writing the names: %w", err)
	}
	return string(raw), nil
}

// startPackages takes a folder as JSON (root, paths, texts by path), and gives
// the packages in it.
func startPackages(_ context.Context, args []js.Value) (any, error) {
	if len(args) < 1 || args[0].Type() != js.TypeString {
		return nil, errors.New("calling packages: it takes a folder as JSON")
	}
	var folder struct {
		Root  string            `json:"root"`
		Paths []string          `json:"paths"`
		Out   []string          `json:"out"`
		Links []string          `json:"links"`
		Texts map[string]string `json:"texts"`
	}
	if err := json.Unmarshal([]byte(args[0].String()), &folder); err != nil {
		return nil, fmt.Errorf("reading the folder: %w", err)
	}
	raw, err := json.Marshal(audit.Find(registry.Folder{Root: folder.Root, Paths: folder.Paths, Out: folder.Out, Links: folder.Links, Texts: texts(folder.Texts)}))
	if err != nil {
		return nil, fmt.Errorf("writing the packages: %w", err)
	}
	return string(raw), nil
}
