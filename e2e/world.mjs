// Answers for tests in place of the network: of packages that tests make, and
// what registries said, from the real cases beside the checkout. Where those are
// not there, what needs them is skipped, or asked of a package of the test's own.
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";

const corpus = fileURLToPath(new URL("../../shared/corpus", import.meta.url));
export const recorded = existsSync(corpus);

const bytes = (...parts) => readFileSync(join(corpus, ...parts));

/**
 * A world answers addresses: a function from a URL to {status, body}, or
 * undefined for 404.
 */

/** The module proxy and checksum database, as they were recorded. */
export function goWorld(changed = {}) {
  return (url) => {
    const { hostname, pathname } = new URL(url);
    if (hostname !== "proxy.golang.org") return undefined;
    if (pathname in changed) return changed[pathname];
    const path = pathname.startsWith("/sumdb/sum.golang.org/") ? pathname.slice("/".length) : join("proxy", pathname);
    const file = join(corpus, "go-sumdb", "snapshot", path);
    return existsSync(file) ? { status: 200, body: readFileSync(file) } : undefined;
  };
}

/** The purls of the modules that were recorded whole. */
export function goModules() {
  const paths = readdirSync(join(corpus, "go-sumdb", "snapshot", "proxy"), { recursive: true });
  return paths.map((path) => /^(.*)\/@v\/(.*)\.zip$/.exec(path)).filter(Boolean)
    .map(([, path, version]) => `pkg:golang/${path.replace(/!(.)/g, (_, c) => c.toUpperCase())}@${version.replaceAll("+", "%2B")}`);
}

/** A project on PyPI as it was recorded, without attestations; a change may stand in place of a file. */
export function pypiWorld(project, changed = {}) {
  const place = (...parts) => join(corpus, "eco", "pypi", ...parts);
  return (url) => {
    const { hostname, pathname } = new URL(url);
    const name = pathname.split("/").pop();
    if (name in changed) return changed[name];
    const file = hostname === "pypi.org" && pathname === `/simple/${project}/` ? place("simple", `${project}.json`) : hostname === "files.pythonhosted.org" ? place("files", name) : "";
    return file && existsSync(file) ? { status: 200, body: readFileSync(file) } : undefined;
  };
}

/** A crate of crates.io as it was recorded: its file of the index, its record and itself. */
export function crateWorld(name, version) {
  return served(crates(name, version, bytes("eco", "cargo", "index", name), bytes("eco", "cargo", "crates", `${name}-${version}.crate`)));
}

/** A crate of the test's own, as crates.io would serve it: file names and contents, beside its manifest. Change gives bytes in the place of its file. */
export function mintedCrate(name, version, files, change = (file) => file) {
  const file = tgz({ "Cargo.toml": `[package]\nname = "${name}"\nversion = "${version}"\n`, ...files }, `${name}-${version}/`);
  const index = JSON.stringify({ name, vers: version, deps: [], cksum: createHash("sha256").update(file).digest("hex"), features: {}, yanked: false });
  return served(crates(name, version, `${index}\n`, change(file)));
}

/** What crates.io has of a crate, by address. */
function crates(name, version, index, file) {
  const { cksum } = index.toString().trim().split("\n").map((line) => JSON.parse(line)).find((one) => one.vers === version);
  return {
    [`https://index.crates.io/${name.slice(0, 2)}/${name.slice(2, 4)}/${name}`]: index,
    [`https://crates.io/api/v1/crates/${name}/${version}`]: JSON.stringify({ version: { crate: name, num: version, checksum: cksum } }),
    [`https://static.crates.io/crates/${name}/${name}-${version}.crate`]: file,
  };
}

/** A Go module of the test's own, as the module proxy would serve it: nobody logged it. */
export function mintedModule(path, version, files) {
  const base = `https://proxy.golang.org/${path}/@v/`;
  const mod = `module ${path}\n\ngo 1.26\n`;
  const inside = Object.fromEntries(Object.entries({ "go.mod": mod, ...files }).map(([name, text]) => [`${path}@${version}/${name}`, text]));
  return served({ [`${base}list`]: `${version}\n`, [`${base}${version}.info`]: JSON.stringify({ Version: version, Time: "2026-11-20T09:00:00Z" }), [`${base}${version}.mod`]: mod, [`${base}${version}.zip`]: stored(inside) });
}

/** The world of some pages by address. */
const served = (pages) => (url) => (url in pages ? { status: 200, body: pages[url] } : undefined);

const npm = "https://registry.npmjs.org/";

/** One version of the npm package sigstore, with the registry's signature where it was recorded, with or without attestations. */
export function npmWorld(version, attestations, edit = (manifest) => manifest) {
  const tgz = bytes("npm-attestations", "tarballs", `sigstore-${version}.tgz`);
  const dist = {
    integrity: `sha512-${createHash("sha512").update(tgz).digest("base64")}`,
    tarball: `${npm}sigstore/-/sigstore-${version}.tgz`,
  };
  const pages = { [dist.tarball]: tgz };
  if (attestations) {
    const url = `${npm}-/npm/v1/attestations/sigstore@${version}`;
    dist.attestations = { url, provenance: { predicateType: "https://slsa.dev/provenance/v0.2" } };
    pages[url] = bytes("npm-attestations", ...attestations.split("/"));
  }
  const signed = bytes("npm-signatures", "signatures.jsonl").toString().trim().split("\n").map(JSON.parse)
    .find((one) => one.name === "sigstore" && one.version === version && one.integrity === dist.integrity);
  if (signed) {
    dist.signatures = signed.signatures;
    pages[`${npm}sigstore`] = Buffer.from(JSON.stringify({ name: "sigstore", "dist-tags": { latest: version }, time: { [version]: signed.published }, versions: { [version]: { name: "sigstore", version, dist } } }));
  }
  pages[`${npm}sigstore/${version}`] = Buffer.from(JSON.stringify(edit({ ...manifest(tgz), dist })));
  return served(pages);
}

/** An npm package of the test's own: file names and contents, as its registry would serve it. */
export function mintedWorld(name, version, files, edit = (record) => record) {
  const manifest = { name, version };
  const packed = tgz({ "package/package.json": JSON.stringify(manifest), ...files });
  const dist = { integrity: `sha512-${createHash("sha512").update(packed).digest("base64")}`, tarball: `${npm}${name}/-/${name.split("/").pop()}-${version}.tgz` };
  return served({ [dist.tarball]: packed, [`${npm}${name}/${version}`]: Buffer.from(JSON.stringify(edit({ ...manifest, dist }))) });
}

/** A package of Maven Central of the test's own: com.example:thing, a jar of the files that are given, with its checksum file; more may stand in its POM, and beside it by ending. */
export function mavenWorld(version, files, { says = "", beside = {} } = {}) {
  const base = `https://repo1.maven.org/maven2/com/example/thing/${version}/thing-${version}`;
  const jar = stored({ "META-INF/MANIFEST.MF": "Manifest-Version: 1.0\r\n\r\n", "META-INF/maven/com.example/thing/pom.properties": `groupId=com.example\nartifactId=thing\nversion=${version}\n`, ...files });
  const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>com.example</groupId><artifactId>thing</artifactId><version>${version}</version>${says}</project>`;
  const pages = { [`${base}.jar`]: jar, [`${base}.pom`]: Buffer.from(pom) };
  for (const [name, body] of Object.entries(pages)) for (const sum of ["sha1", "sha256"]) pages[`${name}.${sum}`] = Buffer.from(createHash(sum).update(body).digest("hex"));
  for (const [ending, body] of Object.entries(beside)) pages[base + ending] = body;
  return served(pages);
}

/** The same as most are there: with a signature, which is as it was recorded of another, with what a POM says, and with further files. */
export function signedMaven(version) {
  const sum = Buffer.from("0".repeat(40));
  return mavenWorld(version, { "com/example/Thing.class": "bytes" }, {
    says: `<description>Writes and runs what is repeated, and tells what it found.</description>
      <url>https://example.com/</url><licenses><license><name>Eclipse Public License 1.0</name></license></licenses>
      <scm><url>https://github.com/example/thing</url><tag>r${version}</tag></scm>
      <dependencies><dependency><groupId>com.example</groupId><artifactId>other</artifactId><version>1.3</version></dependency></dependencies>`,
    beside: { ".jar.asc": bytes("eco", "maven", "m2", "com", "google", "code", "findbugs", "jsr305", "3.0.2", "jsr305-3.0.2.jar.asc"), "-sources.jar.sha1": sum, "-javadoc.jar.sha1": sum },
  });
}

/** One package of Debian's security archive as it was recorded: its reference, when its index was valid, and what is at each address. */
export function debWorld() {
  const base = "https://security.debian.org/debian-security/";
  const at = (path) => bytes("eco", "debian", ...path.split("/"));
  const suite = "dists/bookworm-security/";
  const list = at(`${suite}contrib/binary-amd64/Packages.xz`);
  const file = "pool/updates/contrib/o/openh264/libopenh264-cisco7_2.3.1+dfsg-3+deb12u1_amd64.deb";
  const pages = {
    [`${base}${suite}InRelease`]: at(`${suite}InRelease`), [base + file]: at(file),
    [`${base}${suite}contrib/binary-amd64/by-hash/SHA256/${createHash("sha256").update(list).digest("hex")}`]: list,
  };
  return { reference: "pkg:deb/debian/libopenh264-cisco7@2.3.1%2Bdfsg-3%2Bdeb12u1?arch=amd64&distro=bookworm-security", time: "2026-11-26T12:00:00Z", pages, world: served(pages) };
}

/**
 * An image of the test's own, docker.io/example/thing, of one layer with the files
 * that are given, signed with a bare key as cosign does. Gives its reference, the
 * public key in PEM, and the world.
 */
export function imageWorld(files, { size } = {}) {
  const pages = {};
  const base = "https://registry-1.docker.io/v2/example/thing/";
  const put = (kind, body, place = "blobs") => {
    const digest = `sha256:${createHash("sha256").update(body).digest("hex")}`;
    pages[`${base}${place}/${digest}`] = body;
    return { mediaType: `application/vnd.${kind}`, digest, size: body.length };
  };
  const json = (value) => Buffer.from(JSON.stringify(value));
  const layer = put("oci.image.layer.v1.tar+gzip", tgz(files));
  layer.size = size ?? layer.size;
  const config = put("oci.image.config.v1+json", json({ architecture: "amd64", os: "linux", config: { Cmd: ["/thing"] }, rootfs: { type: "layers", diff_ids: [] } }));
  const image = put("oci.image.manifest.v1+json", json({ schemaVersion: 2, config, layers: [layer] }), "manifests");
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const payload = json({ critical: { identity: { "docker-reference": "index.docker.io/example/thing" }, image: { "docker-manifest-digest": image.digest }, type: "cosign container image signature" }, optional: null });
  const signed = { ...put("dev.cosign.simplesigning.v1+json", payload), annotations: { "dev.cosignproject.cosign/signature": sign("sha256", payload, privateKey).toString("base64") } };
  pages[`${base}manifests/${image.digest.replace(":", "-")}.sig`] = json({ schemaVersion: 2, config: put("oci.image.config.v1+json", json({})), layers: [signed] });
  return { reference: `docker.io/example/thing@${image.digest}`, key: publicKey.export({ type: "spki", format: "pem" }), world: served(pages) };
}

/** A zip of small files, none compressed (APPNOTE 4.3). */
function stored(files) {
  const [parts, directory] = [[], []];
  let at = 0;
  for (const [path, text] of Object.entries(files)) {
    const [name, body] = [Buffer.from(path), Buffer.from(text)];
    const fields = Buffer.alloc(26); // what both headers share
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(0x00210000, 6); // 1 January 1980
    fields.writeUInt32LE(crc32(body), 10);
    fields.writeUInt32LE(body.length, 14);
    fields.writeUInt32LE(body.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), fields, place, name);
    parts.push(Buffer.from("PK\x03\x04", "latin1"), fields, name, body);
    at += 30 + name.length + body.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(parts.length / 4, 8);
  end.writeUInt16LE(parts.length / 4, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, list, end]);
}

/** CRC-32 as zip files have it. */
function crc32(body) {
  let crc = ~0;
  for (const byte of body) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** A compressed tar archive of files, below a folder. */
const tgz = (files, folder = "") => gzipSync(Buffer.concat([...Object.entries(files).map(([path, text]) => tarred(folder + path, text)), Buffer.alloc(1024)]));

/** One file of a tar archive (POSIX ustar: names of at most 100 bytes). */
function tarred(path, text) {
  const body = Buffer.from(text);
  const header = Buffer.alloc(512);
  header.write(path, 0, 100);
  header.write("0000644\0" + "0000000\0" + "0000000\0" + body.length.toString(8).padStart(11, "0") + "\0" + "00000000000\0" + "        " + "0", 100, "latin1");
  header.write("ustar\0" + "00", 257, "latin1");
  header.write(header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, "0") + "\0 ", 148, "latin1");
  return Buffer.concat([header, body, Buffer.alloc(-body.length & 511)]);
}

/** The package.json of a package: the first entry of that name in its tar. */
function manifest(tgz) {
  const tar = gunzipSync(tgz);
  for (let at = 0; at + 512 <= tar.length;) {
    const name = tar.toString("latin1", at, at + 100).replace(/\0.*$/s, "");
    const size = parseInt(tar.toString("latin1", at + 124, at + 136), 8) || 0;
    if (/^[^/]+\/package\.json$/.test(name)) return JSON.parse(tar.toString("utf8", at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  throw new Error("the package holds no package.json");
}

/**
 * Answers in place of every host, directly and through the relay, each answer once
 * what wait gives is there. Resolves to the list of addresses asked, which grows.
 */
export async function inhabit(context, origin, world, { relay = true, direct = true, wait } = {}) {
  const asked = [];
  const reply = async (route, url, more = {}) => {
    asked.push(url);
    await wait?.();
    const answer = world(url) ?? { status: 404, body: "not found" };
    await route.fulfill({ status: answer.status, body: answer.body, headers: { "access-control-allow-origin": "*", "content-type": "application/octet-stream", ...more } }).catch(() => {}); // the page may have gone on
  };
  await context.route((url) => url.origin !== origin && url.protocol === "https:", (route) => (direct ? reply(route, route.request().url()) : route.abort()));
  await context.route((url) => url.origin === origin && url.pathname.startsWith("/relay/"), (route) => {
    const url = "https://" + route.request().url().slice(`${origin}/relay/`.length);
    return relay ? reply(route, url, { "touchstone-relay": "answer" }) : route.abort();
  });
  return asked;
}

const assets = fileURLToPath(new URL("../build/site/assets/", import.meta.url));
const anchored = fileURLToPath(new URL("../build/anchored.wasm", import.meta.url));

/** The built worker's script: {name, source}. */
export function workerScript() {
  const name = readdirSync(assets).find((one) => /^worker\.[0-9a-f]+\.js$/.test(one));
  return { name, source: readFileSync(join(assets, name), "utf8") };
}

/** A script in which one place is another; there must be one. */
function changed({ name, source }, place, other) {
  if (source.split(place).length !== 2) throw new Error(`${name} does not hold ${place} once`);
  return { name, source: source.replace(place, () => other) };
}

/** The worker's script that begins with the whole program. */
export const wholeFirst = (script) => changed(script, 'load(self.name.startsWith("whole ") ? whole : wasm)', "load(whole)");

let anchoredDigest;

/**
 * Gives a browser the program that takes anchors of a test's own
 * (wasm/testanchors_js.go) in the place of the whole one, and those anchors, by another
 * worker script, which pins that program's digest and begins with it. That program is
 * built with a tag and stands beside the site, never in it: only a browser that a test
 * runs is given it. Gives the script, and the list of the addresses at which the
 * program was given, which grows.
 */
export async function anchoredFirst(context, script, anchors) {
  const body = readFileSync(anchored);
  anchoredDigest ??= `sha256-${createHash("sha256").update(body).digest("base64")}`;
  const pin = /^const whole = \{"integrity":"[^"]+"/m.exec(script.source)?.[0];
  if (!pin) throw new Error(`${script.name} does not say which whole program it pins`);
  const { name, source } = changed(wholeFirst(script), pin, `const whole = {"integrity":"${anchoredDigest}"`);
  const given = [];
  await context.route(/\/assets\/whole\.[0-9a-f]+\.wasm$/, (route) => {
    given.push(route.request().url());
    return route.fulfill({ contentType: "application/wasm", body });
  });
  return { given, script: { name, source: `globalThis.touchstoneTestAnchors = ${JSON.stringify(anchors)};\n${source}` } };
}

/** Gives a browser another worker script than the built one. */
export const workerServed = (context, { name, source }) => context.route(`**/assets/${name}`, (route) => route.fulfill({ contentType: "text/javascript", body: source }));

/**
 * Sets the auditor's clock, and what it replays in place of any network, which
 * needs the whole program, by another worker script: the page and the WebAssembly
 * stay what they are, and offer no way to do this. With anchors of the test's own
 * another program is loaded, which takes such.
 */
export async function clocked(context, time, { archive, anchors } = {}) {
  let script = workerScript();
  if (anchors) ({ script } = await anchoredFirst(context, script, anchors));
  else if (archive) script = wholeFirst(script);
  const replayed = archive ? `Uint8Array.from(atob("${archive.toString("base64")}"), (c) => c.charCodeAt(0))` : "undefined";
  await workerServed(context, changed(script, "touchstone.audit(JSON.stringify(request), await bytesOf(evidence),", `touchstone.audit(JSON.stringify({ ...request, time: "${time}" }), ${replayed},`));
}

/**
 * A lock file of npm, version 3, and the registry that has what it pins: packages
 * with their one record each. An entry may be changed, or come beside them.
 */
export function lockWorld(names, { changed = {}, more = {}, records = {} } = {}) {
  const packages = { "": { name: "project", dependencies: { [names[0]]: "1.0.0" } } };
  const pages = {};
  for (const name of names) {
    const integrity = `sha512-${createHash("sha512").update(name).digest("base64")}`;
    const dist = { integrity, tarball: `${npm}${name}/-/${name}-1.0.0.tgz` };
    packages[`node_modules/${name}`] = { version: "1.0.0", resolved: dist.tarball, integrity, ...changed[name] };
    pages[`${npm}${name}/1.0.0`] = Buffer.from(JSON.stringify({ name, version: "1.0.0", dist, ...records[name] }));
  }
  const text = JSON.stringify({ name: "project", lockfileVersion: 3, packages: { ...packages, ...more } }, null, 2);
  return { text, world: served(pages) };
}
