package evidence

import (
	"errors"
	"testing"

	"touchstone/internal/artifact"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/sumdb"
)

const logged = "example.com/m v1.0.0 h1:x"

// inLog is an exam of a record whose log verified so.
func inLog(v logVerdict, bend func(record *registry.Link)) *exam {
	e := released(func(rel *registry.Release, _ *artifact.Artifact) {
		rel.Chain[0].Log = &registry.LogEntry{Log: "log.example", Latest: fetch.Answer{State: fetch.Found}}
		rel.Chain[0].States = []registry.Stated{{Of: registry.OfFiles, Algorithm: "h1", Value: "x", Line: logged}}
		if bend != nil {
			bend(&rel.Chain[0])
		}
	})
	e.log = v
	return e
}

func proven(heads ...sumdb.Head) logVerdict {
	return logVerdict{result: &sumdb.Result{Record: logged + "\n", Lines: []sumdb.Line{{}}, Heads: heads}}
}

func wrong(err error) logVerdict { return logVerdict{err: err} }

func TestLogRecord(t *testing.T) {
	unconnected := sumdb.Head{From: sumdb.FromKnown, Reason: "no tile"}
	table{
		"no log":               {released(nil), NotApplicable},
		"proven":               {inLog(proven(), nil), Pass},
		"not fetched":          {inLog(proven(), func(l *registry.Link) { l.Answer = fetch.Answer{State: fetch.Unknown} }), Unknown},
		"not there":            {inLog(proven(), func(l *registry.Link) { l.Answer = fetch.Answer{State: fetch.NotThere} }), Absent},
		"another line":         {inLog(proven(), func(l *registry.Link) { l.States[0].Line += "y" }), Fail},
		"the line's beginning": {inLog(proven(), func(l *registry.Link) { l.States[0].Line = logged[:10] }), Fail},
		"another package":      {inLog(proven(), func(l *registry.Link) { l.States = nil }), Fail},
		"the manifest alone":   {inLog(proven(), func(l *registry.Link) { l.States[0].Of = registry.OfManifest }), Fail},
		"a future form":        {inLog(logVerdict{result: &sumdb.Result{}}, func(l *registry.Link) { l.States = nil }), NotUnderstood},
		"another history":      {inLog(proven(unconnected), nil), Unknown},
		"malformed":            {inLog(wrong(&sumdb.MalformedError{}), nil), Fail},
		"not signed":           {inLog(wrong(&sumdb.SignatureError{Err: errors.New("x")}), nil), Fail},
		"a fork":               {inLog(wrong(&sumdb.ForkError{}), nil), Fail},
		"not included":         {inLog(wrong(&sumdb.NotIncludedError{}), nil), Fail},
		"a wrong tile":         {inLog(wrong(&sumdb.TileError{}), nil), Fail},
		"a tile is missing":    {inLog(wrong(&sumdb.MissingError{}), nil), Unknown},
		"no key":               {inLog(wrong(errors.New("no key")), nil), Unknown},
	}.run(t, logRecord)
}

func TestLogHistory(t *testing.T) {
	one, two := sumdb.Head{From: sumdb.FromLookup, Consistent: true}, sumdb.Head{From: sumdb.FromLatest, Consistent: true}
	unfetched := func(l *registry.Link) { l.Log.Latest.State = fetch.Unknown }
	table{
		"no log":             {released(nil), NotApplicable},
		"one history":        {inLog(proven(one, two), nil), Pass},
		"one cannot be told": {inLog(proven(one, sumdb.Head{From: sumdb.FromLatest}), nil), Unknown},
		"only one head":      {inLog(proven(one), unfetched), Unknown},
		"kept beside":        {inLog(proven(one, two), func(l *registry.Link) { unfetched(l); l.Log.Known = []byte("head") }), Pass},
		"a fork":             {inLog(wrong(&sumdb.ForkError{Older: []byte("a"), Newer: []byte("b")}), nil), Fail},
		"not verified":       {inLog(wrong(&sumdb.MissingError{}), nil), Unknown},
	}.run(t, logHistory)
}
