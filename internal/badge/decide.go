package badge

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// A Desk decides what the edge does when a badge or a report is asked for. It does
// nothing itself and never waits: the Worker looks, asks and answers.
type Desk struct {
	// Build is the digest of the auditor's program, Rules the version of its rules.
	Build string
	Rules string
	Now   func() time.Time
}

// A Reply is what the client gets.
type Reply struct {
	Status int               `json:"status"`
	Header map[string]string `json:"header"`
	Body   string            `json:"body"`
	// Keep tells that the same may be given to who asks next, for as long as the
	// header says.
	Keep bool `json:"keep"`
}

// A Look is where to look before anybody is asked.
type Look struct {
	Verdict string `json:"verdict"` // keys of the store
	Anchors string `json:"anchors"`
}

// An Errand is a question to one of the auditor's objects.
type Errand struct {
	Object string `json:"object"`
	URL    string `json:"url"`
	// Wait is how long the client is kept waiting, in milliseconds. What comes later
	// is kept for who asks next.
	Wait int64 `json:"wait"`
}

// A Step is what to do next: exactly one of the three is set.
type Step struct {
	Look   *Look   `json:"look,omitempty"`
	Errand *Errand `json:"errand,omitempty"`
	Reply  *Reply  `json:"reply,omitempty"`
}

// How long clients wait: image proxies give up after four seconds.
const (
	badgeWait  = 3200 * time.Millisecond
	reportWait = 28 * time.Second
)

// How long replies may be kept by browsers and proxies.
const (
	keepReply    = time.Hour // of what is kept for longer here
	keepChecking = 30 * time.Second
	keepUnknown  = time.Minute
)

// A Question is what the Worker asks, once for each step. Path and Site say again
// what the client asked for: nothing is remembered between steps.
type Question struct {
	Path string `json:"path"` // of the address, as it was sent
	Site string `json:"site"` // its host
	// Then is what came of the last step; empty at the beginning.
	Then string `json:"then"`
	// Verdict and Anchors are what was found where Look said; empty for nothing.
	Verdict string `json:"verdict"`
	Anchors string `json:"anchors"`
	// Status and Body are the object's answer.
	Status int    `json:"status"`
	Body   string `json:"body"`
}

// What can come of a step.
const (
	Looked   = "looked"   // Verdict and Anchors are what was there
	Answered = "answered" // Status and Body are the object's
	Late     = "late"     // no answer yet; it goes on behind
	Broken   = "broken"   // the object could not be asked
)

// Decide goes on.
//
//  1. An address that asks for nothing is answered at once.
//  2. What is kept and may still be given is given.
//  3. Else an object is asked; of a report, always: it is too long for the Worker.
//  4. What the object says is put into words; without it, nothing is claimed.
func (d Desk) Decide(q Question) Step {
	if q.Path == AnchorsPath {
		return anchors(q)
	}
	a, err := read(q.Path)
	if errors.Is(err, errAddress) && a.form != picture { // 1
		return reply(a.form, http404(err))
	}
	if err != nil {
		return d.words(a, plain("not a package that can be checked here"), keepReply, 400)
	}
	switch q.Then {
	case "":
		return Step{Look: &Look{Verdict: Key(d.Build, a.ref), Anchors: AnchorsKey}}
	case Looked:
		if v, kept := d.kept(q); kept && a.form != report {
			return d.say(a, v, q.Site) // 2
		}
		e := &Errand{Object: object(a.ref), URL: a.question(), Wait: badgeWait.Milliseconds()} // 3
		if a.form == report {
			e.Wait = reportWait.Milliseconds()
		}
		return Step{Errand: e}
	case Answered: // 4
		return d.answered(a, q)
	case Late:
		return d.words(a, wait(a, "checking"), keepChecking, 503)
	}
	return d.words(a, wait(a, "unknown"), keepUnknown, 502)
}

// anchors says by which anchors the auditor judges.
func anchors(q Question) Step {
	switch {
	case q.Then == "":
		return Step{Look: &Look{Verdict: AnchorsKey, Anchors: AnchorsKey}}
	case q.Anchors == "":
		return reply(report, Reply{Status: 404, Header: cached(keepUnknown), Body: `{"error":"nothing was audited here yet"}`})
	}
	return reply(report, Reply{Status: 200, Header: cached(keepOpen), Body: q.Anchors, Keep: true})
}

func (d Desk) kept(q Question) (Verdict, bool) {
	var v Verdict
	var anchors struct {
		Digest string `json:"digest"`
	}
	if json.Unmarshal([]byte(q.Verdict), &v) != nil || json.Unmarshal([]byte(q.Anchors), &anchors) != nil {
		return Verdict{}, false
	}
	return v, v.Serves(Basis{Rules: d.Rules, Anchors: anchors.Digest, Build: d.Build}, d.Now())
}

func (d Desk) answered(a asked, q Question) Step {
	switch {
	case q.Status == 400:
		return d.words(a, plain("not a package that can be checked here"), keepReply, 400)
	case q.Status == 404 && a.form == report:
		return d.words(a, wait(a, "no such version"), keepOpen, 404)
	case q.Status == 429:
		return d.words(a, wait(a, "unknown: too many new checks"), keepChecking, 429)
	case q.Status != 200:
		return d.words(a, wait(a, "unknown"), keepUnknown, 503)
	case a.form == report:
		return reply(report, Reply{Status: 200, Body: q.Body, Header: cached(keepOpen), Keep: true})
	}
	var v Verdict
	if json.Unmarshal([]byte(q.Body), &v) != nil {
		return d.words(a, wait(a, "unknown"), keepUnknown, 502)
	}
	return d.say(a, v, q.Site)
}

// say gives a verdict.
func (d Desk) say(a asked, v Verdict, site string) Step {
	life := min(keepReply, v.Until.Sub(d.Now()))
	return d.words(a, Say(v, site, a.moving()), life, 200)
}

// words gives a badge: always an image, always 200, because image proxies keep
// errors, and show nothing. Others get the status that fits.
func (d Desk) words(a asked, w Words, life time.Duration, status int) Step {
	r := Reply{Status: 200, Header: cached(life), Keep: life >= keepUnknown}
	var err error
	switch a.form {
	case picture:
		r.Body, err = w.SVG()
	case endpoint:
		r.Body, err = w.Endpoint(life)
	default:
		r.Status = status
		var raw []byte
		raw, err = json.Marshal(map[string]string{"error": w.Title})
		r.Body = string(raw)
	}
	if err != nil {
		return reply(report, Reply{Status: 500, Header: cached(0), Body: `{"error":"the badge could not be drawn"}`})
	}
	return reply(a.form, r)
}

func http404(err error) Reply {
	raw, _ := json.Marshal(map[string]string{"error": err.Error()}) // a text always marshals
	return Reply{Status: 404, Header: cached(keepReply), Body: string(raw)}
}

// cached says for how long a reply may be kept.
func cached(life time.Duration) map[string]string {
	seconds := strconv.Itoa(max(0, int(life.Seconds())))
	return map[string]string{"cache-control": "public, max-age=" + seconds + ", s-maxage=" + seconds}
}

// reply adds what every reply has. It may be shown and read anywhere, and runs
// nothing.
func reply(f form, r Reply) Step {
	sum := sha256.Sum256([]byte(r.Body))
	r.Header["etag"] = fmt.Sprintf("%q", hex.EncodeToString(sum[:12]))
	r.Header["content-type"] = "application/json; charset=utf-8"
	if f == picture {
		r.Header["content-type"] = "image/svg+xml; charset=utf-8"
	}
	r.Header["access-control-allow-origin"] = "*"
	r.Header["cross-origin-resource-policy"] = "cross-origin"
	r.Header["content-security-policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
	r.Header["referrer-policy"] = "no-referrer"
	r.Header["x-content-type-options"] = "nosniff"
	return Step{Reply: &r}
}
