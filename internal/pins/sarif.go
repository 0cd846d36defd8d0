package pins

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// The parts of the Static Analysis Results Interchange Format 2.1.0 (OASIS) that
// are written.
type (
	sarifText struct {
		Text string `json:"text"`
	}
	sarifRule struct {
		ID      string            `json:"id"`
		Short   sarifText         `json:"shortDescription"`
		Help    sarifText         `json:"help"`
		Default map[string]string `json:"defaultConfiguration"`
	}
	sarifResult struct {
		Rule         string            `json:"ruleId"`
		Index        int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []any             `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
	}
)

// unlinked keeps a text from outside from being a link where it is shown: brackets
// stand for themselves behind a backslash (section 3.11.6).
var unlinked = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`)

var sarifLevel = map[State]string{Failed: "error", Alarm: "error", Open: "warning", Warning: "warning", Note: "note"}

// SARIF writes the findings that are not allowed: a rule for each kind, a result
// for each finding at its place in the file.
func (r *Result) SARIF() ([]byte, error) {
	rules, err := Rules()
	if err != nil {
		return nil, err
	}
	var described []sarifRule
	for _, one := range rules {
		described = append(described, sarifRule{one.ID, sarifText{one.Means}, sarifText{one.Means + " " + one.Do}, map[string]string{"level": sarifLevel[one.State]}})
	}
	results, seen := []sarifResult{}, map[string]int{}
	for _, l := range r.Lines {
		for _, f := range l.Findings {
			index := slices.IndexFunc(rules, func(one Rule) bool { return one.ID == f.Rule })
			if f.Allowed != "" || index < 0 {
				continue
			}
			place := map[string]any{"artifactLocation": map[string]string{"uri": relative(r.in(l))}}
			if l.Line > 0 {
				place["region"] = map[string]int{"startLine": l.Line}
			}
			results = append(results, sarifResult{f.Rule, index, sarifLevel[f.State], sarifText{unlinked.Replace(printable(strings.TrimSpace(l.Name+" "+l.Version) + ": " + f.Text))},
				[]any{map[string]any{"physicalLocation": place}}, map[string]string{"pin/v1": fingerprint(l, f.Rule, seen)}})
		}
	}
	return indented(map[string]any{
		"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
		"runs": []any{map[string]any{
			"tool":    map[string]any{"driver": map[string]any{"name": "Touchstone", "rules": described}},
			"results": results,
		}},
	})
}

// fingerprint is of what was found and where by name: rule, file, package, version
// and key, without the places in lists and the numbers of lines, which change when
// others come and go. Of two that are alike in all that, the second is the second.
func fingerprint(l Line, rule string, seen map[string]int) string {
	key := strings.Join([]string{rule, l.File, l.Name, l.Version, unnumbered(l.Key)}, "\n")
	seen[key]++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d", key, seen[key]))
	return hex.EncodeToString(sum[:16])
}

// unnumbered is a key without the digits in brackets, and without a line's number.
func unnumbered(key string) string {
	if strings.HasPrefix(key, "line ") {
		return ""
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(key, "[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		digits, after, closed := strings.Cut(rest, "]")
		if key = after; !closed || strings.Trim(digits, "0123456789") != "" {
			b.WriteString("[")
			key = rest
		}
	}
}

// relative is a path as a reference of RFC 3986 that stays a relative one.
func relative(path string) string {
	segments := strings.Split(strings.ReplaceAll(path, `\`, "/"), "/")
	for i := range segments {
		segments[i] = url.PathEscape(segments[i])
	}
	return strings.ReplaceAll(strings.TrimLeft(strings.Join(segments, "/"), "/"), ":", "%3A")
}
