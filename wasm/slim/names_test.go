package main

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestShortName(t *testing.T) {
	for name, want := range map[string]string{
		"main.main":                               "main.main",
		"main.(*T).Method":                        "main.(*T).Method",
		"touchstone/wasm/bundle.Verify":           "touchstone/wasm/bundle.Verify",
		"runtime.gopanic":                         "runtime.gopanic",
		"runtime.gopanic.func1":                   "runtime.?",
		"runtime.Callers":                         "runtime.Callers",
		"runtime.(*Frames).Next":                  "runtime.(*Frames).Next",
		"runtime.(*mheap).alloc":                  "runtime.(*?).?",
		"runtime.mcall":                           "runtime.?",
		"runtime/debug.freeOSMemory":              "runtime/debug.?",
		"internal/runtime/maps.NewMap":            "internal/runtime/maps.?",
		"reflect.makeFuncStub":                    "reflect.makeFuncStub",
		"reflect.methodValueCall":                 "reflect.methodValueCall",
		"reflect.makeFuncStubs":                   "reflect.?",
		"reflectlite.Swapper":                     "reflectlite.?",
		"math/bits.Mul64":                         "math/bits.Mul64",
		"crypto/internal/fips140/nistec/fiat.p":   "crypto/internal/fips140/nistec/fiat.p",
		"fmt.Sprintf":                             "fmt.?",
		"type:.eq.main.T":                         "type:.eq.main.T",
		"type:.hash.runtime.itab":                 "type:.hash.runtime.?",
		"encoding/json.(*Decoder).Decode":         "encoding/json.(*?).?",
		"touchstone/internal/purl.Parse.func1":    "touchstone/internal/purl.Parse.func1",
		"vendor/golang.org/x/net/dns.init":        "vendor/golang.org/x/net/dns.?",
		"github.com/a/b.F":                        "github.com/a/b.F",
		"github.com/a/b.Fn":                       "github.com/a/b.?",
		"github.com/a/b.(*T).M":                   "github.com/a/b.(*T).M",
		"github.com/a/b.(*T).Method":              "github.com/a/b.(*?).?",
		"gopkg.in/yaml%2ev3.(*T).M-fm":            "gopkg.in/yaml%2ev3.(*?).?",
		"github.com/a/b.T.M":                      "github.com/a/b.?",
		"github.com/a/b.F[go.shape.int].func1":    "github.com/a/b.?",
		"slices.Index[go.shape.[]github.com/a.T]": "slices.?",
		"slices.Sort[go.shape.[]int].func1":       "slices.?",
		"type:.eq.net/url.Error":                  "type:.eq.net/url.?",
		"type:.eq.github.com/a/b.Ty":              "type:.eq.github.com/a/b.?",
		"type:.eq.[3]string":                      "type:.eq.[3]string",
		"type:.eq.struct { F *regexp.Regexp }":    "type:.eq.struct { F *regexp.Regexp }",
		"type:.eq.sync/atomic.Pointer[a.io/b.T]":  "type:.eq.sync/atomic.?",
		"_rt0_wasm_js":                            "_rt0_wasm_js",
		"a.io/b":                                  "a.io/b",
		"":                                        "",
	} {
		assert.Equal(t, want, shortName(name, inlined), name)
	}
}

func TestShortenNames(t *testing.T) {
	m := small()
	l, err := findLines(m)
	require.NoError(t, err)
	before := bytes.Clone(m)
	require.NoError(t, shortenNames(l, inlined))
	const second = base + 48 + 24 + functionSize + 4*4 + 7*4
	copy(before[headerSize+11:], "a.io/b.?\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	binary.LittleEndian.PutUint32(before[second+functionName:], 11)
	assert.Equal(t, before, m)
	require.NoError(t, shortenNames(l, inlined))
	assert.Equal(t, before, m, "what is short stays")
}

func TestShortenNamesRefuses(t *testing.T) {
	const first = base + 48 + 24
	for name, tt := range map[string]struct {
		change func(m []byte)
		want   string
	}{
		"description-behind": {func(m []byte) { binary.LittleEndian.PutUint32(m[base+48+4:], 1<<20) }, "function 0: its description is cut short"},
		"name-behind":        {func(m []byte) { m[first+functionName] = 40 }, "function 0: its name at 40 is behind all names"},
		"name-without-end":   {func(m []byte) { copy(m[headerSize:base], bytes.Repeat([]byte{'a'}, 40)) }, "function 0: its name at 11 has no end"},
	} {
		t.Run(name, func(t *testing.T) {
			m := small()
			tt.change(m)
			l, err := findLines(m)
			require.NoError(t, err)
			assert.ErrorContains(t, shortenNames(l, inlined), tt.want)
		})
	}
}
