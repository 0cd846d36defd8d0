package trust

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"github.com/theupdateframework/go-tuf/v2/metadata/config"
	"github.com/theupdateframework/go-tuf/v2/metadata/updater"
)

// Bounds of what a refresh reads, in bytes and in counts. Today's documents
// take a tenth of them or less.
const (
	maxRoot        = 96 << 10
	maxTimestamp   = 16 << 10
	maxSnapshot    = 128 << 10
	maxTargets     = 512 << 10
	maxDocument    = 512 << 10 // of any kind, whatever signed metadata says
	maxRotations   = 64        // of the root, in one walk
	maxDelegations = 8
)

// noDirectory is where go-tuf, which looks for local copies even with its
// cache turned off, finds none: no system has a file name with a zero byte.
const noDirectory = "\x00"

// A client walks the repository once.
type client struct {
	get        Getter
	remembered map[int64][]byte // roots kept from earlier walks, by version
	up         *updater.Updater
	answers    []Answer          // everything read, in the order asked
	roots      map[int64][]byte  // the roots that the walk was given
	documents  map[string][]byte // the rest of what it rests on, by path
	// fromMemory is the version of the last document where memory gave it,
	// else 0.
	fromMemory int64
}

// unanswered is a document that could not be had: nothing came, or what came is
// none of the repository's. That accuses nobody.
type unanswered struct {
	url    string
	status int // 0 for no answer
	err    error
}

func (u *unanswered) Error() string {
	switch {
	case u.status == 0:
		return fmt.Sprintf("fetching %s: no answer: %v", u.url, u.err)
	case u.err != nil:
		return fmt.Sprintf("fetching %s: reading the answer: %v", u.url, u.err)
	}
	return fmt.Sprintf("fetching %s: answered with status %d", u.url, u.status)
}

func (u *unanswered) Unwrap() error { return u.err }

// walk verifies the top-level metadata, starting from root.
func (c *client) walk(root string, now time.Time) error {
	return c.guard("reading the metadata of "+repositoryURL, func() error {
		up, err := updater.New(&config.UpdaterConfig{
			MaxRootRotations:   maxRotations,
			MaxDelegations:     maxDelegations,
			RootMaxLength:      maxRoot,
			TimestampMaxLength: maxTimestamp,
			SnapshotMaxLength:  maxSnapshot,
			TargetsMaxLength:   maxTargets,
			Fetcher:            c,
			LocalTrustedRoot:   []byte(root),
			LocalMetadataDir:   noDirectory,
			LocalTargetsDir:    noDirectory,
			RemoteMetadataURL:  repositoryURL,
			RemoteTargetsURL:   repositoryURL + "/targets",
			DisableLocalCache:  true,
		})
		if err != nil {
			return err
		}
		up.UnsafeSetRefTime(now) // the audit's time, not the machine's
		c.up = up
		return up.Refresh()
	})
}

// target fetches one target, verifies it by the metadata and lets read judge
// it. Where have is what the metadata describes, nothing is fetched.
func (c *client) target(name, have string, read func([]byte) error) (doc []byte, err error) {
	err = c.guard("reading "+name, func() error {
		info, err := c.up.GetTargetInfo(name)
		if err != nil {
			return err
		}
		if info == nil || !c.up.GetTrustedMetadataSet().Root.Signed.ConsistentSnapshot {
			return fmt.Errorf("%w: its metadata describes no file with a digest in its name", ErrForm)
		}
		digest := info.Hashes["sha256"]
		if len(digest) == 0 {
			digest = info.Hashes["sha512"]
		}
		if len(digest) == 0 {
			return fmt.Errorf("%w: its metadata states neither SHA-256 nor SHA-512", ErrForm)
		}
		dir, base := path.Split(name)
		url := repositoryURL + "/targets/" + dir + hex.EncodeToString(digest) + "." + base
		doc = []byte(have)
		if info.VerifyLengthHashes(doc) != nil {
			if doc, err = c.DownloadFile(url, info.Length, 0); err != nil {
				return err
			}
			if err := info.VerifyLengthHashes(doc); err != nil {
				return err
			}
		}
		c.document(url, doc)
		if err := read(doc); err != nil {
			return fmt.Errorf("%w: %w", ErrForm, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return doc, nil
}

// DownloadFile is what go-tuf fetches with. Roots that memory holds are not
// asked for again; they are verified all the same.
func (c *client) DownloadFile(url string, maxLength int64, _ time.Duration) ([]byte, error) {
	c.fromMemory = 0
	version, isRoot := rootVersion(url)
	if body, ok := c.remembered[version]; isRoot && ok {
		c.fromMemory = version
		c.keep(version, body)
		return body, nil
	}
	if maxLength < 1 {
		return nil, fmt.Errorf("fetching %s: signed metadata says that it has %d bytes", url, maxLength)
	}
	maxLength = min(maxLength, maxDocument)
	body, status, err := c.get.Get(url, maxLength)
	switch {
	case isRoot && (status == 404 || status == 0):
		// The end of the walk (see Refresh, step 1), in go-tuf's words.
		return nil, &metadata.ErrDownloadHTTP{StatusCode: 404, URL: url}
	case status == 200 && err == nil:
		err = readable(body, maxLength, !strings.HasPrefix(url, repositoryURL+"/targets/"))
	case status != 200 && status != 0:
		err = nil // the status says enough
	}
	if status != 200 || err != nil {
		return nil, &unanswered{url, status, err}
	}
	c.answers = append(c.answers, Answer{url, body})
	if isRoot {
		c.keep(version, body)
	} else {
		c.document(url, body)
	}
	return body, nil
}

// readable tells whether an answer can be a document of the repository at all:
// metadata is a JSON object and carries signatures, no target is a web page. A
// login page or an error in the place of one is no evidence of anything.
func readable(body []byte, maxLength int64, isMetadata bool) error {
	if int64(len(body)) > maxLength {
		return fmt.Errorf("the answer is longer than the %d bytes it may have", maxLength)
	}
	if !isMetadata {
		if text := bytes.TrimSpace(body); len(text) == 0 || text[0] == '<' {
			return errors.New("what came is empty or a web page")
		}
		return nil
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil || object["signed"] == nil || object["signatures"] == nil {
		return errors.New("what came is no signed metadata")
	}
	return nil
}

// document keeps a document that the walk rests on.
func (c *client) document(url string, body []byte) {
	if c.documents == nil {
		c.documents = map[string][]byte{}
	}
	c.documents[strings.TrimPrefix(url, repositoryURL+"/")] = body
}

func (c *client) keep(version int64, body []byte) {
	if c.roots == nil {
		c.roots = map[int64][]byte{}
	}
	c.roots[version] = body
}

// rootVersion reads N from the address of N.root.json.
func rootVersion(url string) (int64, bool) {
	name, ok := strings.CutPrefix(url, repositoryURL+"/")
	if !ok {
		return 0, false
	}
	number, ok := strings.CutSuffix(name, ".root.json")
	if !ok {
		return 0, false
	}
	version, err := strconv.ParseInt(number, 10, 64)
	return version, err == nil
}

// versions are those that the metadata verified so far states: of the listing
// role where the listed one was not read, as section 5.4.3 compares them.
func (c *client) versions() Versions {
	var v Versions
	if c.up == nil {
		return v
	}
	set := c.up.GetTrustedMetadataSet()
	if set.Root != nil {
		v.Root = set.Root.Signed.Version
	}
	if set.Timestamp != nil {
		v.Timestamp = set.Timestamp.Signed.Version
		v.Snapshot = listed(set.Timestamp.Signed.Meta, "snapshot.json")
	}
	if set.Snapshot != nil {
		v.Targets = listed(set.Snapshot.Signed.Meta, "targets.json")
		v.Delegation = listed(set.Snapshot.Signed.Meta, delegatedNPMRole+".json")
	}
	return v
}

func listed(files map[string]*metadata.MetaFiles, name string) int64 {
	if file := files[name]; file != nil {
		return file.Version
	}
	return 0
}

// root gives the newest root that the walk accepted, where that is a newer one
// than it started from.
func (c *client) root() (doc string, expires time.Time, ok bool) {
	signed := c.up.GetTrustedMetadataSet().Root.Signed
	body, ok := c.roots[signed.Version]
	return string(body), signed.Expires, ok
}

// guard runs a step and puts its failure into one of this package's words.
//
// go-tuf dereferences entries of signed metadata that may be null. Whoever can
// sign those should not be able to end the program, so a panic is a refusal.
func (c *client) guard(doing string, step func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("%s: %w: its metadata lacks a part that it must have", doing, ErrRefused)
		}
	}()
	err = step()
	var silent *unanswered
	var status *metadata.ErrDownloadHTTP
	switch {
	case err == nil:
		return nil
	case errors.As(err, &silent), errors.As(err, &status):
		return fmt.Errorf("%s: %w: %w", doing, ErrUnreachable, err)
	case c.fromMemory != 0:
		return fmt.Errorf("%s: %w: root %d: %w", doing, ErrMemory, c.fromMemory, err)
	case errors.Is(err, ErrForm):
		return fmt.Errorf("%s: %w", doing, err)
	case errors.Is(err, &metadata.ErrExpiredMetadata{}):
		return fmt.Errorf("%s: %w, or this device's clock is wrong: %w", doing, ErrExpired, err)
	case errors.Is(err, &metadata.ErrLengthOrHashMismatch{}):
		// go-tuf compares digests in random order and names the first wrong one.
		return fmt.Errorf("%s: %w: its length or digest is not the one that signed metadata states", doing, ErrRefused)
	default:
		return fmt.Errorf("%s: %w: %w", doing, ErrRefused, err)
	}
}
