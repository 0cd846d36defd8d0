package lockfile

import (
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/digest"
	"touchstone/internal/purl"
)

func looksCycloneDX(doc []byte) bool {
	return isJSON(doc) && has(doc, `"bomFormat"`) && has(doc, "CycloneDX")
}
func looksSPDX(doc []byte) bool { return isJSON(doc) && has(doc, `"spdxVersion"`) }

// ofPURL makes a pin of the package URL that a bill of materials names.
func (p Pin) ofPURL(text string, sums []sum) Pin {
	if text == "" {
		return p.is(NotRead, "It has no package URL, so nothing says which package it is.")
	}
	ref, err := purl.Parse(text)
	if err != nil {
		return p.is(Unserved, err.Error())
	}
	if ref.Version == "" {
		return p.is(Impossible, "Its package URL names no exact version.")
	}
	p.Name, p.Version, p.Kind, p.Ref = ref.Path(), ref.Version, Package, ref
	slices.SortStableFunc(sums, func(a, b sum) int { return strings.Compare(a.name(), b.name()) })
	for _, s := range sums {
		if digest.Size(s.name()) == 0 {
			p = p.note(fmt.Sprintf("Its digest by %.40q is of a kind that is not known here.", s.algorithm))
			continue
		}
		d, err := digest.Hex(s.name(), s.value)
		if err != nil {
			return p.is(NotRead, "Its digest can't be read: "+sentence(err.Error()))
		}
		next := purl.Digest{Algorithm: d.Algorithm, Value: d.Sum, Of: "artifact"}
		if !slices.Contains(p.Ref.Digests, next) {
			p.Ref.Digests = append(p.Ref.Digests, next)
		}
	}
	return p
}

// from judges the address from which a document says that a package came, where
// it is one of a kind that its repository's name can be compared with.
func (p Pin) from(address string) Pin {
	if p.Kind != Package || p.Ref.Type != purl.NPM || !strings.HasPrefix(address, "http") {
		return p
	}
	return p.at(address, func(string) bool { return true })
}

// readCycloneDX reads a bill of materials in CycloneDX's JSON
// (cyclonedx.org/docs/1.6/json): components nest.
func readCycloneDX(f *File, doc []byte) error {
	root, err := ofJSON(doc)
	if err != nil {
		return err
	}
	f.Format = "CycloneDX " + root.str("specVersion")
	keys := map[string]string{}
	if err = f.components("components", root.get("components").elements(), keys); err == nil {
		err = f.components("metadata › component › components", root.get("metadata", "component", "components").elements(), keys)
	}
	f.place(bomGraph(root, keys))
	return err
}

// things are the types of components that are no packages
// (cyclonedx.org/docs/1.6/json, components, type).
var things = []string{"file", "device", "device-driver", "firmware", "operating-system", "platform", "data", "cryptographic-asset"}

// bomGraph is what the thing that the document describes asks for, where the
// document says so. Keys are those of the pins by their references in it.
func bomGraph(root *node, keys map[string]string) graph {
	g := graph{unsure: map[string]bool{}}
	subject := root.str("metadata", "component", "bom-ref")
	for _, one := range root.get("dependencies").elements() {
		if ref := one.str("ref"); ref != "" && ref == subject {
			for _, on := range one.get("dependsOn").texts() {
				g.used = append(g.used, keys[on])
			}
		}
	}
	return g
}

// components reads those of a list and those inside them; keys gets their places
// by what the document calls them.
func (f *File) components(key string, list []*node, keys map[string]string) error {
	for i, entry := range list {
		place := fmt.Sprintf("%s[%d]", key, i)
		p := Pin{Line: entry.line, Key: place, Name: strings.TrimPrefix(entry.str("group")+"/"+entry.str("name"), "/"), Version: entry.str("version")}
		p = p.flag(Optional, entry.str("scope") == "optional").flag(Development, entry.str("scope") == "excluded")
		if ref := entry.str("bom-ref"); ref != "" {
			keys[ref] = place
		}
		var sums []sum
		for _, hash := range entry.get("hashes").elements() {
			sums = append(sums, sum{hash.str("alg"), hash.str("content")})
		}
		// A file's digests may stand beside the address from which it comes.
		address := ""
		for _, ref := range entry.get("externalReferences").elements() {
			if ref.str("type") != "distribution" {
				continue
			}
			address = ref.str("url")
			for _, hash := range ref.get("hashes").elements() {
				if len(entry.get("hashes").elements()) == 0 {
					sums = append(sums, sum{hash.str("alg"), hash.str("content")})
				}
			}
		}
		if p = p.ofPURL(entry.str("purl"), sums).from(address); p.Kind == NotRead && entry.str("purl") == "" && slices.Contains(things, entry.str("type")) {
			p = p.is(Thing, fmt.Sprintf("The document calls it a %s: it is no package.", entry.str("type")))
		}
		if err := f.add(p); err != nil {
			return err
		}
		if err := f.components(place+" › components", entry.get("components").elements(), keys); err != nil {
			return err
		}
	}
	return nil
}

// readSPDX reads a bill of materials in SPDX 2's JSON (spdx.github.io/spdx-spec):
//
//  1. a package's digests;
//  2. its package URL, among its references elsewhere.
func readSPDX(f *File, doc []byte) error {
	root, err := ofJSON(doc)
	if err != nil {
		return err
	}
	version := root.str("spdxVersion")
	if !strings.HasPrefix(version, "SPDX-2.") {
		return fmt.Errorf("it is of version %.20q; SPDX 2 is known", version)
	}
	f.Format = strings.Replace(version, "-", " ", 1)
	described := describedBy(root)
	for i, entry := range root.get("packages").elements() {
		// 1.
		p := Pin{Line: entry.line, Key: fmt.Sprintf("packages[%d]", i), Name: entry.str("name"), Version: entry.str("versionInfo")}
		var sums []sum
		for _, one := range entry.get("checksums").elements() {
			sums = append(sums, sum{one.str("algorithm"), one.str("checksumValue")})
		}
		// 2.
		var texts []string
		for _, ref := range entry.get("externalRefs").elements() {
			if text := ref.str("referenceLocator"); ref.str("referenceType") == "purl" && !slices.Contains(texts, text) {
				texts = append(texts, text)
			}
		}
		switch {
		case len(texts) > 1:
			p = p.is(NotRead, "It has several package URLs, so which package it is stays open.")
		case described[entry.str("SPDXID")] && len(described) == 1 && len(sums) == 0:
			p = p.is(Own, "It is what the document is about.")
		default:
			p = p.ofPURL(strings.Join(texts, ""), sums).from(entry.str("downloadLocation"))
		}
		if err := f.add(p); err != nil {
			return err
		}
	}
	f.place(spdxGraph(root, described))
	return nil
}

// spdxGraph is what the things that the document is about ask for.
func spdxGraph(root *node, described map[string]bool) graph {
	g, keys := graph{unsure: map[string]bool{}}, map[string]string{}
	for i, entry := range root.get("packages").elements() {
		keys[entry.str("SPDXID")] = fmt.Sprintf("packages[%d]", i)
	}
	for _, one := range root.get("relationships").elements() {
		from, to := one.str("spdxElementId"), one.str("relatedSpdxElement")
		kind, inverse := strings.CutSuffix(one.str("relationshipType"), "_OF")
		if inverse {
			from, to = to, from
		}
		if !described[from] || keys[to] == "" {
			continue
		}
		switch kind {
		case "DEPENDS_ON", "DEPENDENCY", "RUNTIME_DEPENDENCY", "BUILD_DEPENDENCY":
			g.used = append(g.used, keys[to])
		case "OPTIONAL_DEPENDENCY":
			g.options = append(g.options, keys[to])
		case "DEV_DEPENDENCY", "TEST_DEPENDENCY":
			g.work = append(g.work, keys[to])
		}
	}
	return g
}

// describedBy are the ids of what a document says that it is about.
func describedBy(root *node) map[string]bool {
	out := map[string]bool{}
	for _, id := range root.get("documentDescribes").texts() {
		out[id] = true
	}
	for _, one := range root.get("relationships").elements() {
		if from, to := one.str("spdxElementId"), one.str("relatedSpdxElement"); from == "SPDXRef-DOCUMENT" && one.str("relationshipType") == "DESCRIBES" {
			out[to] = true
		}
	}
	return out
}

// A sum is a digest as a bill of materials writes it.
type sum struct{ algorithm, value string }

// name is the name here of what they call "SHA-256" and "SHA256", "SHA3-256" and
// "BLAKE2b-256".
func (s sum) name() string {
	name := strings.ToLower(s.algorithm)
	if bits, found := strings.CutPrefix(name, "sha-"); found {
		return "sha" + bits
	}
	return name
}
