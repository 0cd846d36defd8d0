package maven

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// Bounds of the documents, in bytes.
const (
	maxPOM      = 4 << 20
	maxModule   = 16 << 20
	maxMetadata = 16 << 20
	maxBundle   = 1 << 20
	maxSidecar  = 4 << 10
	maxArmor    = 256 << 10
)

var (
	xmlForm    = &fetch.Form{Name: "an XML document", Fits: isXML}
	armorForm  = &fetch.Form{Name: "an OpenPGP signature", Fits: func(body []byte) bool { return len(body) > 0 && !fetch.IsPage(body) }}
	moduleForm = &fetch.Form{Name: "a Gradle module", Fits: func(body []byte) bool { return strictjson.Fields(body).Has("formatVersion") }}
)

// A question is one reference under way: what was asked, and what came.
type question struct {
	ctx   context.Context
	c     *fetch.Session
	ref   purl.Ref
	visit registry.Visit
	notes []purl.Note

	at       coordinates // of the file that is audited
	pom      model
	sidecars []sidecar
	bundle   fetch.Answer // Sigstore's, of the file
	armor    fetch.Answer // OpenPGP's, of the file
	module   module
	versions versions
	others   []registry.Other
	earlier  registry.Earlier
}

func (q *question) note(kind, format string, args ...any) {
	q.notes = append(q.notes, purl.Note{Kind: kind, Text: fmt.Sprintf(format, args...)})
}

// get asks for one document.
func (q *question) get(url, step string, limit int64, form *fetch.Form) (fetch.Answer, error) {
	return q.c.Get(q.ctx, fetch.Request{URL: url, Step: step, Limit: limit, Form: form})
}

func (q *question) fileRequest() fetch.Request {
	return fetch.Request{URL: q.at.url(), Step: "package", Limit: archive.DefaultLimits.Archive, Immutable: true}
}

// newest is the version that is meant where none is given.
func (q *question) newest(at *coordinates) error {
	var err error
	if q.versions, err = versionsOf(q.ctx, q.c, *at); err != nil {
		return err
	}
	at.version = q.versions.newest
	switch a := q.versions.answer; {
	case at.version != "":
	case a.State == fetch.NotThere:
		return purl.Refuse(purl.Missing, "Maven Central has no package %s:%s. Check the spelling. What other repositories have is not asked for here.", at.group, at.artifact)
	default:
		name := at.group + ":" + at.artifact
		refused, _ := registry.Unlearned("Maven Central", name, "which version of "+name+" is the newest", a)
		return refused
	}
	q.note("moving", "You gave no version. Checked is %s, the newest release that Maven Central lists. That list is not signed.", at.version)
	return nil
}

// choose decides which file is meant. Of a version that moved, and has no file of
// its own, that is the POM, which says so.
func (q *question) choose(at coordinates) error {
	chosen, guessed := fileOf(at, q.ref, q.pom.packaging)
	q.at = chosen
	named := q.ref.Qualifiers["type"] != "" || q.ref.Qualifiers["classifier"] != ""
	if guessed {
		q.note("guess", "The POM calls the packaging %q, which is not known here. Checked is the file %s.", shown(q.pom.packaging), chosen.file())
	}
	if !named && q.pom.moved == "" && chosen.extension == "pom" {
		q.note("record", "The POM says that the package is a POM alone, and that is what is checked. Files with a classifier are checked where one is given.")
	}
	if moved := q.pom.moved; moved != "" {
		q.note("record", "The POM says that this package moved to %s. Checked is what you asked for.", moved)
		if !named && chosen.extension != "pom" {
			a, err := q.c.Get(q.ctx, q.fileRequest())
			if err != nil {
				return err
			}
			switch {
			case a.State == fetch.NotThere:
				q.at = at.as("pom", "")
				q.note("guess", "Under this name there is no file %s. Checked is the POM that names the new place.", chosen.file())
			case a.State == fetch.Unknown && a.Gone(): // by the relay's word
				q.at = at.as("pom", "")
				q.note("guess", "Nobody who was asked has a file %s. Checked is the POM that names the new place.", chosen.file())
			}
		}
	}
	if !q.visit.FileInHand {
		q.c.Prefetch(q.ctx, q.fileRequest())
	}
	return nil
}

// gatherLists asks for the lists that say which versions of its dependencies are meant.
func (q *question) gatherLists() error { return q.pom.importLists(q.ctx, q.c) }

// gatherBeside asks for what stands beside the file.
func (q *question) gatherBeside() error {
	q.sidecars = make([]sidecar, len(algorithms))
	var asks []func() error
	for i, algorithm := range algorithms {
		asks = append(asks, func() (err error) {
			q.sidecars[i], err = sidecarOf(q, algorithm)
			return err
		})
	}
	asks = append(asks, func() (err error) {
		q.bundle, err = q.get(q.at.url()+".sigstore.json", "signature", maxBundle, fetch.JSON)
		return err
	}, func() (err error) {
		q.armor, err = q.get(q.at.url()+".asc", "signature", maxArmor, armorForm)
		return err
	})
	return fetch.Together(asks...)
}

// gatherModule asks for what Gradle wrote, where the POM says that it did, or did
// not come.
func (q *question) gatherModule() error {
	if q.pom.own.State == fetch.Found && !q.pom.gradle {
		return nil
	}
	at := q.at.as("module", "")
	var bundle fetch.Answer
	err := fetch.Together(func() (err error) {
		q.module, err = moduleOf(q, at)
		return err
	}, func() (err error) {
		bundle, err = q.get(at.url()+".sigstore.json", "signature", maxBundle, fetch.JSON)
		return err
	})
	q.module.bundle = bundle
	return err
}

// gatherVersions asks which versions there are, and how the one before this was
// signed.
func (q *question) gatherVersions() (err error) {
	if q.versions.answer.State == "" {
		if q.versions, err = versionsOf(q.ctx, q.c, q.at); err != nil {
			return err
		}
	}
	q.earlier = registry.Earlier{State: q.versions.answer.State, Reason: q.versions.answer.Reason}
	before := q.versions.before(q.at.version)
	if before == "" {
		return nil
	}
	at := q.at
	at.version = before
	a, err := q.get(at.url()+".sigstore.json", "signature of the version before", maxBundle, fetch.JSON)
	if err == nil && a.State == fetch.Found {
		q.earlier.Attested, q.earlier.Previous = []string{before}, attestations(at.file(), a)
	}
	return err
}

// gatherOthers finds the version's further files: those that a POM names, and those
// that Central demands beside a jar, or that builds often make, with their digests: what
// says its name inside does not say which of them it is. What Gradle wrote is added by
// release.
func (q *question) gatherOthers() error {
	main, _ := fileOf(q.at.as("", ""), purl.Ref{}, q.pom.packaging)
	usual := []string{"sources", "javadoc", "tests", "test-sources"}
	if q.at.extension == "jar" || q.at.extension == "aar" {
		for _, classifier := range q.pom.makes() {
			if at := q.at.as("jar", classifier); !slices.Contains(usual, classifier) && onlyWord(at.file()) {
				usual = append(usual, classifier)
			}
		}
		if q.at.classifier != "" {
			usual = append(usual, "")
		}
	}
	sums := make([]string, len(usual))
	var asks []func() error
	for i, classifier := range usual {
		if classifier == q.at.classifier && classifier != "" || main.extension == "pom" || q.pom.moved != "" {
			continue
		}
		extension := "jar"
		if classifier == "" {
			extension = main.extension
		}
		asks = append(asks, func() error {
			a, err := q.get(q.at.as(extension, classifier).url()+".sha1", "further files", maxSidecar, sidecarForm)
			if a.State == fetch.Found {
				sums[i] = readSidecar(a.Body, "sha1")
			}
			return err
		})
	}
	if err := fetch.Together(asks...); err != nil {
		return err
	}
	if q.pom.own.State == fetch.Found {
		if main.extension != "pom" && q.pom.moved == "" && (q.at.extension == "pom" || q.at.extension == "module") && q.at.classifier == "" {
			q.other("main file", nil)
		}
		if q.at.extension != "pom" {
			q.other("POM", map[string]string{"type": "pom"})
		}
	}
	for i, classifier := range usual {
		switch {
		case sums[i] == "":
			continue
		case classifier == "":
			q.other("main file", nil)
		default:
			q.other(classifier, map[string]string{"type": "jar", "classifier": classifier})
		}
		// Two files beside the main one may be alike: placeholders are.
		if (q.at.classifier == "") != (classifier == "") {
			q.others[len(q.others)-1].Digests = []registry.Stated{{Of: registry.OfArtifact, Algorithm: "sha1", Value: sums[i], Beside: true}}
		}
	}
	return nil
}

// word is what a part of an address at Central is.
const word = `[A-Za-z0-9][A-Za-z0-9._+~-]*`

var wholeWord = regexp.MustCompile("^" + word + "$")

// onlyWord tells whether a text can be a part of an address.
func onlyWord(text string) bool { return wholeWord.MatchString(text) }

func (q *question) other(what string, qualifiers map[string]string) {
	q.others = append(q.others, registry.Other{What: what, Ref: purl.Ref{Type: purl.Maven, Namespace: q.at.group, Name: q.at.artifact, Version: q.at.version, Qualifiers: qualifiers}})
}

// missing is the refusal of a version of which Central itself has neither POM nor
// anything beside the file; nil where it has, or that is not known.
func (q *question) missing() error {
	if q.pom.own.State != fetch.NotThere {
		return nil
	}
	for _, s := range q.sidecars {
		if s.answer.State != fetch.NotThere {
			return nil
		}
	}
	refused := purl.Refuse(purl.Missing, "Maven Central has no version %s of %s:%s. Check the version. What other repositories have is not asked for here.", q.at.version, q.at.group, q.at.artifact)
	for _, near := range []struct{ version, why string }{{q.versions.newest, "the newest version"}, {q.versions.before(q.at.version), "the nearest before it"}, {q.versions.after(q.at.version), "the nearest after it"}} {
		if near.version != "" && near.version != q.at.version {
			refused.Offer(purl.Ref{Type: purl.Maven, Namespace: q.at.group, Name: q.at.artifact, Version: near.version}, near.why)
		}
	}
	return refused
}
