package registry_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"time"

	"touchstone/internal/archive"
	"touchstone/internal/artifact"
	"touchstone/internal/digest"
	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// shelf is the adapter of an invented repository, which serves
// https://shelf.example/NAME/VERSION.json with the digest of VERSION.zip beside it.
type shelf struct{}

var _ registry.Registry = shelf{}

func (shelf) Type() string { return "shelf" }
func (shelf) Name() string { return "The Shelf" }

func (shelf) Hosts() []fetch.Host {
	return []fetch.Host{{Name: "shelf.example", Paths: []string{`/[a-z]+/[0-9.]+\.(json|zip)`}}}
}

func (s shelf) Resolve(ctx context.Context, c *fetch.Session, ref purl.Ref, _ registry.Visit) (*registry.Release, error) {
	at := "https://shelf.example/" + url.PathEscape(ref.Name) + "/" + url.PathEscape(ref.Version)
	record := registry.Link{Name: "record"}
	var err error
	record.Answer, err = c.Get(ctx, fetch.Request{URL: at + ".json", Form: fetch.JSON, Step: "record", Limit: 1 << 20})
	if err != nil {
		return nil, err
	}
	rel := &registry.Release{
		Ref: ref, Repository: s.Name(),
		File: registry.File{
			Request: fetch.Request{URL: at + ".zip", Step: "package", Limit: archive.DefaultLimits.Archive},
			Format:  archive.Zip,
		},
		Source:    registry.Source{Route: record.Answer.Route, Asked: record.Answer.State},
		Installer: registry.Installer{Name: "shelf", RefusesWrongDigest: true, Source: "https://shelf.example/docs"},
	}
	doc, err := strictjson.Parse(record.Answer.Body)
	switch {
	case record.Answer.State != fetch.Found:
	case err != nil || doc.Text("name") != ref.Name || doc.Text("version") != ref.Version:
		record.Answer.State, record.Answer.Reason = fetch.Unknown, "it is not about what was asked for"
	default:
		if d, err := digest.Hex("sha256", doc.Text("sha256")); err == nil {
			record.States = []registry.Stated{{Of: registry.OfArtifact, Algorithm: d.Algorithm, Value: d.Sum}}
		}
		rel.Source.Repository, rel.Source.Revision = doc.Text("source"), doc.Text("commit")
	}
	rel.Chain = []registry.Link{record}
	return rel, nil
}

// served answers in the repository's place.
type served map[string][]byte

func (w served) Do(_ context.Context, r *fetch.Request) (*fetch.Response, error) {
	body, there := w[r.URL]
	if !there {
		return &fetch.Response{Status: 404, URL: r.URL, Body: io.NopCloser(bytes.NewReader(nil))}, nil
	}
	return &fetch.Response{Status: 200, URL: r.URL, Body: io.NopCloser(bytes.NewReader(body))}, nil
}

// An adapter, and what the checks make of what it says.
func Example() {
	var pack bytes.Buffer
	z := zip.NewWriter(&pack)
	f, _ := z.Create("hello.txt")
	fmt.Fprint(f, "hello")
	z.Close()
	h := digest.NewHasher("sha256")
	h.Write(pack.Bytes())
	world := served{
		"https://shelf.example/gold/1.0.0.zip":  pack.Bytes(),
		"https://shelf.example/gold/1.0.0.json": fmt.Appendf(nil, `{"name":"gold","version":"1.0.0","sha256":%q}`, h.Sums()["sha256"]),
	}
	ctx := context.Background()
	session := fetch.New(fetch.Options{Hosts: shelf{}.Hosts(), Transport: world}).Session(fetch.SessionOptions{Hosts: shelf{}.Hosts()})
	rel, err := shelf{}.Resolve(ctx, session, purl.Ref{Type: "shelf", Name: "gold", Version: "1.0.0"}, registry.Visit{})
	if err != nil {
		fmt.Println(err)
		return
	}
	art, err := artifact.Arrive(ctx, session, rel, artifact.Want{})
	if err != nil {
		fmt.Println(err)
		return
	}
	found := evidence.Examine(evidence.Case{Release: rel, Artifact: art, Time: time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)})
	for _, f := range found.Findings {
		if f.Outcome != evidence.NotApplicable {
			fmt.Println(f.Outcome, f.Check)
		}
	}
	// Output:
	// pass digest-published
	// pass digest-matches
	// pass record-direct
	// pass answer-named
	// pass archive-sound
	// absent name-inside
	// pass installer-refuses
	// absent files-covered
	// absent offline-complete
	// absent signer-identity
	// absent source-stated
	// absent build-attested
}
