package principles_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/principles"
)

// A line's own text binds, by the words of RFC 2119. What only should hold asks
// nothing that must.
func TestEveryLineSaysHowStronglyItBinds(t *testing.T) {
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	for _, q := range lines(doc) {
		must, should := strings.Contains(q.Text, "MUST"), strings.Contains(q.Text, "SHOULD")
		if q.Strength == principles.Should {
			require.True(t, should && !must, "%s: %s", q.ID, q.Text)
		} else {
			require.True(t, must, "%s: %s", q.ID, q.Text)
		}
	}
}

// named are the ids, or where there are none the names, by which each framework
// calls what it asks: as read in the version and at the place that mappings.json
// gives. A row begins with one of them.
var named = map[string]string{
	"slsa": "Build L1, Build L2, Build L3, Source L1, Source L2, Source L3, Source L4, Distributing provenance, Verifying artifacts",
	"tuf": "Arbitrary installation attacks, Endless data attacks, Extraneous dependencies attacks, Fast-forward attacks, " +
		"Indefinite freeze attacks, Malicious mirrors preventing updates, Mix-and-match attacks, Rollback attacks, " +
		"Vulnerability to key compromises, Wrong software installation",
	"s2c2f": "ING-1, ING-2, ING-3, ING-4, SCA-1, SCA-2, SCA-3, SCA-4, SCA-5, INV-1, INV-2, UPD-1, UPD-2, UPD-3, AUD-1, AUD-2, AUD-3, AUD-4, " +
		"ENF-1, ENF-2, REB-1, REB-2, REB-3, REB-4, FIX-1",
	"osps": "OSPS-AC-01, OSPS-AC-02, OSPS-AC-03, OSPS-AC-04, OSPS-BR-01, OSPS-BR-02, OSPS-BR-03, OSPS-BR-04, OSPS-BR-05, OSPS-BR-06, OSPS-BR-07, " +
		"OSPS-QA-01, OSPS-QA-02, OSPS-QA-03, OSPS-QA-04, OSPS-QA-05, OSPS-QA-06, OSPS-QA-07, " +
		"OSPS-VM-01, OSPS-VM-02, OSPS-VM-03, OSPS-VM-04, OSPS-VM-05, OSPS-VM-06",
	"ssdf": "PO.5.1, PO.5.2, PS.1.1, PS.2.1, PS.3.1, PS.3.2, PW.4.1, PW.4.4, RV.1.1, RV.1.2, RV.1.3, RV.2.1, RV.2.2",
}

func TestMappingsCallThingsAsTheirOwnersDo(t *testing.T) {
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	for _, f := range doc.Frameworks {
		if f.ID == "principles-0-1" {
			continue // it numbers nothing; the changelog's test holds its rows
		}
		require.Contains(t, named, f.ID)
		ids := strings.Split(named[f.ID], ", ")
		seen := map[string]bool{}
		for _, row := range f.Rows {
			i := slices.IndexFunc(ids, func(id string) bool {
				return row.Theirs == id || strings.HasPrefix(row.Theirs, id+" ") || strings.HasPrefix(row.Theirs, id+":")
			})
			require.GreaterOrEqual(t, i, 0, "%s: %s", f.ID, row.Theirs)
			require.False(t, seen[ids[i]], "%s names %s twice", f.ID, ids[i])
			seen[ids[i]] = true
		}
	}
}

// Each line of the version before stands in the mapping to it as in the
// changelog.
func TestTheMappingToTheVersionBeforeIsTheChangelog(t *testing.T) {
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	i := slices.IndexFunc(doc.Frameworks, func(f principles.Framework) bool { return f.ID == "principles-0-1" })
	rows := map[string]principles.Mapping{}
	for _, row := range doc.Frameworks[i].Rows {
		rows[row.Theirs] = row
	}
	before := 0
	for _, c := range doc.Changelog.Changes {
		if c.Was == "" {
			continue
		}
		before++
		found := false
		for theirs, row := range rows {
			if strings.HasPrefix(theirs, c.Was+": ") && slices.Equal(row.Requirements, c.Requirements) && (row.Note == "" || row.Note == c.Reason) {
				found = true
			}
		}
		require.True(t, found, "%s: %s", c.Was, c.What)
	}
	require.Len(t, rows, before)
}

// The lines that anybody can check by hand have a command for every repository
// whose packages this site audits; where a command is missing, the repository
// does not meet the line.
func TestEveryServedRepositoryCanBeCheckedByHand(t *testing.T) {
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	by := map[string]map[string]bool{}
	for _, c := range doc.Commands {
		by[c.Requirement] = map[string]bool{}
		for _, one := range c.By {
			by[c.Requirement][one.Registry] = true
			require.NotContains(t, one.Run, "\n")
		}
	}
	for _, r := range doc.Registries {
		if len(r.Gives) == 0 {
			continue
		}
		require.True(t, by["integrity-published"][r.ID] && by["integrity-matches"][r.ID], r.ID)
		for _, line := range []string{"integrity-bytes-signed", "integrity-installed"} {
			require.True(t, by[line][r.ID] || r.Answer(line).Status != principles.Met, "%s: %s is met, and no command shows it", r.ID, line)
		}
	}
}
