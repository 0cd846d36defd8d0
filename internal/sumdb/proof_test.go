package sumdb

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

func raw(hashes []tlog.Hash) [][]byte {
	out := make([][]byte, len(hashes))
	for i := range hashes {
		out[i] = hashes[i][:]
	}
	return out
}

func TestCheckInclusion(t *testing.T) {
	l := shared().small
	for size := 1; size <= 20; size++ {
		root := l.tree(t, size).Hash
		for id := range size {
			proof, err := tlog.ProveRecord(int64(size), int64(id), l)
			require.NoError(t, err)
			leaf := tlog.RecordHash([]byte(l.records[id]))
			require.NoError(t, CheckInclusion(uint64(id), uint64(size), leaf[:], root[:], raw(proof)))
			var wrong *ProofError
			for i := range proof {
				bad := raw(proof)
				bad[i] = flip(bad[i], i)
				require.ErrorAs(t, CheckInclusion(uint64(id), uint64(size), leaf[:], root[:], bad), &wrong)
			}
			require.ErrorAs(t, CheckInclusion(uint64(id), uint64(size), flip(leaf[:], id), root[:], raw(proof)), &wrong)
			require.ErrorAs(t, CheckInclusion(uint64(id+1), uint64(size), leaf[:], root[:], raw(proof)), &wrong)
		}
	}
}

func TestCheckConsistency(t *testing.T) {
	l := shared().small
	for size2 := 1; size2 <= 20; size2++ {
		root2 := l.tree(t, size2).Hash
		for size1 := 1; size1 <= size2; size1++ {
			root1 := l.tree(t, size1).Hash
			proof, err := tlog.ProveTree(int64(size2), int64(size1), l)
			require.NoError(t, err)
			require.NoError(t, CheckConsistency(uint64(size1), uint64(size2), root1[:], root2[:], raw(proof)))
			var wrong *ProofError
			for i := range proof {
				bad := raw(proof)
				bad[i] = flip(bad[i], i)
				require.ErrorAs(t, CheckConsistency(uint64(size1), uint64(size2), root1[:], root2[:], bad), &wrong)
			}
			require.ErrorAs(t, CheckConsistency(uint64(size1), uint64(size2), flip(root1[:], 3), root2[:], raw(proof)), &wrong)
			require.ErrorAs(t, CheckConsistency(uint64(size1), uint64(size2), root1[:], flip(root2[:], 3), raw(proof)), &wrong)
		}
	}
}

// TestHugeTreesAreRefused: the arithmetic of tlog does not end above 1<<62.
func TestHugeTreesAreRefused(t *testing.T) {
	h := make([]byte, 32)
	for _, size := range []uint64{MaxSize + 1, 1 << 62, 1<<62 + 1, math.MaxInt64, math.MaxUint64} {
		assert.ErrorContains(t, CheckInclusion(size-1, size, h, h, nil), "larger than")
		assert.ErrorContains(t, CheckConsistency(size-1, size, h, h, nil), "larger than")
	}
	assert.ErrorContains(t, CheckInclusion(MaxSize-1, MaxSize, h, h, nil), "do not hash")
	assert.ErrorContains(t, CheckConsistency(MaxSize-1, MaxSize, h, h, nil), "does not hash")
}

func FuzzProofs(f *testing.F) {
	f.Add(uint64(1), uint64(2), []byte("x"), make([]byte, 64))
	f.Add(uint64(0), uint64(1), make([]byte, 32), []byte{})
	f.Fuzz(func(t *testing.T, a, b uint64, root, data []byte) {
		var proof [][]byte
		for len(data) >= 32 && len(proof) < 100 {
			proof, data = append(proof, data[:32]), data[32:]
		}
		proof = append(proof, data)
		var wrong *ProofError
		// Its last hash is not 32 bytes or nobody knows its preimage.
		if len(data) > 0 || a != 0 || b != 1 {
			require.ErrorAs(t, CheckInclusion(a, b, root, root, proof), &wrong)
		}
		require.ErrorAs(t, CheckConsistency(a, b, root, root, proof), &wrong)
	})
}
