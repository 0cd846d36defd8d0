package main

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	// The parts of a function as Go's compiler writes it, of three places; variable
	// 1 is a number that it counts up, and returns.
	begin   = "\x02\x40\x03\x40\x02\x40\x02\x40\x02\x40\x20\x00\x0e\x03\x00\x01\x02\x02\x0b" // block, loop, three blocks, br_table
	count   = "\x20\x01\x41\x07\x6a\x21\x01"                                                 // variable 1 is 7 more
	odd     = "\x20\x01\x41\x01\x71"                                                         // is it odd?
	large   = "\x20\x01\x41\xd0\x00\x4a"                                                     // is it above 80?
	unwind  = large + "\x0d\x02"                                                             // leaves the outermost block then, from place 1
	giveUp  = large + "\x04\x40\x41\x01\x0f\x0b"                                             // if, i32.const 1, return, end
	finish  = "\x00\x0b\x0b\x41\x01\x0b"                                                     // unreachable, end of the loop and of the block, 1
	give    = "\x20\x01\x0f"                                                                 // returns variable 1
	ahead   = odd + "\x04\x40\x41\x02\x21\x00\x0c\x03\x0b"                                   // from place 0, if it is odd, to place 2
	leave   = odd + "\x0d\x01"                                                               // the same, by leaving two blocks
	always  = "\x41\x02\x21\x00\x0c\x02"                                                     // from place 0 to place 2 without asking
	leaves  = "\x0c\x01"
	behind  = odd + "\x04\x40\x41\x00\x21\x00\x0c\x02\x0b" // from place 1, if it is odd, to place 0
	ends    = "\x0b"
	written = begin + count + ahead + ends + count + unwind + behind + ends + count + give + finish
)

func straightenOne(t *testing.T, code string) string {
	t.Helper()
	list, err := instructions([]byte(code))
	require.NoError(t, err)
	got, err := straightened(body{nil, []byte(code), list})
	require.NoError(t, err)
	return string(got)
}

func TestStraightened(t *testing.T) {
	const elsewhere = begin + count + ends + count + ends + count + give + finish
	for name, tt := range map[string]struct{ code, want string }{
		"all":                {written, begin + count + leave + ends + count + giveUp + behind + ends + count + give + finish},
		"without-asking":     {begin + always + ends + ends + give + finish, begin + leaves + ends + ends + give + finish},
		"no-jumps":           {elsewhere, elsewhere},
		"no-table":           {"\x02\x40\x0b\x41\x00\x0b", "\x02\x40\x0b\x41\x00\x0b"},
		"place-unknown":      {strings.Replace(written, ahead, odd+"\x04\x40\x41\x09\x21\x00\x0c\x03\x0b", 1), begin + count + odd + "\x04\x40\x41\x09\x21\x00\x0c\x03\x0b" + ends + count + giveUp + behind + ends + count + give + finish},
		"other-loop-left":    {begin + "\x41\x02\x21\x00\x0c\x01" + ends + ends + give + finish, begin + "\x41\x02\x21\x00\x0c\x01" + ends + ends + give + finish},
		"place-is-read":      {begin + "\x20\x00\x1a" + ahead + ends + ends + give + finish, begin + "\x20\x00\x1a" + ahead + ends + ends + give + finish},
		"place-is-kept":      {begin + "\x20\x01\x22\x00\x1a" + ahead + ends + ends + give + finish, begin + "\x20\x01\x22\x00\x1a" + ahead + ends + ends + give + finish},
		"entry-without-jump": {begin + ahead + ends + "\x0c\x01" + ends + give + finish, begin + ahead + ends + "\x0c\x01" + ends + give + finish},
		"two-tables":         {begin + ahead + "\x41\x00\x0e\x00\x00" + ends + ends + give + finish, begin + ahead + "\x41\x00\x0e\x00\x00" + ends + ends + give + finish},
		"called-by-variable": {begin + "\x41\x05\x21\x00\x41\x00\x20\x00\x11\x00\x00" + always + ends + ends + give + finish, begin + "\x41\x05\x21\x00\x41\x00\x20\x00\x11\x00\x00" + leaves + ends + ends + give + finish},
		"before-the-table":   {strings.Replace(written, "\x20\x00\x0e", "\x01\x20\x00\x0e", 1), strings.Replace(strings.Replace(written, "\x20\x00\x0e", "\x01\x20\x00\x0e", 1), unwind, giveUp, 1)},
		"gives-another":      {strings.TrimSuffix(written, "\x41\x01\x0b") + "\x41\x02\x0b", begin + count + leave + ends + count + unwind + behind + ends + count + give + "\x00\x0b\x0b\x41\x02\x0b"},
		"leaves-fewer":       {begin + leave + ends + ends + give + finish, begin + leave + ends + ends + give + finish},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, []byte(tt.want), []byte(straightenOne(t, tt.code))) })
	}
}

// A function gives the same, whatever place it begins at.
func TestStraightenedGivesTheSame(t *testing.T) {
	node(t)
	got := make(map[string]string)
	for _, code := range []string{written, straightenOne(t, written)} {
		body := "\x01\x01\x7f" + code
		file := t.TempDir() + "/a.wasm"
		require.NoError(t, os.WriteFile(file, writeSections([]section{
			{typeSection, []byte("\x01\x60\x01\x7f\x01\x7f")},
			{functionSection, []byte("\x01\x00")},
			{exportSection, []byte("\x01\x01f\x00\x00")},
			{codeSection, append([]byte{1, byte(len(body))}, body...)},
		}), 0o644))
		const script = `const { f } = new WebAssembly.Instance(new WebAssembly.Module(require("node:fs").readFileSync(process.argv[1]))).exports;
			console.log([0, 1, 2, 3].map((place) => f(place)).join());`
		out, err := exec.Command("node", "-e", script, file).Output()
		require.NoError(t, err)
		got[code] = string(out)
	}
	assert.Equal(t, map[string]string{written: "14,1,7,7\n", straightenOne(t, written): "14,1,7,7\n"}, got)
}

func TestStraightenRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ section, want string }{
		"nothing":         {"", "does not say how many functions"},
		"fewer":           {"\x01", "function 0 is cut short"},
		"cut":             {"\x01\x05\x00\x0b", "function 0 is cut short"},
		"more":            {"\x01\x02\x00\x0b\x00", "1 bytes follow the last function"},
		"no-variables":    {"\x01\x00", "function 0: it does not say how many variables"},
		"variables-cut":   {"\x01\x02\x01\x01", "its variables are cut short"},
		"unknown":         {"\x01\x03\x00\x06\x0b", "its code at 0: instruction 0x6 is none that Go's compiler writes"},
		"unknown-of-two":  {"\x01\x04\x00\xfc\x08\x0b", "instruction 0xfc 8 is none that Go's compiler writes"},
		"two-cut":         {"\x01\x02\x00\xfc", "its code at 0: an instruction is cut short"},
		"operand-cut":     {"\x01\x03\x00\x41\x80", "its code at 0: an operand is cut short"},
		"number-cut":      {"\x01\x04\x00\x44\x00\x00", "its code at 0: an operand is cut short"},
		"table-cut":       {"\x01\x03\x00\x0e\x02", "its code at 0: a table is cut short"},
		"without-end":     {"\x01\x03\x00\x02\x40", "its code has no end"},
		"behind-its-end":  {"\x01\x03\x00\x0b\x0b", "its code goes on behind its end"},
		"operand-endless": {"\x01\x0d\x00\x42" + strings.Repeat("\x80", 10) + "\x0b", "an operand is cut short"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := straighten([]byte(tt.section))
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

// Numbers are read as WebAssembly writes them.
func TestSigned(t *testing.T) {
	for _, tt := range []struct {
		code string
		want int64
	}{{"\x41\x00", 0}, {"\x41\x3f", 63}, {"\x41\x40", -64}, {"\x41\xff\x00", 127}, {"\x41\x80\x7f", -128}, {"\x42" + strings.Repeat("\x80", 9) + "\x7f", -1 << 63}, {"\x42" + strings.Repeat("\xff", 9) + "\x00", 1<<63 - 1}} {
		list, err := instructions([]byte(tt.code))
		require.NoError(t, err)
		require.Len(t, list, 1)
		assert.Equal(t, tt.want, body{code: []byte(tt.code)}.signed(list[0]), "%x", tt.code)
	}
}

// A step is what a function does next, and where it goes then if not on: to a step,
// by its number.
type step struct {
	does string
	to   int
}

// A reading is what steps has read of a function.
type reading struct {
	body
	ends    map[int]int // of blocks, by where they begin: where leaving them leads
	open    []int
	places  []int
	jumps   int
	begins  []int // of each step, its first instruction
	targets []int // and that to which it goes; -1 for none
	does    []string
}

// steps are a function's, without how WebAssembly writes it down: no blocks, each
// jump goes to where it ends up, by way of the entry's table too. It reads code
// in another way than straightened does: where blocks end is what it goes by.
func steps(t *testing.T, b body) []step {
	t.Helper()
	r := reading{body: b, ends: make(map[int]int)}
	for i, in := range b.list {
		switch in.op {
		case opBlock, opLoop, opIf:
			r.open = append(r.open, i)
		case opEnd:
			if n := len(r.open); n > 0 {
				r.ends[r.open[n-1]] = i
				if b.list[r.open[n-1]].op == opLoop {
					r.ends[r.open[n-1]] = r.open[n-1]
				}
				r.open = r.open[:n-1]
			}
		}
	}
	for i, in := range b.list {
		r.read(i, in)
	}
	if r.jumps > 0 {
		for i := range r.does {
			if r.does[i] == "\x20\x00" {
				require.True(t, r.does[i+1] == "table" || r.does[i+1][0] == opCallIndirect && r.does[i-2] == "\x21\x00", "the place is read")
			}
		}
	}
	out := make([]step, len(r.does))
	for i := range r.does {
		to := -1
		if r.targets[i] >= 0 {
			to, _ = slices.BinarySearch(r.begins, r.targets[i])
		}
		out[i] = step{r.does[i], to}
	}
	return out
}

// read takes one instruction for a step, or for the end of one.
func (r *reading) read(i int, in instruction) {
	switch in.op {
	case opBlock, opLoop:
		r.open = append(r.open, i)
	case opIf:
		r.add(i, r.ends[i], "unless")
		r.open = append(r.open, i)
	case opEnd:
		if len(r.open) > 0 {
			r.open = r.open[:len(r.open)-1]
		}
	case opBranchTable:
		for _, blocks := range r.table(in) {
			r.places = append(r.places, r.label(blocks))
		}
		r.add(i, -1, "table")
	case opBranch, opBranchIf:
		r.branch(i, in)
	case opReturn:
		if r.did("unless", 2) && r.did("\x41\x01", 1) && r.targets[len(r.does)-2] == i+1 {
			r.add(r.drop(2), len(r.list)-2, "when") // to what returns 1 at the end
			return
		}
		r.add(i, -1, "\x0f")
	default:
		r.add(i, -1, string(r.code[in.at:in.end]))
	}
}

func (r *reading) branch(i int, in instruction) {
	to, begin, what := r.label(r.number(in)), i, "when"
	if in.op == opBranch {
		what = "always"
		if r.did("\x21\x00", 1) && r.list[to].op == opLoop && r.places != nil {
			r.jumps++
			begin = r.drop(2)
			to = r.places[r.signed(r.list[begin])]
		}
		if r.did("unless", 1) && r.targets[len(r.does)-1] == i+1 {
			begin, what = r.drop(1), "when"
		}
	}
	r.add(begin, to, what)
}

func (r *reading) label(blocks uint64) int { return r.ends[r.open[len(r.open)-1-int(blocks)]] }

func (r *reading) add(begin, target int, what string) {
	r.begins, r.targets, r.does = append(r.begins, begin), append(r.targets, target), append(r.does, what)
}

// drop forgets the last steps, and says where they began.
func (r *reading) drop(steps int) (begin int) {
	n := len(r.does) - steps
	begin = r.begins[n]
	r.begins, r.targets, r.does = r.begins[:n], r.targets[:n], r.does[:n]
	return begin
}

// did tells what the last step was, or one before.
func (r *reading) did(what string, back int) bool {
	return len(r.does) >= back && r.does[len(r.does)-back] == what
}

// onlyRewrites holds code to do the same as other code, step for step. The last
// function of after is one that was added.
func onlyRewrites(t *testing.T, before, after []byte) {
	t.Helper()
	was, err := readBodies(before)
	require.NoError(t, err)
	is, err := readBodies(after)
	require.NoError(t, err)
	require.Len(t, is, len(was)+1)
	changed := 0
	for i := range was {
		if string(was[i].code) == string(is[i].code) {
			require.Equal(t, was[i].variables, is[i].variables, "function %d", i)
			continue
		}
		changed++
		is[i] = unshared(t, i, was[i], is[i])
		require.True(t, slices.Equal(steps(t, was[i]), steps(t, is[i])), "function %d does something else", i)
	}
	assert.Greater(t, changed, len(was)/2)
}
