package evidence

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/sumdb"
)

// logRecord asks whether the log's signed tree holds the lines that bind this
// name and version to these digests.
func logRecord(e *exam) Finding {
	record := e.Release.Record()
	entry := record.Log
	if entry == nil {
		return because(NotApplicable, "This repository keeps no signed log of its packages.")
	}
	if record.Answer.State != fetch.Found {
		return unfetched(record.Answer, "the record", "The log has no record of this version.")
	}
	if e.log.err != nil {
		return logFailure(e.log.err)
	}
	lines := 0
	for _, d := range e.Release.Record().States {
		if d.Line == "" {
			continue
		}
		if !slices.Contains(strings.Split(strings.TrimSuffix(e.log.result.Record, "\n"), "\n"), d.Line) {
			return because(Fail, "The log's verified record does not hold the line "+quoted(d.Line)+".")
		}
		if d.Of != registry.OfManifest {
			lines++
		}
	}
	if lines == 0 && e.log.result.Lines == nil {
		return because(NotUnderstood, "The log's verified record states its digests in a form that this version does not understand.")
	}
	if lines == 0 {
		return because(Fail, "The log's verified record is about another package or version than the one asked for.")
	}
	if why := unconnected(e.log.result); why != "" {
		return because(Unknown, "The log signed the record, but in a tree that could not be connected with the one kept from an earlier visit: "+why+". It may belong to another history.")
	}
	e.proven.Logged = &Logged{Log: entry.Log, ID: e.log.result.ID}
	return pass(fmt.Sprintf("The record is entry %d of the log %s. The log's signature over its %s was verified here with its known key. So was the proof that the record is among them.",
		e.log.result.ID, entry.Log, entries(e.log.result.Head.N)), map[string]string{
		"log": entry.Log, "entry": strconv.FormatInt(e.log.result.ID, 10),
		"tree size": strconv.FormatInt(e.log.result.Head.N, 10), "tree hash": e.log.result.Head.Hash.String(),
		"record": e.log.result.Record,
	})
}

// provenDigest is the one digest of its kind that the verified log states;
// empty where it states none, or nothing is verified.
func provenDigest(e *exam, of registry.Subject, algorithm string) string {
	if e.Release.Record().Log == nil || e.logged.Outcome != Pass {
		return ""
	}
	for _, d := range e.Release.Record().States {
		if d.Line != "" && d.Of == of && d.Algorithm == algorithm {
			return d.Value
		}
	}
	return ""
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
