package trust_test

import (
	"fmt"
	"time"

	"touchstone/internal/trust"
)

// An anchor counts while it is young, and says so when it is not.
func ExampleAnchors_Standing() {
	anchors := trust.Embedded()
	keys, _ := anchors.Anchor(trust.NPMKeys)
	for _, days := range []int{7, 31} {
		now := keys.AsOf().AddDate(0, 0, days)
		for _, network := range []bool{true, false} {
			s := anchors.Standing(trust.NPMKeys, now, network)
			fmt.Printf("after %d days, network %v: counts %v, without a word %v\n", days, network, s.Counts, s.Reason == "")
		}
	}
	// What a key that is not in the set means depends on the set's age too.
	fmt.Println(keys.Lacking(keys.AsOf().Add(time.Hour)))
	// Output:
	// after 7 days, network true: counts true, without a word true
	// after 7 days, network false: counts true, without a word true
	// after 31 days, network true: counts false, without a word false
	// after 31 days, network false: counts true, without a word false
	// unknown
}
