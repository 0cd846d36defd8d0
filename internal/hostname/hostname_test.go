package hostname

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGrammar(t *testing.T) {
	label := strings.Repeat("a", 63)
	for name, want := range map[string]struct{ valid, distinct bool }{
		"example.org":                           {true, true},
		"proxy.golang.org":                      {true, true},
		"xn--bcher-kva.example":                 {true, true},
		"example.xn--p1ai":                      {true, true},
		"1.2.3.example.org":                     {true, true},
		"a--b.example.org":                      {true, true},
		label + ".org":                          {true, true},
		label + "a.org":                         {false, true},
		strings.Repeat("ab.", 83) + "org":       {true, true}, // 252 bytes
		strings.Repeat("ab.", 83) + "info":      {true, true},
		strings.Repeat("ab.", 84) + "org":       {false, true},
		"":                                      {false, false},
		".":                                     {false, false},
		"localhost":                             {false, false},
		"example.org.":                          {false, false},
		".example.org":                          {false, false},
		"example..org":                          {false, false},
		"-a.example.org":                        {false, true},
		"a-.example.org":                        {false, true},
		"a.org-":                                {false, true},
		"Example.org":                           {false, false},
		"my_git.example.org":                    {false, true},
		"127.0.0.1":                             {false, true},
		"0x7f.1":                                {false, true},
		"a.ex5ample":                            {false, true},
		"a.b-c":                                 {false, true},
		"a.xn--":                                {false, true},
		"example.org:443":                       {false, false},
		"[::1]":                                 {false, false},
		"user@example.org":                      {false, false},
		"example.org/a":                         {false, false},
		"exa mple.org":                          {false, false},
		"example.org\n":                         {false, false},
		"b\u00fccher.example":                   {false, true},
		"g\u0456thub.com":                       {false, true},
		"\u212Aernel.org":                       {false, true},
		"example\u3002org":                      {false, false}, // the ideographic full stop, which some readers take for a dot
		"example.org\x00":                       {false, false},
		"registry.example.org%2eevil.example":   {false, false},
		"registry.example.org\\@evil.example.a": {false, false},
	} {
		assert.Equal(t, want.valid, Valid(name), "%q", name)
		assert.Equal(t, want.distinct, Distinct(name), "%q", name)
		assert.False(t, Valid(name) && !Distinct(name), "what may be asked can be compared: %q", name)
	}
}

func TestLower(t *testing.T) {
	for text, want := range map[string]string{"": "", "GitHub.COM": "github.com", "\u212Aernel.ORG": "\u212Aernel.org", "B\u00dccher.EXAMPLE": "b\u00dccher.example"} {
		assert.Equal(t, want, Lower(text))
	}
}
