// What is verified: real bundles, one of each common form, under the public
// instance. They are where the tests find them, beside the repository.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const corpus = new URL("../../../shared/corpus/", import.meta.url);

const files = {
  "artifact, log v1, timestamp": {
    bundle: "sigstore-bundles/sigstore-rust/bundles/cosign-v3-blob.sigstore.json",
    artifact: "sigstore-bundles/sigstore-rust/bundles/cosign-v3-blob.txt",
    identity: "w.vollprecht@gmail.com", issuer: "https://github.com/login/oauth",
  },
  "PyPI attestation, log v1": {
    bundle: "pypi-attestations/pypi_attestation_models-0.0.4a2.tar.gz.sigstore",
    artifact: "pypi-attestations/pypi_attestation_models-0.0.4a2.tar.gz",
    identity: "https://github.com/trailofbits/pypi-attestation-models/.github/workflows/release.yml@refs/tags/v0.0.4a2",
    issuer: "https://token.actions.githubusercontent.com",
  },
  "npm provenance, log v1": {
    bundle: "npm-attestations/valid/sigstore-2.0.0-provenance.bundle.json",
    artifact: "npm-attestations/tarballs/sigstore-2.0.0.tgz",
    identity: "https://github.com/sigstore/sigstore-js/.github/workflows/release.yml@refs/heads/main",
    issuer: "https://token.actions.githubusercontent.com",
  },
  "conda attestation, log v1": {
    bundle: "sigstore-bundles/sigstore-rust/bundles/conda-attestation.sigstore.json",
    artifact: "sigstore-bundles/sigstore-rust/bundles/signed-package-2.1.0-hb0f4dca_0.conda",
    identity: "https://github.com/prefix-dev/sigstore-example/.github/workflows/action.yaml@refs/heads/main",
    issuer: "https://token.actions.githubusercontent.com",
  },
};

/** The bundles by name, each with its files' contents; none where they are not there. */
export function subjects() {
  if (!existsSync(corpus)) return {};
  const read = (path) => readFileSync(fileURLToPath(new URL(path, corpus)));
  const root = read("sigstore-trust/public-good/trusted_root.json").toString();
  return Object.fromEntries(Object.entries(files).map(([name, f]) => [name, { ...f, root, bundle: read(f.bundle).toString(), artifact: new Uint8Array(read(f.artifact)) }]));
}
