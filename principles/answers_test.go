package principles_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/principles"
)

// mostOpen is how many answers may be not established. It only goes down.
const mostOpen = 369

func TestMostAnswersAreEstablished(t *testing.T) {
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	open := 0
	for _, r := range doc.Registries {
		for _, a := range r.Answers {
			if a.Status == principles.NotEstablished {
				open++
			}
			if a.Status == principles.Partly {
				require.NotRegexp(t, `not (looked|searched|checked)`, a.Note, "%s, %s: partly because nobody looked", r.ID, a.Requirement)
			}
		}
	}
	require.LessOrEqual(t, open, mostOpen)
}

// A place where a line is deployed answers that it meets it. A line of packages
// is deployed where some of them meet it.
func TestDeploymentsAgreeWithTheAnswers(t *testing.T) {
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	registries, names := map[string]principles.Registry{}, map[string]string{}
	for _, r := range doc.Registries {
		registries[r.ID], names[r.Name] = r, r.ID
	}
	compared := 0
	for _, q := range lines(doc) {
		for _, d := range q.Deployed {
			require.Equal(t, cmpOr(names[d.Where], d.Registry), d.Registry, "%s: %s is an assessed repository", q.ID, d.Where)
			if d.Registry == "" {
				continue
			}
			r, known := registries[d.Registry]
			require.True(t, known, "%s is deployed at %s, which is not assessed", q.ID, d.Registry)
			fitting := []principles.Status{principles.Met}
			if q.PerPackage || q.Strain != "" {
				fitting = append(fitting, principles.Partly)
			}
			require.Contains(t, fitting, r.Answer(q.ID).Status, "%s is deployed at %s, whose answer is another", q.ID, d.Registry)
			compared++
		}
	}
	require.Greater(t, compared, 100)
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func lines(doc *principles.Document) []principles.Requirement {
	var out []principles.Requirement
	for _, t := range doc.Tracks {
		for _, l := range t.Levels {
			out = append(out, l.All()...)
		}
	}
	return out
}

// pinned is a file at a commit or a release; a branch moves on under a citation.
var pinned = regexp.MustCompile(`^https://github\.com/[\w.-]+/[\w.-]+/blob/([0-9a-f]{40}|v\d+(\.\d+)+)/[^#?]+(#L\d+(-L\d+)?)?$`)

// folder is a folder at a commit.
var folder = regexp.MustCompile(`^https://github\.com/[\w.-]+/[\w.-]+/tree/[0-9a-f]{40}/[^#?]+$`)

// mostSecondhand is how many answers may rest on a reviewer's reading alone. It
// only goes down.
const mostSecondhand = 81

// A file of a code host is cited at a commit, also where it could not be opened
// there: then the answer says that it is second-hand. So is a folder, but for one
// of which a reviewer said, on a day that stands there, what is not in it.
func TestCitedFilesArePinned(t *testing.T) {
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	cited := func(source string) bool {
		return strings.HasPrefix(source, "https://github.com/") && strings.Contains(source, "/blob/")
	}
	seen, secondhand := 0, 0
	for _, q := range lines(doc) {
		for _, d := range q.Deployed {
			require.True(t, !cited(d.Source) || pinned.MatchString(d.Source), "%s: %s", q.ID, d.Source)
		}
	}
	for _, r := range doc.Registries {
		for _, a := range r.Answers {
			if a.Secondhand {
				secondhand++
			}
			if cited(a.Source) {
				require.Regexp(t, pinned, a.Source, "%s, %s", r.ID, a.Requirement)
				seen++
			}
			if strings.HasPrefix(a.Source, "https://github.com/") && strings.Contains(a.Source, "/tree/") {
				require.True(t, a.Secondhand || folder.MatchString(a.Source), "%s, %s: %s", r.ID, a.Requirement, a.Source)
			}
		}
		for _, l := range r.Lacks {
			require.True(t, !cited(l.Source) || pinned.MatchString(l.Source), "%s lacks %s: %s", r.ID, l.Attribute, l.Source)
		}
	}
	require.Greater(t, seen, 90)
	require.LessOrEqual(t, secondhand, mostSecondhand)
}

// How to check a line is something to do and what is then seen.
func TestEveryLineCanBeChecked(t *testing.T) {
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	for _, q := range lines(doc) {
		do, see, both := strings.Cut(q.HowToCheck, ": ")
		require.True(t, both && len(strings.Fields(do)) >= 2 && len(strings.Fields(see)) >= 2, "%s: do something, then a colon, then what is seen: %s", q.ID, q.HowToCheck)
	}
}

// most is how many words in a row may be a source's.
const most = 9

// Facts carry over from sources; sentences do not.
func TestNothingIsCopied(t *testing.T) {
	root, there := corpus.Find("..", "facts")
	if !there {
		t.Skipf("the sources are not beside this checkout: %s", root)
	}
	theirs := map[string]string{}
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		for _, run := range runs(string(raw)) {
			theirs[run] = filepath.Base(path)
		}
		return err
	}))
	require.Greater(t, len(theirs), 10000)
	for _, folder := range []string{".", "tracks", "capabilities", "registries"} {
		entries, err := os.ReadDir(folder)
		require.NoError(t, err)
		for _, e := range entries {
			if filepath.Ext(e.Name()) != ".json" || e.Name() == "schema.json" {
				continue
			}
			raw, err := os.ReadFile(filepath.Join(folder, e.Name()))
			require.NoError(t, err)
			// A run is one string's: the names of fields and addresses are no words.
			for _, s := range regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`).FindAllStringSubmatch(string(raw), -1) {
				if strings.HasPrefix(s[1], "https://") {
					continue
				}
				for _, run := range runs(s[1]) {
					if from, is := theirs[run]; is {
						t.Errorf("%s holds a sentence of %s: %s", e.Name(), from, run)
					}
				}
			}
		}
	}
}

// runs are all stretches of ten words.
func runs(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '’' && r != '\'' })
	var out []string
	for i := 0; i+most < len(words); i++ {
		out = append(out, strings.Join(words[i:i+most+1], " "))
	}
	return out
}

// What a settled question says of Authentication follows from the answers: its
// number tells nobody apart, and no single line is the reason.
func TestNoLineAloneHoldsAuthenticationBack(t *testing.T) {
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	i := slices.IndexFunc(doc.Tracks, func(t principles.Track) bool { return t.ID == "authentication" })
	track := doc.Tracks[i]
	met := func(id string, first []principles.Requirement) (n int) {
		r := doc.Registries[slices.IndexFunc(doc.Registries, func(r principles.Registry) bool { return r.ID == id })]
		for _, q := range first {
			if r.Answer(q.ID).Status == principles.Met {
				n++
			}
		}
		return n
	}
	first := track.Levels[0].Counting()
	require.Len(t, first, 5)
	counts := map[int]bool{}
	for _, r := range doc.Registries {
		standing := r.Standing(track)
		require.Zero(t, standing.Level, "%s: the settled question authentication-zero says that none has level 1", r.ID)
		if standing.Applies {
			counts[standing.Counts[0].Met] = true
		}
	}
	require.GreaterOrEqual(t, len(counts), 4, "the marks of level 1 tell repositories apart")
	for _, q := range first {
		n := 0
		for _, r := range doc.Registries {
			if r.Answer(q.ID).Status == principles.Met {
				n++
			}
		}
		require.GreaterOrEqual(t, n, 3, q.ID)
	}
	require.Equal(t, []int{4, 4, 3, 2}, []int{met("nuget", first), met("hex", first), met("pypi", first), met("rubygems", first)})
}

// A check that no line names accuses: one that neither counts nor accuses says
// nothing.
func TestEveryCheckCountsOrAccuses(t *testing.T) {
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	named := map[string]bool{}
	for _, q := range lines(doc) {
		for _, way := range q.MetBy {
			for _, id := range way.All {
				named[id] = true
			}
		}
	}
	for _, c := range doc.Checks {
		require.True(t, named[c.ID] || c.OnFail == principles.Alarm || c.OnFail == principles.Failed, c.ID)
	}
}

// sentence ends what a full stop, a question or a shout ends.
var sentence = regexp.MustCompile(`[.?!]\s+`)

// longest is how many words a sentence of a note may have: as in a report.
const longest = 25

// What is said of a repository is said in whole, short sentences, with one kind
// of apostrophe, and to whoever reads that line alone: "the same" would send
// them looking for another.
func TestNotesAreShortSentences(t *testing.T) {
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	seen := 0
	hold := func(where, note string) {
		seen++
		require.True(t, strings.HasSuffix(note, "."), "%s: %s", where, note)
		require.NotContains(t, note, "'", where)
		require.NotRegexp(t, `^(The same|As above|Likewise|See )`, note, where)
		require.NotRegexp(t, `  |\.\.`, note, where)
		require.GreaterOrEqual(t, len(strings.Fields(note)), 3, "%s: %s", where, note)
		for _, s := range sentence.Split(note, -1) {
			require.LessOrEqual(t, len(strings.Fields(s)), longest, "%s: %s", where, s)
		}
	}
	for _, r := range doc.Registries {
		for _, l := range r.Lacks {
			hold(r.ID+" lacks "+l.Attribute, l.Note)
		}
		for _, a := range r.Answers {
			if a.Note != "" {
				hold(r.ID+", "+a.Requirement, a.Note)
			}
		}
	}
	require.Greater(t, seen, 600)
}
