package sigstore

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"
)

// An Identity is what a verified signing certificate says of its holder. The
// certificate's authority vouches for every field.
type Identity struct {
	// Issuer is the OpenID Connect issuer that vouched to the authority.
	Issuer string
	// SAN is the one subject alternative name, byte for byte, and SANKind its
	// kind.
	SAN     string
	SANKind SANKind
	Claims  Claims
	// NotBefore and NotAfter bound the certificate's validity.
	NotBefore, NotAfter time.Time
	// Authority is the certificate authority's address, as the root names it;
	// it may be empty. Chain names the subjects from who issued the
	// certificate up to the root's own certificate.
	Authority string
	Chain     []string
	// Logged tells that a certificate transparency log's promise verified.
	Logged bool
}

// A SANKind is the kind of a subject alternative name.
type SANKind string

// The kinds of names that signing certificates carry.
const (
	SANURI   SANKind = "URI"
	SANEmail SANKind = "email"
	SANOther SANKind = "other name" // Fulcio's user names (57264.1.7)
)

// A Want says which identity is expected. Exact values and patterns may be
// combined: all that are set must hold, and at least one of each pair must be.
type Want struct {
	SAN, Issuer string
	// The patterns are regular expressions (RE2) for the whole value.
	SANPattern, IssuerPattern string
}

// Match tells why the identity is not the one wanted; nil when it is.
func (id *Identity) Match(want Want) error {
	if err := matchOne("subject alternative name", id.SAN, want.SAN, want.SANPattern); err != nil {
		return err
	}
	return matchOne("issuer", id.Issuer, want.Issuer, want.IssuerPattern)
}

func matchOne(what, have, exact, pattern string) error {
	if exact == "" && pattern == "" {
		return fmt.Errorf("comparing the %s: nothing was given to compare it with; give a value or a pattern", what)
	}
	if exact != "" && have != exact {
		return fmt.Errorf("comparing the %s: the certificate says %q, expected is %q", what, have, exact)
	}
	if pattern == "" {
		return nil
	}
	re, err := wholePattern(pattern)
	if err != nil {
		return fmt.Errorf("comparing the %s: the pattern %q is not a regular expression: %w", what, pattern, err)
	}
	if !re.MatchString(have) {
		return fmt.Errorf("comparing the %s: the certificate says %q, which the pattern %q does not match", what, have, pattern)
	}
	return nil
}

// wholePattern compiles a pattern for a whole value. The pattern must be one by
// itself too, or it could close the group around it.
func wholePattern(pattern string) (*regexp.Regexp, error) {
	if _, err := regexp.Compile(pattern); err != nil {
		return nil, err
	}
	return regexp.Compile(`\A(?:` + pattern + `)\z`)
}

// readIdentity reads a verified leaf certificate.
func readIdentity(leaf *x509.Certificate) (*Identity, error) {
	id := &Identity{NotBefore: leaf.NotBefore.UTC(), NotAfter: leaf.NotAfter.UTC()}
	var err error
	if id.SAN, id.SANKind, err = readSAN(leaf); err != nil {
		return nil, err
	}
	if id.Claims, err = readClaims(leaf.Extensions); err != nil {
		return nil, err
	}
	id.Issuer = id.Claims.Issuer
	return id, nil
}

var (
	oidSAN      = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidUserName = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, 7}
)

// The tags of GeneralName (RFC 5280, 4.2.1.6) that signing certificates use.
const (
	tagOther = 0
	tagEmail = 1
	tagURI   = 6
)

// readSAN reads the one name that a certificate gives its holder, from the
// signed bytes: x509 would write a URI anew. A certificate with several names
// would let each reader pick another.
func readSAN(leaf *x509.Certificate) (string, SANKind, error) {
	var names []asn1.RawValue
	for _, ext := range leaf.Extensions {
		if !ext.Id.Equal(oidSAN) {
			continue
		}
		if rest, err := asn1.Unmarshal(ext.Value, &names); err != nil || len(rest) > 0 {
			return "", "", errors.New("the subject alternative name is not readable")
		}
	}
	if len(names) != 1 {
		return "", "", fmt.Errorf("it carries %d subject alternative names; one is expected", len(names))
	}
	name := names[0]
	if name.Class != asn1.ClassContextSpecific {
		return "", "", errors.New("the subject alternative name is not readable")
	}
	var value []byte
	var kind SANKind
	switch name.Tag {
	case tagURI:
		value, kind = name.Bytes, SANURI
	case tagEmail:
		value, kind = name.Bytes, SANEmail
	case tagOther:
		user, err := readUserName(name.FullBytes)
		if err != nil {
			return "", "", err
		}
		value, kind = user, SANOther
	default:
		return "", "", fmt.Errorf("the subject alternative name is of kind %d, which this program does not know", name.Tag)
	}
	if len(value) == 0 || !utf8.Valid(value) || bytes.IndexByte(value, 0) >= 0 {
		return "", "", errors.New("the subject alternative name is not text")
	}
	return string(value), kind, nil
}

// readUserName reads an otherName of Fulcio's own type.
func readUserName(der []byte) ([]byte, error) {
	var other struct {
		ID    asn1.ObjectIdentifier
		Value string `asn1:"utf8,explicit,tag:0"`
	}
	rest, err := asn1.UnmarshalWithParams(der, &other, "tag:0")
	if err != nil || len(rest) > 0 || !other.ID.Equal(oidUserName) {
		return nil, errors.New("the subject alternative name is of a type that this program does not know")
	}
	return []byte(other.Value), nil
}

// withoutSAN drops the subject alternative name from the extensions that x509
// did not understand.
func withoutSAN(unhandled []asn1.ObjectIdentifier) []asn1.ObjectIdentifier {
	return slices.DeleteFunc(slices.Clone(unhandled), oidSAN.Equal)
}
