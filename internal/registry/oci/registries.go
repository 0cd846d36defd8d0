package oci

import (
	"strings"

	"touchstone/internal/fetch"
)

// A place is one container registry that may be asked. The table is the whole
// list: it holds the registries that most public images come from, each with the
// hosts that it names in its own documentation or answers.
type place struct {
	// name is what people call it; images begin with host, asked is api.
	name, host, api string
	// realm and service are where it gives out anonymous tokens; empty for none.
	realm, service string
	// stores are the hosts to which it redirects for blobs, with path shapes.
	stores []fetch.Host
	// owner is the address below which the owner of a repository stands whose name
	// begins with theirs, and issuer the identity provider that knows them; empty
	// where a name belongs to nobody who can be known.
	owner, issuer string
}

const (
	hexadecimal = `[0-9a-f]{64}`
	part        = `[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`
	repository  = part + `(?:/` + part + `)*`
	reference   = `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`
	digests     = `sha256:` + hexadecimal + `|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}`
)

// githubIssuer vouches for workflows of GitHub, and GitHub gives a namespace of
// its registry to the account of that name alone
// (docs.github.com/packages/working-with-a-github-packages-registry/working-with-the-container-registry).
const githubIssuer = "https://token.actions.githubusercontent.com"

var places = []place{
	{name: "Docker Hub", host: "docker.io", api: "registry-1.docker.io", realm: "https://auth.docker.io/token", service: "registry.docker.io",
		stores: []fetch.Host{ // docs.docker.com/desktop/setup/allow-list
			store("production.cloudflare.docker.com", `/registry-v2/docker/registry/v2/blobs/sha256/[0-9a-f]{2}/`+hexadecimal+`/data`),
			store("docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com", `/registry-v2/docker/registry/v2/blobs/sha256/[0-9a-f]{2}/`+hexadecimal+`/data`),
		}},
	{name: "GitHub Container Registry", host: "ghcr.io", api: "ghcr.io", realm: "https://ghcr.io/token", service: "ghcr.io",
		owner: "https://github.com/", issuer: githubIssuer,
		stores: []fetch.Host{store("pkg-containers.githubusercontent.com", `/ghcr[0-9]*/blobs/sha256:`+hexadecimal)}},
	{name: "Quay", host: "quay.io", api: "quay.io", realm: "https://quay.io/v2/auth", service: "quay.io",
		stores: []fetch.Host{ // access.redhat.com, "Firewall changes when using quay.io"
			store("cdn.quay.io", quayBlob), store("cdn01.quay.io", quayBlob), store("cdn02.quay.io", quayBlob), store("cdn03.quay.io", quayBlob),
			store("cdn04.quay.io", quayBlob), store("cdn05.quay.io", quayBlob), store("cdn06.quay.io", quayBlob),
		}},
	{name: "Google Container Registry", host: "gcr.io", api: "gcr.io", realm: "https://gcr.io/v2/token", service: "gcr.io",
		stores: []fetch.Host{store("gcr.io", googleBlob)}},
	{name: "Kubernetes' registry", host: "registry.k8s.io", api: "registry.k8s.io", stores: kubernetesStores()},
	{name: "Microsoft Artifact Registry", host: "mcr.microsoft.com", api: "mcr.microsoft.com", stores: microsoftStores()},
	{name: "Amazon ECR Public", host: "public.ecr.aws", api: "public.ecr.aws", realm: "https://public.ecr.aws/token/", service: "public.ecr.aws",
		stores: []fetch.Host{store("d2glxqk2uabbnd.cloudfront.net", cloudfront), store("d5l0dvt14r5h8.cloudfront.net", cloudfront)}},
	{name: "Chainguard", host: "cgr.dev", api: "cgr.dev", realm: "https://cgr.dev/token", service: "cgr.dev",
		stores: []fetch.Host{store("9236a389bd48b984df91adc1bc924620.r2.cloudflarestorage.com", `/[a-z0-9._/-]*sha256:`+hexadecimal)}},
	{name: "Red Hat", host: "registry.access.redhat.com", api: "registry.access.redhat.com",
		stores: []fetch.Host{store("cdn.registry.access.redhat.com", `/[A-Za-z0-9._/-]*`+hexadecimal+`[A-Za-z0-9._/-]*`)}},
}

const (
	googleBlob = `/artifacts-downloads/namespaces/[a-z0-9-]+/repositories/[a-z0-9.-]+/downloads/[A-Za-z0-9_=-]+`
	quayBlob   = `/(?:quayio-production-s3|quay-registry)/sha256/[0-9a-f]{2}/` + hexadecimal
	cloudfront = `/[a-z0-9-]+/[A-Za-z0-9/-]*(?:` + hexadecimal + `|[0-9a-f-]{36})`
)

// kubernetesStores are where registry.k8s.io sends a request, by where it comes
// from (github.com/kubernetes/registry.k8s.io, cmd/archeio/docs/request-handling.md).
func kubernetesStores() []fetch.Host {
	var out []fetch.Host
	const path = `/v2/k8s-artifacts-prod/(?:images/)?` + repository + `/(?:manifests|blobs)/(?:` + reference + `|` + digests + `)`
	for _, region := range []string{"asia-east1", "asia-northeast1", "asia-northeast2", "asia-south1", "australia-southeast1", "europe-north1", "europe-southwest1",
		"europe-west1", "europe-west2", "europe-west4", "europe-west8", "europe-west9", "europe-west10", "southamerica-west1",
		"us-central1", "us-east1", "us-east4", "us-east5", "us-south1", "us-west1", "us-west2"} {
		s := store(region+"-docker.pkg.dev", path)
		s.Paths = append(s.Paths, googleBlob)
		out = append(out, s)
	}
	return out
}

// microsoftStores are the data endpoints of regions (github.com/microsoft/containerregistry,
// docs/mcr-endpoints-guidance.md).
func microsoftStores() []fetch.Host {
	var out []fetch.Host
	for _, region := range []string{"eastus", "eastus2", "westus", "westus2", "westus3", "centralus", "northcentralus", "southcentralus", "westcentralus",
		"northeurope", "westeurope", "uksouth", "francecentral", "germanywestcentral", "swedencentral", "switzerlandnorth",
		"eastasia", "southeastasia", "japaneast", "koreacentral", "australiaeast", "centralindia", "brazilsouth", "canadacentral", "uaenorth", "southafricanorth"} {
		out = append(out, store(region+".data.mcr.microsoft.com", `/[a-z0-9-]+/docker/registry/v2/blobs/sha256/[0-9a-f]{2}/`+hexadecimal+`/data`))
	}
	return out
}

func store(name, path string) fetch.Host {
	return fetch.Host{Name: name, Paths: []string{path}, Storage: true, RefusesBrowsers: true}
}

// attestationsHost serves what GitHub keeps of statements, by a digest.
const attestationsHost = "api.github.com"

// hosts are all declared ones. Registries answer no page of another site
// (github.com/docker/roadmap, issue 667).
func hosts() []fetch.Host {
	const (
		manifests = `/v2/(` + repository + `)/manifests/(?:` + reference + `|` + digests + `)`
		blobs     = `/v2/(` + repository + `)/blobs/(?:` + digests + `)`
		referrers = `/v2/(` + repository + `)/referrers/(?:` + digests + `)`
		tags      = `/v2/(` + repository + `)/tags/list`
	)
	var out []fetch.Host
	for _, p := range places {
		h := fetch.Host{Name: p.api, Paths: []string{manifests, blobs, referrers, tags}, RefusesBrowsers: true}
		if p.realm != "" {
			h.Tokens = &fetch.Tokens{Realm: p.realm, Service: p.service,
				Repository: `/v2/(` + repository + `)/(?:(?:manifests|blobs|referrers)/[A-Za-z0-9._:-]+|tags/list)`}
			realm := strings.TrimPrefix(p.realm, "https://")
			at := strings.IndexByte(realm, '/')
			out = append(out, fetch.Host{Name: realm[:at], Paths: []string{strings.ReplaceAll(realm[at:], ".", `\.`)}, RefusesBrowsers: true})
		}
		out = append(append(out, h), p.stores...)
	}
	return append(out, fetch.Host{Name: attestationsHost, Paths: []string{`/(?:orgs|users)/[A-Za-z0-9-]+/attestations/sha256:` + hexadecimal}})
}

// placeOf is the registry of a host as images name it; nil for one that is not
// asked.
func placeOf(host string) *place {
	for i := range places {
		if places[i].host == host {
			return &places[i]
		}
	}
	return nil
}
