// Package page shows a report as HTML, from the report alone: layout, links and
// signs. What it says is the report's.
package page

import (
	"context"
	"fmt"
	"strings"

	"touchstone/internal/report"
)

// Render is a report as the page shows it: one article, without scripts or
// styles of its own. Everything from outside in it is text.
func Render(r *report.Report) (string, error) {
	var b strings.Builder
	if err := Report(r).Render(context.Background(), &b); err != nil {
		return "", fmt.Errorf("rendering the report: %w", err)
	}
	return b.String(), nil
}
