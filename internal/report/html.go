package report

import (
	"context"
	"fmt"
	"strings"
)

// HTML is the report as the page shows it: one article, without scripts or
// styles of its own. Everything from outside in it is text.
func (r *Report) HTML() (string, error) {
	var b strings.Builder
	if err := Page(r).Render(context.Background(), &b); err != nil {
		return "", fmt.Errorf("rendering the report: %w", err)
	}
	return b.String(), nil
}
