package npm

import "bytes"

// count is [bytes.Count] of a word that is not empty. It looks at the byte where the
// word would end, and passes as many as it can tell (Horspool): of a list of megabytes
// it reads one byte in ten, which counts where there are thousands, and in WebAssembly,
// for which Go has no fast search.
func count(doc []byte, word string) (n int) {
	last := len(word) - 1
	var pass [256]int
	for b := range pass {
		pass[b] = len(word)
	}
	for i := range last {
		pass[word[i]] = last - i
	}
	for end := last; end < len(doc); {
		b := doc[end]
		if b == word[last] && string(doc[end-last:end]) == word[:last] {
			n++
			end += len(word)
			continue
		}
		end += pass[b]
	}
	return n
}

// recoded tells whether JSON may spell a character otherwise than by itself that
// needs no such spelling.
func recoded(doc []byte) bool {
	for {
		i := bytes.IndexByte(doc, '\\')
		if i < 0 || i+1 == len(doc) {
			return false
		}
		if doc = doc[i+1:]; doc[0] == 'u' || doc[0] == '/' {
			return true
		}
	}
}
