// The verifiers, each as load(env, subject) → verify(subject): what a page or a
// program does once, and what it does for every bundle. Verify throws where a
// bundle is refused. env gives what differs between Node and a page. All keep their
// root parsed, and read each bundle from its JSON.

/** What the verifiers do for one bundle, and where they differ, for people. */
export const does = `Each verifies the certificate's chain and its log's promise, the log entry (promise,
signed head, inclusion, that it is of this signature), timestamps, the signature, and
issuer and identity.
- touchstone computes all in WebAssembly, on one thread. It keeps that the
  intermediate certificate is signed by the root's, and nothing of a bundle.
- @freedomofpress/sigstore-browser has WebCrypto do signatures and hashes, in the
  browser's own code on other threads. It verifies the chain at the certificate's
  beginning, and finds subjects by SHA-256 alone.
- @sigstore/verify has Node's OpenSSL do them, and compares no subject.
`;

/** Ours: the root is the one inside. */
async function touchstone(env) {
  await env.script("wasm_exec.js");
  const go = new globalThis.Go();
  const ready = new Promise((resolve) => { globalThis.touchstoneReady = resolve; });
  go.run(await env.instantiate("conformance.wasm", go.importObject));
  await ready;
  return async (subject) => {
    const files = { bundle: new TextEncoder().encode(subject.bundle), artifact: subject.artifact };
    const args = ["verify-bundle", "--bundle", "bundle", "--certificate-identity", subject.identity, "--certificate-oidc-issuer", subject.issuer, "artifact"];
    const { accepted, reason } = await globalThis.touchstone.verifyBundle(JSON.stringify(args), (path) => files[path]);
    if (!accepted) throw new Error(reason);
  };
}

async function sigstoreBrowser(env, { root }) {
  const { SigstoreVerifier } = await env.module("@freedomofpress/sigstore-browser");
  const verifier = new SigstoreVerifier();
  await verifier.loadSigstoreRoot(JSON.parse(root));
  return (subject) => verifier.verifyArtifact(subject.identity, subject.issuer, JSON.parse(subject.bundle), subject.artifact);
}

async function sigstoreVerify(env, { root }) {
  const [{ bundleFromJSON }, { TrustedRoot }, { Verifier, toSignedEntity, toTrustMaterial }] = await Promise.all(
    ["@sigstore/bundle", "@sigstore/protobuf-specs", "@sigstore/verify"].map((name) => env.module(name)),
  );
  const verifier = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(root))));
  return async (subject) => {
    const bundle = bundleFromJSON(JSON.parse(subject.bundle));
    verifier.verify(toSignedEntity(bundle, env.buffer(subject.artifact)), { subjectAlternativeName: subject.identity, extensions: { issuer: subject.issuer } });
  };
}

const loaders = { touchstone, "@freedomofpress/sigstore-browser": sigstoreBrowser, "@sigstore/verify": sigstoreVerify };

/** How often a bundle is verified again: until the engine has compiled well what runs often, and then measured. */
export const warming = 60;
export const measured = 30;

/** Loads, verifies once, then warm: {load, first, again, least} in ms, or {error}. */
export async function sample(env, name, subject) {
  const began = performance.now();
  const verify = await loaders[name](env, subject);
  const loaded = performance.now();
  try {
    await verify(subject);
  } catch (error) {
    return { error: `refuses: ${error.message.split("\n")[0].slice(0, 90)}` };
  }
  const first = performance.now() - loaded;
  const again = [];
  for (let i = 0; i < warming + measured; i++) {
    const start = performance.now();
    await verify(subject);
    if (i >= warming) again.push(performance.now() - start);
  }
  again.sort((a, b) => a - b);
  return { load: loaded - began, first, again: again[measured >> 1], least: again[0] };
}
