// Repositories that the real tools make, signed with keys made here: what is at each
// address, and the anchors that hold those keys.
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
};

/** Why a mirror cannot be made here; undefined where it can. */
export function unmade(kind) {
  const absent = missing(needed[kind]);
  return absent.length > 0 ? `not installed: ${absent.join(", ")}` : undefined;
}

/** A folder in which tools run, with a home and a keyring of its own, and one key. */
async function workshop(dir) {
  const gnupg = join(dir, "gnupg");
  await mkdir(gnupg, { recursive: true, mode: 0o700 });
  const run = (command, args, options = {}) => promisify(execFile)(command, args, { cwd: dir, env: { ...process.env, HOME: dir, GNUPGHOME: gnupg }, encoding: "buffer", ...options });
  const put = async (path, text, mode = 0o644) => {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text, { mode });
  };
  await run("gpg", ["--batch", "--passphrase", "", "--quick-gen-key", "Gold <gold@example.com>", "rsa2048", "sign", "never"]);
  const done = async (set, folder, base) => {
    const { stdout: keyring } = await run("gpg", ["--batch", "--export", "Gold"]);
    await run("gpgconf", ["--kill", "all"]);
    return { pages: await pagesOf(join(dir, folder), base), anchors: [anchorsOf(set, keyring)] };
  };
  return { run, put, done };
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

/** An archive of one package, as Debian's: the index, the list and the package are its chain. */
export async function debianMirror(dir) {
  const { run, put, done } = await workshop(dir);
  const base = "https://deb.debian.org/debian/";
  const suite = "dists/trixie/";
  const list = `${suite}main/binary-amd64/Packages`;
  const pool = "pool/main/g/gold-leaf/gold-leaf_1.2.3-4_amd64.deb";
  await put("gold/DEBIAN/control", "Package: gold-leaf\nVersion: 1.2.3-4\nArchitecture: amd64\nMaintainer: Somebody <somebody@example.com>\nDescription: an invented package\n");
  await put("gold/usr/bin/gold-leaf", "#!/bin/sh\necho gold\n", 0o755);
  await mkdir(join(dir, "archive", dirname(pool)), { recursive: true });
  await mkdir(join(dir, "archive", dirname(list)), { recursive: true });
  await run("dpkg-deb", ["--root-owner-group", "-Zxz", "--build", "gold", `archive/${pool}`]);
  const cwd = join(dir, "archive");
  await put(`archive/${list}`, (await run("apt-ftparchive", ["packages", "pool"], { cwd })).stdout);
  await run("xz", ["-k", list], { cwd });
  const says = ["Codename=trixie", "Components=main", "Architectures=amd64", "DoByHash=true"].flatMap((one) => ["-o", `APT::FTPArchive::${one.startsWith("Do") ? "" : "Release::"}${one}`]);
  await put(`archive/${suite}Release`, (await run("apt-ftparchive", [...says, "release", suite], { cwd })).stdout);
  await run("gpg", ["--batch", "--output", `${suite}InRelease`, "--clearsign", `${suite}Release`], { cwd });
  const made = await done("debian-archive", "archive", base);
  const packed = createHash("sha256").update(made.pages[`${base}${list}.xz`]).digest("hex");
  const chain = [`${suite}InRelease`, `${dirname(list)}/by-hash/SHA256/${packed}`, pool].map((path) => base + path);
  return { ...made, reference: "pkg:deb/debian/gold-leaf@1.2.3-4?arch=amd64&distro=trixie", chain };
}

/** A repository of one package, as openSUSE's: the index, the list of packages and the package are its chain. */
export async function rpmMirror(dir) {
  const { run, put, done } = await workshop(dir);
  const base = "https://download.opensuse.org/tumbleweed/repo/oss/";
  const file = "gold-leaf-1.2.3-4.1.noarch.rpm";
  await put("gold.spec", "Name: gold-leaf\nVersion: 1.2.3\nRelease: 4.1\nSummary: An invented package\nLicense: MIT\nBuildArch: noarch\n%description\nGold.\n%install\nmkdir -p %{buildroot}/usr/share\necho gold > %{buildroot}/usr/share/gold\n%files\n/usr/share/gold\n");
  await run("rpmbuild", ["-bb", "--define", `_topdir ${join(dir, "build")}`, "gold.spec"]);
  await mkdir(join(dir, "repo"));
  await rename(join(dir, "build", "RPMS", "noarch", file), join(dir, "repo", file));
  await run("rpmsign", ["--define", "_gpg_name Gold", "--define", `__gpg ${pathOf("gpg")}`, "--addsign", `repo/${file}`]);
  await run("createrepo_c", ["--quiet", "repo"]);
  await run("gpg", ["--batch", "--armor", "--detach-sign", "repo/repodata/repomd.xml"]);
  const made = await done("opensuse", "repo", base);
  const list = Object.keys(made.pages).find((url) => url.includes("-primary.xml"));
  return { ...made, reference: "pkg:rpm/opensuse/gold-leaf@1.2.3-4.1?arch=noarch&distro=opensuse-tumbleweed", chain: [`${base}repodata/repomd.xml`, list, base + file] };
}

/**
 * The command line in a folder, as it is but for its program, which is one that takes
 * anchors from globalThis.touchstoneTestAnchors: the path of its script.
 */
export async function commandLine(dir) {
  const at = (path) => new URL(`../${path}`, import.meta.url);
  for (const folder of ["wasm/node", "web/static"]) await cp(at(folder), join(dir, folder), { recursive: true });
  await writeFile(join(dir, "wasm", "node", "place.mjs"), `export { typed } from ${JSON.stringify(String(at("wasm/node/place.mjs")))};
import { program as built } from ${JSON.stringify(String(at("wasm/node/place.mjs")))};
export const program = (name, tell) => built(name === "whole" ? "anchored" : name, tell);
`);
  return join(dir, "wasm", "node", "audit.mjs");
}
