//go:build touchstone_testanchors

package audit_test

import (
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
)

// TestOwnTools runs the commands that a report and the README of its evidence file
// offer with the ecosystem's own tools: against the invented repository, which stands
// behind a proxy that ends TLS in the repository's name.
func TestOwnTools(t *testing.T) {
	ran := map[string]bool{}
	for name, c := range inventedPackages(t) {
		t.Run(name, func(t *testing.T) {
			r, err := ask(t.Context(), c.reference, c.o(c.world))
			require.NoError(t, err)
			dir, env := t.TempDir(), behindProxy(t, c.world)
			for _, command := range r.Report.Commands {
				text := strings.ReplaceAll(command.Text, "GOSUMDB=sum.golang.org", "GOSUMDB="+newLog().Key) // a key of the test
				argv := strings.Fields(text)
				for strings.Contains(argv[0], "=") {
					argv = argv[1:]
				}
				if why := untried(argv); why != "" {
					t.Logf("not tried, as %s: %s", why, command.Text)
					continue
				}
				run := exec.CommandContext(t.Context(), "sh", "-e", "-c", text)
				run.Dir, run.Env = dir, env
				out, err := run.CombinedOutput()
				require.NoError(t, err, "%s\n%s", command.Text, out)
				ran[argv[0]] = true
				if strings.HasSuffix(argv[0], "sum") {
					require.Contains(t, fmt.Sprint(r.Seen.Artifact.Digests, command.Expect), strings.Fields(string(out))[0], command.Text)
				}
				t.Logf("%s\n%.300s", command.Text, out)
			}
		})
	}
	for _, tool := range []string{"curl", "go", "npm", "sha256sum"} {
		if _, err := exec.LookPath(tool); err == nil {
			require.True(t, ran[tool], "no command of %s ran", tool)
		}
	}
}

// untried says why a command is not run here; empty for one that is.
func untried(argv []string) string {
	switch {
	case !slices.Contains([]string{"curl", "go", "npm", "sha256sum", "sha512sum", "b2sum"}, argv[0]):
		return "its tool wants a machine of that ecosystem"
	case strings.HasPrefix(strings.Join(argv, " "), "npm audit"):
		return "npm takes its keys from Sigstore's own root"
	}
	if _, err := exec.LookPath(argv[0]); err != nil {
		return "it is not on this machine"
	}
	return ""
}

// behindProxy is an environment in which every tool asks the invented repository.
func behindProxy(t *testing.T, w world) []string {
	t.Helper()
	key := mint.Key("an authority of a proxy")
	root := mint.Authority("an authority of a proxy", key, time.Now())
	serve := &http.Server{ErrorLog: log.New(io.Discard, "", 0), Handler: http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		address := "https://" + in.Host + in.URL.RequestURI()
		if rest, is := strings.CutPrefix(address, "https://sum.golang.org/"); is {
			address = database + rest // the proxy's copy is the whole log here
		}
		p, found := w[address]
		if !found {
			p, found = w["https://"+in.Host+in.URL.Path] // npm writes "%2f"
		}
		if !found {
			http.NotFound(out, in)
			return
		}
		if p.Status != 0 {
			out.WriteHeader(p.Status)
		}
		_, _ = out.Write(p.Body)
	})}
	inside := &handed{connections: make(chan net.Conn), done: make(chan struct{})}
	go func() { _ = serve.Serve(inside) }()
	outside, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { outside.Close(); serve.Close() })
	tunnel := &http.Server{Handler: http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		c, _, err := http.NewResponseController(out).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
		secret := tls.Server(c, &tls.Config{GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			return certified(root, key, hello.ServerName), nil
		}})
		select {
		case inside.connections <- secret:
		case <-inside.done:
			secret.Close()
		}
	})}
	go func() { _ = tunnel.Serve(outside) }()
	file := filepath.Join(t.TempDir(), "root.pem")
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw}), 0o600))
	home := t.TempDir()
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "HTTPS_PROXY=http://" + outside.Addr().String(), "https_proxy=http://" + outside.Addr().String(),
		"CURL_CA_BUNDLE=" + file, "SSL_CERT_FILE=" + file, "npm_config_cafile=" + file, "npm_config_update_notifier=false", "npm_config_fetch_retries=0",
		"GOFLAGS=-modcacherw", "GOTOOLCHAIN=local", "LC_ALL=C"}
}

// certified is a certificate for one host.
func certified(root *x509.Certificate, key *ecdsa.PrivateKey, host string) *tls.Certificate {
	own := mint.Key("a host behind a proxy")
	c := mint.Certify(&x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}, root, own, key)
	return &tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: own}
}

// handed is a listener whose connections are handed to it.
type handed struct {
	connections chan net.Conn
	done        chan struct{}
	once        sync.Once
}

func (h *handed) Accept() (net.Conn, error) {
	select {
	case c := <-h.connections:
		return c, nil
	case <-h.done:
		return nil, net.ErrClosed
	}
}

func (h *handed) Close() error {
	h.once.Do(func() { close(h.done) })
	return nil
}

func (h *handed) Addr() net.Addr { return &net.TCPAddr{} }
