package pins

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"touchstone/internal/strictjson"
)

// ReadAllow reads a list of exceptions:
//
//	[{"purl": "pkg:npm/once@1.4.0", "check": "address-outside",
//	  "address": "https://npm.example/", "reason": "our own mirror", "until": "2027-01-31"}]
//
// Errors name the entry and what is wrong with it: an exception that is not
// understood must not be thought to hold.
func ReadAllow(doc []byte) ([]Exception, error) {
	if err := strictjson.Check(doc); err != nil {
		return nil, fmt.Errorf("reading the exceptions: %w", err)
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(doc, &raw); err != nil {
		return nil, fmt.Errorf("reading the exceptions: they are no list")
	}
	rules, err := Rules()
	if err != nil {
		return nil, err
	}
	var out []Exception
	for i, one := range raw {
		o := strictjson.Fields(one)
		for key := range o {
			if !slices.Contains([]string{"purl", "address", "check", "reason", "until"}, key) {
				return nil, fmt.Errorf("reading the exceptions: entry %d has the field %q; known are purl, address, check, reason and until", i+1, key)
			}
		}
		e := Exception{PURL: o.Text("purl"), Address: o.Text("address"), Check: o.Text("check"), Why: o.Text("reason"), Until: o.Text("until")}
		if e.PURL == "" || e.Why == "" {
			return nil, fmt.Errorf("reading the exceptions: entry %d needs a purl, a check and a reason", i+1)
		}
		if !slices.ContainsFunc(rules, func(r Rule) bool { return r.ID == e.Check }) {
			return nil, fmt.Errorf("reading the exceptions: entry %d names the check %q, which is none", i+1, e.Check)
		}
		if e.Address != "" && !slices.Contains(ofAddress, e.Check) {
			return nil, fmt.Errorf("reading the exceptions: entry %d has an address, and %q is about none", i+1, e.Check)
		}
		if strings.HasSuffix(e.Address, "//") {
			return nil, fmt.Errorf("reading the exceptions: entry %d has the address %q, which names no host", i+1, e.Address)
		}
		if _, err := time.Parse(time.DateOnly, e.Until); e.Until != "" && err != nil {
			return nil, fmt.Errorf("reading the exceptions: entry %d is to hold until %q; write a day like 2027-01-31", i+1, e.Until)
		}
		out = append(out, e)
	}
	return out, nil
}
