package keysize

import (
	"crypto/x509"
	"encoding/asn1"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestForCode(t *testing.T) {
	code, web, all := x509.ExtKeyUsageCodeSigning, x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageAny
	unknown := []asn1.ObjectIdentifier{{1, 2, 3}}
	for name, tt := range map[string]struct {
		c    x509.Certificate
		want bool
	}{
		"says nothing":     {x509.Certificate{}, true},
		"code":             {x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{web, code}}, true},
		"anything":         {x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{all}}, true},
		"something else":   {x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{web}}, false},
		"unknown":          {x509.Certificate{UnknownExtKeyUsage: unknown}, false},
		"unknown and code": {x509.Certificate{UnknownExtKeyUsage: unknown, ExtKeyUsage: []x509.ExtKeyUsage{code}}, true},
	} {
		assert.Equal(t, tt.want, ForCode(&tt.c), name)
	}
}
