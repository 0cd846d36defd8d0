package pins

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// SARIF writes the findings that are not allowed in the Static Analysis Results
// Interchange Format 2.1.0 (OASIS): a rule for each kind, a result for each
// finding at its place in the file. A fingerprint is of rule and package alone,
// so that a finding stays the same one when lines move.
func (r *Result) SARIF() ([]byte, error) {
	rules, err := Rules()
	if err != nil {
		return nil, err
	}
	type text struct {
		Text string `json:"text"`
	}
	type rule struct {
		ID      string            `json:"id"`
		Short   text              `json:"shortDescription"`
		Help    text              `json:"help"`
		Default map[string]string `json:"defaultConfiguration"`
	}
	type result struct {
		Rule         string            `json:"ruleId"`
		Index        int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      text              `json:"message"`
		Locations    []any             `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
	}
	level := map[State]string{Failed: "error", Alarm: "error", Open: "warning", Warning: "warning", Note: "note"}
	var described []rule
	for _, one := range rules {
		described = append(described, rule{one.ID, text{one.Means}, text{one.Do}, map[string]string{"level": level[one.State]}})
	}
	results := []result{}
	for _, l := range r.Lines {
		for _, f := range l.Findings {
			index := slices.IndexFunc(rules, func(one Rule) bool { return one.ID == f.Rule })
			if f.Allowed != "" || index < 0 {
				continue
			}
			place := map[string]any{"artifactLocation": map[string]string{"uri": strings.ReplaceAll(r.called(), " ", "%20")}}
			if l.Line > 0 {
				place["region"] = map[string]int{"startLine": l.Line}
			}
			sum := sha256.Sum256([]byte(f.Rule + "\n" + l.Name + "\n" + l.Version + "\n" + l.Key[:max(strings.LastIndex(l.Key, "["), 0)]))
			results = append(results, result{f.Rule, index, level[f.State], text{strings.TrimSpace(l.Name+" "+l.Version) + ": " + f.Text},
				[]any{map[string]any{"physicalLocation": place}}, map[string]string{"pin/v1": hex.EncodeToString(sum[:16])}})
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
