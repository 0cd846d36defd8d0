package purl

import (
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPastes answers what people were seen to paste. Each line of the file
// reads "text → answer": the canonical package URL, with the tag behind a
// blank; or the kind of refusal, and behind a colon what is to choose from.
func TestPastes(t *testing.T) {
	data, err := os.ReadFile("testdata/pastes.txt")
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	require.Greater(t, len(lines), 150)
	for _, line := range lines {
		text, want, found := strings.Cut(line, " → ")
		require.True(t, found, line)
		t.Run(text, func(t *testing.T) {
			text = strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(text)
			assert.Equal(t, want, answerOf(text))
			// An answer never has more parts than were pasted, and a form with
			// white space around it is the same.
			assert.Equal(t, want, answerOf("  "+text+"\n"))
		})
	}
}

// TestReviewedPastes are the 95 pastes of a review of the page, each with what that
// asked for: the right package, or a refusal with a next step, and behind a second
// arrow words of its sentence or of the note beside the answer.
func TestReviewedPastes(t *testing.T) {
	data, err := os.ReadFile("testdata/review.txt")
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	require.Len(t, lines, 95)
	for _, line := range lines {
		parts := append(strings.Split(line, " → "), "")
		text := strings.ReplaceAll(parts[0], `\n`, "\n")
		assert.Equal(t, parts[1], answerOf(text), text)
		ref, err := Parse(text)
		said := ""
		for _, n := range ref.Notes {
			said += n.Text
		}
		if err != nil {
			said = err.(*Refused).Detail
		}
		assert.Contains(t, said, parts[2], text)
	}
}

func answerOf(text string) string {
	ref, err := Parse(text)
	if err == nil {
		return strings.TrimSpace(ref.String() + " " + ref.Tag)
	}
	refused := err.(*Refused)
	answer := string(refused.Kind)
	if refused.Page != nil {
		answer += " " + refused.Page.Path
	}
	for i, c := range refused.Choices {
		answer += map[bool]string{true: ": ", false: ", "}[i == 0] + c.Reference
	}
	return answer
}

// TestRefusalsAreSentences holds the form of every refusal: whole sentences of
// at most 25 words, and choices that are read as they stand.
func TestRefusalsAreSentences(t *testing.T) {
	data, err := os.ReadFile("testdata/pastes.txt")
	require.NoError(t, err)
	var texts []string
	for line := range strings.Lines(string(data)) {
		text, _, _ := strings.Cut(line, " → ")
		texts = append(texts, text)
	}
	for _, text := range append(texts, refusedTexts()...) {
		_, err := Parse(text)
		if err == nil {
			continue
		}
		r := err.(*Refused)
		first := []rune(r.Detail)[0]
		assert.True(t, !unicode.IsLower(first) || strings.HasPrefix(text, string(first)), "%q: %s", text, r.Detail)
		assert.True(t, strings.HasSuffix(r.Detail, "."), "%q: %s", text, r.Detail)
		assert.NotContains(t, r.Detail, "; ", "%q: %s", text, r.Detail)
		for sentence := range strings.SplitSeq(r.Detail, ". ") {
			assert.LessOrEqual(t, len(strings.Fields(sentence)), 25, "%q: %s", text, sentence)
		}
		for _, c := range r.Choices {
			ref, err := Parse(c.Reference)
			require.NoError(t, err, "%q offers %s", text, c.Reference)
			assert.Equal(t, c.Reference, ref.String())
		}
	}
}

// refusedTexts are flipped and cut forms of good texts, for their refusals.
func refusedTexts() []string {
	var out []string
	for _, text := range goodTexts() {
		for i := 0; i < len(text); i += 3 {
			out = append(out, text[:i], text[:i]+" "+text[i:], text[:i]+"^"+text[i:])
		}
	}
	return out
}

// TestSentencesOfferNothing: no word of a sentence is taken for a package, only
// what says itself which package it is.
func TestSentencesOfferNothing(t *testing.T) {
	for _, text := range []string{
		"is lodash safe?", "please check express for me", "the best package is react", "lodash and react", "install lodash",
		"say which: lodash", "To choose from: left-pad", "I use requests every day", "what about numpy", "curl is fine",
	} {
		_, err := Parse(text)
		require.Error(t, err, text)
		assert.Empty(t, err.(*Refused).Choices, text)
	}
	_, err := Parse("is pkg:npm/lodash@4.17.21 safe?")
	assert.Equal(t, []Choice{{"pkg:npm/lodash@4.17.21", "npm package"}}, err.(*Refused).Choices)
}
