package corpus

import (
	"cmp"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// Seed is what this run's random choices begin with: SEED, which npm test makes
// from the tree that it tests, or the time. It is logged, so that a failure can
// be had again.
func Seed(t testing.TB) uint64 {
	t.Helper()
	seed, err := strconv.ParseUint(cmp.Or(os.Getenv("SEED"), strconv.FormatInt(time.Now().Unix(), 10)), 10, 64)
	if err != nil {
		t.Fatalf("reading SEED, which is a whole number: %v", err)
	}
	t.Logf("SEED=%d", seed)
	return seed
}

// Sample says of many things alike which to try: one of so many, with each seed
// others. TOUCHSTONE_ALL=1 tries all. It is not for use by two goroutines.
func Sample(t testing.TB, of int) (take func() bool) {
	t.Helper()
	seed := Seed(t)
	if Whole() {
		return func() bool { return true }
	}
	t.Logf("one of %d is tried; TOUCHSTONE_ALL=1 tries all", of)
	random := rand.New(rand.NewPCG(seed, uint64(of)))
	return func() bool { return random.IntN(of) == 0 }
}

// Whole tells whether all is to be tried, and nothing sampled.
func Whole() bool { return os.Getenv("TOUCHSTONE_ALL") != "" }
