package mint

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"sort"
)

// An RPM is one package of an RPM repository, every part of which can be bent.
type RPM struct {
	Name, Version, Release, Arch string
	Files                        map[string]string // by path from the root, "/usr/bin/x"
	Links                        map[string]string
	Script                       string // runs after installing
	Requires                     []string
	// Tags are put over those of the header.
	Tags map[uint32]RPMValue
	// Payload is put in the place of the one made; the header's digest is of the one
	// made all the same.
	Payload []byte
	// Key signs the header; nil leaves it unsigned. Old writes no digest of the
	// payload, as before rpm 4.14, and signs header and payload together.
	Key *ArchiveKey
	Old bool
}

// An RPMValue is a value of a header: text, numbers or bytes.
type RPMValue struct {
	Type  uint32 // 3 and 4 numbers of two and four bytes, 6 a text, 7 bytes, 8 texts
	Texts []string
	Nums  []uint32
	Bytes []byte
}

// NewRPM has two files, a link and a script.
func NewRPM(name, version, release string, key *ArchiveKey) RPM {
	return RPM{Name: name, Version: version, Release: release, Arch: "x86_64", Key: key,
		Files:  map[string]string{"/usr/bin/" + name: "#!/bin/sh\necho gold\n", "/usr/share/doc/" + name + "/SECURITY.md": "Write to security@example.com.\n"},
		Links:  map[string]string{"/usr/bin/" + name + "-link": name},
		Script: "ldconfig\n", Requires: []string{"bash"}}
}

// NVRA names the package.
func (r RPM) NVRA() string { return r.Name + "-" + r.Version + "-" + r.Release + "." + r.Arch }

func text(s string) RPMValue { return RPMValue{Type: 6, Texts: []string{s}} }

func texts(s ...string) RPMValue { return RPMValue{Type: 8, Texts: s} }

// header writes values as a header of RPM's, behind its magic number.
func header(values map[uint32]RPMValue) []byte {
	var index, store []byte
	for _, tag := range slices.Sorted(maps.Keys(values)) {
		v := values[tag]
		count := len(v.Texts) + len(v.Nums) + len(v.Bytes)
		if v.Type == 4 {
			store = append(store, make([]byte, -len(store)&3)...)
		}
		if v.Type == 3 {
			store = append(store, make([]byte, -len(store)&1)...)
		}
		for _, n := range []uint32{tag, v.Type, uint32(len(store)), uint32(count)} {
			index = binary.BigEndian.AppendUint32(index, n)
		}
		for _, s := range v.Texts {
			store = append(append(store, s...), 0)
		}
		for _, n := range v.Nums {
			if v.Type == 3 {
				store = binary.BigEndian.AppendUint16(store, uint16(n))
			} else {
				store = binary.BigEndian.AppendUint32(store, n)
			}
		}
		store = append(store, v.Bytes...)
	}
	out := []byte{0x8e, 0xad, 0xe8, 0x01, 0, 0, 0, 0}
	out = binary.BigEndian.AppendUint32(out, uint32(len(values)))
	out = binary.BigEndian.AppendUint32(out, uint32(len(store)))
	return append(append(out, index...), store...)
}

// cpio writes files and links in the new ASCII form.
func (r RPM) cpio() []byte {
	var b bytes.Buffer
	entry := func(name string, mode, inode int, body string) {
		fmt.Fprintf(&b, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", inode, mode, 0, 0, 1, 0, len(body), 0, 0, 0, 0, len(name)+1, 0)
		b.WriteString(name + "\x00")
		b.Write(make([]byte, -b.Len()&3))
		b.WriteString(body)
		b.Write(make([]byte, -b.Len()&3))
	}
	for i, path := range r.paths() {
		if target, ok := r.Links[path]; ok {
			entry("."+path, 0o120777, i+1, target)
		} else {
			entry("."+path, 0o100755, i+1, r.Files[path])
		}
	}
	entry("TRAILER!!!", 0, 0, "")
	return b.Bytes()
}

func (r RPM) paths() []string {
	out := slices.AppendSeq(slices.Collect(maps.Keys(r.Files)), maps.Keys(r.Links))
	sort.Strings(out)
	return out
}

// Packed is the package's file, and where its header ends.
func (r RPM) Packed() (file []byte, headerEnd int) {
	var z bytes.Buffer
	w := must(gzip.NewWriterLevel(&z, 9))
	must(w.Write(r.cpio()))
	if err := w.Close(); err != nil {
		panic(err)
	}
	payload := z.Bytes()
	sum := sha256.Sum256(payload)
	values := map[uint32]RPMValue{
		1000: text(r.Name), 1001: text(r.Version), 1002: text(r.Release), 1022: text(r.Arch), 1044: text(r.Name + "-" + r.Version + "-" + r.Release + ".src.rpm"),
		1004: text("An invented package"), 1014: text("MIT"), 1124: text("cpio"), 1125: text("gzip"), 5011: {Type: 4, Nums: []uint32{8}},
		5092: texts(hex.EncodeToString(sum[:])), 5093: {Type: 4, Nums: []uint32{8}},
	}
	if r.Old {
		delete(values, 5092)
		delete(values, 5093)
	}
	if r.Script != "" {
		values[1024], values[1086] = text(r.Script), texts("/bin/sh")
	}
	if len(r.Requires) > 0 {
		values[1049], values[1048], values[1050] = texts(r.Requires...), RPMValue{Type: 4, Nums: make([]uint32, len(r.Requires))}, texts(make([]string, len(r.Requires))...)
	}
	r.list(values)
	maps.Copy(values, r.Tags)
	signed := header(values)
	if r.Payload != nil {
		payload = r.Payload
	}
	signatures := map[uint32]RPMValue{1000: {Type: 4, Nums: []uint32{uint32(len(signed) + len(payload))}}}
	if r.Key != nil {
		signatures[278] = texts(base64.StdEncoding.EncodeToString(r.Key.Sign(signed)))
	}
	if r.Key != nil && r.Old {
		delete(signatures, 278)
		signatures[267] = RPMValue{Type: 7, Bytes: r.Key.Sign(signed)}
		signatures[1005] = RPMValue{Type: 7, Bytes: r.Key.Sign(append(bytes.Clone(signed), payload...))}
	}
	out := append([]byte{0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0}, make([]byte, 88)...)
	out = append(out, header(signatures)...)
	out = append(out, make([]byte, -len(out)&7)...)
	out = append(out, signed...)
	return append(out, payload...), len(out)
}

// list writes the header's list of files.
func (r RPM) list(values map[uint32]RPMValue) {
	var names, folders, digests, links []string
	var at, sizes, modes, flags []uint32
	for i, path := range r.paths() {
		cut := bytes.LastIndexByte([]byte(path), '/') + 1
		names, folders, at, flags = append(names, path[cut:]), append(folders, path[:cut]), append(at, uint32(i)), append(flags, 0)
		target, linked := r.Links[path]
		links = append(links, target)
		if linked {
			digests, sizes, modes = append(digests, ""), append(sizes, uint32(len(target))), append(modes, 0o120777)
			continue
		}
		sum := sha256.Sum256([]byte(r.Files[path]))
		digests, sizes, modes = append(digests, hex.EncodeToString(sum[:])), append(sizes, uint32(len(r.Files[path]))), append(modes, 0o100755)
	}
	if len(names) == 0 {
		return
	}
	values[1117], values[1118], values[1116] = texts(names...), texts(folders...), RPMValue{Type: 4, Nums: at}
	values[1028], values[1030], values[1037] = RPMValue{Type: 4, Nums: sizes}, RPMValue{Type: 3, Nums: modes}, RPMValue{Type: 4, Nums: flags}
	values[1035], values[1036] = texts(digests...), texts(links...)
}

// ServeRPMs puts a repository of these packages into the world at a base that ends with
// a slash, its index signed by key where that is not nil.
func ServeRPMs(w World, base string, key *ArchiveKey, packages ...RPM) {
	var list bytes.Buffer
	fmt.Fprintf(&list, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata xmlns=\"http://linux.duke.edu/metadata/common\" xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"%d\">\n", len(packages))
	for _, p := range packages {
		file, end := p.Packed()
		at := "Packages/" + p.Name[:1] + "/" + p.NVRA() + ".rpm"
		w[base+at] = Page{Body: file}
		fmt.Fprintf(&list, "<package type=\"rpm\">\n  <name>%s</name>\n  <arch>%s</arch>\n  <version epoch=\"0\" ver=\"%s\" rel=\"%s\"/>\n  <checksum type=\"sha256\" pkgid=\"YES\">%x</checksum>\n"+
			"  <location href=\"%s\"/>\n  <format><rpm:header-range start=\"0\" end=\"%d\"/></format>\n</package>\n", p.Name, p.Arch, p.Version, p.Release, sha256.Sum256(file), at, end)
	}
	list.WriteString("</metadata>\n")
	ServeRPMIndex(w, base, key, list.Bytes())
}

// ServeRPMIndex puts an index of this list of packages into the world.
func ServeRPMIndex(w World, base string, key *ArchiveKey, list []byte) {
	var z bytes.Buffer
	g := gzip.NewWriter(&z)
	must(g.Write(list))
	if err := g.Close(); err != nil {
		panic(err)
	}
	sum := fmt.Sprintf("%x", sha256.Sum256(z.Bytes()))
	index := []byte(fmt.Sprintf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<repomd xmlns=\"http://linux.duke.edu/metadata/repo\">\n <data type=\"primary\">\n  <checksum type=\"sha256\">%s</checksum>\n"+
		"  <location href=\"repodata/%s-primary.xml.gz\"/>\n </data>\n</repomd>\n", sum, sum))
	w[base+"repodata/"+sum+"-primary.xml.gz"] = Page{Body: z.Bytes()}
	w[base+"repodata/repomd.xml"] = Page{Body: index}
	if key != nil {
		w[base+"repodata/repomd.xml.asc"] = Page{Body: key.Armored(index)}
	}
}
