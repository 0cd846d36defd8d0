package badge

import (
	"fmt"
	"strings"
	"time"

	"touchstone/internal/purl"
)

// Words are what a badge says.
type Words struct {
	Label   string // left: who says it, and of what
	Message string // right: what it is worth, in words
	// Title is the whole, in sentences: whose word it is, and of when.
	Title  string
	Colour string // of the right half; white on it has a contrast of 4.5 to 1 or more
	// Bad tells that something is wrong with the package, or with the badge.
	Bad bool
}

// The colours. None says anything that the words do not say.
const (
	labelColour = "#3b4048"
	grey        = "#5c6370"
	red         = "#b3261e"
	brown       = "#8a4b08"
)

// byLevel are the colours from level 0 up; levels above the last have the last's.
var byLevel = [...]string{brown, "#75600a", "#1d6b8f", "#1a7340"}

const (
	speaker = "Touchstone"
	// maxLabel is how wide the left half may be, in pixels.
	maxLabel = 440
	// maxImageLabel is how wide that of an image may be, which has a registry's name
	// and digits of a digest in it.
	maxImageLabel = 640
)

// Say puts a verdict into words. site is the host that answers; moving is what was
// asked for where that was no exact version ("newest", "tag v1").
func Say(v Verdict, site, moving string) Words {
	w := about(v, moving)
	if w.Label == speaker {
		return w
	}
	switch v.State {
	case Settled:
		w.Message = fmt.Sprintf("%s %d of %d", v.Track, v.Level, v.Of)
		if v.LevelName != "" {
			w.Message += ": " + v.LevelName
		}
		w.Colour = byLevel[min(max(v.Level, 0), len(byLevel)-1)]
	case Failed:
		w.Message, w.Colour, w.Bad = "FAILED: not what it should be", red, true
	case Unhashed:
		w.Message, w.Colour = "bytes not hashed", grey
		if v.RecordSigned {
			w.Message = "record signed, bytes not hashed"
			if v.Type == purl.OCI {
				w.Message = "manifest signed, layers not read"
			}
		}
	case NotThere:
		w.Message, w.Colour = "no such version", grey
	default:
		w.Message, w.Colour = "open: not all could be checked", grey
	}
	if v.Alarms && v.State != Failed { // which says more
		w.Message, w.Colour, w.Bad = "alarm, "+w.Message, red, true
	}
	if v.Files > 1 {
		w.Message += fmt.Sprintf(", 1 of %d files", v.Files)
	}
	if v.Withdrawn {
		w.Message += ", withdrawn"
	}
	w.Title = fmt.Sprintf("%s: %s. Checked by this site, %s, on %s. The link checks it again, in your own browser.",
		v.title(moving), w.Message, site, v.At.UTC().Format(time.DateOnly))
	if v.File != "" && measurable(v.File) {
		w.Title += " The file is " + v.File + "."
	}
	if v.Type == purl.OCI && moving != "" {
		w.Title += " A tag is a moving name: nobody signs which image it means."
	}
	return w
}

// title names the package whole.
func (v Verdict) title(moving string) string {
	name := v.Type + " " + v.Name
	if v.Version != "" {
		name += " " + v.Version
	}
	if v.Which != "" {
		name += " " + v.Which
	}
	if moving != "" {
		name += " (" + moving + ")"
	}
	return name
}

// shownDigits are as many of a digest's as the picture shows. The title has them all.
const shownDigits = 16

// about begins a badge on a package. A name that cannot be shown whole is not shown;
// of an image's digest, which is no name, the beginning is.
func about(v Verdict, moving string) Words {
	most := maxLabel
	if v.Type == purl.OCI {
		most = maxImageLabel
		if algorithm, digits, found := strings.Cut(v.Version, ":"); found && len(digits) > shownDigits {
			v.Version = algorithm + ":" + digits[:shownDigits] + "..."
		}
	}
	name := v.title(moving)
	w := Words{Label: speaker + ": " + name, Colour: grey}
	switch {
	case !measurable(name):
		return plain("name cannot be shown")
	case width(w.Label) > most:
		return plain("name too long")
	}
	return w
}

// plain is a badge that names no package.
func plain(message string) Words {
	return Words{Label: speaker, Message: message, Title: speaker + ": " + message + ".", Colour: grey, Bad: true}
}

// wait is a badge on what is not known now, and not wrong either.
func wait(a asked, message string) Words {
	v := On(a.ref, Open, Basis{}, time.Time{})
	moving := a.moving()
	if a.ref.Type != purl.OCI {
		moving = "" // no version says it
	}
	w := about(v, moving)
	if w.Label != speaker {
		w.Message, w.Title = message, v.title(moving)+": "+message+"."
	}
	return w
}
