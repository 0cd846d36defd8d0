package maven

import (
	"fmt"
	"regexp"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/source"
)

// namespaces are the groups that Central gives to whoever signs in at a hosting
// site under that name, with the identity provider that vouches for its builds.
// Source: central.sonatype.org/register/namespace, "By Code Hosting Services".
// At GitLab groups nest, and what is below one belongs to it; names there may hold
// dots (docs.gitlab.com/user/reserved_names), at GitHub neither.
var namespaces = []struct {
	prefix, site, issuer string
	nests, dots          bool
}{
	{"io.github.", "https://github.com/", "https://token.actions.githubusercontent.com", false, false},
	{"io.gitlab.", "https://gitlab.com/", "https://gitlab.com", true, true},
}

// publishers are those whom the group itself names. Where names may hold dots, a dot
// leaves open where the owner's name ends, and then nobody is named.
func publishers(group string) []registry.Publisher {
	for _, n := range namespaces {
		rest, ok := strings.CutPrefix(group, n.prefix)
		if !ok {
			continue
		}
		owner, _, below := strings.Cut(rest, ".")
		if below && n.dots {
			return nil
		}
		return []registry.Publisher{{Issuer: n.issuer, Owner: n.site + owner, OwnerNests: n.nests}}
	}
	return nil
}

// attestations are the Sigstore bundle of a file. Central verifies those that are
// uploaded, and does not compare who signed
// (central.sonatype.org/news/20250128_sigstore_signature_validation_via_portal).
func attestations(file string, a fetch.Answer) registry.Attestations {
	out := registry.Attestations{Answer: a, OverBytes: true, Subject: registry.Expected{Names: []string{file}, Algorithm: "sha256"}}
	switch {
	case a.State == fetch.Found:
		out.Each = []registry.Attestation{{Bundle: a.Body}}
	case a.Err != nil && a.Err.Kind == fetch.TooLarge:
		out.Broken = "the Sigstore bundle cannot be used: " + a.Reason
	}
	return out
}

// release translates what came.
func (q *question) release(repository string) *registry.Release {
	exact := q.ref
	exact.Version, exact.Tag = q.at.version, ""
	if q.at.extension == "pom" && exact.Qualifiers["type"] == "" && q.pom.packaging != "pom" {
		exact.Qualifiers = map[string]string{"type": "pom"}
	}
	if q.module.answer.State == fetch.Found && q.at.extension != "module" {
		q.other("Gradle module", map[string]string{"type": "module"})
	}
	rel := &registry.Release{
		Ref:        exact,
		Repository: repository,
		Chain:      []registry.Link{q.record()},
		File: registry.File{
			Request:      q.fileRequest(),
			Format:       q.at.format(),
			Attestations: attestations(q.at.file(), q.bundle),
			Detached:     q.detached(),
			Inspector:    newInspector(q.at, &q.pom),
			NamesSource:  true, NamesRevision: q.at.format() == archive.Zip,
		},
		Others:     q.others,
		Publishers: publishers(q.at.group),
		Earlier:    q.earlier,
		Source:     registry.Source{Route: q.pom.route, Asked: q.pom.own.State, Word: q.word()},
		About:      q.pom.about(),
		Index:      registry.Index{Latest: q.versions.newest, State: q.versions.answer.State},
		Notes:      q.notes,
		Commands:   q.commands(),
		Report:     "https://central.sonatype.org/faq/what-happened-to-issues-sonatype-org/",
		Installer: registry.Installer{
			Name:   "Maven",
			Caveat: "Maven 3 warns and goes on. Maven 4 refuses, but compares SHA-1 or MD5 alone, which are too weak. Neither asks for a signature.",
			Source: "https://maven.apache.org/resolver/about-checksums.html",
		},
	}
	rel.Lost("POM", q.pom.lost)
	rel.Lost("Gradle module", q.module.lost)
	rel.Lost("list of versions", q.versions.lost)
	if rel.File.Format == "" {
		rel.File.Read = readSingle(q.at.file())
	}
	rel.Source.Repository, rel.Source.Revision = q.pom.scm()
	if rel.Source.Repository == "" && q.pom.open != "" {
		rel.Source.Asked = fetch.Unknown
	}
	if rel.Index.State == fetch.Found && rel.Index.Latest == "" {
		rel.Index.State = fetch.Unknown
	}
	return rel
}

// word says whose word the source is: of the POM, or of one that it inherits from.
func (q *question) word() string {
	said := fmt.Sprintf("That is the POM, which its uploader wrote. Maven Central checked that the uploader controls the namespace of %s, and not that it belongs to that repository.", q.at.group)
	if _, _, above := q.pom.scmBy(); above > 0 {
		said += fmt.Sprintf(" The POM names none itself, and inherits that from %s.", q.pom.chain[above].at.gav())
	}
	return said
}

// record is the document that states digests: what Gradle wrote, where that names
// the file, since it also states the version; else the strongest checksum file;
// else the POM, which states none.
func (q *question) record() registry.Link {
	link := registry.Link{Name: "POM", Answer: q.pom.own}
	for _, s := range q.sidecars {
		if s.sum != "" {
			link = registry.Link{Name: "checksum file", Answer: s.answer}
			break
		}
	}
	beside := q.sidecarStates()
	if strong(q.module.states) {
		link = registry.Link{Name: "Gradle module", Answer: q.module.answer, States: q.module.states,
			Attestations: attestations(q.at.as("module", "").file(), q.module.bundle)}
	}
	link.States = append(link.States, beside...)
	if !strong(link.States) {
		link.Unread = q.openDigest()
	}
	for _, s := range q.sidecars {
		if s.sum != "" && link.Answer.State == fetch.Found {
			link.Answer.Route = fetch.Worst(link.Answer.Route, s.answer.Route)
		}
	}
	return link
}

func strong(states []registry.Stated) bool {
	for _, s := range states {
		if digest.Strong(s.Algorithm) {
			return true
		}
	}
	return false
}

// openDigest says why a strong digest may be published all the same; empty where
// Central itself says that there is none.
func (q *question) openDigest() string {
	for _, s := range q.sidecars {
		if digest.Strong(s.algorithm) && s.answer.State == fetch.Unknown {
			return fmt.Sprintf("Whether a %s is published is not known: %s.", strings.ToUpper(s.algorithm[:3])+"-"+s.algorithm[3:], strings.TrimSuffix(s.answer.Reason, "."))
		}
	}
	if q.module.asked && q.module.answer.State == fetch.Unknown {
		return fmt.Sprintf("Whether the Gradle module states a digest is not known: %s.", strings.TrimSuffix(q.module.answer.Reason, "."))
	}
	return ""
}

// readSingle reads a file that is no archive: it is the only one.
func readSingle(name string) func([]byte, archive.Options) (*archive.Contents, error) {
	return func(body []byte, how archive.Options) (*archive.Contents, error) {
		if how.Cancelled != nil && how.Cancelled() {
			return nil, archive.ErrCancelled
		}
		if len(body) == 0 {
			return nil, &archive.FormatError{Want: "file", Found: "nothing"}
		}
		if how.Inspect != nil {
			if w := how.Inspect(name, int64(len(body))); w != nil {
				_, _ = w.Write(body)
			}
		}
		return &archive.Contents{Format: "file", Files: []archive.File{archive.Describe(name, body)}, Complete: true}, nil
	}
}

// commands check the same with usual tools.
func (q *question) commands() []registry.Command {
	file, address := q.at.file(), q.at.url()
	out := []registry.Command{{
		Purpose: "Fetch the file.",
		Argv:    []string{"curl", "-fO", address},
		Expect:  "The file is saved under its own name.",
	}, {
		Purpose: "Compute its digest.",
		Argv:    []string{"sha256sum", file},
		Expect:  "The output begins with the recorded value.",
		Shows:   []registry.Shown{{Label: "sha256sum", Of: registry.OfArtifact, Algorithm: "sha256", Hex: true}},
	}}
	repository, _ := q.pom.scm()
	if at, ok := source.Parse(repository); ok && q.bundle.State == fetch.Found {
		out = append(out, registry.Command{
			Purpose: "Fetch its Sigstore bundle.",
			Argv:    []string{"curl", "-fO", address + ".sigstore.json"},
			Expect:  "The bundle is saved under its own name.",
		}, registry.Command{
			Purpose: "Let Sigstore's own tool verify the signature, expecting a run in the repository that the POM names.",
			Argv: []string{"cosign", "verify-blob", "--bundle", file + ".sigstore.json", "--certificate-oidc-issuer", issuerOf(at.Host),
				"--certificate-identity-regexp", "^" + regexp.QuoteMeta(at.Repository.String()) + "/", file},
			Expect: "It says Verified OK.",
		})
	}
	if q.armor.State == fetch.Found {
		out = append(out, registry.Command{
			Purpose: "Fetch its OpenPGP signature.",
			Argv:    []string{"curl", "-fO", address + ".asc"},
			Expect:  "The signature is saved under its own name.",
		}, registry.Command{
			Purpose: "Let GnuPG verify it, once you have the project's key and know that it is theirs.",
			Argv:    []string{"gpg", "--verify", file + ".asc", file},
			Expect:  "It says Good signature, and whose key that is.",
		})
	}
	return append(out, registry.Command{
		Purpose: "Let Maven fetch it, too.",
		Argv:    []string{"mvn", "dependency:get", "-Dtransitive=false", "-Dartifact=" + q.artifact()},
		Expect:  "It says BUILD SUCCESS.",
	})
}

// artifact is the file as Maven's commands name it.
func (q *question) artifact() string {
	out := q.at.gav() + ":" + q.at.extension
	if q.at.classifier != "" {
		out += ":" + q.at.classifier
	}
	return out
}

// issuerOf is who vouches for the builds of a hosting site.
func issuerOf(host string) string {
	for _, n := range namespaces {
		if n.site == "https://"+host+"/" {
			return n.issuer
		}
	}
	return "https://" + host
}

// shown is a text from outside inside a sentence.
func shown(s string) string { return registry.Cut(s, 200) }
