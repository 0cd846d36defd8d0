package lockfile

import (
	"fmt"
	"maps"
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
func (p Pin) ofPURL(text string, sums map[string]string) Pin {
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
	for _, algorithm := range slices.Sorted(maps.Keys(sums)) {
		d, err := digest.Hex(algorithm, sums[algorithm])
		if err != nil {
			return p.is(NotRead, "Its digest can't be read: "+sentence(err.Error()))
		}
		p.Ref.Digests = append(p.Ref.Digests, purl.Digest{Algorithm: d.Algorithm, Value: d.Sum, Of: "artifact"})
	}
	return p
}

// readCycloneDX reads a bill of materials in CycloneDX's JSON
// (cyclonedx.org/docs/1.6/json): components nest.
func readCycloneDX(f *File, doc []byte) error {
	root, err := ofJSON(doc)
	if err != nil {
		return err
	}
	f.Format = "CycloneDX " + root.str("specVersion")
	return f.components("components", root.get("components").elements())
}

func (f *File) components(key string, list []*node) error {
	for i, entry := range list {
		place := fmt.Sprintf("%s[%d]", key, i)
		p := Pin{Line: entry.line, Key: place, Name: strings.TrimPrefix(entry.str("group")+"/"+entry.str("name"), "/"), Version: entry.str("version"), Optional: entry.str("scope") == "optional"}
		sums := map[string]string{}
		for _, hash := range entry.get("hashes").elements() {
			sums[algorithm(hash.str("alg"))] = hash.str("content")
		}
		if err := f.add(p.ofPURL(entry.str("purl"), sums)); err != nil {
			return err
		}
		if err := f.components(place+" › components", entry.get("components").elements()); err != nil {
			return err
		}
	}
	return nil
}

// readSPDX reads a bill of materials in SPDX 2's JSON (spdx.github.io/spdx-spec).
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
	for i, entry := range root.get("packages").elements() {
		p := Pin{Line: entry.line, Key: fmt.Sprintf("packages[%d]", i), Name: entry.str("name"), Version: entry.str("versionInfo")}
		sums, text := map[string]string{}, ""
		for _, sum := range entry.get("checksums").elements() {
			sums[algorithm(sum.str("algorithm"))] = sum.str("checksumValue")
		}
		for _, ref := range entry.get("externalRefs").elements() {
			if ref.str("referenceType") == "purl" {
				text = ref.str("referenceLocator")
			}
		}
		if err := f.add(p.ofPURL(text, sums)); err != nil {
			return err
		}
	}
	return nil
}

// algorithm is the name here of what they call "SHA-256" and "SHA256",
// "SHA3-256" and "BLAKE2b-256".
func algorithm(name string) string {
	name = strings.ToLower(name)
	if bits, found := strings.CutPrefix(name, "sha-"); found {
		return "sha" + bits
	}
	return name
}
