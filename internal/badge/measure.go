package badge

import "strings"

// advances are the widths of printable ASCII in Verdana, from the space on, in
// units of which the font's height has 2048. Fonts that stand in for it are
// narrower or as wide; the picture says how wide its text is to be drawn.
var advances = [...]int{
	720, 806, 940, 1676, 1302, 2204, 1488, 550, 930, 930, 1302, 1676, 745, 930, 745, 930, // space to /
	1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 930, 930, 1676, 1676, 1676, 1117, // 0 to ?
	2048, 1400, 1404, 1430, 1578, 1295, 1177, 1588, 1539, 862, 931, 1419, 1140, 1726, 1532, 1612, // @ to O
	1235, 1612, 1424, 1400, 1262, 1499, 1400, 2025, 1403, 1260, 1403, 930, 930, 930, 1676, 1302, // P to _
	1302, 1230, 1276, 1067, 1276, 1220, 720, 1276, 1296, 562, 705, 1212, 562, 1992, 1296, 1243, // ` to o
	1276, 1276, 874, 1067, 807, 1296, 1212, 1676, 1212, 1212, 1076, 1300, 930, 1300, 1676, // p to ~
}

const (
	firstMeasured = ' '
	emUnits       = 2048
	fontSize      = 11 // pixels
)

// width is how wide a text of printable ASCII is drawn, in whole pixels, upwards.
func width(text string) int {
	units := 0
	for i := range len(text) {
		units += advances[text[i]-firstMeasured]
	}
	return (units*fontSize + emUnits - 1) / emUnits
}

// measurable tells whether a text can be drawn: printable ASCII, which nobody can
// take for something else.
func measurable(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(c rune) bool { return c < firstMeasured || c >= firstMeasured+rune(len(advances)) })
}
