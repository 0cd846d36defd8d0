package pypi

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"touchstone/internal/bundleform"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// Bounds of the attestations of one file.
const (
	maxAttestations = 100
	maxProvenance   = 8 << 20
)

// publishType is the predicate type by which a publisher says that it published
// these bytes (docs.pypi.org/attestations/publish/v1).
const publishType = "https://docs.pypi.org/attestations/publish/v1"

func provenanceRequest(at located) fetch.Request {
	return fetch.Request{URL: at.provenance(), Accept: "application/vnd.pypi.integrity.v1+json", Step: "attestations", Limit: maxProvenance, Form: provenanceForm}
}

// expected says what a statement about a file must be about.
func expected(at located) registry.Attestations {
	own, ok := parseFilename(at.file, at.name)
	return registry.Attestations{
		Subject: registry.Expected{Names: []string{at.file}, Algorithm: "sha256", Means: func(name string) bool {
			other, readable := parseFilename(name, at.name)
			return ok && readable && own.means(other)
		}},
		// docs.pypi.org/attestations/producing-attestations: verified at upload,
		// with Sigstore's public instance.
		Closed:       true,
		PublishTypes: []string{publishType},
	}
}

// attestationsOf fetches the provenance of a file. The index says in advance
// whether there is any:
//
//  1. it names none: then there is none, if that is PyPI's own word;
//  2. it announces one, or has no word of provenance: then it is asked for.
//     Browsers cannot see the refusal of what is not there.
//  3. A refusal counts as PyPI's own only in the form in which PyPI refuses
//     (docs.pypi.org/api/integrity): the index that said nothing came from
//     somebody who leaves provenance out.
func attestationsOf(ctx context.Context, c *fetch.Session, at located, e entry, index fetch.Answer) (registry.Attestations, error) {
	out := expected(at)
	address, said := e.announces()
	// 1.
	if said && address == "" {
		out.Unasked = true
		out.Answer = fetch.Answer{Request: provenanceRequest(at), URL: at.provenance(), Route: index.Route, State: fetch.Unknown,
			Reason: "the index announces no attestations"}
		if index.Route == fetch.Direct {
			out.Answer.State = fetch.NotThere
			out.Answer.Reason = "the index, which came from " + Host + " itself, announces no attestations"
		}
		return out, nil
	}
	// 2.
	out.Promised = said
	var err error
	if out.Answer, err = c.Get(ctx, provenanceRequest(at)); err != nil {
		return out, err
	}
	switch a := &out.Answer; {
	case a.State == fetch.Found:
		if out.Each, err = readProvenance(*a); err != nil {
			out.Each, out.Broken = nil, "what came as the attestations cannot be used: "+err.Error()
		}
	case a.Err != nil && a.Err.Kind == fetch.TooLarge:
		out.Broken = "the attestations cannot be used: " + a.Reason
	case a.State == fetch.NotThere && !said && !strictjson.Fields(a.Body).Has("message"): // 3.
		a.State = fetch.Unknown
		a.Reason = "the index does not say whether there are any, and the refusal that came is not PyPI's own"
	}
	return out, nil
}

// readProvenance reads a provenance document (PEP 740, "Provenance objects"),
// whole or not at all.
func readProvenance(answer fetch.Answer) ([]registry.Attestation, error) {
	doc, err := strictjson.Parse(answer.Body)
	if err != nil {
		return nil, err
	}
	bundles := doc.List("attestation_bundles")
	switch {
	case string(doc["version"]) != "1":
		return nil, fmt.Errorf("its version is %.20q; known is 1", doc["version"])
	case bundles == nil:
		return nil, errors.New("it holds no list of bundles")
	}
	var out []registry.Attestation
	for i, raw := range bundles {
		bundle := strictjson.Fields(raw)
		list := bundle.List("attestations")
		if list == nil {
			return nil, fmt.Errorf("its bundle %d holds no list of attestations", i+1)
		}
		publisher := publisherOf(bundle.Object("publisher"), answer)
		for _, a := range list {
			if len(out) == maxAttestations {
				return nil, fmt.Errorf("it holds more than %d attestations", maxAttestations)
			}
			read, err := bundleform.FromPEP740(strictjson.Fields(a))
			if err != nil {
				return nil, fmt.Errorf("in its bundle %d: %w", i+1, err)
			}
			out = append(out, registry.Attestation{Bundle: read, Publisher: publisher})
		}
	}
	return out, nil
}

// publisherOf translates whom PyPI names as the publisher of a bundle
// (docs.pypi.org/trusted-publishers; github.com/pypi/pypi-attestations, the
// kinds' policies). Nil for a kind that is not known here: then nobody is named.
func publisherOf(p strictjson.Object, says fetch.Answer) *registry.Publisher {
	on := func(host string) string {
		if p.Text("repository") == "" {
			return ""
		}
		return host + p.Text("repository")
	}
	out := &registry.Publisher{Answer: says}
	switch p.Text("kind") {
	case "GitHub":
		out.Issuer, out.Repository = "https://token.actions.githubusercontent.com", on("https://github.com/")
		if w := p.Text("workflow"); w != "" {
			out.Workflow = ".github/workflows/" + w
		}
	case "GitLab":
		out.Issuer, out.Repository, out.Workflow = "https://gitlab.com", on("https://gitlab.com/"), p.Text("workflow_filepath")
	case "Google":
		out.Issuer, out.SAN = "https://accounts.google.com", p.Text("email")
	}
	if out.Repository == "" && out.SAN == "" {
		return nil
	}
	return out
}

// elsewhere tells that the index states another place of a file's provenance
// than the one asked, which is always this file's own, on PyPI's own host.
func elsewhere(at located, e entry) []purl.Note {
	stated, _ := e.announces()
	if stated == "" {
		return nil
	}
	u, err := url.Parse(stated)
	if err == nil && u.Scheme == "https" && u.Host == Host {
		s := strings.Split(strings.TrimPrefix(u.Path, "/"), "/")
		if len(s) == 5 && s[0] == "integrity" && canonical(s[1]) == canonical(at.name) && sameVersion(s[2], at.version) && s[3] == at.file && s[4] == "provenance" {
			return nil
		}
	}
	return []purl.Note{{Kind: "record", Text: fmt.Sprintf("The index says that the attestations are at %.300q. Asked was the address of this file on PyPI's own host, %s.", stated, at.provenance())}}
}
