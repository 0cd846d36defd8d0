// Site writes the static site: pages, styles, scripts and the WebAssembly,
// under names that hold their digests. The edge (web/edge) adds the headers.
//
//	go run ./web/site -out build/site
//
// It needs what npm run build makes (both programs and touchstone.tgz) and the typefaces (npm ci). The
// same inputs give the same files, byte for byte.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	var s site
	flag.StringVar(&s.out, "out", "build/site", "the `folder` to write; files of another build in it are removed")
	flag.StringVar(&s.static, "static", "web/static", "the `folder` of styles and scripts")
	flag.StringVar(&s.modules, "modules", "node_modules", "the `folder` of what npm installed: the typefaces")
	flag.StringVar(&s.wasm, "wasm", "build", "the `folder` of touchstone.wasm, whole.wasm, wasm_exec.js and touchstone.tgz")
	flag.StringVar(&s.bundles, "bundles", "", "the `folder` of real bundles whose answers are known: sigstore-go's examples")
	flag.StringVar(&s.root, "root", ".", "the `folder` of go.mod")
	flag.StringVar(&s.commit, "commit", "", "the `commit` that is built, with + behind it where files differ from it")
	flag.StringVar(&s.relay, "relay", "/relay", "the relay's `address` on this site")
	flag.Parse()
	if err := s.write(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
