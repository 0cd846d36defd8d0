package purl

import "strings"

// readImageFile reads a whole Dockerfile, compose file or Kubernetes manifest: the
// images that it names are choices, one at a time; of one alone it is that one.
func readImageFile(text string) (Ref, bool, error) {
	var several *Refused
	switch {
	case isDockerfile(text):
		several = Refuse(Several, "The Dockerfile names several images. Choose one.")
	case isImageManifest(text):
		several = Refuse(Several, "The file names several images. Choose one.")
	default:
		return Ref{}, false, nil
	}
	var last Ref
	var left []string // names that hold a variable, or that are no image's
	stages := map[string]bool{}
	for line := range strings.Lines(text) {
		word, stage := imageOf(line)
		if word == "" {
			continue
		}
		if stages[strings.ToLower(word)] || word == "scratch" {
			stages[strings.ToLower(stage)] = true
			continue
		}
		stages[strings.ToLower(stage)] = stage != ""
		ref, _, err := readImageValue(word)
		if err != nil {
			left = append(left, shown(word))
			continue
		}
		if readImagePlatform(&ref, platformOf(line)) != nil {
			left = append(left, shown(strings.TrimSpace(line)))
			continue
		}
		several.Offer(ref, "")
		last = ref
	}
	switch {
	case len(several.Choices) == 0 && len(left) == 0:
		return Ref{}, false, nil
	case len(several.Choices) == 0:
		return Ref{}, true, fail(Malformed, "The images that it names can't be read: %s. Paste one of them.", Some(left))
	case len(left) > 0:
		several.Detail += " Not read: " + Some(left) + "."
		return Ref{}, true, several
	case len(several.Choices) > 1:
		return Ref{}, true, several
	}
	return last, true, nil
}

// isDockerfile tells whether the first instruction of a text begins a Dockerfile.
func isDockerfile(text string) bool {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || hasWord(line, "ARG") {
			continue
		}
		return hasWord(line, "FROM")
	}
	return false
}

// isImageManifest tells whether a text is a compose file or a Kubernetes manifest, or
// a part of one: every line that is not empty is of YAML, and one names an image, as
// nothing else could be named.
func isImageManifest(text string) bool {
	images, marked := 0, false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || strings.HasPrefix(line, "---") {
			continue
		}
		if key, value, found := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "- ")), ":"); found && key == "image" && value != "" {
			images++
			marked = marked || strings.ContainsAny(value, ":/@")
		} else if found && (key == "services" || key == "apiVersion" || key == "containers") {
			marked = true
		} else if !found && !strings.HasPrefix(line, "-") {
			return false
		}
	}
	return images > 0 && marked
}

func hasWord(line, word string) bool {
	fields := strings.Fields(line)
	return len(fields) > 1 && strings.EqualFold(fields[0], word)
}

// imageOf is the image that a line names, as it is written, and how a Dockerfile
// calls what is built on it; empty for a line that names none.
func imageOf(line string) (word, stage string) {
	fields := strings.Fields(line)
	if len(fields) > 1 && strings.EqualFold(fields[0], "FROM") {
		fields = fields[1:]
		for len(fields) > 1 && strings.HasPrefix(fields[0], "--") {
			fields = fields[1:]
		}
		if len(fields) == 3 && strings.EqualFold(fields[1], "AS") {
			stage, fields = fields[2], fields[:1]
		}
		if len(fields) != 1 {
			return "", ""
		}
		return fields[0], stage
	}
	if len(fields) > 0 && fields[0] == "-" {
		fields = fields[1:]
	}
	if len(fields) > 1 && (fields[0] == "COPY" || fields[0] == "kubectl") {
		for _, field := range fields[1:] {
			image, from := strings.CutPrefix(field, "--from=") // a stage of the build, too, whose name has no mark
			if from && strings.ContainsAny(image, ":/@") {
				return image, ""
			}
			if image, ok := strings.CutPrefix(field, "--image="); ok {
				return image, ""
			}
		}
		return "", ""
	}
	if len(fields) < 2 || fields[0] != "image:" && (fields[0] != "uses:" || !strings.HasPrefix(fields[1], "docker://")) || len(fields) > 2 && !strings.HasPrefix(fields[2], "#") {
		return "", ""
	}
	return strings.Trim(fields[1], `"',`), ""
}

// platformOf is the platform for which a FROM line wants its image
// (docs.docker.com/reference/dockerfile, "FROM"); empty where it names none, or one
// that only the build knows.
func platformOf(line string) string {
	fields := strings.Fields(line)
	if len(fields) == 0 || !strings.EqualFold(fields[0], "FROM") {
		return ""
	}
	for _, field := range fields[1:] {
		if platform, ok := strings.CutPrefix(field, "--platform="); ok && !strings.ContainsAny(platform, "${}") {
			return strings.Trim(platform, `"'`)
		}
	}
	return ""
}

// readImagePlatform takes os/architecture[/variant], or an architecture alone; none
// says nothing.
func readImagePlatform(ref *Ref, platform string) error {
	if platform == "" {
		return nil
	}
	return readImageArch(ref, strings.TrimPrefix(platform, "linux/"))
}

// readContainerPage reads the pages of GitHub's packages that are container images:
//
//	/owner/repository/pkgs/container/name[/number][?tag=…]
//	/orgs/owner/packages/container/package/name
//	/users/owner/packages/container/package/name
//
// A number is GitHub's own of a version: only the registry knows which image that is.
func readContainerPage(a address) (Ref, bool, error) {
	owner, name, number := "", "", ""
	switch {
	case len(a.segments) >= 5 && a.at(2) == "pkgs" && a.at(3) == "container":
		owner, name, number = a.at(0), a.at(4), a.at(5)
	case len(a.segments) >= 6 && (a.at(0) == "orgs" || a.at(0) == "users") && a.at(2) == "packages" && a.at(3) == "container" && a.at(4) == "package":
		owner, name = a.at(1), a.at(5)
	default:
		return Ref{}, false, nil
	}
	image := strings.ToLower("ghcr.io/" + owner + "/" + name)
	if tag := a.query.Get("tag"); tag != "" {
		image += ":" + tag
	}
	ref, err := readImage(image)
	if err == nil && number != "" && ref.Tag == "" {
		ref.note("guess", "The page's number %s names a version for GitHub alone. Read as the image's tag latest.", shown(number))
	}
	return ref, true, err
}
