package audit

import (
	"context"
	"crypto/ecdsa"
	"time"

	"touchstone/internal/artifact"
	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/level"
	"touchstone/internal/prove"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/report"
	"touchstone/internal/trust"
	"touchstone/principles"
)

// Options are what an auditor is made of. Transport and Anchors are needed,
// but for replays, which need no transport.
type Options struct {
	// Transport is the way out.
	Transport fetch.Transport
	// Relay is the address of the relay for hosts that refuse browsers.
	Relay string
	// Anchors are those that the program carries.
	Anchors trust.Anchors
	// Heads are what was kept from earlier visits, by name: signed heads of logs, and
	// dates of signed indexes.
	Heads map[string][]byte
	// Memory is what trust kept from earlier visits, so that versions of anchors
	// never go back; nil for none.
	Memory []byte
	// Retries is how often a failed request is sent again; 0 is the default,
	// less is never.
	Retries int
	// P256 verifies what bare keys signed, as ecdsa.VerifyASN1 does; nil is that.
	P256 func(key *ecdsa.PublicKey, hash, signature []byte) bool
	// PerHost bounds the requests under way at one host; 0 is the default.
	PerHost int
}

// An Auditor answers questions, also many at a time. What it keeps for the next
// visit moves forward with every answer.
type Auditor struct {
	o      Options
	rules  *principles.Document
	client *fetch.Client
	keeper *prove.Keeper
	heads  *keptHeads
	begun  lastVersions
	hosts  map[string][]fetch.Host // which one audit may ask, by the purl type
}

// New makes an auditor. The error is of the program itself: its rules cannot be
// read.
func New(o Options) (*Auditor, error) {
	rules, err := principles.LoadWeighed()
	if err != nil {
		return nil, err
	}
	hosts := map[string][]fetch.Host{}
	for _, r := range Registries {
		hosts[r.Type()] = append(r.Hosts(), prove.Hosts()...)
	}
	return &Auditor{
		o: o, rules: rules, hosts: hosts,
		client: fetch.New(fetch.Options{Hosts: Hosts(), Transport: o.Transport, Relay: o.Relay, Retries: o.Retries, PerHost: o.PerHost}),
		keeper: prove.Keep(o.Anchors, o.Memory, Keyrings()),
		heads:  keepHeads(o.Anchors, o.Heads),
	}, nil
}

// Heads are the signed log heads to keep for the next visit, by log: those given,
// moved forward by what the audits since proved.
func (a *Auditor) Heads() map[string][]byte { return a.heads.all() }

// Memory is what trust keeps for the next visit.
func (a *Auditor) Memory() []byte { return a.keeper.Memory() }

// A Question is one audit to be made, and its circumstances: they are inputs,
// and shown.
type Question struct {
	// Pasted is what the person gave.
	Pasted string
	// Lent tells that it came with the recording that answers: a digest in it is the
	// word of whoever made both.
	Lent bool
	// Time is the audit's time; zero is now.
	Time time.Time
	// Replay answers instead of the network, and nothing else does: no relay, no
	// kept heads, no refreshed anchors; and nothing is kept of it.
	Replay *fetch.Record
	// File, where not nil, is a package that the person brought: it is audited
	// instead of the one the repository would send.
	File []byte
	// FileName is what the person calls it; empty where that is not known.
	FileName string
	// Most is how many bytes of the package are fetched at most; 0 is as many as
	// the ecosystem allows, less is none: what needs the bytes stays open.
	Most int64
	// Parts asks for those pieces of a package, too, that are fetched on demand; a
	// replay has them where they were recorded.
	Parts bool
	// Expect is from whom the person expects the package: an address of a source
	// repository, also without a scheme, and the subject of a certificate.
	Expect evidence.Expectation
	// Keys are public keys that the person brought, as projects publish them: what
	// one of them signed is signed by whom the person expects.
	Keys []byte
	// Progress is told how far each request has come, one call at a time.
	Progress func(fetch.Progress)
	// Record keeps every exchange for a later replay; nil keeps none.
	Record *fetch.Record
	// Seen, where not nil, is given all that was looked at, for who wants to look
	// into the package or to save the evidence.
	Seen func(evidence.Case)
}

func (q Question) want(algorithms []string) artifact.Want {
	return artifact.Want{Brought: q.File, Most: q.Most, Parts: q.Parts || q.Replay != nil, Algorithms: algorithms}
}

// Audit answers one question. Errors mean that it could not be asked: a
// *purl.Refused, or a cancelled context.
func (a *Auditor) Audit(ctx context.Context, q Question) (*report.Report, error) {
	return a.audit(ctx, a.client.Session, q)
}

// An asking begins a session: of the client, or of a moment that many share.
type asking func(fetch.SessionOptions) *fetch.Session

func (a *Auditor) audit(ctx context.Context, ask asking, q Question) (*report.Report, error) {
	r, err := a.resolve(ctx, ask, q)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.Audit()
}

// A Resolved is a question of which it is known what exactly it is about: the
// first half of an audit, which must be closed.
type Resolved struct {
	auditor *Auditor
	ctx     context.Context // of the whole question, both halves
	cancel  context.CancelFunc
	q       Question
	ref     purl.Ref // as it was pasted
	release *registry.Release
	session *fetch.Session
	keeper  *prove.Keeper
	given   map[string][]byte // the heads that it began with
}

// Resolve asks the repository what a question is about, and no more: the exact
// version is enough to know whether its answer is at hand already. ctx is that
// of both halves.
func (a *Auditor) Resolve(ctx context.Context, q Question) (*Resolved, error) {
	return a.resolve(ctx, a.client.Session, q)
}

func (a *Auditor) resolve(ctx context.Context, ask asking, q Question) (*Resolved, error) {
	ref, err := Read(q.Pasted) // who
	if err != nil {
		if q.Replay == nil {
			err = a.fitting(ctx, err)
		}
		return nil, err
	}
	reg, err := registryFor(ref.Type)
	if err != nil {
		return nil, err
	}
	var known bool
	if q.Expect, known = q.Expect.Read(); !known {
		return nil, purl.Refuse(purl.Malformed, "The source that you expect, %.200q, is no address of a repository. Write it like github.com/owner/name.", q.Expect.Source)
	}
	if q.Time.IsZero() {
		q.Time = time.Now()
	}
	r := &Resolved{auditor: a, q: q, ref: ref, keeper: a.keeper, given: a.heads.all()}
	if q.Replay != nil {
		r.keeper, r.given = prove.Fixed(a.o.Anchors), nil
		ask = fetch.NewReplay(q.Replay, fetch.Options{Hosts: Hosts()}).Session
	}
	r.session = ask(fetch.SessionOptions{Hosts: a.hosts[ref.Type], Progress: q.Progress, Record: q.Record})
	r.ctx, r.cancel = context.WithCancel(ctx) // what was fetched ahead of need must not go on
	anchors := r.keeper.Anchors()
	r.release, err = reg.Resolve(r.ctx, r.session, ref, registry.Visit{ // what the repository says: unverified
		LogKey: anchors.LogKey, Heads: r.given, FileInHand: q.Most != 0 || q.File != nil, FileName: q.FileName, Retired: retired(anchors, q.Time),
	})
	if err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// Ref names exactly the version that is audited.
func (r *Resolved) Ref() purl.Ref { return r.release.Ref }

// Close ends the question.
func (r *Resolved) Close() {
	r.cancel()
	r.session.Close()
}

// Audit is the second half. The error is a cancelled context.
func (r *Resolved) Audit() (*report.Report, error) {
	subject, err := r.subject()
	if err != nil {
		return nil, err
	}
	return report.New(subject), nil // say so
}

// subject is all that a report is about.
func (r *Resolved) subject() (report.Subject, error) {
	proofs, err := prove.Gather(r.ctx, r.session, r.keeper, r.release, r.q.Time, evidence.MaySpeak(r.release, r.q.Expect)) // what its signatures need beside themselves
	if err != nil {
		return report.Subject{}, err
	}
	art, err := artifact.Arrive(r.ctx, r.session, r.release, r.q.want(proofs.Algorithms())) // what arrived: digests, files
	if err != nil {
		return report.Subject{}, err
	}
	seen := evidence.Case{Release: r.release, Proofs: proofs, Artifact: art, Mechanisms: r.auditor.o.mechanisms(), Time: r.q.Time, Network: r.q.Replay == nil, Expected: r.q.Expect, Keys: r.q.Keys, Lent: r.q.Lent} // all that may be looked at
	if r.q.Seen != nil {
		r.q.Seen(seen)
	}
	found := evidence.Examine(seen)                              // what that proves
	verdict, err := level.Weigh(r.auditor.rules, found.Findings) // what that is worth
	if err != nil {
		return report.Subject{}, err
	}
	r.keep(found, verdict)
	return report.Subject{
		Pasted: r.ref.Pasted, Release: r.release, Artifact: art, Examined: found, Verdict: verdict,
		Answers: r.answers(art), Time: r.q.Time, Rules: r.auditor.rules, FileName: r.q.FileName, Notes: append(proofs.Notes, r.damaged()...),
	}, nil
}

// keep remembers of an audit what the next one may build on. A failed one may
// have been given wrong answers: others are to ask again.
func (r *Resolved) keep(found evidence.Examined, v level.Verdict) {
	if v.Failed {
		r.session.Forget()
		return
	}
	for name, head := range found.Heads {
		if r.q.Replay == nil {
			r.auditor.heads.forward(name, r.given[name], head)
		}
	}
}

// answers are all documents that this audit used.
func (r *Resolved) answers(art *artifact.Artifact) []fetch.Answer {
	answers := r.session.Answers()
	if r.q.File != nil {
		answers = append(answers, art.Answer)
	}
	return answers
}

// damaged tells what of earlier visits could not be used, where it would have
// been.
func (r *Resolved) damaged() []purl.Note {
	if r.q.Replay != nil {
		return nil
	}
	var notes []purl.Note
	if entry := r.release.Record().Log; entry != nil && r.auditor.heads.damagedOnce(entry.Log) {
		notes = append(notes, purl.Note{Kind: "log", Text: "The log's head that an earlier visit kept here is damaged. It was put aside, so this counts as a first visit."})
	}
	if i := r.release.Index.Signed; i.Name != "" && r.auditor.heads.damagedOnce(i.Name) {
		notes = append(notes, purl.Note{Kind: "record", Text: "The date of the signed index that an earlier visit kept here is damaged. It was put aside, so this counts as a first visit."})
	}
	return notes
}

// retired tells which anchored keys ended before the audit's time.
func retired(anchors trust.Anchors, at time.Time) func(set trust.ID, keyID string) bool {
	return func(set trust.ID, keyID string) bool {
		key, known := anchors.Key(set, keyID, trust.UsageSignatures)
		return known && key.End != nil && !key.ValidAt(at)
	}
}
