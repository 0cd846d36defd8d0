package notary

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"touchstone/internal/strictjson"
)

// readJWS reads a JWS in its flattened JSON form (RFC 7515, section 7.2.2), as the
// Notary Project restricts it (specs/signature-envelope-jws.md).
func readJWS(doc []byte) (*envelope, error) {
	o, err := strictjson.Parse(doc)
	if err != nil {
		return nil, malformed("its envelope is no JSON that all read alike")
	}
	e := &envelope{signed: []byte(o.Text("protected") + "." + o.Text("payload"))}
	protected, ok := segment(o, "protected")
	if !ok {
		return nil, malformed("its envelope has no protected header")
	}
	if e.payload, ok = segment(o, "payload"); !ok {
		return nil, malformed("its envelope has no payload")
	}
	if e.signature, ok = segment(o, "signature"); !ok {
		return nil, malformed("its envelope has no signature")
	}
	header, err := strictjson.Parse(protected)
	if err != nil {
		return nil, malformed("its protected header is no JSON that all read alike")
	}
	if e.attributes, err = jwsAttributes(header); err != nil {
		return nil, err
	}
	beside := o.Object("header")
	for _, raw := range beside.List("x5c") {
		der, err := base64.StdEncoding.Strict().DecodeString(strictjson.Text(raw))
		if err != nil {
			return nil, malformed("a certificate in it is no base64")
		}
		e.chain = append(e.chain, der)
	}
	if text := beside.Text(attributeStamp); text != "" {
		// Nobody signs it: what cannot be read is one that proves nothing.
		e.stamp, _ = base64.StdEncoding.DecodeString(text)
	}
	return e, nil
}

// segment is a member that is base64url without padding, in its one spelling.
func segment(o strictjson.Object, key string) ([]byte, bool) {
	text := o.Text(key)
	if text == "" || strings.ContainsAny(text, "\r\n") { // which the decoder passes over
		return nil, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return b, err == nil
}

// jwsAttributes reads the protected header.
func jwsAttributes(o strictjson.Object) (attributes, error) {
	a := attributes{algorithm: o.Text("alg"), contentType: o.Text("cty"), scheme: o.Text(attributeScheme)}
	for _, raw := range o.List("crit") {
		name := strictjson.Text(json.RawMessage(raw))
		if name == "" {
			return a, malformed("its list of critical attributes holds something that is no name")
		}
		a.critical = append(a.critical, name)
	}
	for name, place := range map[string]*time.Time{attributeTime: &a.made, attributeAuthentic: &a.authentic, attributeExpiry: &a.ends} {
		if !o.Has(name) {
			continue
		}
		t, err := time.Parse(time.RFC3339, o.Text(name))
		if err != nil || t.IsZero() {
			return a, malformed("its " + name + " is no time")
		}
		*place = t
	}
	return a, nil
}
