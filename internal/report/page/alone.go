package page

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"

	"github.com/a-h/templ"

	"touchstone/internal/report"
)

//go:embed alone.css
var aloneStyle string

// Alone is a report as a whole document that is opened from a file: it needs no
// network, and its policy lets nothing run and nothing load.
func Alone(r *report.Report) (string, error) {
	article, err := Render(r)
	if err != nil {
		return "", err
	}
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="` + AlonePolicy(aloneStyle) + `">
<meta name="viewport" content="width=device-width">
<title>` + templ.EscapeString(report.Clean(r.Verdict.Title)) + `</title>
<style>` + aloneStyle + `</style>
</head>
<body>
<p><strong>A saved report of ` + templ.EscapeString(report.Clean(r.Time)) + `.</strong> It tells what was found then, and proves nothing by itself.</p>
` + article + `
</body>
</html>
`, nil
}

// AlonePolicy is the content security policy of a document that is opened from a
// file: nothing runs, and nothing is loaded but this one style, which it holds.
func AlonePolicy(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
