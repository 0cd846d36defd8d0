package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestShareAddresses(t *testing.T) {
	const (
		types = "\x02\x60\x01\x7f\x01\x7f\x60\x00\x00"
		// The addresses of the first function's places 1, 2 and 3, of the second one's
		// place 1, and something else.
		one, two, three = "\x42\x81\x80\x80\x80\x01", "\x42\x82\x80\x80\x80\x01", "\x42\x83\x80\x80\x80\x01"
		second, other   = "\x42\x81\x80\x84\x80\x01", "\x42\x83\x00"
		sets            = "\x42\x80\x80\x80\x80\x01"
	)
	section := func(bodies ...string) string {
		all := string(rune(len(bodies)))
		for _, b := range bodies {
			all += string(rune(len(b))) + b
		}
		return all
	}
	const before = one + other + three + second + "\x0b"
	for name, tt := range map[string]struct{ types, functions, code, want string }{
		"two":           {types, "\x01\x00", section("\x00" + before), section("\x01\x01\x7e" + sets + "\x21\x01" + "\x42\x01\x20\x01\x7c" + other + "\x42\x03\x20\x01\x7c" + second + "\x0b")},
		"behind-words":  {types, "\x01\x00", section("\x01\x02\x7f" + one + two + "\x0b"), section("\x02\x02\x7f\x01\x7e" + sets + "\x21\x03" + "\x42\x01\x20\x03\x7c" + "\x42\x02\x20\x03\x7c" + "\x0b")},
		"behind-longs":  {types, "\x01\x00", section("\x02\x01\x7f\x03\x7e" + one + two + "\x0b"), section("\x02\x01\x7f\x04\x7e" + sets + "\x21\x05" + "\x42\x01\x20\x05\x7c" + "\x42\x02\x20\x05\x7c" + "\x0b")},
		"one-alone":     {types, "\x01\x00", section("\x00" + one + other + "\x0b"), section("\x00" + one + other + "\x0b")},
		"of-another":    {types, "\x02\x00\x00", section("\x00\x0b", "\x00"+one+two+"\x0b"), section("\x00\x0b", "\x00"+one+two+"\x0b")},
		"other-type":    {types, "\x01\x01", section("\x00" + before), section("\x00" + before)},
		"no-plain-type": {"\x01\x60\x00\x00", "\x01\x00", section("\x00" + before), section("\x00" + before)},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := shareAddresses([]byte(tt.types), []byte(tt.functions), []byte(tt.code))
			require.NoError(t, err)
			assert.Equal(t, []byte(tt.want), got)
		})
	}
	for name, tt := range map[string]struct{ types, functions, code, want string }{
		"no-types":       {"", "\x00", "\x00", "how many types"},
		"no-functions":   {types, "", "\x00", "the types of functions are cut short"},
		"functions-cut":  {types, "\x01\x80", "\x00", "the types of functions are cut short"},
		"functions-more": {types, "\x09\x00", "\x00", "the types of functions are cut short"},
		"no-code":        {types, "\x00", "", "how many functions"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := shareAddresses([]byte(tt.types), []byte(tt.functions), []byte(tt.code))
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

// unshared is a body with its address written out wherever it was added, if it has
// one more variable than another; which then holds nothing but the address.
func unshared(t *testing.T, function int, was, is body) body {
	t.Helper()
	if string(was.variables) == string(is.variables) {
		return is
	}
	variables, variable := withVariable(was.variables)
	require.Equal(t, variables, is.variables, "function %d", function)
	address := int64(firstFunction+function) << 16
	require.Equal(t, address, is.signed(is.list[0]))
	require.True(t, is.list[0].op == opConst64 && is.list[1].op == opSet && is.number(is.list[1]) == variable)
	var code []byte
	for k := 2; k < len(is.list); k++ {
		in := is.list[k]
		if in.op == opConst64 && k+2 < len(is.list) && is.list[k+1].op == opGet && is.number(is.list[k+1]) == variable && is.list[k+2].op == opAdd64 {
			code = appendSigned(append(code, opConst64), int(address+is.signed(in)))
			k += 2
			continue
		}
		require.False(t, opGet <= in.op && in.op <= opTee && is.number(in) == variable, "function %d has its address for something else", function)
		code = append(code, is.code[in.at:in.end]...)
	}
	list, err := instructions(code)
	require.NoError(t, err)
	return body{was.variables, code, list}
}
