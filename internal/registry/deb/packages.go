package deb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"touchstone/internal/archive/packed"
	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/trust"
)

// maxList bounds a list of packages as it is served, in bytes: the largest is
// 11 MB. maxInflated bounds what comes out of it.
const (
	maxList     = trust.MaxSuiteList
	maxInflated = 512 << 20
)

// An entry is one package of a list.
type entry struct {
	fields stanza
	sum    string
	size   int64
	file   string // below the archive's base
}

// A list of packages, and what it says of the one that is sought.
type list struct {
	in      inRelease
	place   place
	answer  fetch.Answer
	entries []entry
	broken  string
	// other tells that it is not the document that the signed index states: then
	// it says nothing, not even what is missing.
	other bool
}

// read tells whether the list was read to its end.
func (l *list) read() bool { return l.answer.State == fetch.Found && l.broken == "" && !l.other }

// listForm is that of every list: what a host in trouble sends in its place is none.
var listForm = &fetch.Form{Name: "a compressed list of packages", Fits: func(b []byte) bool { return len(b) > 0 && !fetch.IsPage(b) }}

// request is that of a list.
func (in *inRelease) request(p place) fetch.Request {
	r := fetch.Request{URL: in.address(p), Limit: maxList, Immutable: in.byHash(), Form: listForm, Step: fmt.Sprintf("list of packages of %s (%s)", in.of.name, sized(p.size))}
	if in.byHash() {
		r.Sum = p.sum
	}
	return r
}

func askList(ctx context.Context, c *fetch.Session, in inRelease, p place, name string) (list, error) {
	l := list{in: in, place: p}
	r := in.request(p)
	s := &scan{name: name, most: in.inflated(p)}
	defer s.stop()
	r.Arriving = s.arrive
	a, err := c.Get(ctx, r)
	l.answer = a
	if err != nil || a.State != fetch.Found {
		return l, err
	}
	if sum := sha256.Sum256(a.Body); hex.EncodeToString(sum[:]) != p.sum || int64(len(a.Body)) != p.size {
		l.other = true
		return l, nil
	}
	if found, err, whole := s.end(p.size); whole {
		l.take(found, err, name)
	} else {
		l.find(name)
	}
	return l, nil
}

// inflated is how many bytes come out of a list at most: as many as the index states
// of it as it is without its packing.
func (in *inRelease) inflated(p place) int64 {
	bare, stated := in.lists[strings.TrimSuffix(p.path, path.Ext(p.path))]
	if !stated {
		return maxInflated
	}
	return min(bare.size, maxInflated)
}

// sized is a number of bytes for people.
func sized(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d kB", (n+999)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// find reads the list as it inflates; what it says of other packages is not kept.
func (l *list) find(name string) {
	_, stream, err := packed.Open(l.answer.Body)
	if err != nil {
		l.broken = err.Error()
		return
	}
	defer stream.Close()
	found, err := find(packed.AtMost(stream, maxInflated), name)
	l.take(found, err, name)
}

// take reads what a list says of the package.
func (l *list) take(found []stanza, err error, name string) {
	if err != nil {
		l.broken = err.Error()
		return
	}
	for _, s := range found {
		e, err := readEntry(s)
		if err != nil {
			l.broken = fmt.Sprintf("its entry of %s %s: %v", name, s["version"], err)
			l.entries = nil
			return
		}
		l.entries = append(l.entries, e)
	}
}

// readEntry reads what leads to the file. Its path must stay inside the pool, and
// end as a package's that is installed does.
func readEntry(s stanza) (entry, error) {
	e, err := readFile(s)
	if err == nil && !strings.HasSuffix(e.file, ".deb") {
		err = fmt.Errorf("its path %.80q does not stay in the pool", e.file)
	}
	return e, err
}

// debFile ends the names of packages: udeb those that the installer takes.
var debFile = regexp.MustCompile(`\.u?deb\z`)

// readFile reads which file an entry states.
func readFile(s stanza) (entry, error) {
	e := entry{fields: s, file: s["filename"]}
	sum, err := digest.Hex("sha256", s["sha256"])
	if err != nil {
		return e, errors.New("its SHA-256 cannot be read")
	}
	e.sum = sum.Sum
	if e.size, err = strconv.ParseInt(s["size"], 10, 64); err != nil || e.size <= 0 {
		return e, errors.New("its size is no number")
	}
	if !strings.HasPrefix(e.file, "pool/") || !debFile.MatchString(e.file) || !registry.Below(e.file, "._+~-") {
		return e, fmt.Errorf("its path %.80q does not stay in the pool", e.file)
	}
	return e, nil
}

// link is the document of the chain that states the file's digest.
func (l *list) link(chosen *entry) registry.Link {
	out := registry.Link{Name: "list of packages", Answer: l.answer}
	if l.answer.State == fetch.Found && l.broken != "" {
		out.Answer.Unusable("the list of packages cannot be read: " + l.broken)
	}
	if chosen != nil {
		out.States = []registry.Stated{{Of: registry.OfArtifact, Algorithm: "sha256", Value: chosen.sum}}
	}
	return out
}

// address is where the file stands.
func (l *list) address(e *entry) string { return l.in.of.base + "/" + e.file }
