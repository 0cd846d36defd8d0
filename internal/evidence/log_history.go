package evidence

import (
	"errors"
	"fmt"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/sumdb"
)

// logHistory asks whether every head seen belongs to one history.
func logHistory(e *exam) Finding {
	entry := e.Release.Record().Log
	if entry == nil {
		return because(NotApplicable, "This repository keeps no signed log of its packages.")
	}
	if fork, ok := errors.AsType[*sumdb.ForkError](e.log.err); ok {
		return Finding{Outcome: Fail,
			Reason: "The log has signed two trees that contradict each other. It has shown different histories to different people. Keep both signed heads: they are the proof.",
			Facts:  map[string]string{"older head": string(fork.Older), "newer head": string(fork.Newer)}}
	}
	if e.log.result == nil {
		return because(Unknown, "The log's heads could not be compared, because its record could not be verified.")
	}
	compared, open := []string{}, ""
	for _, h := range e.log.result.Heads {
		if h.Consistent {
			compared = append(compared, fmt.Sprintf("%s (%s)", h.From, entries(h.N)))
		} else {
			open = fmt.Sprintf("the head from %s (%s) could not be connected: %s", h.From, entries(h.N), h.Reason)
		}
	}
	if open != "" {
		return because(Unknown, upper(open)+".")
	}
	if entry.Latest.State != fetch.Found && entry.Known == nil {
		return because(Unknown, "Only one signed head was seen, so there was nothing to compare it with. The newest could not be fetched: "+sentence(entry.Latest.Reason))
	}
	return pass("Every signed head seen in this audit"+kept(entry)+" was proven to be part of one history. They are those of: "+strings.Join(compared, "; ")+".",
		map[string]string{"heads": strings.Join(compared, "; ")})
}

func kept(entry *registry.LogEntry) string {
	if entry.Known != nil {
		return ", and the one kept from an earlier visit,"
	}
	return ""
}
