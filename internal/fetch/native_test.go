//go:build !js

package fetch

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNativeTransport(t *testing.T) {
	base := contractServer(t)
	testTransport(t, NewNative(), base, false)
	testClient(t, NewNative(), base)
}

// TestGlobalTransportInNode runs the same contract with the js/wasm build of
// this package's tests, in Node.
func TestGlobalTransportInNode(t *testing.T) {
	if testing.Short() {
		t.Skip("builds for js/wasm: left out with -short")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: the global fetch is not tested")
	}
	binary := filepath.Join(t.TempDir(), "fetch.test.wasm")
	// With the flags of the build, where that was: then what is imported is compiled.
	flags, _ := os.ReadFile(filepath.Join("..", "..", "build", "slim", "flags"))
	build := exec.Command("go", slices.Concat([]string{"test", "-c", "-tags=touchstone_whole", "-o", binary}, strings.Fields(string(flags)), []string{"."})...)
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "building for js/wasm: %s", out)
	root, err := exec.Command("go", "env", "GOROOT").Output()
	require.NoError(t, err)
	loader := filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec_node.js")

	// The loader bounds the size of arguments and environment together.
	ask, err := filepath.Abs("../../wasm/node/ask.mjs")
	require.NoError(t, err)
	asks := `--import=data:text/javascript,import{ask}from"file://` + ask + `";globalThis.touchstoneAsk=ask`
	run := exec.Command(node, "--stack-size=8192", asks, loader, binary, "-test.run=^TestGlobal", "-test.v")
	run.Env = []string{"PATH=" + os.Getenv("PATH"), serverVariable + "=" + contractServer(t)}
	out, err = run.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "--- PASS: TestGlobalTransport ")
	assert.Contains(t, string(out), "--- PASS: TestGlobalTransportThatFollows ")
	assert.Contains(t, string(out), "--- PASS: TestGlobalTransportThatAsks ")
	assert.NotContains(t, string(out), "SKIP")
	assert.NotContains(t, string(out), "call to released function")
}

func TestProxyWithoutCredentials(t *testing.T) {
	secret, err := url.Parse("http://me:secret@proxy.example.org:3128")
	require.NoError(t, err)
	assert.Equal(t, "http://proxy.example.org:3128", withoutCredentials(secret).String())
	assert.NotNil(t, secret.User, "the environment's own value is left alone")
	assert.Nil(t, withoutCredentials(nil))
}

// contractServer is the other end of testTransport.
func contractServer(t *testing.T) string {
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		e := echo{
			Method: r.Method, Accept: r.Header.Get("Accept"), ContentType: r.Header.Get("Content-Type"),
			UserAgent: r.Header.Get("User-Agent"), Body: string(body),
		}
		for _, name := range []string{"Cookie", "Authorization", "Proxy-Authorization", "Referer", "Origin", "Range", "If-None-Match"} {
			if r.Header.Get(name) != "" {
				e.Unwanted = append(e.Unwanted, name)
			}
		}
		_ = json.NewEncoder(w).Encode(e)
	})
	mux.HandleFunc("/cookie", func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "who", Value: "me", Path: "/"})
	})
	mux.HandleFunc("/status/{code}", func(w http.ResponseWriter, r *http.Request) {
		code, _ := strconv.Atoi(r.PathValue("code"))
		w.Header().Set("Content-Type", "text/x-test")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, "status")
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		large := make([]byte, largeSize)
		for i := range large {
			large[i] = byte(i * 7)
		}
		w.Header().Set("Content-Length", strconv.Itoa(largeSize))
		_, _ = w.Write(large)
	})
	mux.HandleFunc("/gzip", func(w http.ResponseWriter, _ *http.Request) {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, _ = io.WriteString(z, strings.Repeat("gzip", 1000))
		_ = z.Close()
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", strconv.Itoa(packed.Len()))
		_, _ = w.Write(packed.Bytes())
	})
	mux.HandleFunc("/redirect", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "/echo?from=redirect#part")
		w.WriteHeader(http.StatusFound)
	})
	mux.HandleFunc("/truncated", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "0123456789")
		w.(http.Flusher).Flush()
		// The answer's beginning arrives before the line breaks.
		time.Sleep(100 * time.Millisecond)
		panic(http.ErrAbortHandler)
	})
	mux.HandleFunc("/hang", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/drip", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "first")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}
