package evidence

// nameEnforced asks whether the package is the one that its record is of, where
// name and version inside are not the publisher's to choose: a package of
// another name or version in its place is then the repository's own evidence,
// and wrong.
func nameEnforced(e *exam) Finding {
	enforced := false
	for _, n := range e.Artifact.Inside.Names {
		if !n.Enforced {
			continue
		}
		if enforced = true; n.Stated != n.Asked {
			return because(Fail, differs(n)+" The repository publishes none in which these differ.").by(Repository)
		}
	}
	switch {
	case e.Artifact.Contents == nil:
		return because(NotApplicable, "No package was read in which a name stands.")
	case !enforced:
		return because(NotApplicable, "That its name and version are those inside is left to whoever publishes it.")
	}
	return pass("The name and version inside are those that the repository demands of this package.", nil)
}
