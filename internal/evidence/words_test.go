package evidence

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBetter(t *testing.T) {
	rising := []Finding{because(Absent, "absent"), because(NotUnderstood, "old"), because(Unknown, "open"), pass("pass", nil), because(Fail, "fail")}
	for i, a := range rising {
		for j, b := range rising {
			assert.Equal(t, rising[max(i, j)], better(a, b))
		}
	}
	assert.Equal(t, "first", better(because(Unknown, "first"), because(Unknown, "second")).Reason)
}
