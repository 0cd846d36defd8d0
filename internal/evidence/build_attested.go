package evidence

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/sigstore"
	"touchstone/internal/slsa"
	"touchstone/internal/source"
)

// buildAttested asks whether a statement of an entitled signer, proven to be
// in a public log, binds these bytes to repository, commit and build run.
//
//  1. One that contradicts itself decides, however many others there are.
//  2. Else the first that does, of provenance before others. Who signed, and from
//     where, is from then on said of this one: of several statements each may be of a
//     run of its own.
//  3. Else the nearest to it.
func buildAttested(e *exam) Finding {
	identity := e.signer
	if identity.Outcome != Pass {
		if identity.Outcome == Fail {
			identity.Outcome = Absent // the other check says what is wrong
		}
		return identity
	}
	result := because(Absent, "No verified statement names repository, commit and build run together.").by(Maintainer)
	var by *attested
	for i := range e.attested {
		a := &e.attested[i]
		if a.speaks.Outcome != Pass {
			continue
		}
		f, build := boundBuild(*a, e.Release.File.Attestations.PublishTypes)
		switch {
		case f.Outcome == Fail: // 1.
			e.builder, e.proven.Build = nil, nil
			return f
		case f.Outcome == Pass && (result.Outcome != Pass || a.provenance() && !by.provenance()): // 2.
			result, by, e.proven.Build = f, a, build
		case result.Outcome != Pass && weight(f) >= weight(result): // 3.
			result, by = f, nil
			if f.Outcome == Unknown {
				by = a
			}
		}
	}
	if by != nil {
		e.builder, e.proven.Signer = by, signerOf(*by)
	}
	return result
}

// provenance tells whether what is attested is provenance that tells of a build.
func (a *attested) provenance() bool {
	st := a.verified.Statement
	if st == nil {
		return false
	}
	_, err := slsa.Read(st.PredicateType, st.Predicate)
	return err == nil
}

// boundBuild reads one entitled statement's build, from certificate and
// predicate, which must not contradict each other.
//
//  1. The statement is provenance; or by it the signer says that these bytes
//     were published, or they are signed directly, which tells of the run that
//     signed. Another proves who signed it, and no more.
//  2. What it says of the build agrees with the certificate.
//  3. Together they name repository, commit and run, each in its form.
//  4. The log proves that it holds the statement.
func boundBuild(a attested, publishTypes []string) (Finding, *Build) {
	st := a.verified.Statement
	// 1.
	said := slsa.Build{}
	provenance := st != nil && slsa.Is(st.PredicateType)
	b := &Build{Run: a.verified.Certificate.Claims.RunInvocationURI}
	b.Repository, b.Commit = a.verified.Certificate.Source()
	if !provenance && st != nil && !slices.Contains(publishTypes, st.PredicateType) {
		return because(Absent, fmt.Sprintf("The verified statement is of the kind %s. It proves who signed it, and tells of no build.", quoted(st.PredicateType))).by(Maintainer), nil
	}
	if provenance {
		var err error
		if said, err = slsa.Read(st.PredicateType, st.Predicate); err != nil {
			return because(NotUnderstood, "The verified statement should tell of the build, and cannot be read: "+err.Error()+"."), nil
		}
	}
	// 2.
	if said.Repository != "" && b.Repository != "" && source.Compare(said.Repository, b.Repository) != source.Same {
		return because(Fail, fmt.Sprintf("The statement says that the source is %s; its certificate says %s.", quoted(said.Repository), quoted(b.Repository))), nil
	}
	if said.Commit != "" && b.Commit != "" && !strings.EqualFold(said.Commit, b.Commit) {
		return because(Fail, fmt.Sprintf("The statement says that the commit is %s; its certificate says %s.", quoted(said.Commit), quoted(b.Commit))), nil
	}
	// 3.
	b.Run = cmp.Or(b.Run, said.Run)
	if _, ok := source.Parse(b.Repository); !ok || !source.IsRevision(b.Commit) || b.Run == "" {
		return because(Absent, "The verified statement does not name repository, commit and build run together."), nil
	}
	begins := "A signed statement"
	if st == nil {
		begins = "A signature"
	}
	what := fmt.Sprintf("binds these bytes to %s at commit %s and build run %s", b.Repository, b.Commit, b.Run)
	if st == nil {
		what = fmt.Sprintf("over these bytes was made in run %s, from %s at commit %s", b.Run, b.Repository, b.Commit)
	} else if !provenance {
		what = fmt.Sprintf("says that these bytes were signed in run %s, from %s at commit %s", b.Run, b.Repository, b.Commit)
	}
	// 4.
	proven := slices.IndexFunc(a.verified.Log, func(l sigstore.LogEntry) bool { return l.Proven() })
	if proven < 0 {
		return because(Unknown, fmt.Sprintf("%s %s. The log only promised to include it; the proof that it did is not here.", begins, what)), nil
	}
	entry := a.verified.Log[proven]
	b.Log, b.Entry = entry.Log.Name, entry.Proof.Index
	if entry.Promise != nil {
		// Over all trees of the log, as its search knows it; the promise covers it.
		b.Entry = entry.Promise.Index
	}
	return pass(fmt.Sprintf("%s %s. It is proven to be entry %d of the public log %s, so nobody can take it back unseen.", begins, what, b.Entry, b.Log),
		map[string]string{"repository": b.Repository, "commit": b.Commit, "build run": b.Run, "log": b.Log, "log entry": fmt.Sprint(b.Entry)}), b
}
