// Command folds prints for characters what they become where spellings do not
// count, many in one text: all that have another spelling, but for most of the
// Hangul syllables, which are put together by a rule.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"touchstone/internal/archive"
)

func main() {
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	for first := rune(0); first < 0x30000; first += 16 {
		if first >= 0xac40 && first < 0xd780 || first >= 0x20000 && first < 0x2f800 {
			continue
		}
		var text strings.Builder
		for r := first; r < first+16; r++ {
			text.WriteString(string(r) + "|") // nothing composes over it
		}
		fmt.Fprintf(w, "%X %+q\n", first, archive.Fold(text.String()))
	}
	fmt.Fprintf(w, "%+q\n", archive.Fold("\xff\u1e9b\u0323\u0301\uac00\x80"))
}
