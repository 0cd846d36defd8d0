package purl

import "strings"

// readImageOperand reads what a client is told to fetch; some write where from.
func readImageOperand(spec string) (Ref, error) {
	for _, local := range []string{"oci:", "dir:", "docker-archive:", "oci-archive:", "docker-daemon:", "containers-storage:"} {
		if strings.HasPrefix(spec, local) {
			return Ref{}, fail(NoPackage, "%s is on your device. Paste an image of a registry.", shown(spec))
		}
	}
	return readImage(strings.TrimPrefix(strings.TrimPrefix(spec, "docker://"), "oci://"))
}

// readImageAddress reads host/path[:tag][@digest], and the pages of registries.
func readImageAddress(a address) (Ref, error) {
	segments := a.segments
	switch {
	case a.host == "quay.io" && a.is("repository"):
		segments = a.segments[1:min(3, len(a.segments))]
		if tag := a.query.Get("tag"); tag != "" && len(segments) == 2 {
			return readImage("quay.io/" + strings.Join(segments, "/") + ":" + tag)
		}
	case a.host == "mcr.microsoft.com":
		for i := range segments { // /en-us/artifact/mar/dotnet/sdk/tags
			if i+1 < len(segments) && segments[i] == "artifact" && segments[i+1] == "mar" {
				segments = segments[i+2:]
				if n := len(segments); n > 1 && (segments[n-1] == "tags" || segments[n-1] == "about") {
					segments = segments[:n-1]
				}
				break
			}
		}
	case a.is("v2"): // the registry's own address
		for i, s := range segments {
			if (s == "manifests" || s == "blobs") && i+1 < len(segments) && i > 1 {
				return imageAt(a.host, segments[1:i], segments[i+1])
			}
		}
	}
	if len(segments) == 0 {
		return Ref{}, unknownPage(a, "https://"+a.host+"/owner/name:1.2.3")
	}
	return readImage(a.host + "/" + strings.Join(segments, "/"))
}

// imageAt is an image by its repository's parts, and a tag or digest.
func imageAt(host string, path []string, version string) (Ref, error) {
	separator := ":"
	if strings.Contains(version, ":") {
		separator = "@"
	}
	return readImage(host + "/" + strings.Join(path, "/") + separator + version)
}

// readHubPage reads the pages of Docker Hub:
//
//	/_/name[/tags]
//	/r/owner/name[/tags]
//	/layers/owner/name/tag/images/sha256-…
//	/repository/docker/owner/name
func readHubPage(a address) (Ref, error) {
	switch {
	case a.is("_") && len(a.segments) >= 2:
		return newImage(dockerHub, "library/"+a.at(1), "")
	case a.is("r") && len(a.segments) >= 3, a.is("u") && len(a.segments) >= 3:
		return newImage(dockerHub, a.at(1)+"/"+a.at(2), "")
	case a.is("layers") && len(a.segments) >= 4, a.is("tags") && len(a.segments) >= 4:
		return newImage(dockerHub, a.at(1)+"/"+a.at(2), a.at(3))
	case a.is("repository", "docker") && len(a.segments) >= 4:
		return newImage(dockerHub, a.at(2)+"/"+a.at(3), "")
	}
	return Ref{}, unknownPage(a, "https://hub.docker.com/_/alpine")
}

// readGalleryPage reads /owner/name of Amazon's public gallery.
func readGalleryPage(a address) (Ref, error) {
	if len(a.segments) < 2 {
		return Ref{}, unknownPage(a, "https://gallery.ecr.aws/docker/library/alpine")
	}
	return newImage("public.ecr.aws", strings.Join(a.segments, "/"), "")
}

// readImageText reads a line of a Dockerfile, of a compose file and of a Kubernetes
// manifest that names an image.
func readImageText(text string) (Ref, bool, error) {
	if strings.Contains(text, "\n") {
		return Ref{}, false, nil
	}
	words := strings.Fields(text)
	word, _ := imageOf(text)
	switch {
	case word == "" && words[0] == "FROM" && len(words) > 1:
		return Ref{}, true, fail(Malformed, "A FROM line names one image: FROM name:tag, perhaps AS a name.")
	case word == "" && words[0] == "COPY" && len(words) > 2:
		return Ref{}, true, fail(NoPackage, "The line copies files from a folder or from a stage of the build. Paste a FROM line, or the image's name.")
	case word == "":
		return Ref{}, false, nil
	case word == "scratch":
		return Ref{}, true, fail(NoPackage, "The name scratch is no image: it stands where an image is built on none.")
	case words[0] == "FROM":
		ref, ok, err := readImageValue(word)
		if err == nil {
			err = readImagePlatform(&ref, platformOf(text))
		}
		return ref, ok, err
	case !strings.EqualFold(words[0], "FROM"): // "from" begins sentences, too
		return readImageValue(word)
	}
	return Ref{}, false, nil
}

func readImageValue(word string) (Ref, bool, error) {
	if strings.ContainsAny(word, "${}") {
		return Ref{}, true, fail(Malformed, "%s holds a variable. Paste the image's name with what stands for it.", shown(word))
	}
	ref, err := readImageOperand(word)
	return ref, true, err
}

// readImageWord reads a word that can only be an image: one with a digest, or a
// registry's host before a tag.
func readImageWord(word string) (Ref, bool, error) {
	name, sum, pinned := strings.Cut(word, "@")
	if pinned && (strings.HasPrefix(sum, "sha256:") || strings.HasPrefix(sum, "sha512:")) && name != "" {
		ref, err := readImage(word)
		return ref, true, err
	}
	return Ref{}, false, nil
}
