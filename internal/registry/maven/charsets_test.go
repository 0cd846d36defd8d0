package maven

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
)

// TestCharsets: every character of every set is the one of Go's own library, where that
// has one.
func TestCharsets(t *testing.T) {
	theirs := map[string]*charmap.Charmap{"iso-8859-1": charmap.ISO8859_1, "ISO8859_2": charmap.ISO8859_2, "iso-8859-5": charmap.ISO8859_5, "iso-8859-7": charmap.ISO8859_7,
		"latin5": charmap.ISO8859_9, "iso-8859-15": charmap.ISO8859_15, "KOI8-R": charmap.KOI8R, "windows-1250": charmap.Windows1250, "Cp1251": charmap.Windows1251,
		"windows-1252": charmap.Windows1252, "windows-1253": charmap.Windows1253, "windows-1254": charmap.Windows1254}
	require.Len(t, theirs, len(charsets)+1)
	for name, set := range theirs {
		for b := range 256 {
			want := set.DecodeByte(byte(b))
			got, err := fromBytes([]byte{byte(b)}, name)
			switch {
			case want != utf8.RuneError:
				require.NoError(t, err, "%s %x", name, b)
				require.Equal(t, string(want), string(got), "%s %x", name, b)
			case b < 0xa0 && err == nil: // ISO's controls
				require.Equal(t, string(rune(b)), string(got))
			default:
				require.ErrorContains(t, err, "as it says")
			}
		}
	}
}
