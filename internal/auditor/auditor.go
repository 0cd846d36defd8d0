// Package auditor is the edge's own audit, by the same packages and rules as the
// page's: an http.Handler for one object, which holds one instance of it. What it
// finds is the word of the site that runs it, and kept for those who ask next.
package auditor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/badge"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/trust"
	"touchstone/principles"
)

// Bounds of one object.
const (
	// Requests is how many requests one audit may send to all hosts together.
	Requests = 64
	// DefaultPatience is how long an audit may take.
	DefaultPatience = 25 * time.Second
	// queue is how many audits may wait for their turn.
	queue = 32
)

// A Store keeps values by key; it may lose them.
type Store interface {
	// Get gives nil where nothing is kept.
	Get(key string) ([]byte, error)
	// Put keeps a value for at least this long; 0 is for ever.
	Put(key string, value []byte, lifetime time.Duration) error
}

// An Auditor audits one package at a time, and each question once for all who ask
// it meanwhile. Its fields are set before it serves.
type Auditor struct {
	// Verdicts are shared by all objects, and read by the edge.
	Verdicts Store
	// Own is this object's alone: the log heads that it has seen.
	Own       Store
	Transport fetch.Transport
	// Anchors are those that the program carries; refreshed ones are kept.
	Anchors trust.Anchors
	// Build is the digest of this program.
	Build string
	Now   func() time.Time
	// Patience is how long an audit may take; 0 is DefaultPatience.
	Patience time.Duration
	// Admit tells whether one more audit may be begun for who asks, by their
	// address.
	Admit func(asker string) bool
	// Complain is told what went wrong, without saying who asked what.
	Complain func(error)

	turn    chan struct{} // whose turn it is to audit
	setup   sync.Once
	mu      sync.Mutex // of flights
	flights map[string]*flight

	anchoring sync.Mutex // of anchors
	anchors   Anchors    // those in use; without a digest before the first question
}

// A flight is one audit under way, shared by all who asked for it.
type flight struct {
	done   chan struct{}
	answer Answer
	err    error
}

// An Answer is what was found, and the whole report where one was made.
type Answer struct {
	Verdict badge.Verdict
	Report  []byte // JSON; nil where the version is not there
}

// What is not audited now.
var (
	// ErrBusy: too many audits wait for their turn.
	ErrBusy = errors.New("auditing: too many audits wait for their turn; ask again in a minute")
	// ErrLimited: too many were begun for who asks.
	ErrLimited = errors.New("auditing: too many new audits were asked for from there; ask again in a minute")
)

// AskerHeader is where the edge says for whom it asks.
const AskerHeader = "touchstone-asker"

// ServeHTTP answers the edge, and nobody else: the object has no address of its
// own.
//
//	GET /verdict?reference=PURL   the verdict as JSON
//	GET /report?reference=PURL    the report as JSON
//	GET /refresh                  asks for newer anchors
func (a *Auditor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/refresh" {
		ctx, cancel := context.WithTimeout(context.Background(), a.patience())
		defer cancel()
		if err := a.Refresh(ctx); err != nil {
			a.Complain(err)
			say(w, http.StatusBadGateway, err.Error()+"\n")
		}
		return
	}
	reference := r.URL.Query().Get("reference")
	want := map[string]func(Answer) ([]byte, error){"/verdict": verdictOf, "/report": reportOf}[r.URL.Path]
	if want == nil || r.Method != http.MethodGet {
		say(w, http.StatusNotFound, "there is no such question\n")
		return
	}
	ref, err := audit.Read(reference)
	if err != nil {
		say(w, http.StatusBadRequest, err.Error()+"\n")
		return
	}
	answer, err := a.Audit(ref, r.Header.Get(AskerHeader))
	if err == nil {
		var body []byte
		if body, err = want(answer); err == nil {
			w.Header().Set("content-type", "application/json")
			say(w, http.StatusOK, string(body))
			return
		}
	}
	status := http.StatusInternalServerError
	var refused *purl.Refused
	switch {
	case errors.As(err, &refused) && refused.Kind == purl.Missing:
		status = http.StatusNotFound
	case errors.As(err, &refused) && refused.Kind == purl.Unlearned:
		status = http.StatusBadGateway
	case errors.As(err, &refused):
		status = http.StatusBadRequest
	case errors.Is(err, ErrLimited):
		status = http.StatusTooManyRequests
	case errors.Is(err, ErrBusy):
		status = http.StatusServiceUnavailable
	default:
		a.Complain(err)
		err = errors.New("auditing: something went wrong here; ask again later")
	}
	say(w, status, err.Error()+"\n")
}

func say(w http.ResponseWriter, status int, body string) {
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // who asked may be gone
}

func verdictOf(a Answer) ([]byte, error) { return json.Marshal(a.Verdict) }

func reportOf(a Answer) ([]byte, error) {
	if a.Report == nil {
		return nil, purl.Refuse(purl.Missing, "No report was made of %s: it is %s.", a.Verdict.Reference, a.Verdict.State)
	}
	return a.Report, nil
}

// Audit gives what is kept, or audits: once for all who ask the same meanwhile,
// and to its end whether or not they still wait. The asker counts where an audit
// is begun for them; nobody ("") is the edge itself.
func (a *Auditor) Audit(ref purl.Ref, asker string) (Answer, error) {
	a.setup.Do(func() { a.turn, a.flights = make(chan struct{}, 1), map[string]*flight{} })
	basis, err := a.basis()
	if err != nil {
		return Answer{}, err
	}
	key := badge.Key(basis.Build, ref)
	f, err := a.join(key, func() (Answer, error) {
		if kept, ok := a.kept(key, basis); ok {
			return kept, nil
		}
		if asker != "" && !a.Admit(asker) {
			return Answer{}, ErrLimited
		}
		a.turn <- struct{}{}
		defer func() { <-a.turn }()
		return a.run(ref, basis)
	})
	if err != nil {
		return Answer{}, err
	}
	<-f.done
	return f.answer, f.err
}

// join finds the flight for key, or starts it with work.
func (a *Auditor) join(key string, work func() (Answer, error)) (*flight, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if f := a.flights[key]; f != nil {
		return f, nil
	}
	if len(a.flights) > queue {
		return nil, ErrBusy
	}
	f := &flight{done: make(chan struct{})}
	a.flights[key] = f
	go func() {
		defer func() {
			if v := recover(); v != nil {
				f.err = fmt.Errorf("auditing: the program broke: %v\n%s", v, debug.Stack())
			}
			a.mu.Lock()
			delete(a.flights, key)
			a.mu.Unlock()
			close(f.done)
		}()
		f.answer, f.err = work()
	}()
	return f, nil
}

func (a *Auditor) patience() time.Duration {
	if a.Patience > 0 {
		return a.Patience
	}
	return DefaultPatience
}

// basis is what verdicts rest on now.
func (a *Auditor) basis() (badge.Basis, error) {
	rules, err := principles.LoadWeighed()
	if err != nil {
		return badge.Basis{}, err
	}
	return badge.Basis{Rules: rules.Version, Anchors: a.held().Digest, Build: a.Build}, nil
}

// kept is what the store has, where it may still be given.
func (a *Auditor) kept(key string, basis badge.Basis) (Answer, bool) {
	var answer Answer
	raw, err := a.Verdicts.Get(key)
	if err != nil || raw == nil || json.Unmarshal(raw, &answer.Verdict) != nil || !answer.Verdict.Serves(basis, a.Now()) {
		return Answer{}, false
	}
	about, err := purl.Parse(answer.Verdict.Reference)
	if err != nil || answer.Verdict.Track == "" { // no report was made
		return answer, err == nil
	}
	answer.Report, err = a.Verdicts.Get(badge.ReportKey(badge.Key(basis.Build, about)))
	return answer, err == nil && answer.Report != nil
}
