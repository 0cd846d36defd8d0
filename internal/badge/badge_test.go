package badge

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/purl"
)

var at = time.Date(2026, 11, 26, 1, 2, 3, 0, time.UTC)

func settled(level int, name string) Verdict {
	return Verdict{
		Reference: "pkg:npm/sigstore@4.0.0", Type: "npm", Name: "sigstore", Version: "4.0.0", State: Settled,
		Track: "Integrity", Level: level, LevelName: name, Of: 3, At: at, Until: at.Add(time.Hour), Basis: Basis{"r", "a", "b"},
	}
}

func change(v Verdict, f func(*Verdict)) Verdict { f(&v); return v }

func TestSay(t *testing.T) {
	two := settled(2, "signed")
	tests := map[string]struct {
		v              Verdict
		newest         bool
		label, message string
	}{
		"level":                   {two, false, "Touchstone: npm sigstore 4.0.0", "Integrity 2 of 3: signed"},
		"none":                    {settled(0, ""), false, "Touchstone: npm sigstore 4.0.0", "Integrity 0 of 3"},
		"newest":                  {two, true, "Touchstone: npm sigstore 4.0.0 (newest)", "Integrity 2 of 3: signed"},
		"withdrawn":               {change(two, func(v *Verdict) { v.Withdrawn = true }), false, "Touchstone: npm sigstore 4.0.0", "Integrity 2 of 3: signed, withdrawn"},
		"alarm":                   {change(two, func(v *Verdict) { v.Alarms = true }), false, "Touchstone: npm sigstore 4.0.0", "alarm, Integrity 2 of 3: signed"},
		"alarm, withdrawn":        {change(two, func(v *Verdict) { v.Alarms, v.Withdrawn = true, true }), false, "Touchstone: npm sigstore 4.0.0", "alarm, Integrity 2 of 3: signed, withdrawn"},
		"alarm, open":             {change(two, func(v *Verdict) { v.State, v.Alarms = Open, true }), false, "Touchstone: npm sigstore 4.0.0", "alarm, open: not all could be checked"},
		"alarm, unhashed":         {change(two, func(v *Verdict) { v.State, v.RecordSigned, v.Alarms = Unhashed, true, true }), false, "Touchstone: npm sigstore 4.0.0", "alarm, record signed, bytes not hashed"},
		"alarm, failed":           {change(two, func(v *Verdict) { v.State, v.Alarms = Failed, true }), false, "Touchstone: npm sigstore 4.0.0", "FAILED: not what it should be"},
		"failed":                  {change(two, func(v *Verdict) { v.State = Failed }), false, "Touchstone: npm sigstore 4.0.0", "FAILED: not what it should be"},
		"open":                    {change(two, func(v *Verdict) { v.State = Open }), false, "Touchstone: npm sigstore 4.0.0", "open: not all could be checked"},
		"unhashed":                {change(two, func(v *Verdict) { v.State = Unhashed }), false, "Touchstone: npm sigstore 4.0.0", "bytes not hashed"},
		"signed, unhashed":        {change(two, func(v *Verdict) { v.State, v.RecordSigned = Unhashed, true }), false, "Touchstone: npm sigstore 4.0.0", "record signed, bytes not hashed"},
		"not there":               {change(two, func(v *Verdict) { v.State = NotThere }), false, "Touchstone: npm sigstore 4.0.0", "no such version"},
		"no state":                {change(two, func(v *Verdict) { v.State = "" }), false, "Touchstone: npm sigstore 4.0.0", "open: not all could be checked"},
		"scope":                   {change(two, func(v *Verdict) { v.Name = "@sigstore/core" }), false, "Touchstone: npm @sigstore/core 4.0.0", "Integrity 2 of 3: signed"},
		"too long":                {change(two, func(v *Verdict) { v.Name = strings.Repeat("long-", 20) }), false, "Touchstone", "name too long"},
		"no name":                 {change(two, func(v *Verdict) { v.Name = "" }), false, "Touchstone: npm  4.0.0", "Integrity 2 of 3: signed"},
		"hidden":                  {change(two, func(v *Verdict) { v.Name = "sig\u202estore" }), false, "Touchstone", "name cannot be shown"},
		"line end":                {change(two, func(v *Verdict) { v.Version = "4\n0" }), false, "Touchstone", "name cannot be shown"},
		"one of files":            {change(two, func(v *Verdict) { v.Files = 3 }), false, "Touchstone: npm sigstore 4.0.0", "Integrity 2 of 3: signed, 1 of 3 files"},
		"its only file":           {change(two, func(v *Verdict) { v.Files = 1 }), false, "Touchstone: npm sigstore 4.0.0", "Integrity 2 of 3: signed"},
		"one of files, withdrawn": {change(two, func(v *Verdict) { v.Files, v.Withdrawn = 3, true }), false, "Touchstone: npm sigstore 4.0.0", "Integrity 2 of 3: signed, 1 of 3 files, withdrawn"},
		"one of packages":         {change(two, func(v *Verdict) { v.Which = "arch=arm64" }), false, "Touchstone: npm sigstore 4.0.0 arch=arm64", "Integrity 2 of 3: signed"},
		"look-alike":              {change(two, func(v *Verdict) { v.Name = "sigst\u043ere" }), false, "Touchstone", "name cannot be shown"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			moving := ""
			if tt.newest {
				moving = "newest"
			}
			w := Say(tt.v, "touchstone.example", moving)
			assert.Equal(t, tt.label, w.Label)
			assert.Equal(t, tt.message, w.Message)
			if w.Label != "Touchstone" {
				assert.Contains(t, w.Title, "Checked by this site, touchstone.example, on 2026-11-26.")
				assert.Contains(t, w.Title, strings.TrimPrefix(tt.label, "Touchstone: "))
				assert.Contains(t, w.Title, tt.message)
			}
		})
	}
}

// TestSayOfImages: the picture has registry, repository and the digest's beginning,
// the title the whole digest; that a tag was asked for is said.
func TestSayOfImages(t *testing.T) {
	digest := "sha256:" + strings.Repeat("0a", 32)
	ref, err := purl.Parse("pkg:oci/thing@" + digest + "?repository_url=ghcr.io/example/thing")
	require.NoError(t, err)
	v := On(ref, Settled, Basis{}, at)
	v.Track, v.Level, v.Of, v.LevelName = "Integrity", 1, 3, "checksummed"
	w := Say(v, "a.example", "")
	assert.Equal(t, "Touchstone: oci ghcr.io/example/thing sha256:0a0a0a0a0a0a0a0a...", w.Label)
	assert.Equal(t, "oci ghcr.io/example/thing "+digest+": Integrity 1 of 3: checksummed. Checked by this site, a.example, on 2026-11-26. The link checks it again, in your own browser.", w.Title)

	w = Say(v, "a.example", "tag v1")
	assert.Equal(t, "Touchstone: oci ghcr.io/example/thing sha256:0a0a0a0a0a0a0a0a... (tag v1)", w.Label)
	assert.Contains(t, w.Title, digest+" (tag v1): Integrity 1 of 3")
	assert.Contains(t, w.Title, "nobody signs which image it means")

	v.State, v.RecordSigned = Unhashed, true
	assert.Equal(t, "manifest signed, layers not read", Say(v, "a.example", "").Message)
	v.Name = "ghcr.io/" + strings.Repeat("long/", 30) + "thing"
	assert.Equal(t, "name too long", Say(v, "a.example", "").Message)

	late := wait(asked{ref: purl.Ref{Type: "oci", Name: "thing", Tag: "v1", Qualifiers: map[string]string{"repository_url": "ghcr.io/example/thing"}}}, "checking")
	assert.Equal(t, "Touchstone: oci ghcr.io/example/thing (tag v1)", late.Label)
}

// TestWhichOneIsSaid: the picture names what chooses one of a version's packages, the
// title the file that was audited.
func TestWhichOneIsSaid(t *testing.T) {
	ref, err := purl.Parse("pkg:deb/debian/hello@2.10-3?distro=bookworm&arch=arm64")
	require.NoError(t, err)
	assert.Equal(t, "Touchstone: deb debian/hello 2.10-3 arch=arm64 distro=bookworm", Say(On(ref, NotThere, Basis{}, at), "a.example", "").Label)
	assert.Equal(t, "Touchstone: deb debian/hello 2.10-3 arch=arm64 distro=bookworm", wait(asked{ref: ref}, "checking").Label)

	ref, err = purl.Parse("pkg:pypi/thing@1?file_name=thing-1-py3-none-any.whl")
	require.NoError(t, err)
	v := On(ref, Open, Basis{}, at)
	v.Files = 2
	w := Say(v, "a.example", "")
	assert.Equal(t, "Touchstone: pypi thing 1", w.Label)
	assert.Equal(t, "open: not all could be checked, 1 of 2 files", w.Message)
	assert.Contains(t, w.Title, "in your own browser. The file is thing-1-py3-none-any.whl.")
	v.File = "thing-1\u202e.whl"
	assert.NotContains(t, Say(v, "a.example", "").Title, "The file")
}

// TestOnlyASettledVerdictHasANumber: whatever else stands in it.
func TestOnlyASettledVerdictHasANumber(t *testing.T) {
	for _, state := range []State{Open, Failed, Unhashed, NotThere, "", "settled "} {
		v := change(settled(3, "file by file"), func(v *Verdict) { v.State, v.Version = state, "x" })
		w := Say(v, "a.example", "")
		svg, err := w.SVG()
		require.NoError(t, err)
		assert.NotRegexp(t, `Integrity|\bof 3\b|file by file`, svg+w.Title, state)
	}
}

// shown are badges of every kind, hostile ones among them.
func shown() []Words {
	var all []Words
	for level := range 4 {
		all = append(all, Say(settled(level, "a name"), "a.example", ""))
	}
	for _, state := range []State{Open, Failed, Unhashed, NotThere} {
		all = append(all, Say(change(settled(1, ""), func(v *Verdict) { v.State = state }), "a.example", ""))
	}
	for _, name := range []string{`</text><script>alert(1)</script>`, `"onload="alert(1)`, `&lt;`, `]]>`, strings.Repeat("W", 29), strings.Repeat("&", 35)} {
		all = append(all, Say(change(settled(3, `file by file, offline, by identity "<&`), func(v *Verdict) { v.Name, v.Withdrawn = name, true }), `a.example"><b`, "newest"))
	}
	return append(all, plain("x"), wait(asked{ref: purl.Ref{Type: "npm", Name: "a"}}, "checking"))
}

func TestSVG(t *testing.T) {
	for _, w := range shown() {
		svg, err := w.SVG()
		require.NoError(t, err)
		assert.LessOrEqual(t, len(svg), 4096, w.Label)
		assert.NotRegexp(t, `(?i)<script|<foreignObject|<image|<style|<a |href=|url\((?:"|')?[^#]| on[a-z]+=|@import|<!`, svg)
		assert.Equal(t, 1, strings.Count(svg, "http"), "nothing but the namespace is an address")

		var texts []string
		var width int
		inside := ""
		dec := xml.NewDecoder(strings.NewReader(svg))
		for {
			token, err := dec.Token()
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			switch e := token.(type) {
			case xml.StartElement:
				inside = e.Name.Local
				for _, a := range e.Attr {
					switch {
					case e.Name.Local == "svg" && a.Name.Local == "width":
						width, err = strconv.Atoi(a.Value)
						require.NoError(t, err)
					case a.Name.Local == "role":
						assert.Equal(t, "img", a.Value)
					case a.Name.Local == "aria-label":
						assert.Equal(t, w.Label+", "+w.Message, a.Value)
					}
				}
			case xml.CharData:
				if inside == "title" || inside == "text" {
					texts = append(texts, string(e))
				}
				inside = ""
			}
		}
		assert.Equal(t, []string{w.Title, w.Label, w.Message}, texts)
		assert.Equal(t, half(w.Label)+half(w.Message), width)
		assert.Less(t, width, 1000)
	}
}

// TestContrast: white on every colour has 4.5 to 1 (WCAG 2.2, 1.4.3).
func TestContrast(t *testing.T) {
	for _, colour := range append(byLevel[:], grey, red, labelColour) {
		require.Regexp(t, `^#[0-9a-f]{6}$`, colour)
		n, err := strconv.ParseUint(colour[1:], 16, 32)
		require.NoError(t, err)
		channel := func(shift int) float64 {
			c := float64(n>>shift&0xff) / 255
			if c <= 0.04045 {
				return c / 12.92
			}
			return math.Pow((c+0.055)/1.055, 2.4)
		}
		luminance := 0.2126*channel(16) + 0.7152*channel(8) + 0.0722*channel(0)
		assert.GreaterOrEqual(t, 1.05/(luminance+0.05), 4.5, colour)
	}
}

func TestEndpoint(t *testing.T) {
	for _, w := range shown() {
		raw, err := w.Endpoint(time.Minute)
		require.NoError(t, err)
		var got map[string]any
		require.NoError(t, json.Unmarshal([]byte(raw), &got))
		assert.Equal(t, map[string]any{
			"schemaVersion": 1.0, "label": w.Label, "message": w.Message, "color": w.Colour, "labelColor": labelColour, "isError": w.Bad, "cacheSeconds": 300.0,
		}, got)
	}
}

func TestWidth(t *testing.T) {
	assert.Len(t, advances, '~'-' '+1)
	assert.Equal(t, 0, width(""))
	assert.Equal(t, 7, width("0")) // 1302 of 2048, of 11 pixels
	assert.False(t, measurable(""))
	assert.False(t, measurable("é"))
	assert.False(t, measurable("a\x7f"))
	assert.True(t, measurable(" ~"))
}

func TestLifetime(t *testing.T) {
	assert.Equal(t, 30*24*time.Hour, settled(3, "").Lifetime(true))
	assert.Equal(t, 10*time.Minute, settled(3, "").Lifetime(false))
	for _, state := range []State{Open, Failed, Unhashed, NotThere} {
		assert.Equal(t, 5*time.Minute, change(settled(3, ""), func(v *Verdict) { v.State = state }).Lifetime(true), state)
	}
	assert.Equal(t, 5*time.Minute, change(settled(3, ""), func(v *Verdict) { v.Withdrawn = true }).Lifetime(true))
	assert.Equal(t, 5*time.Minute, change(settled(3, ""), func(v *Verdict) { v.Alarms = true }).Lifetime(true))
}

func TestAVerdictServesItsBasisAndItsTime(t *testing.T) {
	v := settled(3, "")
	assert.True(t, v.Serves(v.Basis, at))
	assert.False(t, v.Serves(v.Basis, v.Until))
	for _, b := range []Basis{{"r", "a", "x"}, {"r", "x", "b"}, {"x", "a", "b"}, {}} {
		assert.False(t, v.Serves(b, at), fmt.Sprint(b))
	}
}
