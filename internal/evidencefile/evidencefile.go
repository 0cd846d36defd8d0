// Package evidencefile saves an audit in one zip file, and reads such a file as
// the circumstances of another audit: the same question, answered by what was
// recorded. FORMAT.md beside this file is its specification.
//
// The file is for two readers. People find in it the report, sums, signatures
// and the commands that check them with public tools. The auditor reads only the
// question and the recorded answers, and judges them as any hostile ones: nothing
// else in the file, anchors, report and times among it, counts for anything.
package evidencefile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"sort"
	"strings"
	"time"

	"touchstone/internal/archive"
	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/fetch/har"
	"touchstone/internal/registry"
	"touchstone/internal/report"
	"touchstone/internal/report/page"
)

// Format names the form that this version writes and reads.
const Format = "touchstone-evidence/1"

// Most is how many bytes a file has at most: the largest package of any
// ecosystem, and what belongs to it.
const Most = 576 << 20

// The members that have a fixed place.
const (
	head     = "evidence.json"
	requests = "requests.har"
	answers  = "answers/"
	packages = "package/"
	sums     = "SHA256SUMS"
	summary  = "verdict.intoto.json"
)

// Evidence is what an audit gives to be saved.
type Evidence struct {
	// Pasted is the question, as it was asked.
	Pasted string
	// Seen is all that the audit looked at, Record every answer to it.
	Seen   evidence.Case
	Record *fetch.Record
	Report *report.Report
}

// about is the document by which a file says what it is.
type about struct {
	Format string `json:"format"`
	// Reference is the question.
	Reference string `json:"reference"`
	// Time is that of the audit, RFC 3339 in UTC: for people.
	Time string `json:"time"`
	// Package is the member that is a package which the person brought; empty for
	// none.
	Package string `json:"package"`
}

// Sizes are those of the file without the package and with it, in bytes.
func (e Evidence) Sizes() (without, with int64, err error) {
	var n counter
	if err := e.Write(&n, false); err != nil {
		return 0, 0, err
	}
	without, n = int64(n), 0
	err = e.Write(&n, true)
	return without, int64(n), err
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// Write writes the file, with or without the bytes of the package. The same
// audit gives the same bytes: when each request left and how long it took is
// left out, and nothing is compressed.
func (e Evidence) Write(w io.Writer, withPackage bool) error {
	members, err := e.members(withPackage)
	if err != nil {
		return fmt.Errorf("saving the evidence: %w", err)
	}
	size := 0
	for _, m := range members {
		size += len(m.Data)
	}
	if size > Most {
		return fmt.Errorf("saving the evidence: it has %d bytes, and at most %d can be read again; save it without the package", size, Most)
	}
	return archive.WriteZip(w, members)
}

// members are the files of the zip, SHA256SUMS last.
func (e Evidence) members(withPackage bool) ([]archive.Member, error) {
	art := e.Seen.Artifact
	name := packages + packageName(cmp.Or(e.Report.Artifact.Name, art.Answer.Request.URL), e.Seen.Release.File.Format)
	brought := art.Answer.Route == fetch.File && art.Answer.State == fetch.Found
	first := about{Format: Format, Reference: e.Pasted, Time: e.Report.Time}
	if brought && withPackage {
		first.Package = name
	}
	raw, err := json.MarshalIndent(first, "", "  ")
	if err != nil {
		return nil, err
	}
	data, err := e.Report.JSON()
	if err != nil {
		return nil, err
	}
	html, err := page.Alone(e.Report)
	if err != nil {
		return nil, err
	}
	recorded, err := e.recorded(name, brought, withPackage)
	if err != nil {
		return nil, err
	}
	public := e.public()
	members := []archive.Member{
		{Path: head, Data: append(raw, '\n')},
		{Path: "README.txt", Data: []byte(e.readme(name, withPackage, public))},
		{Path: "report.html", Data: []byte(html)},
		{Path: "report.json", Data: data},
	}
	if said, err := e.Report.Summary(e.Seen.Proofs.Bundles); err == nil { // else nothing arrived
		members = append(members, archive.Member{Path: summary, Data: said})
	}
	members = append(append(members, recorded...), public...)
	if (withPackage || e.isRecord()) && art.Answer.State == fetch.Found {
		members = append(members, archive.Member{Path: name, Data: art.Answer.Body})
	}
	return append(members, sumsOf(members)), nil
}

// recorded are the HTTP Archive and the bodies that it names. Bodies of the
// package are its member, or left out.
func (e Evidence) recorded(name string, brought, withPackage bool) ([]archive.Member, error) {
	exchanges := e.Record.Exchanges()
	at, err := time.Parse(time.RFC3339, e.Report.Time)
	if err != nil {
		return nil, err
	}
	var bodies []archive.Member
	for i := range exchanges {
		x := &exchanges[i]
		x.Began, x.Took = at, 0
		switch {
		case withPackage:
		case e.isPiece(*x):
			x.Body, x.Broken = nil, "it was left out when this was saved"
		case !brought && e.isPackage(*x) && !e.isRecord():
			x.Body, x.Broken = nil, "the package was left out when this was saved"
		}
	}
	var out bytes.Buffer
	err = har.WriteBeside(&out, fetch.NewRecord(exchanges), func(x fetch.Exchange) string {
		switch {
		case len(x.Body) == 0:
			return ""
		case !brought && e.isPackage(x):
			return name
		}
		place := fmt.Sprintf("%s%03d%s", answers, len(bodies)+1, extension(x))
		bodies = append(bodies, archive.Member{Path: place, Data: x.Body})
		return place
	})
	return append([]archive.Member{{Path: requests, Data: out.Bytes()}}, bodies...), err
}

// isPackage tells whether an exchange brought the package itself.
func (e Evidence) isPackage(x fetch.Exchange) bool {
	came := e.Seen.Artifact.Answer
	return came.State == fetch.Found && x.Method == "GET" && len(came.Body) > 0 && bytes.Equal(x.Body, came.Body)
}

// isRecord tells whether the package is itself a document of its record: then that is
// kept, and what is left out are the pieces that it names.
func (e Evidence) isRecord() bool {
	came := e.Seen.Artifact.Answer
	return came.State == fetch.Found && slices.ContainsFunc(e.Seen.Release.Chain, func(l registry.Link) bool {
		return l.Answer.State == fetch.Found && bytes.Equal(l.Answer.Body, came.Body)
	})
}

// isPiece tells whether an exchange brought a piece of the package that is fetched on
// demand.
func (e Evidence) isPiece(x fetch.Exchange) bool {
	for _, p := range e.Seen.Artifact.Parts {
		if x.Method == "GET" && len(x.Body) > 0 && p.OnDemand && bytes.Equal(p.Answer.Body, x.Body) {
			return true
		}
	}
	return false
}

// extension is how the name of a body's file ends, for who opens it.
func extension(x fetch.Exchange) string {
	switch kind := x.Header["content-type"]; {
	case json.Valid(x.Body):
		return ".json"
	case strings.HasPrefix(kind, "text/"):
		return ".txt" // also of a page: it is from elsewhere, and not to be opened as one
	}
	return ".bin"
}

// packageName is what the package is called in the file: what the person calls it,
// or the last part of its address, where every system can have a file of that name.
func packageName(address string, format archive.Format) string {
	name := strings.Trim(path.Base(address), ".-")
	odd := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-+@", r))
	}
	stem, _, _ := strings.Cut(name, ".")
	device := len(stem) >= 3 && len(stem) <= 4 && slices.Contains([]string{"CON", "PRN", "AUX", "NUL", "COM", "LPT"}, strings.ToUpper(stem[:3]))
	if name == "" || len(name) > 150 || device || strings.ContainsFunc(name, odd) {
		return "package." + string(format)
	}
	return name
}

// sumsOf lists the members in the form that "sha256sum -c" reads.
func sumsOf(members []archive.Member) archive.Member {
	files := make([]archive.File, 0, len(members))
	for _, m := range members {
		files = append(files, archive.Describe(m.Path, m.Data))
	}
	sort.Slice(files, func(i, j int) bool { return files[i].Path < files[j].Path })
	list, err := archive.List(files, "", "")
	if err != nil {
		panic(err) // the names are ours
	}
	return archive.Member{Path: sums, Data: list}
}
