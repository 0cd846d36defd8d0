package corpus

import (
	"cmp"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// Sample says of many things alike which to try: one of so many, in every run
// others. TOUCHSTONE_ALL=1 tries all, SEED=N the same again; the seed is logged.
// It is not for use by two goroutines.
func Sample(t testing.TB, of int) (take func() bool) {
	t.Helper()
	seed, err := strconv.ParseUint(cmp.Or(os.Getenv("SEED"), strconv.FormatInt(time.Now().Unix(), 10)), 10, 64)
	if err != nil {
		t.Fatalf("reading SEED, which is a whole number: %v", err)
	}
	if Whole() {
		return func() bool { return true }
	}
	t.Logf("one of %d is tried: SEED=%d tries the same again, TOUCHSTONE_ALL=1 all", of, seed)
	random := rand.New(rand.NewPCG(seed, uint64(of)))
	return func() bool { return random.IntN(of) == 0 }
}

// Whole tells whether all is to be tried, and nothing sampled.
func Whole() bool { return os.Getenv("TOUCHSTONE_ALL") != "" }
