package evidence

import (
	"fmt"
	"strings"
)

// installerRefuses states what the usual client does, with its source, and what
// was found here of that which the client does not look at.
func installerRefuses(e *exam) Finding {
	i := e.Release.Installer
	if i.Name == "" {
		return because(Absent, "That a usual client refuses a package whose digest is wrong is not established.").by(Repository)
	}
	if !i.RefusesWrongDigest {
		return because(Absent, strings.TrimSpace(fmt.Sprintf("By default, %s does not refuse a package whose strong digest is wrong. %s", i.Name, i.Caveat))).by(Repository)
	}
	text := fmt.Sprintf("By default, %s refuses a package whose digest is wrong.", i.Name)
	switch {
	case i.ChecksSignature:
		text = fmt.Sprintf("By default, %s verifies the signature and refuses a package whose digest is wrong.", i.Name)
	case covering(e).Outcome == Pass:
		text += " The signature was checked here."
	}
	if i.Caveat != "" {
		text += " " + i.Caveat
	}
	return pass(text, map[string]string{"client": i.Name, "source": i.Source})
}
