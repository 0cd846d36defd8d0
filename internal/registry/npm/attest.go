package npm

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
	"touchstone/internal/trust"
)

// Bounds of the attestations of one version.
const (
	maxAttestations      = 100
	maxAttestationsBytes = 8 << 20
)

// attestationsOf fetches the statements served for a version. announced is what
// a record says of them (dist.attestations); nil where it says nothing.
func attestationsOf(ctx context.Context, c *fetch.Session, at located, announced strictjson.Object) (registry.Attestations, error) {
	out := expected(at, announced)
	var err error
	out.Answer, err = get(ctx, c, attestationsRequest(at), at.name)
	if err != nil {
		return out, err
	}
	switch {
	case out.Answer.State == fetch.Found:
		each, err := readAttestations(out.Answer.Body)
		if err != nil {
			out.Broken = "what came as the attestations cannot be used: " + err.Error()
		}
		out.Each = each
	case out.Answer.Err != nil && out.Answer.Err.Kind == fetch.TooLarge:
		out.Broken = "the attestations cannot be used: " + out.Answer.Reason
	}
	return out, nil
}

func attestationsRequest(at located) fetch.Request {
	return fetch.Request{URL: at.attestations(), Accept: "application/json", Step: "attestations", Limit: maxAttestationsBytes, Form: attestationsForm}
}

// unannounced are the attestations of a version whose record, which could be
// read, announces none. That is the registry's word that there are none only if
// the record is its word.
func unannounced(at located, record fetch.Answer) registry.Attestations {
	out := expected(at, nil)
	out.Unasked = true
	out.Answer = fetch.Answer{Request: attestationsRequest(at), URL: at.attestations(), Route: record.Route}
	if record.Route == fetch.Direct {
		out.Answer.State = fetch.NotThere
		out.Answer.Reason = "the version record, which came from " + Host + " itself, announces no attestations"
		return out
	}
	out.Answer.State = fetch.Unknown
	out.Answer.Reason = "the version record announces no attestations"
	return out
}

// expected says what a statement about this version must be about, and what
// the record announces.
func expected(at located, announced strictjson.Object) registry.Attestations {
	out := registry.Attestations{
		Promised: announced != nil,
		Subject:  registry.Expected{Names: at.purls(), Algorithm: "sha512"},
		Keys:     trust.NPMKeys,
		OwnTypes: ownTypes(),
		OwnPredicate: map[string]string{
			"name": at.name, "version": at.version, "registry": "https://" + Host,
		},
	}
	if label := announced.Object("provenance").Text("predicateType"); label != "" {
		out.Labels = []string{label}
	}
	return out
}

// ownTypes begin the predicate types of the statements that the registry itself
// signs about a package that was published (github.com/npm/attestation, specs).
func ownTypes() []string {
	const specs = "https://github.com/npm/attestation/tree/main/specs/"
	return []string{specs + "publish/", specs + "release/"}
}

// readAttestations reads the answer of the attestations' address,
// {"attestations":[{"predicateType":…,"bundle":{…}}]}, whole or not at all. The
// bundles stay as served.
func readAttestations(doc []byte) ([]registry.Attestation, error) {
	if err := strictjson.Check(doc); err != nil {
		return nil, err
	}
	list := strictjson.Fields(doc).List("attestations")
	switch {
	case list == nil:
		return nil, errors.New("it holds no list of attestations")
	case len(list) > maxAttestations:
		return nil, fmt.Errorf("it holds %d attestations; at most %d are read", len(list), maxAttestations)
	}
	var out []registry.Attestation
	for i, raw := range list {
		a := strictjson.Fields(raw)
		if a.Object("bundle") == nil {
			return nil, fmt.Errorf("its attestation %d has no bundle", i+1)
		}
		out = append(out, registry.Attestation{Label: a.Text("predicateType"), Bundle: a["bundle"]})
	}
	return out, nil
}

// announcement is what a record's dist says of attestations; nil where it says
// nothing. The note tells that their stated address is not the one asked: what
// is asked is always this version's own, on the registry's own host.
func announcement(dist strictjson.Object, at located) (announced strictjson.Object, notes []purl.Note) {
	if !dist.Has("attestations") {
		return nil, nil
	}
	announced = dist.Object("attestations")
	if announced == nil {
		announced = strictjson.Object{} // promised in a form that is not known
	}
	stated := announced.Text("url")
	if stated == "" {
		return announced, nil
	}
	u, err := url.Parse(stated)
	if err != nil || !strings.EqualFold(u.Path, "/-/npm/v1/attestations/"+at.String()) {
		notes = append(notes, purl.Note{Kind: "record", Text: fmt.Sprintf("The version record says that its attestations are at %.300q. Asked was the address of this version on the registry's own host, %s.", stated, at.attestations())})
	}
	return announced, notes
}
