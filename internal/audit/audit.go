// Package audit is the happy path, and the only package that knows all others:
// a reference becomes a release, bytes, findings, a verdict, a report.
package audit

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"touchstone/internal/artifact"
	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/level"
	"touchstone/internal/prove"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/registry/golang"
	"touchstone/internal/registry/npm"
	"touchstone/internal/report"
	"touchstone/internal/trust"
	"touchstone/principles"
)

// Registries are the ecosystems served: one line each.
var Registries = []registry.Registry{
	golang.Registry{},
	npm.Registry{},
}

// Hosts are all the places that an audit may ask.
func Hosts() []fetch.Host {
	var hosts []fetch.Host
	for _, r := range Registries {
		hosts = append(hosts, r.Hosts()...)
	}
	return append(hosts, prove.Hosts()...)
}

// Options are an audit's circumstances. They are inputs, and shown.
type Options struct {
	// Transport is the way out; nil where Replay is set.
	Transport fetch.Transport
	// Replay answers instead of the network, and nothing else does.
	Replay *fetch.Record
	// Relay is the address of the relay for hosts that refuse browsers.
	Relay string
	// File, where not nil, is a package that the person brought: it is audited
	// instead of the one the repository would send.
	File []byte
	// Time is the audit's time.
	Time time.Time
	// Heads are the signed log heads kept from earlier visits, by log. They
	// are not used in a replay.
	Heads   map[string][]byte
	Anchors trust.Anchors
	// Memory is what trust keeps between visits, so that versions of anchors
	// never go back; nil for none.
	Memory   []byte
	Progress func(fetch.Progress)
	// Retries is how often a failed request is sent again; 0 is the default,
	// less is never.
	Retries int
}

// A Result is a finished audit.
type Result struct {
	Report *report.Report
	// Record is every exchange, for a later replay.
	Record *fetch.Record
	// Heads are the signed heads to keep for the next visit, by log: those
	// given, moved forward by what this audit proved.
	Heads map[string][]byte
	// Memory is what trust keeps for the next visit.
	Memory []byte
}

// Run audits what a person pasted. Errors mean that the question could not be
// asked: a *purl.Refused, or a cancelled context.
func Run(ctx context.Context, pasted string, o Options) (*Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // what was fetched ahead of need must not go on
	rules, err := principles.LoadWeighed()
	if err != nil {
		return nil, err
	}
	ref, err := Read(pasted)
	if err != nil {
		return nil, err
	}
	reg, err := registryFor(ref.Type)
	if err != nil {
		return nil, err
	}
	record := new(fetch.Record)
	client := connect(o, reg, record)
	keeper := keep(o)
	heads := keptHeads(o)
	visit := registry.Visit{LogKey: o.Anchors.LogKey, Heads: heads, FileInHand: o.File != nil, Retired: retired(keeper.Anchors(), o.Time)}
	if o.Replay != nil {
		visit.Heads = nil
	}

	rel, err := reg.Resolve(ctx, client, ref, visit)
	if err != nil {
		return nil, err
	}
	proofs, err := prove.Gather(ctx, client, keeper, rel, o.Time)
	if err != nil {
		return nil, err
	}
	notes := proofs.Notes
	if rel.Record().Log != nil && o.Replay == nil && o.Heads[rel.Record().Log.Log] != nil && heads[rel.Record().Log.Log] == nil {
		notes = append(notes, purl.Note{Kind: "log", Text: "The log's head that an earlier visit kept here is damaged. It was put aside, so this counts as a first visit."})
	}
	art, err := artifact.Arrive(ctx, client, rel, artifact.Want{Brought: o.File, Algorithms: proofs.Algorithms()})
	if err != nil {
		return nil, err
	}
	in := &evidence.Input{Release: rel, Artifact: art, Proofs: proofs, Time: o.Time, Network: o.Replay == nil}
	findings := evidence.Examine(in)
	verdict, err := level.Weigh(rules, findings)
	if err != nil {
		return nil, err
	}
	answers := client.Answers()
	if o.File != nil {
		answers = append(answers, art.Answer)
	}
	return &Result{
		Report: report.New(report.Subject{
			Pasted: ref.Pasted, Release: rel, Artifact: art, Findings: findings, Facts: evidence.State(in),
			Verdict: verdict, Answers: answers, Time: o.Time, Rules: rules, Notes: notes,
		}),
		Record: record,
		Heads:  forward(o, heads, in, verdict),
		Memory: keeper.Memory(),
	}, nil
}

// connect makes the one client of this audit.
func connect(o Options, reg registry.Registry, record *fetch.Record) *fetch.Client {
	opts := fetch.Options{Hosts: append(reg.Hosts(), prove.Hosts()...), Transport: o.Transport, Relay: o.Relay, Progress: o.Progress, Record: record, Retries: o.Retries}
	if o.Replay != nil {
		return fetch.NewReplay(o.Replay, opts)
	}
	return fetch.New(opts)
}

// keep recalls what earlier visits left; a replay rests on what the program
// carries.
func keep(o Options) *prove.Keeper {
	if o.Replay != nil {
		return prove.Fixed(o.Anchors, o.Memory)
	}
	return prove.Keep(o.Anchors, o.Memory)
}

// retired tells which anchored keys ended before the audit's time.
func retired(anchors trust.Anchors, at time.Time) func(set trust.ID, keyID string) bool {
	return func(set trust.ID, keyID string) bool {
		key, known := anchors.Key(set, keyID, trust.UsageSignatures)
		return known && key.End != nil && !key.ValidAt(at)
	}
}

// keptHeads are the heads that still verify. What was damaged where it was
// kept accuses nobody.
func keptHeads(o Options) map[string][]byte {
	heads := map[string][]byte{}
	for name, head := range o.Heads {
		if evidence.Keepable(o.Anchors, name, head) {
			heads[name] = head
		}
	}
	return heads
}

// forward moves the kept heads on, only by what a live audit proved: a replay
// never feeds them, and a failed verdict changes nothing.
func forward(o Options, kept map[string][]byte, in *evidence.Input, v level.Verdict) map[string][]byte {
	heads := maps.Clone(kept)
	if o.Replay == nil && !v.Failed && in.Release.Record().Log != nil {
		if head := evidence.Head(in); head != nil {
			heads[in.Release.Record().Log.Log] = head
		}
	}
	return heads
}

// Read says which package a pasted text names, if it can be audited here. The
// error is a *purl.Refused; what it offers can be audited too.
func Read(pasted string) (purl.Ref, error) {
	ref, err := purl.Parse(pasted)
	if err == nil {
		if _, err := registryFor(ref.Type); err != nil {
			return purl.Ref{}, err
		}
		return ref, nil
	}
	var refused *purl.Refused
	if errors.As(err, &refused) {
		refused.Choices = slices.DeleteFunc(refused.Choices, func(c purl.Choice) bool {
			other, err := purl.Parse(c.Reference)
			if err == nil {
				_, err = registryFor(other.Type)
			}
			return err != nil
		})
	}
	return purl.Ref{}, err
}

// registryFor finds who serves an ecosystem.
func registryFor(typ string) (registry.Registry, error) {
	for _, r := range Registries {
		if r.Type() == typ {
			return r, nil
		}
	}
	return nil, purl.NotServed(typ)
}
