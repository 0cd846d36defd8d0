//go:build touchstone_testanchors

package audit_test

import (
	"context"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
	"touchstone/internal/fetch/har"
	"touchstone/internal/mint"
	"touchstone/internal/purl"
	"touchstone/internal/report"
)

// archived is a record, as another tool would have made it: which addresses,
// and what each was asked to send.
func archived(t testing.TB, pages ...[3]string) *fetch.Record {
	t.Helper()
	var entries []any
	for _, p := range pages {
		entries = append(entries, map[string]any{
			"startedDateTime": "2026-11-22T12:00:00.000Z", "time": 1, "cache": map[string]any{}, "timings": map[string]any{"send": 0, "wait": 1, "receive": 0},
			"request": map[string]any{"method": "GET", "url": p[0], "httpVersion": "HTTP/2", "cookies": []any{}, "queryString": []any{}, "headersSize": -1, "bodySize": 0,
				"headers": []any{map[string]any{"name": "Accept", "value": p[1]}}},
			"response": map[string]any{"status": 200, "statusText": "OK", "httpVersion": "HTTP/2", "cookies": []any{}, "headers": []any{}, "redirectURL": "", "headersSize": -1, "bodySize": len(p[2]),
				"content": map[string]any{"size": len(p[2]), "mimeType": "application/octet-stream", "encoding": "base64", "text": []byte(p[2])}},
		})
	}
	raw, err := json.Marshal(map[string]any{"log": map[string]any{"version": "1.2", "creator": map[string]any{"name": "another tool", "version": "1"}, "entries": entries}})
	require.NoError(t, err)
	record, err := har.Read(raw)
	require.NoError(t, err)
	return record
}

// TestNPMArchivesOfOtherTools: the record may be the package's document, full or
// abbreviated, and a scoped name may be written either way.
func TestNPMArchivesOfOtherTools(t *testing.T) {
	p := package123(t)
	p.Manifest["scripts"] = map[string]any{"postinstall": "node ."}
	p.Attestations = []map[string]any{p.NPM.Attest(p.Publish()), p.NPM.Attest(p.Provenance())}
	w := p.world()
	doc, tgz, att, full := string(w[mintedDoc].Body), string(w[mintedTgz].Body), string(w[mintedAtt].Body), string(w[mintedFull].Body)
	var whole map[string]any
	require.NoError(t, json.Unmarshal([]byte(full), &whole))
	entry := whole["versions"].(map[string]any)["1.2.3"].(map[string]any)
	short, err := json.Marshal(map[string]any{"name": mintedName, "modified": "2026-11-22", "dist-tags": whole["dist-tags"],
		"versions": map[string]any{"1.2.3": map[string]any{"name": mintedName, "version": "1.2.3", "dist": entry["dist"], "hasInstallScript": true}}})
	require.NoError(t, err)
	const (
		any         = "*/*"
		install     = "application/vnd.npm.install-v1+json"
		escapedFull = npmHost + "@example%2fthing"
		upperFull   = npmHost + "@example%2Fthing"
		plainAtt    = npmHost + "-/npm/v1/attestations/@example/thing@1.2.3"
		upperAtt    = npmHost + "-/npm/v1/attestations/@example%2Fthing@1.2.3"
	)
	set := both(3, 3, 2, 2)
	for name, c := range map[string]struct {
		reference string
		pages     [][3]string
		want      map[string][2]int
	}{
		"version document":              {mintedRef, [][3]string{{mintedDoc, any, doc}, {mintedTgz, any, tgz}, {mintedAtt, any, att}}, set},
		"version document, escaped":     {mintedRef, [][3]string{{npmHost + "@example%2fthing/1.2.3", any, doc}, {mintedTgz, any, tgz}, {plainAtt, any, att}}, set},
		"full document":                 {mintedRef, [][3]string{{mintedFull, "application/json", full}, {mintedTgz, "", tgz}, {mintedAtt, any, att}}, set},
		"full document, escaped":        {mintedRef, [][3]string{{escapedFull, "", full}, {mintedTgz, any, tgz}, {upperAtt, any, att}}, set},
		"full document, upper case":     {mintedRef, [][3]string{{upperFull, any, full}, {mintedTgz, any, tgz}, {plainAtt, any, att}}, set},
		"abbreviated document":          {mintedRef, [][3]string{{mintedFull, install, string(short)}, {mintedTgz, any, tgz}, {mintedAtt, any, att}}, set},
		"abbreviated document, escaped": {mintedRef, [][3]string{{escapedFull, install + "; q=1.0, application/json; q=0.8, */*", string(short)}, {mintedTgz, any, tgz}, {mintedAtt, any, att}}, set},
		"both documents":                {mintedRef, [][3]string{{mintedFull, install, string(short)}, {mintedFull, "application/json", full}, {mintedTgz, any, tgz}, {mintedAtt, any, att}}, set},
		"no version given":              {"npm:@example/thing", [][3]string{{escapedFull, any, full}, {mintedTgz, any, tgz}, {mintedAtt, any, att}}, set},
		"no attestations recorded":      {mintedRef, [][3]string{{mintedFull, any, full}, {mintedTgz, any, tgz}}, both(2, 3, 0, 2)},
		"no package recorded":           {mintedRef, [][3]string{{mintedFull, any, full}, {mintedAtt, any, att}}, both(0, 3, 0, 2)},
		"no record recorded":            {mintedRef, [][3]string{{mintedTgz, any, tgz}, {mintedAtt, any, att}}, set},
		"another package's document":    {mintedRef, [][3]string{{mintedFull, any, strings.Replace(full, `"name":"@example/thing"`, `"name":"@example/other"`, -1)}, {mintedTgz, any, tgz}}, both(0, 3, 0, 2)},
		"a document without it":         {mintedRef, [][3]string{{mintedFull, any, strings.Replace(full, `"1.2.3":{`, `"1.2.4":{`, -1)}, {mintedTgz, any, tgz}}, both(0, 3, 0, 2)},
	} {
		t.Run(name, func(t *testing.T) {
			o := p.options(nil)
			o.Replay = archived(t, c.pages...)
			r, err := ask(context.Background(), c.reference, o)
			require.NoError(t, err)
			require.Equal(t, "pkg:npm/%40example/thing@1.2.3", r.Report.Reference)
			require.Equal(t, c.want, levels(r), r.Report.Text(false))
			if name == "another package's document" {
				require.Contains(t, strings.Join(r.Report.Verdict.Alarms, " "), `The package's document is about "@example/other"`)
				return
			}
			require.Empty(t, r.Report.Verdict.Alarms)
		})
	}
}

// TestNPMLineage: a release line that had provenance.
func TestNPMLineage(t *testing.T) {
	for name, c := range map[string]struct {
		earlier        func(p *thing) []map[string]any // of 1.2.2
		now            func(p *thing)
		says, contains string
	}{
		"none before":      {nil, nil, "not applicable", "No earlier version"},
		"the same":         {func(p *thing) []map[string]any { return p.earlier(mintedRepo, nil) }, nil, "pass", "same workflow"},
		"none now":         {func(p *thing) []map[string]any { return p.earlier(mintedRepo, nil) }, func(p *thing) { p.Attestations = nil }, "fail", "this one was not"},
		"only publish now": {func(p *thing) []map[string]any { return p.earlier(mintedRepo, nil) }, func(p *thing) { p.Attestations = p.Attestations[:1]; p.Record = noProvenance }, "fail", "this one was not"},
		"other repository": {func(p *thing) []map[string]any {
			return p.earlier("https://github.com/example/before", func(s *mint.Signing) { s.Claims[15] = "7" })
		}, nil, "fail", "came from"},
		"the name taken again": {func(p *thing) []map[string]any {
			return p.earlier(mintedRepo, func(s *mint.Signing) { s.Claims[15] = "666" })
		}, nil, "fail", "taken again"},
		"only a scan now": {func(p *thing) []map[string]any { return p.earlier(mintedRepo, nil) }, func(p *thing) {
			s := p.Provenance()
			s.Statement = p.Statement("https://example.org/scan", map[string]any{})
			p.Attestations = []map[string]any{p.NPM.Attest(s)}
			p.Record = noProvenance
		}, "fail", "this one was not"},
		"renamed repository": {func(p *thing) []map[string]any { return p.earlier("https://github.com/example/before", nil) }, nil, "pass", ""},
		"same number, another host": {func(p *thing) []map[string]any {
			return p.earlier("https://gitlab.com/example/thing", func(s *mint.Signing) { s.Claims[8] = "https://gitlab.com" })
		}, nil, "fail", "came from"},
		"other workflow": {func(p *thing) []map[string]any {
			return p.earlier(mintedRepo, func(s *mint.Signing) {
				s.Claims[18] = mintedRepo + "/.github/workflows/other.yml@refs/heads/main"
			})
		}, nil, "fail", "other.yml"},
		"by an issuer that cannot know": {func(p *thing) []map[string]any { return p.earlier(mintedRepo, nil) }, func(p *thing) {
			s := p.Provenance()
			s.Claims[8] = "https://oidc.builds.example.org"
			p.Attestations = []map[string]any{p.NPM.Attest(s)}
		}, "fail", "cannot vouch for that repository"},
		"not to be verified": {func(p *thing) []map[string]any {
			return []map[string]any{{"predicateType": mint.SLSAType, "bundle": map[string]any{}}}
		}, nil, "unknown", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := package123(t)
			if c.now != nil {
				c.now(p)
			}
			w := p.world()
			if c.earlier != nil {
				var list map[string]any
				require.NoError(t, json.Unmarshal(w[mintedFull].Body, &list))
				list["versions"].(map[string]any)["1.2.2"] = map[string]any{"name": mintedName, "version": "1.2.2", "dist": map[string]any{"attestations": map[string]any{"provenance": map[string]any{"predicateType": mint.SLSAType}}}}
				raw, err := json.Marshal(list)
				require.NoError(t, err)
				answer, err := json.Marshal(map[string]any{"attestations": c.earlier(p)})
				require.NoError(t, err)
				w = w.But(mintedFull, ok(raw)).But(strings.Replace(mintedAtt, "1.2.3", "1.2.2", 1), ok(answer))
			}
			r := p.audit(w)
			hasOutcome(t, r, "lineage-kept", c.says, c.contains)
			require.Equal(t, c.says == "fail", len(r.Report.Verdict.Alarms) > 0)
			require.False(t, r.Report.Verdict.Failed)
		})
	}
}

func noProvenance(_, dist map[string]any) {
	delete(dist["attestations"].(map[string]any), "provenance")
}

// earlier are the attestations of version 1.2.2.
func (p *thing) earlier(repository string, how func(*mint.Signing)) []map[string]any {
	before := *p.NPMPackage
	before.Version = "1.2.2"
	s := before.BuiltFrom(repository)
	if how != nil {
		how(&s)
	}
	return []map[string]any{p.NPM.Attest(s)}
}

func TestNPMWithdrawn(t *testing.T) {
	p := package123(t)
	p.Record = func(doc, _ map[string]any) { doc["deprecated"] = "use another" }
	r := p.audit(p.world())
	require.Equal(t, both(3, 3, 2, 2), levels(r), "a deprecation changes no level")
	require.Contains(t, r.Report.Text(false), `deprecated this version: "use another"`)

	var notFound *purl.Refused
	_, err := ask(t.Context(), "npm:@example/thing@9.9.9", p.options(p.world()))
	require.ErrorAs(t, err, &notFound)
	require.ErrorContains(t, err, "unpublished")
	_, err = ask(t.Context(), "npm:@example/gone@1.0.0", p.options(p.world()))
	require.ErrorAs(t, err, &notFound)
	o := p.options(nil)
	o.Replay = new(fetch.Record)
	r, err = ask(t.Context(), mintedRef, o)
	require.NoError(t, err, "an empty archive knows of no absence")
	require.Equal(t, both(0, 3, 0, 2), levels(r))
}

// TestNPMHugePackageDocument: a document of more than 64 MB, which two requests
// ask for, costs the line's history and a date, and nothing else.
func TestNPMHugePackageDocument(t *testing.T) {
	p := package123(t)
	p.Signers = keys(p.NPM.Old)
	r := p.audit(p.world().But(mintedFull, page{Status: 200, Reader: endless{}}))
	require.Equal(t, both(3, 3, 2, 2), levels(r), r.Report.Text(false))
	hasOutcome(t, r, "registry-signature", "unknown", "retired")
	hasOutcome(t, r, "lineage-kept", "unknown", "")
}

// TestNPMProofThatTheLogAnswers: a bundle with a promise only gets its proof
// from the log; a wrong proof proves nothing, and speaks against nobody.
func TestNPMProofThatTheLogAnswers(t *testing.T) {
	p := package123(t)
	s := p.Provenance()
	s.Promise = true
	p.Attestations[1] = p.NPM.Attest(s)
	w := p.world()
	entry := p.Attestations[1]["bundle"].(map[string]any)["verificationMaterial"].(map[string]any)["tlogEntries"].([]any)[0].(map[string]any)
	body := entry["canonicalizedBody"].([]byte)
	proof := p.NPM.Prove(body)
	answer := func(checkpoint string, hashes ...string) page {
		index, err := strconv.Atoi(entry["logIndex"].(string))
		require.NoError(t, err)
		raw, err := json.Marshal(map[string]any{"uuid": map[string]any{
			"body": body, "integratedTime": mintedAt.Unix(), "logID": hex.EncodeToString(mint.LogID(p.NPM.Rekor)), "logIndex": index,
			"verification": map[string]any{"inclusionProof": map[string]any{"checkpoint": checkpoint, "hashes": hashes, "logIndex": 1, "rootHash": hex.EncodeToString(proof.Root), "treeSize": 2}},
		}})
		require.NoError(t, err)
		return ok(raw)
	}
	at := "https://rekor.sigstore.dev/api/v1/log/entries?logIndex=" + entry["logIndex"].(string)
	for name, c := range map[string]struct {
		answer page
		want   int
	}{
		"right":            {answer(proof.Checkpoint, hex.EncodeToString(proof.Beside)), 2},
		"other hashes":     {answer(proof.Checkpoint, strings.Repeat("ab", 32)), 1},
		"other checkpoint": {answer(strings.Replace(proof.Checkpoint, "\n2\n", "\n3\n", 1), hex.EncodeToString(proof.Beside)), 1},
		"refused":          {page{Status: 500}, 1},
		"not there":        {page{Status: 404}, 1},
		"HTML":             {ok([]byte("<html>")), 1},
	} {
		t.Run(name, func(t *testing.T) {
			for _, r := range []*result{p.audit(w.But(at, c.answer)), p.replay(w.But(at, c.answer))} {
				require.Equal(t, both(3, 3, c.want, 2), levels(r), r.Report.Text(false))
				require.False(t, r.Report.Verdict.Failed)
			}
		})
	}
}

// TestNPMPastedDigest: a lock file's line is compared first.
func TestNPMPastedDigest(t *testing.T) {
	p := package123(t)
	w := p.world()
	s512, s1 := sha512.Sum512(p.Tgz()), sha1.Sum(p.Tgz())
	right := "sha512-" + base64.StdEncoding.EncodeToString(s512[:])
	lock := func(integrity string) string {
		return `"node_modules/@example/thing": {"version": "1.2.3", "resolved": "` + mintedTgz + `", "integrity": "` + integrity + `"}`
	}
	wrong := "sha512-" + strings.Repeat("A", 86) + "=="
	for _, c := range []struct{ pasted, says string }{
		{lock(right), "pass"}, {mintedRef + " " + right, "pass"}, {lock(wrong), "fail"}, {mintedRef + " " + wrong, "fail"},
		{lock("sha1-" + base64.StdEncoding.EncodeToString(s1[:])), "absent"},
		{lock("sha1-" + base64.StdEncoding.EncodeToString(make([]byte, 20))), "fail"},
		{"pkg:npm/%40example/thing@1.2.3?checksum=sha512:" + hex.EncodeToString(s512[:]), "pass"},
	} {
		r, err := ask(t.Context(), c.pasted, p.options(w))
		require.NoError(t, err, c.pasted)
		hasOutcome(t, r, "reference-digest", c.says, "")
		require.Equal(t, c.says == "fail", r.Report.Verdict.Failed)
	}
}

// TestNPMMutants damages every answer about an invented package.
func TestNPMMutants(t *testing.T) {
	t.Parallel()
	p := package123(t)
	anchors := p.anchors()
	targets := []target{{url: mintedDoc, mutants: 900}, {url: mintedAtt, mutants: 1500}, {url: mintedTgz, mutants: 400, covered: true}, {url: mintedFull, mutants: 300}}
	mutate(t, p.world(), targets, func(w world) (*result, error) {
		o := options(w)
		o.Anchors = anchors
		return ask(t.Context(), mintedRef, o)
	})
}

// TestNPMUnusableRecord: what the host itself says and nobody can use leaves
// nothing open; a relay or a recording may have spoilt it.
func TestNPMUnusableRecord(t *testing.T) {
	p := package123(t)
	for name, record := range map[string]string{
		"another name": `{"name":"another","version":"1.2.3","dist":{}}`, "another version": `{"name":"@example/thing","version":"9.9.9","dist":{}}`,
		"no dist": `{"name":"@example/thing","version":"1.2.3","dist":[]}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := p.world().But(mintedDoc, ok([]byte(record)))
			require.Equal(t, [2]int{3, 3}, levels(p.audit(w))["integrity"], "a statement by the registry's key says it all")
			delete(w, mintedAtt)
			r := p.audit(w)
			require.Equal(t, [2]int{0, 0}, levels(r)["integrity"], r.Report.Text(false))
			require.False(t, r.Report.Verdict.Failed)
			require.Equal(t, 0, levels(p.replay(w))["integrity"][0])
			require.Greater(t, levels(p.replay(w))["integrity"][1], 0)
		})
	}
}

// TestNPMRenamedFiles: npm installs .gitignore under another name. That is shown
// and accuses nobody, unless it takes another file's place.
func TestNPMRenamedFiles(t *testing.T) {
	for name, c := range map[string]struct {
		beside string
		want   map[string][2]int
		alarms int
	}{
		"alone":          {"package/.gitignored", both(3, 3, 2, 2), 0},
		"in two folders": {"package/lib/.npmignore", both(3, 3, 2, 2), 0},
		"in one place":   {"package/.npmignore", both(2, 2, 2, 2), 1},
	} {
		t.Run(name, func(t *testing.T) {
			p := package123(t)
			p.Files["package/.gitignore"], p.Files[c.beside] = "a\n", "b\n"
			p.Attest(p.Publish(), p.Provenance())
			r := p.audit(p.world())
			require.Equal(t, c.want, levels(r), r.Report.Text(false))
			require.Len(t, r.Report.Verdict.Alarms, c.alarms)
			require.Equal(t, []string{"package/.gitignore → .npmignore"}, topic(t, r, "renamed").Items)
			i := slices.IndexFunc(r.Report.Files, func(f report.File) bool { return f.Path == "package/.gitignore" })
			require.Equal(t, ".npmignore", r.Report.Files[i].Installed)
			require.Empty(t, r.Report.Files[i+1].Installed)
		})
	}
}
