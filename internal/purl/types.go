package purl

import (
	"slices"
	"strings"
)

// The purl types whose grammar is known here.
const (
	Golang = "golang"
	NPM    = "npm"
	PyPI   = "pypi"
	Cargo  = "cargo"
)

// served are the types that Parse reads. Whether a type can also be audited
// is decided by the list of registries, not here.
var served = [...]string{Golang, NPM, PyPI, Cargo}

// Served lists the purl types that [Parse] reads.
func Served() []string { return slices.Clone(served[:]) }

// newRef makes a reference of a served type from its path and its version or
// tag. What was pasted may be a package inside the one that path names.
func newRef(typ, path, version string) (Ref, error) {
	switch typ {
	case Golang:
		return newGo(path, version, false)
	case NPM:
		return newNPM(path, version)
	case PyPI:
		return newPyPI(path, version)
	case Cargo:
		return newCargo(path, version)
	}
	return Ref{}, NotServed(typ)
}

// NotServed is the refusal of an ecosystem whose packages cannot be audited.
func NotServed(typ string) *Refused {
	name := typeName(typ)
	if name == "" {
		name = "Packages of type " + shown(typ)
	}
	return Refuse(UnsupportedType, "%s are not served yet.", name)
}

// typeName is what people call the packages of a purl type that is not
// served; empty for a type that purl-spec (types/*-definition.json) does not
// list.
func typeName(typ string) string {
	switch typ {
	case "alpm":
		return "Arch Linux packages"
	case "apk":
		return "Alpine packages"
	case "bazel":
		return "Bazel modules"
	case "bitbucket", "github", "git":
		return "source repositories (" + typ + ")"
	case "bitnami":
		return "Bitnami packages"
	case "brew":
		return "Homebrew packages"
	case "chrome-extension":
		return "Chrome extensions"
	case "cocoapods":
		return "CocoaPods packages"
	case "composer":
		return "Composer packages"
	case "conan":
		return "Conan packages"
	case "conda":
		return "Conda packages"
	case "cpan":
		return "CPAN packages"
	case "cran":
		return "CRAN packages"
	case "deb":
		return "Debian packages"
	case "docker":
		return "Docker images"
	case "gem":
		return "RubyGems packages"
	case "generic":
		return "generic packages"
	case "hackage":
		return "Hackage packages"
	case "hex":
		return "Hex packages"
	case "huggingface":
		return "Hugging Face models"
	case "julia":
		return "Julia packages"
	case "luarocks":
		return "LuaRocks packages"
	case "maven":
		return "Maven packages"
	case "mlflow":
		return "MLflow models"
	case "nuget":
		return "NuGet packages"
	case "oci":
		return "OCI images"
	case "opam":
		return "opam packages"
	case "otp":
		return "OTP applications"
	case "pub":
		return "Dart packages"
	case "qpkg":
		return "QNX packages"
	case "rpm":
		return "RPM packages"
	case "swid":
		return "SWID tags"
	case "swift":
		return "Swift packages"
	case "vcpkg":
		return "vcpkg packages"
	case "vscode-extension":
		return "Visual Studio Code extensions"
	case "yocto":
		return "Yocto recipes"
	}
	return ""
}

// typeOfHost is the purl type that a host of a registry serves which is not
// among the served ones; empty for any other host.
func typeOfHost(host string) string {
	switch strings.TrimPrefix(host, "www.") {
	case "rubygems.org":
		return "gem"
	case "nuget.org", "api.nuget.org":
		return "nuget"
	case "search.maven.org", "central.sonatype.com", "mvnrepository.com", "repo1.maven.org", "repo.maven.apache.org":
		return "maven"
	case "hub.docker.com":
		return "docker"
	case "packagist.org":
		return "composer"
	case "hex.pm":
		return "hex"
	case "pub.dev":
		return "pub"
	case "hackage.haskell.org":
		return "hackage"
	case "cran.r-project.org":
		return "cran"
	case "formulae.brew.sh":
		return "brew"
	case "packages.debian.org":
		return "deb"
	case "packages.fedoraproject.org":
		return "rpm"
	case "metacpan.org":
		return "cpan"
	case "huggingface.co":
		return "huggingface"
	case "anaconda.org":
		return "conda"
	case "cocoapods.org":
		return "cocoapods"
	case "luarocks.org":
		return "luarocks"
	case "marketplace.visualstudio.com":
		return "vscode-extension"
	}
	return ""
}

// typeOfTool is the purl type that an install command's program serves which
// is not among the served ones; empty for any other word.
func typeOfTool(program string) string {
	switch program {
	case "gem", "bundle":
		return "gem"
	case "dotnet", "nuget":
		return "nuget"
	case "mvn":
		return "maven"
	case "docker", "podman":
		return "docker"
	case "composer":
		return "composer"
	case "brew":
		return "brew"
	case "apt", "apt-get":
		return "deb"
	case "dnf", "yum":
		return "rpm"
	case "apk":
		return "apk"
	case "pacman":
		return "alpm"
	case "conda", "mamba":
		return "conda"
	case "dart", "flutter":
		return "pub"
	case "cabal":
		return "hackage"
	case "cpan", "cpanm":
		return "cpan"
	case "opam":
		return "opam"
	case "luarocks":
		return "luarocks"
	}
	return ""
}
