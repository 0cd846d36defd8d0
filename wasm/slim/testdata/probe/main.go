// Command probe calls, the way Touchstone does, the libraries that the list
// prunes: it reads jobs from standard input, one JSON object a line, and
// answers each with one line. Run natively it shows what the unpruned
// libraries say, built by the pruned build what the pruned ones say.
package main

import (
	"bufio"
	"context"
	"crypto"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/package-url/packageurl-go"
	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/theupdateframework/go-tuf/v2/metadata"
	"github.com/theupdateframework/go-tuf/v2/metadata/config"
	"github.com/theupdateframework/go-tuf/v2/metadata/updater"
	"golang.org/x/mod/sumdb"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A job is one question; Kind says which of the fields it has.
type job struct {
	Kind string // bundle, tuf, sumdb, tlog, purl or templ

	Bundle string // a Sigstore bundle, JSON
	Root   string // a trusted root, JSON; for tuf the root metadata
	Digest string // of the artifact, ALGORITHM:HEX
	Key    string // a public key in PEM: the bundle's, instead of a certificate

	Files  map[string][]byte // answers by path, for tuf and sumdb
	Time   time.Time         // when the tuf metadata are judged
	Target string            // the tuf target to get

	VerifierKey string // of the checksum database
	Module      string // to look up, PATH@VERSION

	Text string // a package URL, or what a template shows
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var j job
		if err := json.Unmarshal(lines.Bytes(), &j); err != nil {
			fmt.Println("reading a job:", err)
			os.Exit(1)
		}
		answer, err := j.do()
		if err != nil {
			answer = "error: " + err.Error()
		}
		fmt.Println(oneLine(answer))
	}
	if err := lines.Err(); err != nil {
		fmt.Println("reading jobs:", err)
		os.Exit(1)
	}
}

// oneLine also undoes protobuf's random choice between two kinds of space.
func oneLine(s string) string {
	return strings.NewReplacer("\n", " ", "\u00a0", " ").Replace(s)
}

func (j job) do() (string, error) {
	switch j.Kind {
	case "bundle":
		return j.bundle()
	case "tuf":
		return j.tuf()
	case "sumdb":
		return j.sumdb()
	case "tlog":
		return j.tlog()
	case "purl":
		p, err := packageurl.FromString(j.Text)
		return fmt.Sprintf("%s | %q", p.ToString(), p.Qualifiers.Map()), err
	case "templ":
		var b strings.Builder
		err := page(j.Text).Render(context.Background(), &b)
		return b.String(), err
	}
	return "", fmt.Errorf("unknown kind %q", j.Kind)
}

func (j job) bundle() (string, error) {
	trusted, err := root.NewTrustedRootFromJSON([]byte(j.Root))
	if err != nil {
		return "", fmt.Errorf("reading the trusted root: %w", err)
	}
	b := new(bundle.Bundle)
	if err := b.UnmarshalJSON([]byte(j.Bundle)); err != nil {
		return "", fmt.Errorf("reading the bundle: %w", err)
	}
	material := root.TrustedMaterialCollection{trusted}
	var who verify.PolicyOption
	options := []verify.VerifierOption{verify.WithTransparencyLog(1), verify.WithObserverTimestamps(1)}
	if j.Key != "" {
		key, err := keyMaterial(j.Key)
		if err != nil {
			return "", err
		}
		material, who = append(material, key), verify.WithKey()
	} else {
		options = append(options, verify.WithSignedCertificateTimestamps(1))
		san, err := verify.NewShortCertificateIdentity("", ".*", "", ".*")
		if err != nil {
			return "", err
		}
		who = verify.WithCertificateIdentity(san)
	}
	verifier, err := verify.NewVerifier(material, options...)
	if err != nil {
		return "", err
	}
	algorithm, digest, _ := strings.Cut(j.Digest, ":")
	raw, err := hex.DecodeString(digest)
	if err != nil {
		return "", fmt.Errorf("reading the digest: %w", err)
	}
	result, err := verifier.Verify(b, verify.NewPolicy(verify.WithArtifactDigest(algorithm, raw), who))
	if err != nil {
		return "", err
	}
	out, err := json.Marshal(result)
	return string(out), err
}

func keyMaterial(pem string) (root.TrustedMaterial, error) {
	public, err := cryptoutils.UnmarshalPEMToPublicKey([]byte(pem))
	if err != nil {
		return nil, fmt.Errorf("reading the key: %w", err)
	}
	v, err := signature.LoadVerifier(public, crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("loading the key: %w", err)
	}
	key := root.NewExpiringKey(v, time.Time{}, time.Time{})
	return root.NewTrustedPublicKeyMaterial(func(string) (root.TimeConstrainedVerifier, error) { return key, nil }), nil
}

// files answers like a server that has these files and no other.
type files map[string][]byte

// DownloadFile implements fetcher.Fetcher.
func (f files) DownloadFile(address string, maxLength int64, _ time.Duration) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	data, ok := f[strings.TrimPrefix(u.Path, "/")]
	if !ok {
		return nil, &metadata.ErrDownloadHTTP{StatusCode: 404, URL: address}
	}
	if int64(len(data)) > maxLength {
		return nil, &metadata.ErrDownloadLengthMismatch{Msg: fmt.Sprintf("%s is longer than %d bytes", address, maxLength)}
	}
	return data, nil
}

func (j job) tuf() (string, error) {
	c := &config.UpdaterConfig{
		MaxRootRotations:      256,
		MaxDelegations:        32,
		RootMaxLength:         512000,
		TimestampMaxLength:    16384,
		SnapshotMaxLength:     2000000,
		TargetsMaxLength:      5000000,
		Fetcher:               files(j.Files),
		LocalTrustedRoot:      []byte(j.Root),
		RemoteMetadataURL:     "https://tuf.example/metadata",
		RemoteTargetsURL:      "https://tuf.example/targets",
		DisableLocalCache:     true,
		PrefixTargetsWithHash: true,
	}
	up, err := updater.New(c)
	if err != nil {
		return "", fmt.Errorf("starting: %w", err)
	}
	up.UnsafeSetRefTime(j.Time)
	if err := up.Refresh(); err != nil {
		return "", fmt.Errorf("refreshing: %w", err)
	}
	info, err := up.GetTargetInfo(j.Target)
	if err != nil {
		return "", fmt.Errorf("finding the target: %w", err)
	}
	_, data, err := up.DownloadTarget(info, "", "")
	if err != nil {
		return "", fmt.Errorf("downloading the target: %w", err)
	}
	set := up.GetTrustedMetadataSet()
	return fmt.Sprintf("root %d, timestamp %d, snapshot %d, target of %d bytes",
		set.Root.Signed.Version, set.Timestamp.Signed.Version, set.Snapshot.Signed.Version, len(data)), nil
}

// replay is a checksum database that says what was recorded.
type replay struct {
	files map[string][]byte
	key   string
}

func (r replay) ReadRemote(path string) ([]byte, error) {
	if data, ok := r.files[path]; ok {
		return data, nil
	}
	return nil, errors.New("not recorded: " + path)
}

func (r replay) ReadConfig(file string) ([]byte, error) {
	if file == "key" {
		return []byte(r.key), nil
	}
	return r.files["/latest"], nil // the head that was seen last
}

func (r replay) WriteConfig(string, []byte, []byte) error { return nil }

func (r replay) ReadCache(string) ([]byte, error) { return nil, errors.New("no cache") }

func (r replay) WriteCache(string, []byte) {}

func (r replay) Log(string) {}

func (r replay) SecurityError(msg string) { fmt.Println(oneLine(msg)) }

func (j job) sumdb() (string, error) {
	path, version, _ := strings.Cut(j.Module, "@")
	lines, err := sumdb.NewClient(replay{j.Files, j.VerifierKey}).Lookup(path, version)
	return strings.Join(lines, " "), err
}

func (j job) tlog() (string, error) {
	verifier, err := note.NewVerifier(j.VerifierKey)
	if err != nil {
		return "", err
	}
	signed, err := note.Open([]byte(j.Text), note.VerifierList(verifier))
	if err != nil {
		return "", err
	}
	tree, err := tlog.ParseTree([]byte(signed.Text))
	if err != nil {
		return "", err
	}
	err = tlog.CheckRecord(tlog.RecordProof{}, tree.N, tree.Hash, 0, tlog.RecordHash([]byte(j.Module)))
	return fmt.Sprintf("tree of %d records, its only one %v", tree.N, err), nil
}

// page is what a generated template is made of.
func page(text string) templ.Component {
	return templruntime.GeneratedTemplate(func(in templruntime.GeneratedComponentInput) (err error) {
		w, _ := templruntime.GetBuffer(in.Writer)
		defer func() {
			err = errors.Join(err, templruntime.ReleaseBuffer(w))
		}()
		style, err := templruntime.SanitizeStyleAttributeValues("width:" + text)
		if err != nil {
			return err
		}
		link, err := templ.JoinURLErrs(templ.URL(text))
		if err != nil {
			return err
		}
		shown, err := templ.JoinStringErrs(text)
		if err != nil {
			return err
		}
		for i, s := range []string{
			`<a style="`, templ.EscapeString(style), `" class="`,
			templ.CSSClasses([]any{"a", templ.KV("b", text != "")}).String(), `" href="`,
			templ.EscapeString(link), `">`, templ.EscapeString(shown), `</a>`,
		} {
			if err := templruntime.WriteString(w, i+1, s); err != nil {
				return err
			}
		}
		err = templ.RenderAttributes(in.Context, w, templ.Attributes{"data-x": text, "hidden": true})
		if err != nil {
			return err
		}
		return templ.JSONScript("data", map[string]string{"text": text}).Render(in.Context, w)
	})
}
