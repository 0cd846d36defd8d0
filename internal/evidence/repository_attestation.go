package evidence

// repositoryAttestation asks whether a statement of the repository's own key
// binds this name and version to these bytes, at a proven time.
func repositoryAttestation(e *exam) Finding {
	list := e.Release.File.Attestations
	if list.Keys == "" {
		return because(NotApplicable, "This repository makes no statements of its own about packages.")
	}
	if f, none := noAttestations(list); none {
		return f
	}
	best := lacking(list, "None of the attestations is the repository's own.")
	for _, a := range e.attested {
		switch {
		case a.own && a.finding.Outcome == Pass:
			e.proven.StatementKey = a.verified.Key.Hint
			return pass("The repository's key "+a.verified.Key.Hint+" attests that it published these bytes under this name and version. The time is proven by "+witness(a.verified)+".",
				map[string]string{"attesting key": a.verified.Key.Hint, "published before": provenTime(a.verified)})
		case (a.finding.Outcome == Unknown || a.finding.Outcome == NotUnderstood) && ownKind(list, a.Label):
			best = better(best, a.finding)
		}
	}
	return best
}
