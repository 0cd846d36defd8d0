// npm run bench -- pins: how long a lock file takes, and what it costs, beside the
// tools of its ecosystem, in one run: 1,000 real npm pins at depth records beside
// npm audit signatures and pnpm audit signatures; this project's go.sum and a larger one
// (of TOUCHSTONE_BENCH_GOSUM, a module and its version) beside a cold go mod download and
// go mod verify.
//
// The registry's documents are fetched once, kept in build/bench, and served on this
// machine, with signatures made here, where it serves none: each tool then checks
// 1,000 of them. To our program that key is a stranger's, with the registry's own
// name: it verifies each signature, and says that it is wrong. It is asked in its own
// way, with the registry's address led to this machine.
import { spawn } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const store = join(root, "build", "bench", "npm");
const audit = join(root, "wasm", "node", "audit.mjs");
const ask = String(new URL("../../wasm/node/ask.mjs", import.meta.url));
const registry = "https://registry.npmjs.org/";
const wanted = Number(process.env.TOUCHSTONE_BENCH_PINS || 1000);
// Of npm's signing key of today (registry.npmjs.org/-/npm/v1/keys): so our program
// verifies, and does not stop at a key that it does not know.
const keyid = "SHA256:DhQ8wR5APBvFHLF/+Tc+AYvPOdTpcIDqOhxsBHRwC7U";
const seeds = ["express", "webpack", "eslint", "jest", "react-dom", "next", "vite", "rollup", "mocha", "fastify", "koa", "yargs", "browserify", "puppeteer", "sigstore", "pacote", "socket.io", "mongoose", "knex", "gulp", "karma", "ava", "tap", "electron", "lerna", "@babel/preset-env", "@aws-sdk/client-s3", "@nestjs/core", "gatsby", "parcel", "standard", "stylelint", "semantic-release", "hexo", "react-native", "workbox-build", "serverless", "firebase", "expo", "storybook"];

const kept = (name) => join(store, `${encodeURIComponent(name)}.json`);

/** A package's whole document, fetched once. */
async function document(name) {
  if (!existsSync(kept(name))) {
    const answer = await fetch(registry + name.replace("/", "%2f"));
    if (!answer.ok) return undefined;
    writeFileSync(kept(name), Buffer.from(await answer.arrayBuffer()));
  }
  return JSON.parse(readFileSync(kept(name), "utf8"));
}

/** Real packages, each at its newest version: those of the seeds and what they depend on. */
async function packages() {
  mkdirSync(store, { recursive: true });
  const [found, waiting, seen] = [new Map(), [...seeds], new Set(seeds)];
  const work = async () => {
    while (waiting.length > 0 && found.size < wanted) {
      const name = waiting.shift();
      const doc = await document(name);
      const record = doc?.versions?.[doc["dist-tags"]?.latest];
      if (!record?.dist?.integrity || found.size >= wanted) continue;
      found.set(name, { doc, record });
      for (const next of Object.keys({ ...record.dependencies, ...record.optionalDependencies })) if (!seen.has(next)) waiting.push(next) && seen.add(next);
    }
  };
  await Promise.all(Array.from({ length: 6 }, work));
  return found;
}

/** Serves the packages as a registry does, and counts what is asked. */
async function serve(found) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pages = new Map([["/-/npm/v1/keys", JSON.stringify({ keys: [{ expires: null, keyid, keytype: "ecdsa-sha2-nistp256", scheme: "ecdsa-sha2-nistp256", key: publicKey.export({ type: "spki", format: "der" }).toString("base64") }] })]]);
  const short = ["name", "version", "deprecated", "dependencies", "optionalDependencies", "peerDependencies", "bin", "dist", "engines", "os", "cpu", "hasInstallScript"];
  for (const [name, { doc, record }] of found) {
    record.dist.signatures = [{ keyid, sig: sign("sha256", Buffer.from(`${name}@${record.version}:${record.dist.integrity}`), privateKey).toString("base64") }];
    delete record.dist.attestations;
    pages.set(`/${name}`, JSON.stringify(doc));
    pages.set(`/${name} short`, JSON.stringify({ name, "dist-tags": doc["dist-tags"], versions: Object.fromEntries(Object.entries(doc.versions).map(([version, one]) => [version, Object.fromEntries(short.filter((key) => key in one).map((key) => [key, one[key]]))])) }));
    pages.set(`/${name}/${record.version}`, JSON.stringify(record));
  }
  const count = { requests: 0, bytes: 0 };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url);
    const page = pages.get(request.headers.accept?.includes("install-v1") ? `${path} short` : path) ?? pages.get(path);
    if (page === undefined) response.statusCode = 404;
    const body = Buffer.from(page ?? "{}");
    count.requests++;
    count.bytes += body.length;
    response.setHeader("content-type", "application/json");
    response.end(body);
  });
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  return { address: `http://127.0.0.1:${server.address().port}/`, count, close: () => server.close() };
}

/** The project that pins them, for each tool: its lock file, and what is installed. */
function project(dir, found, address) {
  const dependencies = Object.fromEntries([...found].map(([name, { record }]) => [name, record.version]));
  const entries = { "": { name: "thousand", version: "1.0.0", dependencies } };
  let pnpm = "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n";
  for (const [name, version] of Object.entries(dependencies)) pnpm += `      '${name}':\n        specifier: ${version}\n        version: ${version}\n`;
  pnpm += "\npackages:\n\n";
  for (const [name, { record: { version, dist } }] of found) {
    entries[`node_modules/${name}`] = { version, resolved: dist.tarball, integrity: dist.integrity };
    pnpm += `  '${name}@${version}':\n    resolution: {integrity: ${dist.integrity}}\n\n`;
    mkdirSync(join(dir, "node_modules", name), { recursive: true });
    writeFileSync(join(dir, "node_modules", name, "package.json"), JSON.stringify({ name, version }));
  }
  pnpm += `snapshots:\n\n${Object.entries(dependencies).map(([name, version]) => `  '${name}@${version}': {}\n\n`).join("")}`;
  writeFileSync(join(dir, "package.json"), JSON.stringify({ name: "thousand", version: "1.0.0", dependencies }));
  writeFileSync(join(dir, "package-lock.json"), JSON.stringify({ name: "thousand", version: "1.0.0", lockfileVersion: 3, packages: entries }, null, 2));
  writeFileSync(join(dir, "pnpm-lock.yaml"), pnpm);
  writeFileSync(join(dir, ".npmrc"), `registry=${address}\n`);
}

/** Runs a command by GNU time where there is one: {seconds, cpu, peak, code, out}; cpu is that of all its threads, in seconds. */
function timed(command, args, options) {
  const measure = existsSync("/usr/bin/time");
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = measure ? spawn("/usr/bin/time", ["-f", "\npeak %M cpu %U %S", command, ...args], options) : spawn(command, args, options);
    let out = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => { out += chunk; });
    child.once("error", reject);
    child.once("close", (code) => {
      const [, peak, user, system] = /\npeak (\d+) cpu ([\d.]+) ([\d.]+)/.exec(out) ?? [];
      resolve({ seconds: (performance.now() - began) / 1000, cpu: Number(user) + Number(system), peak: Number(peak) / 1024, code, out });
    });
  });
}

const say = (what, { seconds, cpu, peak, code }, { requests, bytes } = {}) => process.stdout.write(`${what.padEnd(36)} ${seconds.toFixed(1).padStart(7)} s ${cpu.toFixed(1).padStart(7)} s ${Number.isNaN(peak) ? "      ?" : peak.toFixed(0).padStart(7)} MB ${String(requests ?? "?").padStart(9)} ${bytes === undefined ? "        ?" : (bytes / 1e6).toFixed(1).padStart(9)} MB   exit ${code}\n`);

/** A module for --import that leads the registry's address to this machine, and closes every other. */
function led(dir, address) {
  const file = join(dir, "led.mjs");
  writeFileSync(file, `import { ask } from ${JSON.stringify(ask)};
globalThis.touchstoneAsk = (question, done) => question.split("\\n")[1].startsWith(${JSON.stringify(registry)}) ? ask(question.replace(${JSON.stringify(registry)}, ${JSON.stringify(address)}), done) : setImmediate(done, "404", new Uint8Array());\n`);
  return file;
}

/** npm asks Sigstore's TUF repository for a registry's keys first, which knows none for an address on this machine. */
export function withoutTUF(dir) {
  const file = join(dir, "no-tuf.cjs");
  writeFileSync(file, `const Module = require("node:module");\nconst load = Module._load;\nModule._load = function (name, ...rest) { return name === "@sigstore/tuf" ? { initTUF: async () => ({ getTarget: async () => { throw Object.assign(new Error("no such target"), { code: "TUF_FIND_TARGET_ERROR" }); } }) } : load.call(this, name, ...rest); };\n`);
  return file;
}

export async function npmPins() {
  const found = await packages();
  const server = await serve(found);
  const dir = mkdtempSync(join(tmpdir(), "touchstone-pins-"));
  project(dir, found, server.address);
  const env = { ...process.env, XDG_STATE_HOME: join(dir, "state"), XDG_CACHE_HOME: join(dir, "cache"), npm_config_cache: join(dir, "npm"), npm_config_registry: server.address, INIT_CWD: dir };
  const step = async (what, command, args, more) => {
    Object.assign(server.count, { requests: 0, bytes: 0 });
    const ended = await timed(command, args, { cwd: dir, env: { ...env, ...more } });
    say(what, ended, server.count);
    return ended;
  };
  process.stdout.write(`${found.size} npm pins, of a registry on this machine\n`);
  const ours = () => step("touchstone, depth records", process.execPath, [audit, "--lock", "package-lock.json", "--format", "json", "--out", "result.json"], { NODE_OPTIONS: `--import=${led(dir, server.address)}` });
  await ours();
  const npm = await step("npm audit signatures", "npm", ["audit", "signatures"], { NODE_OPTIONS: `--require=${withoutTUF(dir)}` });
  const pnpm = process.env.TOUCHSTONE_BENCH_PNPM;
  if (pnpm) await step("pnpm audit signatures", process.execPath, [pnpm, "audit", "signatures"]);
  else process.stdout.write("pnpm audit signatures: not measured; name a pnpm.mjs with TOUCHSTONE_BENCH_PNPM\n");
  await ours();
  const { counts, lines } = JSON.parse(readFileSync(join(dir, "result.json"), "utf8"));
  process.stdout.write(`  ${lines.length} pins answered: ${JSON.stringify(counts)}; npm says: ${npm.out.split("\n").find((line) => /audited|error/.test(line))}\n`);
  server.close();
  rmSync(dir, { recursive: true, force: true });
}

/** A module for --import that counts requests and the bytes that came for them, by whatever way Node asks. */
function counting(dir) {
  const [file, counted] = [join(dir, "counting.mjs"), join(dir, "counted.json")];
  writeFileSync(file, `import { subscribe } from "node:diagnostics_channel";
import { writeFileSync } from "node:fs";
let requests = 0;
const sockets = new Set();
subscribe("undici:request:create", () => { requests += 1; });
subscribe("undici:client:connected", ({ socket }) => sockets.add(socket));
subscribe("http.client.request.start", ({ request }) => {
  requests += 1;
  if (request.socket) sockets.add(request.socket); // Node 20 tells of a request when it has one
  else request.once("socket", (socket) => sockets.add(socket));
});
process.on("exit", () => writeFileSync(${JSON.stringify(counted)}, JSON.stringify({ requests, bytes: [...sockets].reduce((sum, { bytesRead }) => sum + bytesRead, 0) })));
`);
  return { env: { NODE_OPTIONS: `--import=${file}` }, read: () => JSON.parse(readFileSync(counted, "utf8")) };
}

/** What Go's own commands fetched into a cache, by the documents that they keep; what the proxy does not have is not among them. */
function keptByGo(cache) {
  const count = { requests: 0, bytes: 0 };
  for (const entry of readdirSync(join(cache, "cache", "download"), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || /^lock$|\.(lock|ziphash)$/.test(entry.name)) continue;
    count.requests += 1;
    count.bytes += statSync(join(entry.parentPath, entry.name)).size;
  }
  return count;
}

/** A public project's go.mod and go.sum, out of its module: { name, "go.mod", "go.sum" }. */
async function publicSums(dir) {
  const name = process.env.TOUCHSTONE_BENCH_GOSUM || "github.com/sigstore/cosign@v1.13.1";
  const ended = await timed("go", ["mod", "download", "-json", name], { cwd: dir, env: { ...process.env, GOMODCACHE: join(dir, "public"), GOFLAGS: "-modcacherw", GO111MODULE: "on" } });
  const [, place] = /"Dir": ("[^"]+")/.exec(ended.out) ?? [];
  if (!place) throw new Error(`fetching ${name}: go mod download said: ${ended.out.trim().slice(0, 300)}`);
  return Object.fromEntries([["name", name], ...["go.mod", "go.sum"].map((file) => [file, readFileSync(join(JSON.parse(place), file), "utf8")])]);
}

/** A go.sum with the network as it is. Go's own commands fetch every module that is built, whole; ours what is said of each line. */
async function goProject({ name, ...files }) {
  const dir = mkdtempSync(join(tmpdir(), "touchstone-gosum-"));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(dir, file), text);
  process.stdout.write(`${files["go.sum"].trim().split("\n").length} lines of go.sum (${name}), with the network as it is\n`);
  const count = counting(dir);
  const ours = await timed(process.execPath, [audit, "--lock", "go.sum", "--format", "json", "--out", "result.json"], { cwd: dir, env: { ...process.env, ...count.env, XDG_STATE_HOME: join(dir, "state"), INIT_CWD: dir } });
  say("touchstone, depth records", ours, count.read());
  const cache = join(dir, "cache");
  const env = { ...process.env, GOMODCACHE: cache, GOFLAGS: "-modcacherw -mod=mod" };
  const download = await timed("go", ["mod", "download"], { cwd: dir, env });
  say("go mod download, cold", download, keptByGo(cache));
  const verify = await timed("go", ["mod", "verify"], { cwd: dir, env });
  say("go mod verify", verify, keptByGo(cache));
  const theirs = download.seconds + verify.seconds;
  process.stdout.write(`  both of Go's together: ${theirs.toFixed(1)} s; ours takes ${(ours.seconds / theirs).toFixed(2)} times as long; answered: ${JSON.stringify(JSON.parse(readFileSync(join(dir, "result.json"), "utf8")).counts)}\n`);
  rmSync(dir, { recursive: true, force: true });
}

/** This project's go.sum, and one of some thousand lines. */
async function goPins() {
  await goProject({ name: "this project", ...Object.fromEntries(["go.mod", "go.sum"].map((file) => [file, readFileSync(join(root, file), "utf8")])) });
  const dir = mkdtempSync(join(tmpdir(), "touchstone-gosum-"));
  const large = await publicSums(dir);
  rmSync(dir, { recursive: true, force: true });
  await goProject(large);
}

const columns = () => process.stdout.write(`${"".padEnd(36)} ${"time".padStart(9)} ${"CPU".padStart(9)} ${"peak".padStart(10)} ${"requests".padStart(9)} ${"bytes".padStart(12)}\n`);

export async function benchPins() {
  columns();
  await npmPins();
  await goPins();
}

export async function benchGoSum() {
  columns();
  await goPins();
}
