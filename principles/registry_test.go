package principles_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"touchstone/principles"
)

func TestEverythingBuiltInLoads(t *testing.T) {
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	require.NotEmpty(t, doc.Attributes)
	require.NotEmpty(t, doc.Threats)
	require.NotEmpty(t, doc.Frameworks)
	require.NotEmpty(t, doc.Commands)
	require.NotEmpty(t, doc.Discussion.Remarks)
	require.NotEmpty(t, doc.History)
	require.NotEmpty(t, doc.Framing.Rules)
	require.NotEmpty(t, doc.Changelog.Changes)
	require.Len(t, doc.Registries, len(doc.RegistryFiles))

	rules, err := principles.LoadFrom(os.DirFS("."))
	require.NoError(t, err)
	require.Equal(t, doc.Tracks, rules.Tracks)
	require.Nil(t, rules.Framing)
	_, err = rules.JSON()
	require.ErrorContains(t, err, "LoadAll")
}

func TestEveryFileIsNamedByTheDocument(t *testing.T) {
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	var weighed []string
	for _, track := range doc.Tracks {
		if track.Weighed {
			weighed = append(weighed, track.ID)
		}
	}
	for folder, named := range map[string][]string{"tracks": doc.TrackFiles, "registries": doc.RegistryFiles, "capabilities": weighed} {
		entries, err := os.ReadDir(folder)
		require.NoError(t, err)
		var files []string
		for _, e := range entries {
			files = append(files, strings.TrimSuffix(e.Name(), ".json"))
		}
		require.ElementsMatch(t, files, named, folder)
	}
}

func TestSchemaDescribesTheDocument(t *testing.T) {
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	raw, err := doc.JSON()
	require.NoError(t, err)
	again, err := doc.JSON()
	require.NoError(t, err)
	require.Equal(t, raw, again, "the same document must be the same bytes")
	s := compile(t)
	require.NoError(t, s.Validate(value(t, raw)))

	answer := func(v map[string]any) map[string]any {
		return v["registries"].([]any)[0].(map[string]any)["answers"].([]any)[0].(map[string]any)
	}
	requirement := func(v map[string]any) map[string]any {
		track := v["tracks"].([]any)[0].(map[string]any)
		return track["levels"].([]any)[0].(map[string]any)["requirements"].([]any)[0].(map[string]any)
	}
	change := func(v map[string]any) map[string]any {
		return v["changelog"].(map[string]any)["changes"].([]any)[0].(map[string]any)
	}
	refused := []struct {
		name  string
		spoil func(map[string]any)
	}{
		{"no version", func(v map[string]any) { delete(v, "version") }},
		{"version in words", func(v map[string]any) { v["version"] = "two" }},
		{"unknown field", func(v map[string]any) { v["colour"] = "red" }},
		{"unknown field of a requirement", func(v map[string]any) { requirement(v)["colour"] = "red" }},
		{"deployed nowhere", func(v map[string]any) { requirement(v)["deployed"] = []any{} }},
		{"id with a space", func(v map[string]any) { requirement(v)["id"] = "a b" }},
		{"unknown status", func(v map[string]any) { answer(v)["status"] = "maybe" }},
		{"met without source", func(v map[string]any) { a := answer(v); a["status"] = "met"; delete(a, "source") }},
		{"source over http", func(v map[string]any) { answer(v)["source"] = "http://example.org/" }},
		{"date in words", func(v map[string]any) { answer(v)["date"] = "yesterday" }},
		{"dropped, and still there", func(v map[string]any) { change(v)["kind"] = "dropped" }},
		{"added, and was there before", func(v map[string]any) { change(v)["kind"] = "added" }},
	}
	for _, c := range refused {
		t.Run(c.name, func(t *testing.T) {
			v := value(t, raw).(map[string]any)
			c.spoil(v)
			require.Error(t, s.Validate(v))
		})
	}
}

func compile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("schema.json", value(t, principles.Schema())))
	s, err := compiler.Compile("schema.json")
	require.NoError(t, err)
	return s
}

func value(t *testing.T, raw []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	require.NoError(t, err)
	return v
}

// whole is a smallest document with everything in it.
func whole() map[string]string {
	return map[string]string{
		"document.json": `{"version":"2","title":"t","status":"s","tracks":["t"],"registries":["a","b"]}`,
		"checks.json":   `{"checks":[{"id":"c","question":"?","onFail":"note"}],"topics":[]}`,
		"tracks/t.json": `{"id":"t","name":"T","question":"?","summary":"s","weighed":false,"levels":[{"level":1,"name":"n","summary":"s","requirements":[` +
			`{"id":"r","name":"n","text":"t","why":"w","reach":{},"deployed":[],"aspirational":true,"strain":"it does"},` +
			`{"id":"n","name":"n","text":"t","why":"w","needs":["x"],"reach":{},"deployed":[],"aspirational":true},` +
			`{"id":"q","name":"n","text":"t","why":"w","reach":{},"deployed":[],"aspirational":true}]}]}`,
		"framing.json": `{"text":"t","rules":[{"id":"f","name":"n","text":"t","applied":"a","strainedBy":["r"]}],"settled":[{"id":"s","question":"?","answer":"!","requirements":["q"]}]}`,
		"changelog.json": `{"from":"1","to":"2","source":"https://x/","changes":[{"kind":"kept","what":"w","was":"t","requirements":["r"],"reason":"y"},` +
			`{"kind":"added","what":"w","requirements":["q"],"reason":"y"},{"kind":"added","what":"w","requirements":["n"],"reason":"y"},{"kind":"dropped","what":"w","was":"t","reason":"y"}]}`,
		"registries/a.json": `{"id":"a","name":"A","serves":"s","home":"https://a/","client":"c","lacks":[{"attribute":"x","note":"n","source":"https://x/","date":"2026-01-02"}],"answers":[{"requirement":"r","status":"met","note":"n","source":"https://x/","date":"2026-01-02"},{"requirement":"q","status":"not-established"}]}`,
		"registries/b.json": `{"id":"b","name":"B","serves":"s","home":"https://b/","client":"c","answers":[{"requirement":"r","status":"not-established"},{"requirement":"n","status":"met","note":"n","source":"https://x/","date":"2026-01-02","confirmed":{"source":"https://b/","date":"2026-01-03"}},{"requirement":"q","status":"not-established"}]}`,
		"attributes.json":   `[{"id":"x","name":"X","question":"?","means":"m"}]`,
		"threats.json":      `[{"id":"t","name":"T","means":"m","requirements":["r","q","n"]}]`,
		"mappings.json":     `[{"id":"f","name":"F","version":"1","source":"https://f/","note":"n","rows":[{"theirs":"a","requirements":["r"]},{"theirs":"b","note":"none here"}]}]`,
		"commands.json":     `[{"requirement":"r","by":[{"registry":"a","run":"true","shows":"nothing"}]}]`,
		"discussion.json":   `{"source":"https://d/","text":"t","remarks":[{"by":"b","said":"s","requirements":["r"],"settled":["s"],"done":"d"}]}`,
		"history.json":      `[{"date":"2026-01-02","what":"w","turns":[{"registry":"a","requirement":"r","was":"partly","now":"met"}]},{"date":"2026-01-01","what":"w","turns":[{"registry":"a","requirement":"r","now":"partly"}]}]`,
	}
}

func files(contents map[string]string) fs.FS {
	m := fstest.MapFS{}
	for name, content := range contents {
		m[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return m
}

func TestBrokenAssessmentsAreRefused(t *testing.T) {
	_, err := principles.LoadAllFrom(files(whole()))
	require.NoError(t, err)

	cases := []struct{ name, file, old, new, want string }{
		{"framing: unknown field", "framing.json", `"text"`, `"colour":1,"text"`, "unknown field"},
		{"framing: null", "framing.json", whole()["framing.json"], `null`, "holds null"},
		{"framing: no rules", "framing.json", `"strainedBy":["r"]}]`, `"strainedBy":["r"]}],"rules":[]`, "lacks text or rules"},
		{"framing: rule without name", "framing.json", `"name":"n"`, `"name":""`, "lacks id, name"},
		{"framing: unknown requirement", "framing.json", `["r"]`, `["z"]`, "does not exist"},
		{"framing: strain not named", "framing.json", `["r"]`, `[]`, "or neither"},
		{"framing: strain not said", "framing.json", `["r"]`, `["r","q"]`, "or neither"},
		{"framing: unanswered", "framing.json", `"!"`, `""`, "lacks question or answer"},
		{"framing: settled for nothing", "framing.json", `["q"]`, `["z"]`, "does not exist"},
		{"framing: credit without source", "framing.json", `"strainedBy":["r"]`, `"strainedBy":["r"],"raised":[{"by":"b","what":"w","source":"x"}]`, "https source"},
		{"changelog: unknown field", "changelog.json", `"from"`, `"colour":1,"from"`, "unknown field"},
		{"changelog: to another version", "changelog.json", `"to":"2"`, `"to":"3"`, "must lead"},
		{"changelog: no source", "changelog.json", `https://x/`, `x`, "https source"},
		{"changelog: unknown kind", "changelog.json", `"kept"`, `"moved"`, "kept, changed, added or dropped"},
		{"changelog: no reason", "changelog.json", `"reason":"y"`, `"reason":""`, "lacks what or reason"},
		{"changelog: kept from nowhere", "changelog.json", `"kept","what":"w","was":"t"`, `"kept","what":"w"`, "must say where"},
		{"changelog: added, yet it was", "changelog.json", `"added","what":"w"`, `"added","what":"w","was":"t"`, "must say where"},
		{"changelog: dropped, yet it is", "changelog.json", `"dropped","what":"w","was":"t"`, `"dropped","what":"w","was":"t","requirements":["r"]`, "must say where"},
		{"changelog: unknown requirement", "changelog.json", `["r"]`, `["z"]`, "does not exist"},
		{"changelog: a requirement unmentioned", "changelog.json", `["q"]`, `["r"]`, "no change names requirement q"},
		{"registry: unknown field", "registries/a.json", `"name"`, `"colour":1,"name"`, "unknown field"},
		{"registry: id is not the file's", "registries/a.json", `"id":"a"`, `"id":"z"`, "must be the same"},
		{"registry: no client", "registries/a.json", `"client":"c"`, `"client":""`, "lacks name"},
		{"registry: home over http", "registries/a.json", `https://a/`, `http://a/`, "https home"},
		{"registry: unknown requirement", "registries/a.json", `"requirement":"q"`, `"requirement":"z"`, "does not exist"},
		{"registry: answered twice", "registries/a.json", `"requirement":"q"`, `"requirement":"r"`, "twice"},
		{"registry: unanswered", "registries/a.json", `,{"requirement":"q","status":"not-established"}`, ``, "does not answer q"},
		{"registry: unknown status", "registries/a.json", `"met"`, `"yes"`, "met, partly"},
		{"registry: met without source", "registries/a.json", `"source":"https://x/",`, ``, "https source"},
		{"registry: source over http", "registries/a.json", `https://x/`, `http://x/`, "https source"},
		{"registry: met without date", "registries/a.json", `"2026-01-02"`, `""`, "lacks note, date"},
		{"registry: no such day", "registries/a.json", `"2026-01-02"`, `"2026-02-30"`, "lacks note, date"},
		{"registry: met without note", "registries/a.json", `"note":"n"`, `"note":""`, "lacks note"},
		{"registry: half a source", "registries/b.json", `"requirement":"q",`, `"requirement":"q","source":"https://x/",`, "half a source"},
		{"registry: answered, although it lacks", "registries/a.json", `"requirement":"q"`, `"requirement":"n"`, "twice"},
		{"registry: lacks what is unknown", "registries/a.json", `"attribute":"x"`, `"attribute":"y"`, "does not answer n"},
		{"registry: lacks two, one unknown", "registries/a.json", `"lacks":[`, `"lacks":[{"attribute":"y","note":"n","source":"https://x/","date":"2026-01-02"},`, "lacks \"y\""},
		{"registry: gives what is not weighed", "registries/b.json", `"answers"`, `"gives":[{"track":"t","atMost":1}],"answers"`, "not weighed"},
		{"registry: confirmed nowhere", "registries/b.json", `"confirmed":{"source":"https://b/"`, `"confirmed":{"source":"b"`, "confirmation"},
		{"registry: second-hand of nothing", "registries/b.json", `"requirement":"q"`, `"requirement":"q","secondhand":true`, "second-hand"},
		{"attributes: without a question", "attributes.json", `"?"`, `""`, "lacks id, name, question"},
		{"attributes: needed and unknown", "attributes.json", `"id":"x"`, `"id":"y"`, "needs the attribute"},
		{"threats: a line unnamed", "threats.json", `,"n"`, ``, "no threat names requirement n"},
		{"threats: unknown line", "threats.json", `"n"`, `"z"`, "does not exist"},
		{"mappings: leads nowhere", "mappings.json", `,"note":"none here"`, ``, "leads nowhere"},
		{"mappings: unknown line", "mappings.json", `["r"]`, `["z"]`, "does not exist"},
		{"commands: unknown line", "commands.json", `"r"`, `"z"`, "does not exist"},
		{"commands: unknown repository", "commands.json", `"registry":"a"`, `"registry":"z"`, "unknown"},
		{"commands: nothing to see", "commands.json", `"nothing"`, `""`, "missing"},
		{"discussion: null", "discussion.json", whole()["discussion.json"], `null`, "holds null"},
		{"discussion: leads nowhere", "discussion.json", `"requirements":["r"],"settled":["s"],`, ``, "must lead"},
		{"discussion: unknown question", "discussion.json", `["s"]`, `["z"]`, "does not exist"},
		{"history: not what stands", "history.json", `"now":"met"`, `"now":"not-met"`, "stands at"},
		{"history: a gap", "history.json", `"was":"partly"`, `"was":"not-met"`, "next edition begins"},
		{"history: older first", "history.json", `"2026-01-01"`, `"2026-01-09"`, "older"},
		{"settled: twice", "framing.json", `"id":"s"`, `"id":"r"`, "each once"},
		{"registries: ranked", "document.json", `["a","b"]`, `["b","a"]`, "not ranked"},
		{"registries: one twice", "document.json", `["a","b"]`, `["a","a"]`, "twice"},
		{"registries: one missing", "document.json", `["a","b"]`, `["a","c"]`, "registries/c.json"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contents := whole()
			require.Contains(t, contents[c.file], c.old)
			contents[c.file] = strings.Replace(contents[c.file], c.old, c.new, 1)
			_, err := principles.LoadAllFrom(files(contents))
			require.ErrorContains(t, err, c.want)
		})
	}
}

// counts are pairs of met and of.
func counts(pairs ...int) []principles.Count {
	var out []principles.Count
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, principles.Count{Met: pairs[i], Of: pairs[i+1]})
	}
	return out
}

func TestStanding(t *testing.T) {
	level := func(n int, ids ...string) principles.Level {
		l := principles.Level{Level: n}
		for _, id := range ids {
			l.Requirements = append(l.Requirements, principles.Requirement{ID: id})
		}
		return l
	}
	track := principles.Track{Levels: []principles.Level{level(1, "a", "b"), level(2, "c"), level(3, "d")}}
	const met, part, not, na, open = principles.Met, principles.Partly, principles.NotMet, principles.NotApplicable, principles.NotEstablished
	cases := []struct {
		name    string
		answers [4]principles.Status
		want    principles.Standing
	}{
		{"everything met", [4]principles.Status{met, met, met, met}, principles.Standing{Applies: true, Level: 3, AtMost: 3, Counts: counts(2, 2, 1, 1, 1, 1)}},
		{"nothing known", [4]principles.Status{open, open, open, open}, principles.Standing{Applies: true, Level: 0, AtMost: 3, Counts: counts(0, 2, 0, 1, 0, 1)}},
		{"nothing applies", [4]principles.Status{na, na, na, na}, principles.Standing{Counts: counts(0, 0, 0, 0, 0, 0)}},
		{"what does not apply is no hindrance", [4]principles.Status{met, na, met, not}, principles.Standing{Applies: true, Level: 2, AtMost: 2, Counts: counts(1, 1, 1, 1, 0, 1)}},
		{"a level that asks nothing gives nothing", [4]principles.Status{na, na, not, met}, principles.Standing{Applies: true, Counts: counts(0, 0, 0, 1, 1, 1)}},
		{"a level above it can hold", [4]principles.Status{na, na, met, na}, principles.Standing{Applies: true, Level: 2, AtMost: 2, Counts: counts(0, 0, 1, 1, 0, 0)}},
		{"partly is not met", [4]principles.Status{met, part, met, met}, principles.Standing{Applies: true, Counts: counts(1, 2, 1, 1, 1, 1)}},
		{"a gap below counts", [4]principles.Status{met, met, not, met}, principles.Standing{Applies: true, Level: 1, AtMost: 1, Counts: counts(2, 2, 0, 1, 1, 1)}},
		{"open above", [4]principles.Status{met, met, open, not}, principles.Standing{Applies: true, Level: 1, AtMost: 2, Counts: counts(2, 2, 0, 1, 0, 1)}},
		{"open below what is met", [4]principles.Status{met, open, met, met}, principles.Standing{Applies: true, Level: 0, AtMost: 3, Counts: counts(1, 2, 1, 1, 1, 1)}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var r principles.Registry
			for i, id := range []string{"a", "b", "c", "d"} {
				r.Answers = append(r.Answers, principles.Answer{Requirement: id, Status: c.answers[i]})
			}
			require.Equal(t, c.want, r.Standing(track))
		})
	}
	require.Equal(t, 0, principles.Registry{}.Standing(track).Level, "no answer is not met")

	// What only should hold, and what is asked of each package, is not waited for.
	mild := principles.Track{Levels: []principles.Level{{Level: 1, Requirements: []principles.Requirement{{ID: "a"}, {ID: "b", PerPackage: true}}, Capabilities: []principles.Requirement{{ID: "c", Strength: principles.Should}, {ID: "d"}}}}}
	r := principles.Registry{Answers: []principles.Answer{{Requirement: "a", Status: met}, {Requirement: "b", Status: not}, {Requirement: "c", Status: not}, {Requirement: "d", Status: met}}}
	require.Equal(t, principles.Standing{Applies: true, Level: 1, AtMost: 1, Counts: counts(2, 2)}, r.Standing(mild))
	r.Answers[3].Status = not
	require.Equal(t, 0, r.Standing(mild).Level)
}

func TestJSONIsReadable(t *testing.T) {
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	raw, err := doc.JSON()
	require.NoError(t, err)
	var back struct{ Registries []principles.Registry }
	require.NoError(t, json.Unmarshal(raw, &back))
	require.Equal(t, doc.Registries, back.Registries)
}
