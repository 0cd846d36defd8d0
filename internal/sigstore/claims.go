package sigstore

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"sort"
	"unicode/utf8"
)

// Claims are what Fulcio puts into a certificate from the identity token
// (extensions 1.3.6.1.4.1.57264.1.1 to .23 without .7;
// github.com/sigstore/fulcio, docs/oid-info.md). An absent one is empty.
type Claims struct {
	Issuer string // .8, or .1 where .8 is absent

	// The names that certificates carried before 2022 and still repeat.
	GitHubWorkflowTrigger    string // .2
	GitHubWorkflowSHA        string // .3
	GitHubWorkflowName       string // .4
	GitHubWorkflowRepository string // .5
	GitHubWorkflowRef        string // .6

	BuildSignerURI                      string // .9
	BuildSignerDigest                   string // .10
	RunnerEnvironment                   string // .11
	SourceRepositoryURI                 string // .12
	SourceRepositoryDigest              string // .13
	SourceRepositoryRef                 string // .14
	SourceRepositoryIdentifier          string // .15
	SourceRepositoryOwnerURI            string // .16
	SourceRepositoryOwnerIdentifier     string // .17
	BuildConfigURI                      string // .18
	BuildConfigDigest                   string // .19
	BuildTrigger                        string // .20
	RunInvocationURI                    string // .21
	SourceRepositoryVisibilityAtSigning string // .22
	DeploymentEnvironment               string // .23

	// Unknown are the numbers below 57264.1 that this program has no name for.
	Unknown []int
}

// A Claim is one claim with its name.
type Claim struct {
	Number int // n of 1.3.6.1.4.1.57264.1.n
	Name   string
	Value  string
}

// field ties a number below 57264.1 to its name and its place.
type field struct {
	number int
	name   string
	place  *string
}

// fields lists all numbers but the issuer's two.
func (c *Claims) fields() []field {
	return []field{
		{2, "GitHub Workflow Trigger", &c.GitHubWorkflowTrigger},
		{3, "GitHub Workflow SHA", &c.GitHubWorkflowSHA},
		{4, "GitHub Workflow Name", &c.GitHubWorkflowName},
		{5, "GitHub Workflow Repository", &c.GitHubWorkflowRepository},
		{6, "GitHub Workflow Ref", &c.GitHubWorkflowRef},
		{9, "Build Signer URI", &c.BuildSignerURI},
		{10, "Build Signer Digest", &c.BuildSignerDigest},
		{11, "Runner Environment", &c.RunnerEnvironment},
		{12, "Source Repository URI", &c.SourceRepositoryURI},
		{13, "Source Repository Digest", &c.SourceRepositoryDigest},
		{14, "Source Repository Ref", &c.SourceRepositoryRef},
		{15, "Source Repository Identifier", &c.SourceRepositoryIdentifier},
		{16, "Source Repository Owner URI", &c.SourceRepositoryOwnerURI},
		{17, "Source Repository Owner Identifier", &c.SourceRepositoryOwnerIdentifier},
		{18, "Build Config URI", &c.BuildConfigURI},
		{19, "Build Config Digest", &c.BuildConfigDigest},
		{20, "Build Trigger", &c.BuildTrigger},
		{21, "Run Invocation URI", &c.RunInvocationURI},
		{22, "Source Repository Visibility At Signing", &c.SourceRepositoryVisibilityAtSigning},
		{23, "Deployment Environment", &c.DeploymentEnvironment},
	}
}

// All lists the claims that are there, by number.
func (c Claims) All() []Claim {
	var all []Claim
	if c.Issuer != "" {
		all = append(all, Claim{8, "Issuer", c.Issuer})
	}
	for _, f := range c.fields() {
		if *f.place != "" {
			all = append(all, Claim{f.number, f.name, *f.place})
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Number < all[j].Number })
	return all
}

var oidFulcio = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1}

const (
	numberIssuerV1 = 1
	numberIssuerV2 = 8
	lastRaw        = 6 // up to here the value is the text itself, not DER
)

// readClaims reads Fulcio's extensions.
func readClaims(extensions []pkix.Extension) (Claims, error) {
	var c Claims
	var issuerV1, issuerV2 string
	places := map[int]*string{numberIssuerV1: &issuerV1, numberIssuerV2: &issuerV2}
	for _, f := range c.fields() {
		places[f.number] = f.place
	}
	for _, ext := range extensions {
		number, ours := fulcioNumber(ext.Id)
		if !ours {
			continue
		}
		place, known := places[number]
		if !known {
			c.Unknown = append(c.Unknown, number)
			continue
		}
		value, err := claimText(number, ext.Value)
		if err != nil {
			return Claims{}, fmt.Errorf("the extension %s.%d: %w", oidFulcio, number, err)
		}
		*place = value
	}
	if issuerV1 != "" && issuerV2 != "" && issuerV1 != issuerV2 {
		return Claims{}, fmt.Errorf("it names two issuers, %q and %q", issuerV1, issuerV2)
	}
	if c.Issuer = issuerV2; c.Issuer == "" {
		c.Issuer = issuerV1
	}
	return c, nil
}

func fulcioNumber(id asn1.ObjectIdentifier) (int, bool) {
	if len(id) != len(oidFulcio)+1 || !id[:len(oidFulcio)].Equal(oidFulcio) {
		return 0, false
	}
	return id[len(oidFulcio)], true
}

func claimText(number int, value []byte) (string, error) {
	text := string(value)
	if number > lastRaw {
		rest, err := asn1.Unmarshal(value, &text)
		if err != nil || len(rest) > 0 {
			return "", errors.New("it is not one DER string")
		}
	}
	if !utf8.ValidString(text) {
		return "", errors.New("it is not text")
	}
	return text, nil
}
