package audit

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// Suggestions are how a text that somebody is writing may go on, by a
// repository's own unsigned word.
type Suggestions struct {
	// By is who was asked; empty where nobody was.
	By string `json:"by"`
	// Relayed tells that our relay asked.
	Relayed bool         `json:"relayed"`
	All     []Suggestion `json:"all"`
}

// A Suggestion is a reference, and a word on it from outside.
type Suggestion struct {
	Reference string `json:"reference"`
	About     string `json:"about"`
}

// mostSuggested is how many are of use while somebody writes.
const mostSuggested = 8

// Suggest says how a text may go on: names like the one that it ends with, or
// versions of the package before its "@". The errors are cancelled contexts.
//
//  1. Behind "@" or "==" stands nothing yet, or the beginning of a version: the
//     versions of what stands before it.
//  2. Else, of a text that names one package and no version, names like it.
//  3. Nobody is asked about what may be no name: see seemly.
func (a *Auditor) Suggest(ctx context.Context, text string) (*Suggestions, error) {
	none := &Suggestions{All: []Suggestion{}}
	if len(text) > 200 || strings.ContainsAny(text, "\r\n") {
		return none, nil
	}
	if m := begunVersion().FindStringSubmatch(text); m != nil { // 1
		ref, bare, ok := begun(m[1], func(r registry.Registry) bool { _, lists := r.(registry.Lister); return lists })
		// A name alone before an "@" begins an address of a person, too.
		if !ok || tokenLike(ref.Path()) || bare && (m[2] == "" || !seemly(ref.Path())) { // 3
			return none, nil
		}
		return a.suggestVersions(ctx, ref, m[2])
	}
	ref, _, ok := begun(text, func(r registry.Registry) bool { _, knows := r.(registry.Suggester); return knows }) // 2
	if !ok || !seemly(ref.Path()) {                                                                                // 3
		return none, nil
	}
	return a.suggestNames(ctx, ref)
}

// begunVersion cuts a text before the version that it ends with: nothing yet, or
// a beginning.
var begunVersion = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\A(.+?)(?:@|==)(v?|v?[0-9][0-9A-Za-z.+-]*)\z`) })

// begun reads which package a text names, of a repository that can help. bare
// tells that the text does not say in which.
func begun(text string, helps func(registry.Registry) bool) (ref purl.Ref, bare, ok bool) {
	able := func(typ string) bool {
		r, err := registryFor(typ)
		return err == nil && helps(r)
	}
	ref, err := Read(text)
	var refused *purl.Refused
	if errors.As(err, &refused) && refused.Kind == purl.Ambiguous {
		for _, c := range refused.Choices {
			if ref, err = purl.Parse(c.Reference); err == nil && able(ref.Type) {
				return ref, true, ref.Version == ""
			}
		}
		return ref, true, false
	}
	return ref, false, err == nil && able(ref.Type) && ref.Version == "" && ref.Tag == "" && len(ref.Digests) == 0
}

var (
	nameLike = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\A(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*\z`) })
	fileLike = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\.(json|lock|toml|txt|ya?ml|xml|env|pem|key|zip|gz|tgz|sum|mod)\z`)
	})
	keyLike = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\A(npm|ghp|gho|ghu|ghs|ghr|github_pat|glpat|pypi|sk|pk|xox[a-z]|akia|eyj)[_-]`)
	})
	hexLike = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\A[0-9a-f]*\z`) })
	digits  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[0-9]`) })
	turns   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[0-9][a-z]|[a-z][0-9]`) })
)

// seemly tells whether a text looks like the beginning of a name, and not like a
// path or a secret: what is typed into this box by mistake is sent to nobody.
//
//  1. Two to 50 characters that names have, all lower case; a place inside a
//     folder, or the name of a file that projects have, is none.
//  2. No more than six digits in all: names are words.
//  3. No part is a token (see tokenLike), is longer than 24 characters, or goes
//     to and fro between letters and digits more than twice.
func seemly(name string) bool {
	if len(name) < 2 || len(name) > 50 || !nameLike().MatchString(name) || fileLike().MatchString(name) { // 1
		return false
	}
	if len(digits().FindAllString(name, -1)) > 6 { // 2
		return false
	}
	for _, part := range strings.FieldsFunc(name, separates) { // 3
		if len(part) > 24 || len(turns().FindAllString(part, -1)) > 2 {
			return false
		}
	}
	return !tokenLike(name)
}

func separates(r rune) bool { return strings.ContainsRune("@/._-", r) }

// tokenLike tells whether a text holds what looks like a secret: it begins as the
// tokens of well-known services do, or a part of it is a number in hexadecimal.
func tokenLike(text string) bool {
	return keyLike().MatchString(strings.ToLower(text)) || slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(text), separates), func(part string) bool {
		return len(part) > 64 || len(part) >= 8 && hexLike().MatchString(part) && digits().MatchString(part)
	})
}

// lastVersions are the versions of the package that somebody is writing about:
// each further character asks nobody.
type lastVersions struct {
	mu       sync.Mutex
	name     string
	versions *Versions
}

// of gives the versions of a package, which ask gives where they are not kept.
func (l *lastVersions) of(name string, ask func(string) (*Versions, error)) (*Versions, error) {
	l.mu.Lock()
	kept, of := l.versions, l.name
	l.mu.Unlock()
	if kept != nil && of == name {
		return kept, nil
	}
	v, err := ask(name)
	if err == nil && v.Unread == "" {
		l.mu.Lock()
		l.versions, l.name = v, name
		l.mu.Unlock()
	}
	return v, err
}

// suggestVersions are those that begin as the text does, newest first.
func (a *Auditor) suggestVersions(ctx context.Context, ref purl.Ref, begins string) (*Suggestions, error) {
	v, err := a.begun.of(ref.String(), func(name string) (*Versions, error) { return a.Versions(ctx, name, "") })
	if err != nil {
		return &Suggestions{All: []Suggestion{}}, ctx.Err() // there is no such package, say
	}
	out := &Suggestions{By: v.by, Relayed: v.route == fetch.Relay, All: []Suggestion{}}
	for _, o := range v.All {
		if len(out.All) < mostSuggested && strings.HasPrefix(strings.TrimPrefix(o.Version, "v"), strings.TrimPrefix(begins, "v")) {
			about := ""
			if o.Withdrawn {
				about = "withdrawn"
			} else if o.Reference == v.Newest {
				about = "newest"
			}
			out.All = append(out.All, Suggestion{o.Reference, about})
		}
	}
	return out, nil
}

// suggestNames asks a repository that knows names.
func (a *Auditor) suggestNames(ctx context.Context, ref purl.Ref) (*Suggestions, error) {
	reg, err := registryFor(ref.Type)
	if err != nil {
		return nil, err
	}
	session := a.client.Session(fetch.SessionOptions{Hosts: reg.Hosts()})
	defer session.Close()
	found, err := reg.(registry.Suggester).Suggest(ctx, session, ref.Path())
	if err != nil {
		return nil, err
	}
	out := &Suggestions{By: reg.Name(), Relayed: found.Answer.Route == fetch.Relay, All: []Suggestion{}}
	for _, like := range found.Packages {
		about := like.Description
		if r := []rune(about); len(r) > 80 {
			about = string(r[:80]) + "…"
		}
		out.All = append(out.All, Suggestion{like.Ref.String(), about})
	}
	return out, nil
}
