// Repositories that the real tools make, signed with keys made here: what is at each
// address, the anchors that hold those keys, and what an attacker who has none of them
// puts there instead.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { missing, pathOf } from "./debian.mjs";

/** What a mirror is made with. */
const needed = {
  debian: ["dpkg-deb", "apt-ftparchive", "xz", "gpg", "gpg-agent"],
  rpm: ["rpmbuild", "rpmsign", "createrepo_c", "gpg", "gpg-agent"],
  freebsd: ["openssl", "tar", "zstd"],
};

/** Why a mirror cannot be made here; undefined where it can. */
export function unmade(kind) {
  const absent = missing(needed[kind]);
  return absent.length > 0 ? `not installed: ${absent.join(", ")}` : undefined;
}

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** A digest as a report's sentences have it. */
const short = (bytes) => `sha256 ${sha256(bytes).slice(0, 24)}…`;

/** What a report says of a signature, of a signer, and of a package. */
const badSignature = "The repository's signature over the record does not verify with its key";
const strangers = "which is none of the repository's. Its list of keys, as of";
const otherBytes = (recorded, arrived) => `The package file is recorded with ${short(recorded)}; what arrived has ${short(arrived)}. These are not the same bytes.`;

/** A folder in which tools run, with a home of its own. */
async function workshop(dir) {
  const gnupg = join(dir, "gnupg");
  await mkdir(gnupg, { recursive: true, mode: 0o700 });
  const run = (command, args, options = {}) => promisify(execFile)(command, args, { cwd: dir, env: { ...process.env, HOME: dir, GNUPGHOME: gnupg }, encoding: "buffer", ...options });
  const put = async (path, text, mode = 0o644) => {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text, { mode });
  };
  return { run, put };
}

/** A workshop with two keys of OpenPGP: Gold, which the anchors hold, and a stranger's, Lead. */
async function withKeys(dir) {
  const { run, put } = await workshop(dir);
  for (const name of ["Gold", "Lead"]) await run("gpg", ["--batch", "--passphrase", "", "--quick-gen-key", `${name} <${name.toLowerCase()}@example.com>`, "rsa2048", "sign", "never"]);
  /** The anchors of one set, once everything is signed. */
  const anchors = async (set) => {
    const { stdout: keyring } = await run("gpg", ["--batch", "--export", "Gold"]);
    await run("gpgconf", ["--kill", "all"]);
    return [anchorsOf(set, keyring)];
  };
  return { run, put, anchors };
}

/** The same bytes with one bit changed. */
function bent(body, at) {
  const other = Buffer.from(body);
  other[at] ^= 1;
  return other;
}

/** A folder's files by address. */
async function pagesOf(folder, base) {
  const pages = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    pages[base + path.slice(folder.length + 1)] = await readFile(path);
  }
  return pages;
}

/** A document of anchors of one set, which holds the first key of a binary keyring: a public-key packet (RFC 9580, sections 4.2 and 5.5.2). */
function anchorsOf(set, keyring) {
  if ((keyring[0] & 0b11111100) !== 0b10011000) throw new Error("the keyring does not begin with a public key whose length is in the older form");
  const begins = keyring[0] & 3 ? 3 : 2;
  const packet = keyring.subarray(begins, begins + keyring.readUIntBE(1, begins - 1));
  const length = Buffer.alloc(3);
  length[0] = 0x99;
  length.writeUInt16BE(packet.length, 1);
  const fingerprint = createHash("sha1").update(length).update(packet).digest("hex").toUpperCase();
  const from = new Date(1000 * packet.readUInt32BE(1)).toISOString();
  return JSON.stringify({ source: "a test", taken: "2026-11-01", sets: [{ id: set, name: "a test's keys", keys: [{ fingerprint, name: "Gold", from, packet: packet.toString("base64") }] }] });
}

/**
 * An archive of one package, as Debian's. Of what is tampered with, each says what
 * stands at which address instead, and a sentence of the report, whose verdict is
 * failed. One at each link comes first.
 */
export async function debianMirror(dir) {
  const { run, put, anchors } = await withKeys(dir);
  const base = "https://deb.debian.org/debian/";
  const suite = "dists/trixie/";
  const list = `${suite}main/binary-amd64/Packages`;
  const pool = "pool/main/g/gold-leaf/gold-leaf_1.2.3-4_amd64.deb";
  const archive = async (folder, key) => {
    const cwd = join(dir, folder);
    await put(`${folder}-leaf/DEBIAN/control`, "Package: gold-leaf\nVersion: 1.2.3-4\nArchitecture: amd64\nMaintainer: Somebody <somebody@example.com>\nDescription: an invented package\n");
    await put(`${folder}-leaf/usr/bin/gold-leaf`, `#!/bin/sh\necho ${folder}\n`, 0o755);
    for (const path of [pool, list]) await mkdir(join(cwd, dirname(path)), { recursive: true });
    await run("dpkg-deb", ["--root-owner-group", "-Zxz", "--build", `${folder}-leaf`, `${folder}/${pool}`]);
    await put(`${folder}/${list}`, (await run("apt-ftparchive", ["packages", "pool"], { cwd })).stdout);
    await run("xz", ["-k", list], { cwd });
    const says = ["Codename=trixie", "Components=main", "Architectures=amd64", "DoByHash=true"].flatMap((one) => ["-o", `APT::FTPArchive::${one.startsWith("Do") ? "" : "Release::"}${one}`]);
    await put(`${folder}/${suite}Release`, (await run("apt-ftparchive", [...says, "release", suite], { cwd })).stdout);
    await run("gpg", ["--batch", "-u", key, "--output", `${suite}InRelease`, "--clearsign", `${suite}Release`], { cwd });
    const pages = await pagesOf(cwd, base);
    return { pages, index: pages[`${base}${suite}InRelease`], list: pages[`${base}${list}.xz`], file: pages[base + pool] };
  };
  const [gold, lead] = [await archive("gold", "Gold"), await archive("lead", "Lead")];
  const at = { index: `${base}${suite}InRelease`, list: `${base}${dirname(list)}/by-hash/SHA256/${sha256(gold.list)}`, file: base + pool };
  const [text, signature] = [lead, gold].map(({ index }) => String(index).split(/^(?=-----BEGIN PGP SIGNATURE-----$)/m)).map((parts, i) => parts[i]);
  return {
    reference: "pkg:deb/debian/gold-leaf@1.2.3-4?arch=amd64&distro=trixie", anchors: await anchors("debian-archive"), pages: gold.pages,
    tampered: {
      "the signed text states another list": { pages: { ...lead.pages, [at.index]: text + signature }, says: badSignature },
      "the list states another package": { pages: { [at.list]: lead.list, [at.file]: lead.file }, says: `The InRelease of trixie states its list of packages with ${short(gold.list)}; what arrived has ${short(lead.list)}.` },
      "another package": { pages: { [at.file]: lead.file }, says: otherBytes(gold.file, lead.file) },
      "a stranger signed everything": { pages: lead.pages, says: strangers },
    },
  };
}

/** A repository of one package, as openSUSE's. */
export async function rpmMirror(dir) {
  const { run, put, anchors } = await withKeys(dir);
  const base = "https://download.opensuse.org/tumbleweed/repo/oss/";
  const file = "gold-leaf-1.2.3-4.1.noarch.rpm";
  const summary = "An invented package";
  const repository = async (folder, key) => {
    await put(`${folder}.spec`, `Name: gold-leaf\nVersion: 1.2.3\nRelease: 4.1\nSummary: ${summary}\nLicense: MIT\nBuildArch: noarch\n%description\nGold.\n%install\nmkdir -p %{buildroot}/usr/share\necho ${folder} > %{buildroot}/usr/share/gold\n%files\n/usr/share/gold\n`);
    await run("rpmbuild", ["-bb", "--define", `_topdir ${join(dir, `${folder}-build`)}`, `${folder}.spec`]);
    await mkdir(join(dir, folder));
    await rename(join(dir, `${folder}-build`, "RPMS", "noarch", file), join(dir, folder, file));
    await run("rpmsign", ["--define", `_gpg_name ${key}`, "--define", `__gpg ${pathOf("gpg")}`, "--addsign", `${folder}/${file}`]);
    return listed(folder, key);
  };
  /** The index and list of a folder's package. */
  const listed = async (folder, key) => {
    await run("createrepo_c", ["--quiet", folder]);
    await run("gpg", ["--batch", "-u", key, "--armor", "--detach-sign", `${folder}/repodata/repomd.xml`]);
    const pages = await pagesOf(join(dir, folder), base);
    const list = Object.keys(pages).find((url) => url.includes("-primary.xml"));
    return { pages, at: list, list: pages[list], file: pages[base + file] };
  };
  const [gold, lead] = [await repository("gold", "Gold"), await repository("lead", "Lead")];
  await put(`gilded/${file}`, lead.file);
  const gilded = await listed("gilded", "Gold");
  const signature = `${base}repodata/repomd.xml.asc`;
  const [header, payload] = [gold.file.indexOf(summary), gold.file.length - 20].map((at) => bent(gold.file, at));
  return {
    reference: "pkg:rpm/opensuse/gold-leaf@1.2.3-4.1?arch=noarch&distro=opensuse-tumbleweed", anchors: await anchors("opensuse"), pages: gold.pages,
    tampered: {
      "the index states another list": { pages: { ...lead.pages, [signature]: gold.pages[signature] }, says: badSignature },
      "the list states another package": { pages: { [gold.at]: lead.list, [base + file]: lead.file }, says: `The index (repomd.xml) states its list of packages (primary.xml) with ${short(gold.list)}; what arrived has ${short(lead.list)}.` },
      "one bit of the payload": { pages: { [base + file]: payload }, says: otherBytes(gold.file, payload) },
      "one bit of the header": { pages: { [base + file]: header }, says: "The repository's signature over the header inside the package does not verify with its key" },
      "a stranger signed the header, under the archive's index": { pages: gilded.pages, says: strangers },
      "a stranger signed everything": { pages: lead.pages, says: strangers },
    },
  };
}

/**
 * A repository of one package, as FreeBSD's: its catalogue in both forms, each with the
 * signature and the key inside, made as pkg-repo(8) tells whoever signs by a command.
 */
export async function freebsdMirror(dir) {
  const { run, put } = await workshop(dir);
  const base = "https://pkg.freebsd.org/FreeBSD:14:amd64/quarterly/";
  const file = "All/gold-leaf-1.2.3_1.pkg";
  const about = { name: "gold-leaf", version: "1.2.3_1", origin: "misc/gold-leaf", comment: "an invented package", maintainer: "somebody@example.com", www: "https://example.com/", abi: "FreeBSD:14:*", arch: "freebsd:14:*", prefix: "/usr/local", flatsize: 1, desc: "gold" };
  const packed = async (folder, members, more = []) => {
    await run("tar", ["--format=ustar", "--owner=0", "--group=0", "--zstd", ...more, "-cf", "packed", "-C", folder, ...members]);
    return readFile(join(dir, "packed"));
  };
  const key = async (name) => {
    await run("openssl", ["genrsa", "-out", `${name}.key`, "2048"]);
    return (await run("openssl", ["rsa", "-in", `${name}.key`, "-pubout"])).stdout;
  };
  const catalogue = async (folder, name, text, signed = text) => {
    await put(`${folder}/${name}`, text);
    await put("digits", sha256(signed));
    await put(`${folder}/${name}.sig`, (await run("openssl", ["dgst", "-sha256", "-sign", `${folder}.key`, "digits"])).stdout);
    return packed(folder, [`${name}.sig`, `${name}.pub`, name]);
  };
  const repository = async (folder) => {
    const pub = await key(folder);
    for (const name of ["data", "packagesite.yaml"]) await put(`${folder}/${name}.pub`, pub);
    const text = `#!/bin/sh\necho ${folder}\n`;
    await put(`${folder}/usr/local/bin/gold-leaf`, text, 0o755);
    await put(`${folder}/+MANIFEST`, JSON.stringify({ ...about, files: { "/usr/local/bin/gold-leaf": `1$${sha256(text)}` } }));
    const body = await packed(folder, ["+MANIFEST", "usr/local/bin/gold-leaf"], ["-P", "--transform=s,^usr,/usr,"]);
    const entry = { ...about, sum: sha256(body), repopath: file, path: file, pkgsize: body.length };
    const data = JSON.stringify({ groups: [], packages: [entry] });
    return {
      pub, data,
      pages: {
        [`${base}meta.conf`]: Buffer.from("version = 2;\npacking_format = \"tzst\";\nmanifests = \"packagesite.yaml\";\ndata = \"data\";\nmanifests_archive = \"packagesite\";\n"),
        [`${base}data.pkg`]: await catalogue(folder, "data", data), [`${base}packagesite.pkg`]: await catalogue(folder, "packagesite.yaml", `${JSON.stringify(entry)}\n`),
        [base + file]: body,
      },
    };
  };
  const [gold, lead] = [await repository("gold"), await repository("lead")];
  const of = (made, ...names) => Object.fromEntries(names.map((name) => [base + name, made.pages[base + name]]));
  return {
    reference: "pkg:freebsd/gold-leaf@1.2.3_1?abi=FreeBSD:14:amd64&branch=quarterly", pages: gold.pages,
    anchors: [JSON.stringify({ source: "a test", taken: "2026-11-01", keyring: "", sets: [{ id: "freebsd", name: "a test's keys", fingerprints: true, keys: [{ fingerprint: sha256(gold.pub).toUpperCase(), name: "Gold", from: new Date(0).toISOString() }] }] })],
    tampered: {
      "meta.conf leads to the older catalogue, which a stranger signed": { pages: { [`${base}meta.conf`]: Buffer.from("version = 1;\n"), ...of(lead, "packagesite.pkg", file) }, says: strangers },
      "the data state another package": { pages: { [`${base}data.pkg`]: await catalogue("gold", "data", lead.data, gold.data), ...of(lead, file) }, says: badSignature },
      "another package": { pages: of(lead, file), says: otherBytes(gold.pages[base + file], lead.pages[base + file]) },
      "a stranger signed everything": { pages: lead.pages, says: strangers },
    },
  };
}

/** What makes a mirror of each kind. */
export const mirrors = { debian: debianMirror, rpm: rpmMirror, freebsd: freebsdMirror };

/**
 * The command line in a folder, as it is but for its program, which is one that takes
 * anchors from globalThis.touchstoneTestAnchors: the path of its script.
 */
export async function commandLine(dir) {
  const at = (path) => new URL(`../${path}`, import.meta.url);
  for (const folder of ["wasm/node", "wasm/shared"]) await cp(at(folder), join(dir, folder), { recursive: true });
  await writeFile(join(dir, "wasm", "node", "place.mjs"), `export { typed } from ${JSON.stringify(String(at("wasm/node/place.mjs")))};
import { program as built } from ${JSON.stringify(String(at("wasm/node/place.mjs")))};
export const program = (name, tell) => built(name === "whole" ? "anchored" : name, tell);
`);
  return join(dir, "wasm", "node", "audit.mjs");
}
