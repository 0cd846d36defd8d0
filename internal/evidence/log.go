package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/sumdb"
	"touchstone/internal/trust"
)

// verifyLog runs the log's verification over what was recorded. Nothing is
// fetched here: a tile that was not recorded is missing.
func verifyLog(in *Input) logVerdict {
	record := in.Release.Record()
	if record.Log == nil || record.Answer.State != fetch.Found {
		return logVerdict{}
	}
	key, ok := in.Proofs.Anchors.LogKey(record.Log.Log)
	if !ok {
		return logVerdict{err: fmt.Errorf("no key is pinned for the log %s", record.Log.Log)}
	}
	result, err := sumdb.Verify(key, logEvidence(record))
	return logVerdict{result, err}
}

// logEvidence turns a recorded log entry into what the mechanism verifies.
func logEvidence(record registry.Link) sumdb.Evidence {
	entry := record.Log
	e := sumdb.Evidence{Lookup: record.Answer.Body, Known: entry.Known}
	if entry.Latest.State == fetch.Found {
		// Not nil: an answer without bytes is wrong, not missing.
		e.Latest = append([]byte{}, entry.Latest.Body...)
	}
	e.Tiles = func(paths []string) []sumdb.TileAnswer {
		out := make([]sumdb.TileAnswer, len(paths))
		for i, p := range paths {
			a, ok := entry.Tiles[p]
			if !ok || a.State != fetch.Found {
				out[i].Err = &sumdb.MissingError{Path: p}
				continue
			}
			out[i].Data = a.Body
		}
		return out
	}
	return e
}

// Keepable tells whether what is said to be a head of the log, kept from an
// earlier visit, is still one that the log's pinned key signed.
func Keepable(anchors trust.Anchors, log string, head []byte) bool {
	key, ok := anchors.LogKey(log)
	if !ok {
		return false
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return false
	}
	opened, err := note.Open(head, note.VerifierList(verifier))
	if err != nil {
		return false
	}
	_, err = tlog.ParseTree([]byte(opened.Text))
	return err == nil
}

// unconnected says why the head kept from an earlier visit could not be
// connected with the one that the record was proven under; empty where it was,
// or where none was kept.
func unconnected(r *sumdb.Result) string {
	for _, h := range r.Heads {
		if h.From == sumdb.FromKnown && !h.Consistent {
			return h.Reason
		}
	}
	return ""
}

// logRecord asks whether the log's signed tree holds the lines that bind this
// name and version to these digests.
func logRecord(in *Input) Finding {
	record := in.Release.Record()
	entry := record.Log
	if entry == nil {
		return because(NotApplicable, "This repository keeps no signed log of its packages.")
	}
	if record.Answer.State != fetch.Found {
		return unfetched(record.Answer, "the log's record", "the log has no record of this version")
	}
	if in.log.err != nil {
		return logFailure(in.log.err)
	}
	lines := 0
	for _, d := range in.Release.Record().States {
		if d.Line == "" {
			continue
		}
		if !hasLine(in.log.result.Record, d.Line) {
			return because(Fail, "The log's verified record does not hold the line "+quoted(d.Line)+".")
		}
		if d.Of != registry.OfManifest {
			lines++
		}
	}
	if lines == 0 && in.log.result.Lines == nil {
		f := because(Unknown, "The log's verified record states its digests in a form that this version does not understand.")
		f.Unreadable = true
		return f
	}
	if lines == 0 {
		return because(Fail, "The log's verified record is about another package or version than the one asked for.")
	}
	if why := unconnected(in.log.result); why != "" {
		return because(Unknown, "The log signed the record, but in a tree that could not be connected with the one kept from an earlier visit: "+why+". It may belong to another history.")
	}
	return pass(fmt.Sprintf("The record is entry %d of the log %s. The log's signature over its %s was verified here with its known key. So was the proof that the record is among them.",
		in.log.result.ID, entry.Log, entries(in.log.result.Head.N)), map[string]string{
		"log": entry.Log, "entry": strconv.FormatInt(in.log.result.ID, 10),
		"tree size": strconv.FormatInt(in.log.result.Head.N, 10), "tree hash": in.log.result.Head.Hash.String(),
		"record": in.log.result.Record,
	})
}

// logHistory asks whether every head seen belongs to one history.
func logHistory(in *Input) Finding {
	entry := in.Release.Record().Log
	if entry == nil {
		return because(NotApplicable, "This repository keeps no signed log of its packages.")
	}
	var fork *sumdb.ForkError
	if errors.As(in.log.err, &fork) {
		return Finding{Outcome: Fail,
			Reason: "The log has signed two trees that contradict each other. It has shown different histories to different people. Keep both signed heads: they are the proof.",
			Facts:  map[string]string{"older head": string(fork.Older), "newer head": string(fork.Newer)}}
	}
	if in.log.result == nil {
		return because(Unknown, "The log's heads could not be compared, because its record could not be verified.")
	}
	compared, open := []string{}, ""
	for _, h := range in.log.result.Heads {
		if h.Consistent {
			compared = append(compared, fmt.Sprintf("%s (%s)", h.From, entries(h.N)))
		} else {
			open = fmt.Sprintf("the head from %s (%s) could not be connected: %s", h.From, entries(h.N), h.Reason)
		}
	}
	if open != "" {
		return because(Unknown, upper(open)+".")
	}
	if entry.Latest.State != fetch.Found && entry.Known == nil {
		return because(Unknown, "Only one signed head was seen, so there was nothing to compare it with. The newest could not be fetched: "+sentence(entry.Latest.Reason))
	}
	return pass("Every signed head seen in this audit"+kept(entry)+" was proven to be part of one history: "+strings.Join(compared, "; ")+".",
		map[string]string{"heads": strings.Join(compared, "; ")})
}

// entries is a log's size in words.
func entries(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return strconv.FormatInt(n, 10) + " entries"
}

func kept(entry *registry.LogEntry) string {
	if entry.Known != nil {
		return ", and the one kept from an earlier visit,"
	}
	return ""
}

// logFailure tells apart what is wrong from what could not be had, and from
// what is our own lack.
func logFailure(err error) Finding {
	var (
		missing   *sumdb.MissingError
		malformed *sumdb.MalformedError
		signature *sumdb.SignatureError
		fork      *sumdb.ForkError
		excluded  *sumdb.NotIncludedError
		tile      *sumdb.TileError
	)
	switch {
	case errors.As(err, &malformed), errors.As(err, &signature), errors.As(err, &fork), errors.As(err, &excluded), errors.As(err, &tile):
		return because(Fail, "The log's record does not verify: "+err.Error()+".")
	case errors.As(err, &missing):
		return because(Unknown, "The proof that the record is in the log could not be completed: "+err.Error()+".")
	}
	return because(Unknown, "The log's record could not be verified here: "+err.Error()+".")
}

func hasLine(text, line string) bool {
	for _, l := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if l == line {
			return true
		}
	}
	return false
}

// manifestDigest is the list digest over the one manifest.
func manifestDigest(m registry.Manifest) (string, error) {
	sum, err := archive.Hash1([]archive.File{archive.Describe(m.Path, m.Answer.Body)})
	if err != nil {
		return "", fmt.Errorf("hashing %s: %w", m.Path, err)
	}
	return fmt.Sprintf("%x", sum[:]), nil
}

// sameBytes tells whether a served manifest is the one inside the package.
func sameBytes(m registry.Manifest, files []archive.File, root string) (same, found bool) {
	want := archive.Describe(root+m.Path, m.Answer.Body)
	for _, f := range files {
		if f.Path == want.Path {
			return bytes.Equal(f.SHA256[:], want.SHA256[:]), true
		}
	}
	return false, false
}
