package evidence

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"touchstone/internal/artifact"
	"touchstone/internal/registry"
)

// covers is an exam in which what covers a package ended so.
func covers(matches Outcome, signed ...Outcome) *exam {
	return resting(func(e *exam) {
		e.sound, e.matches = because(Pass, "sound"), because(matches, "matches")
		places := []*Finding{&e.logged, &e.signed, &e.own, &e.signer}
		for i, p := range places {
			*p = because(NotApplicable, "none")
			if i < len(signed) {
				*p = because(signed[i], "cover")
			}
		}
	})
}

func TestFilesCovered(t *testing.T) {
	unsound := covers(Pass, Pass)
	unsound.sound = because(Fail, "not in order")
	table{
		"in the log":              {covers(Pass, Pass), Pass},
		"by the record's key":     {covers(Pass, NotApplicable, Pass), Pass},
		"by a statement":          {covers(Pass, NotApplicable, Absent, Absent, Pass), Pass},
		"by nobody":               {covers(Pass), Absent},
		"open":                    {covers(Pass, NotApplicable, Unknown), Unknown},
		"not understood":          {covers(Pass, NotApplicable, NotUnderstood), NotUnderstood},
		"wrong":                   {covers(Pass, NotApplicable, Fail), Fail},
		"signed, and other bytes": {covers(Fail, Pass), Fail},
		"signed, nothing arrived": {covers(Unknown, Pass), Unknown},
		"not in order":            {unsound, Fail},
	}.run(t, filesCovered)
	for want, e := range map[List]*exam{ListSigned: covers(Pass, Pass), ListDerived: covers(Pass, NotApplicable, Pass), "": covers(Pass)} {
		filesCovered(e)
		assert.Equal(t, want, e.proven.List)
	}
}

func TestOfflineComplete(t *testing.T) {
	dated := covers(Pass, NotApplicable, Pass)
	dated.hostDated = true
	lasting := covers(Pass, NotApplicable, Pass, Pass)
	lasting.hostDated = true
	table{
		"the log's proof":           {covers(Pass, Pass), Pass},
		"a signature":               {covers(Pass, NotApplicable, Pass), Pass},
		"only the host dates it":    {dated, Absent},
		"another dates it too":      {lasting, Pass},
		"nobody signed":             {covers(Pass), Absent},
		"it is not known":           {covers(Pass, NotApplicable, Unknown), Unknown},
		"signed, other bytes came":  {covers(Fail, Pass), Fail},
		"the log, and nothing came": {covers(Unknown, Pass), Unknown},
	}.run(t, offlineComplete)
}

func TestInstallerRefuses(t *testing.T) {
	usual := func(i registry.Installer) *exam {
		return released(func(rel *registry.Release, _ *artifact.Artifact) { rel.Installer = i })
	}
	table{
		"refuses":         {usual(registry.Installer{Name: "x", RefusesWrongDigest: true}), Pass},
		"verifies":        {usual(registry.Installer{Name: "x", RefusesWrongDigest: true, ChecksSignature: true}), Pass},
		"does not refuse": {usual(registry.Installer{Name: "x"}), Absent},
		"nobody says":     {usual(registry.Installer{}), Absent},
	}.run(t, installerRefuses)
	assert.NotContains(t, installerRefuses(usual(registry.Installer{})).Reason, "does not refuse", "silence is no statement")
}
