package evidence

import (
	"fmt"
	"strings"
	"time"

	"touchstone/internal/fault"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

// keySignature asks whether a key that the reader brought signed these bytes. What
// other keys signed is said, and proves nothing: anybody can make a key, under any
// name.
func keySignature(e *exam) Finding {
	served := e.Release.File.Detached
	switch {
	case served.Judge == nil:
		return because(NotApplicable, "This repository serves no signatures by keys of publishers.")
	case served.Answer.State == fetch.NotThere:
		return because(Absent, "No signature by a publisher's key is served beside the package.").by(Maintainer)
	case served.Answer.State != fetch.Found:
		return because(Unknown, "Whether a publisher's key signed it is not known: "+sentence(served.Answer.Reason))
	case e.Artifact.Answer.State != fetch.Found:
		return because(Unknown, "A publisher's key signed something. The package did not arrive, so that could not be verified.")
	}
	var found []Finding
	for _, s := range served.Judge(e.Artifact.Answer.Body, e.Keys) {
		found = append(found, judgeKey(s, e.Keys != nil, e.Time))
	}
	return strongest(found)
}

// judgeKey says what one signature is worth.
func judgeKey(s registry.KeySignature, brought bool, now time.Time) Finding {
	key := fmt.Sprintf("the key %s (%s)", quoted(s.Key), s.Hash)
	if s.Key == "" {
		key = "a key that it does not name"
	}
	switch fault.Of(s.Err) {
	case "":
		if s.Err != nil {
			return because(NotUnderstood, "What is served as a signature by a publisher's key could not be judged: "+sentence(s.Err.Error()))
		}
	case fault.NoAnchor:
		if brought {
			return because(Absent, fmt.Sprintf("It is signed by %s, which is none of those that you brought.", key))
		}
		return because(Absent, fmt.Sprintf("It is signed by %s. Nobody vouches here for whose that is, so it was not verified. Bring the project's key to have it verified.", key))
	case fault.Weak:
		return because(Absent, fmt.Sprintf("A signature by %s can be forged by others, so it proves nothing.", key)).by(Maintainer)
	case fault.Wrong:
		return because(Fail, fmt.Sprintf("The signature by %s, which you brought, is not over these bytes.", key))
	case fault.Malformed, fault.NotUnderstood:
		return because(NotUnderstood, "What is served as a signature by a publisher's key cannot be read as one: "+sentence(s.Err.Error()))
	default:
		return because(NotUnderstood, "The signature by a publisher's key could not be judged: "+sentence(s.Err.Error()))
	}
	if s.Ended != "" {
		return because(Absent, fmt.Sprintf("The signature by %s verifies. By the copy that you brought, that key could not sign on %s: %s.", key, s.Made.UTC().Format(time.DateOnly), s.Ended)).by(Maintainer)
	}
	owner := ""
	if s.Owner != "" {
		owner = ", which calls its owner " + quoted(s.Owner)
	}
	ended := ""
	if !s.Until.IsZero() && s.Until.Before(now) {
		ended = fmt.Sprintf(" That key ended on %s; the signature says that it is of %s, which nobody proves.", s.Until.UTC().Format(time.DateOnly), s.Made.UTC().Format(time.DateOnly))
	}
	return pass(strings.TrimSpace(fmt.Sprintf("It is signed by %s%s. You brought that key: whose it is rests on your word.%s", key, owner, ended)),
		map[string]string{"signing key": s.Key, "digest of the signature": s.Hash})
}
