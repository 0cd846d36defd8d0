// Command unpack prints what comes out of xz streams, which it reads from the files
// named, and out of many damaged copies of each: how much, its digest, and what ended
// it. It is built with the module as it is, and with the pruned one.
package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"

	"touchstone/internal/archive/packed"
)

// damaged are how many copies of each stream.
const damaged = 60

func main() {
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	for i, name := range os.Args[1:] {
		stream, err := os.ReadFile(name)
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(w, "%d whole: %s\n", i, unpacked(stream))
		random := rand.New(rand.NewPCG(20261127, uint64(i)))
		for range damaged {
			b := bytes.Clone(stream)
			at := random.IntN(len(b))
			b[at] ^= byte(1 + random.IntN(255))
			fmt.Fprintf(w, "%d at %d: %s\n", i, at, unpacked(b))
		}
	}
}

// unpacked says what comes out of a stream, up to 64 MiB.
func unpacked(stream []byte) string {
	_, in, err := packed.Open(stream)
	if err != nil {
		return err.Error()
	}
	defer in.Close()
	h := sha256.New()
	n, err := io.Copy(h, packed.AtMost(in, 64<<20))
	return fmt.Sprintf("%d bytes, %x, %v", n, h.Sum(nil), err)
}
