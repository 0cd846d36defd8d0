// The packed command line: installed from its file alone, with no other network
// and in an empty folder, it answers as the checkout does; and the action that runs
// it: node --test e2e/pack.test.mjs.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ensureBuilt } from "../wasm/build.mjs";
import { pack, packed } from "../wasm/package/pack.mjs";
import { withoutTUF } from "./bench/pins.mjs";
import { lockWorld, recorded } from "./world.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
let dir;
let env;
let program;

/** Runs a script of Node in the test's folder; what its fetch answers is a module's, or nothing at all. */
function node(args, { world = "closed.mjs", more = {} } = {}) {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: dir, env: { ...env, NODE_OPTIONS: `--import=${pathToFileURL(join(dir, world))}`, ...more } }, (error, out, err) => resolve({ code: error?.code ?? 0, out, err }));
  });
}
const touchstone = (args, how) => node([program, ...args], how);

/** Writes a module in the place of the network: a world of world.mjs, as an expression. */
async function worldOf(name, expression) {
  await writeFile(join(dir, name), `import * as worlds from ${JSON.stringify(String(new URL("world.mjs", import.meta.url)))};
const world = ${expression};
globalThis.touchstoneAsk = undefined;
globalThis.fetch = async (url) => { const { status, body } = world(String(url)) ?? { status: 404, body: "" }; return new Response(body, { status }); };\n`);
}

before(async () => {
  await ensureBuilt("whole");
  dir = await mkdtemp(join(tmpdir(), "touchstone-pack-"));
  // npm may ask nobody: its registry is closed, and its memory is empty.
  env = { ...process.env, XDG_STATE_HOME: join(dir, "state"), npm_config_cache: join(dir, "cache"), npm_config_registry: "http://127.0.0.1:9/", INIT_CWD: "/elsewhere" };
  await writeFile(join(dir, "closed.mjs"), 'globalThis.touchstoneAsk = (question, done) => setImmediate(done, "there is no network");\n');
  await pack();
  const installed = join(dir, "empty");
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", installed, packed], { env, stdio: "pipe" });
  assert.deepEqual((await readdir(join(installed, "node_modules"))).filter((name) => !name.startsWith(".")), ["touchstone"], "no dependency");
  program = join(installed, "node_modules", ".bin", "touchstone");
});
after(() => rm(dir, { recursive: true, force: true }));

test("it is small, the same each time, and holds no more than it runs", async () => {
  const once = await readFile(packed);
  // What is tested is compressed quickly; as it is released it is a sixth smaller.
  assert.ok(once.length <= 4 << 20, `${once.length} bytes`);
  const { files } = await pack();
  assert.ok(once.equals(await readFile(packed)), "packed again it has other bytes");
  assert.deepEqual(files.filter((path) => !/^wasm\/(node|shared)\/\w[\w-]*\.m?js$/.test(path)).sort(), ["LICENSE", "README.md", "package.json", "wasm/wasm_exec.js", "wasm/whole.wasm.br"]);
  const { dependencies, scripts, bin, engines } = JSON.parse(await readFile(join(dir, "empty", "node_modules", "touchstone", "package.json"), "utf8"));
  assert.deepEqual([dependencies, scripts, bin, engines], [undefined, undefined, { touchstone: "wasm/node/touchstone.mjs" }, { node: ">=20" }]);
});

test("the Node that the README asks for is one that all of what npm pins runs with", async () => {
  const { packages } = JSON.parse(await readFile(here("../package-lock.json"), "utf8"));
  const [, asked] = /^>=([\d.]+)$/.exec(packages[""].engines.node);
  assert.ok((await readFile(here("../README.md"), "utf8")).includes(`(https://nodejs.org/) ${asked} or later`), "the README says it");
  const parts = (version) => [0, 1, 2].map((i) => Number(version.split(".")[i] ?? 0));
  const upTo = (least) => parts(least).reduce((order, n, i) => order || n - parts(asked)[i], 0) <= 0;
  const runs = (range) => range.split("||").map((one) => /^\s*(>=|\^)\s*([\d.]+)\s*$/.exec(one)).some(([, form, least]) => upTo(least) && (form === ">=" || parts(least)[0] === parts(asked)[0]));
  for (const [path, { engines }] of Object.entries(packages)) if (engines?.node) assert.ok(runs(engines.node), `${path || "package.json"} wants Node ${engines.node}`);
});

test("evidence that it saved is checked again without a network", async () => {
  await worldOf("npm.mjs", 'worlds.mintedWorld("invented", "1.0.0", { "package/index.js": "1" })');
  const saved = await touchstone(["audit", "npm:invented@1.0.0", "--evidence", "e.zip", "--with-package"], { world: "npm.mjs" });
  assert.equal(saved.code, 1, "an alarm");
  assert.match(saved.err, /^alarm: This repository signs every version, but the record of this one carries no signature\./m);
  const checked = await touchstone(["check", "e.zip", "--json", "--require", "integrity=1"]);
  assert.equal(checked.code, 1, "what rested on the registry's word alone counts no more");
  assert.match(checked.err, /required integrity 1, got 0/);
  const { reference, verdict, files } = JSON.parse(checked.out);
  assert.deepEqual([reference, verdict.failed, verdict.integrity.level], ["pkg:npm/invented@1.0.0", false, 0]);
  assert.deepEqual(files.map(({ path }) => path), ["package/package.json", "package/index.js"]);
});

test("what raises no alarm exits with 0", async () => {
  // A real package with its provenance, where it is beside the checkout; else an invented one.
  const [reference, world, level] = recorded ? ["npm:sigstore@1.0.0", 'worlds.npmWorld("1.0.0", "valid/sigstore-1.0.0.json")', 3] : ["pkg:cargo/thing@1.0.0", 'worlds.mintedCrate("thing", "1.0.0", { "src/lib.rs": "" })', 1];
  await worldOf("signed.mjs", world);
  const { code, out, err } = await touchstone(["audit", reference, "--json", "--time", "2026-10-20T12:00:00Z"], { world: "signed.mjs" });
  assert.equal(code, 0, err);
  const { verdict } = JSON.parse(out);
  assert.deepEqual([verdict.integrity.level, verdict.alarms], [level, []]);
});

test("a bundle of one's own key is accepted over its file", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await writeFile(join(dir, "signed.txt"), "signed");
  await writeFile(join(dir, "key.pem"), publicKey.export({ type: "spki", format: "pem" }));
  await writeFile(join(dir, "root.json"), JSON.stringify({ mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1" }));
  await writeFile(join(dir, "bundle.json"), JSON.stringify({
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json", verificationMaterial: { publicKey: { hint: "own" } },
    messageSignature: { messageDigest: { algorithm: "SHA2_256", digest: createHash("sha256").update("signed").digest("base64") }, signature: sign("sha256", Buffer.from("signed"), privateKey).toString("base64") },
  }));
  const { code, err } = await touchstone(["verify-bundle", "--bundle", "bundle.json", "--key", "key.pem", "--trusted-root", "root.json", "signed.txt"]);
  assert.equal(code, 0, err);
});

/** Runs the action with these inputs. */
const action = (inputs, how) => node([here("../wasm/action/run.mjs")], { ...how, more: Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`TOUCHSTONE_${name}`, value])) });

test("the action runs the program that was named, compares with the commit, and writes SARIF", async () => {
  const names = ["one", "two"];
  const git = (...args) => execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.com", ...args], { cwd: dir, stdio: "pipe", encoding: "utf8" }).trim();
  git("init", "-q");
  await writeFile(join(dir, "package-lock.json"), lockWorld(names.slice(0, 1)).text);
  git("add", "package-lock.json");
  git("commit", "-qm", "before");
  const hostile = { two: { resolved: "https://hostile.example/two/-/two-1.0.0.tgz", integrity: `sha512-${createHash("sha512").update("hostile").digest("base64")}` } };
  await writeFile(join(dir, "package-lock.json"), lockWorld(names, { changed: hostile }).text);
  await worldOf("lock.mjs", `worlds.lockWorld(${JSON.stringify(names)}).world`);
  const inputs = { FILE: "package-lock.json", BASE: git("rev-parse", "HEAD"), DEPTH: "records", FORMAT: "sarif", OUT: "touchstone.sarif", PROGRAM: packed, SHA256: createHash("sha256").update(await readFile(packed)).digest("hex") };
  const { code, err } = await action(inputs, { world: "lock.mjs" });
  assert.equal(code, 1, err);
  const [{ results }] = JSON.parse(await readFile(join(dir, "touchstone.sarif"), "utf8")).runs;
  const line = (await readFile(join(dir, "package-lock.json"), "utf8")).split("\n").findIndex((one) => one.includes('"node_modules/two"')) + 1;
  assert.deepEqual(new Set(results.map(({ locations }) => locations[0].physicalLocation.region.startLine)), new Set([line]), "the entry that was changed, and no other");
  const rules = results.map(({ ruleId, level }) => `${ruleId} ${level}`);
  assert.ok(rules.includes("pin-agrees error") && rules.includes("address-outside error"), rules.join());
});

test("what is allowed is read where it was agreed on, not where it is changed", async () => {
  const repository = join(dir, "allowing");
  await mkdir(join(repository, "app"), { recursive: true });
  const git = (...args) => execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.com", ...args], { cwd: repository, stdio: "pipe", encoding: "utf8" }).trim();
  const fork = (name) => ({ [`node_modules/${name}`]: { version: "1.0.0", resolved: "git+ssh://git@code.example/a/b.git#0123456" } });
  const lock = (entries) => writeFile(join(repository, "app", "package-lock.json"), JSON.stringify({ lockfileVersion: 3, packages: { "": {}, ...entries } }));
  const allow = (...names) => writeFile(join(repository, "app", "allow.json"), JSON.stringify(names.map((purl) => ({ purl, address: "git+ssh://git@code.example/a/b.git#", check: "source-git", reason: "our own" }))));
  const commit = (what) => {
    git("add", "-A");
    git("commit", "-qm", what);
    return git("rev-parse", "HEAD");
  };
  git("init", "-q");
  await lock({});
  const bare = commit("no exceptions");
  await allow("known");
  const before = commit("one is allowed");
  await lock({ ...fork("known"), ...fork("hostile") });
  await allow("known", "hostile");
  const after = commit("allows itself");
  const event = join(dir, "event.json");
  const pull = { GITHUB_EVENT_NAME: "pull_request", GITHUB_EVENT_PATH: event };
  const run = (inputs, more = {}) => new Promise((resolve) => {
    const given = { FILE: "package-lock.json", ALLOW: "allow.json", FORMAT: "json", OUT: "", ...inputs };
    execFile(process.execPath, [here("../wasm/action/run.mjs")], { cwd: join(repository, "app"), env: { ...env, GITHUB_EVENT_NAME: "", ...more, ...Object.fromEntries(Object.entries(given).map(([name, value]) => [`TOUCHSTONE_${name}`, value])) } }, (error, out, err) => resolve({ code: error?.code ?? 0, out, err }));
  });
  const states = (out) => JSON.parse(out.slice(out.indexOf("{"))).lines.map(({ name, state }) => `${name} ${state}`).join();
  for (const [what, base, baseOfPull, code, lines, says] of [
    ["a base", before, "", 1, "known note,hostile alarm", /allow\.json was changed since/],
    ["a base without the file", bare, "", 1, "known alarm,hostile alarm", /allow\.json is not in/],
    ["no base, and a pull request", "", before, 1, "known note,hostile alarm", /allow\.json was changed since/],
    ["no base, and no pull request: the project's own", "", "", 0, "known note,hostile note", /^/],
    ["the same on both sides", after, "", 0, "", /^(?!.*changed since)/],
  ]) {
    await writeFile(event, JSON.stringify({ pull_request: { base: { sha: baseOfPull } } }));
    const { code: got, out, err } = await run({ BASE: base }, baseOfPull ? pull : {});
    assert.equal(got, code, `${what}: ${out}${err}`);
    assert.equal(states(out), lines, what);
    assert.match(out, says, what);
  }
  for (const [say, inputs, more] of [
    [/names no commit that it would change/, {}, pull],
    [/is outside the repository/, { BASE: before, ALLOW: "../../allow.json" }],
    [/is outside the repository/, { BASE: before, ALLOW: join(dir, "allow.json") }],
  ]) {
    await writeFile(event, "{}");
    const { code, err } = await run(inputs, more);
    assert.equal(code, 2, err);
    assert.match(err, say);
  }
});

// openai/openai-cli 95: an entry's digest and address are replaced by those of another
// tarball of the same version. What npm verifies is what the registry says of that
// version, whatever is pinned and installed.
test("npm audit signatures passes the lock file that the action refused", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const integrity = `sha512-${createHash("sha512").update("published").digest("base64")}`;
  const signed = { name: "two", version: "1.0.0", dist: { integrity, tarball: "https://registry.npmjs.org/two/-/two-1.0.0.tgz", signatures: [{ keyid: "SHA256:own", sig: sign("sha256", Buffer.from(`two@1.0.0:${integrity}`), privateKey).toString("base64") }] } };
  const pages = {
    "/-/npm/v1/keys": { keys: [{ expires: null, keyid: "SHA256:own", keytype: "ecdsa-sha2-nistp256", scheme: "ecdsa-sha2-nistp256", key: publicKey.export({ type: "spki", format: "der" }).toString("base64") }] },
    "/two": { name: "two", "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": signed } },
  };
  const server = createServer((request, response) => {
    response.statusCode = request.url in pages ? 200 : 404;
    response.end(JSON.stringify(pages[request.url] ?? {}));
  });
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const project = join(dir, "replaced");
  await mkdir(join(project, "node_modules", "two"), { recursive: true });
  const lock = JSON.parse(await readFile(join(dir, "package-lock.json"), "utf8"));
  assert.notEqual(lock.packages["node_modules/two"].integrity, integrity);
  await writeFile(join(project, "package-lock.json"), JSON.stringify({ lockfileVersion: 3, packages: { "": { dependencies: { two: "1.0.0" } }, "node_modules/two": lock.packages["node_modules/two"] } }));
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "project", version: "1.0.0", dependencies: { two: "1.0.0" } }));
  await writeFile(join(project, "node_modules", "two", "package.json"), JSON.stringify({ name: "two", version: "1.0.0" }));
  try {
    const said = await new Promise((resolve) => {
      execFile("npm", ["audit", "signatures"], { cwd: project, env: { ...env, npm_config_registry: `http://127.0.0.1:${server.address().port}/`, NODE_OPTIONS: `--require=${withoutTUF(dir)}` } }, (error, out, err) => resolve({ code: error?.code ?? 0, out, err }));
    });
    assert.equal(said.code, 0, said.err);
    assert.match(said.out, /1 package has a verified registry signature/);
  } finally {
    server.close();
  }
});

test("a long lock file is answered in parts, each pin once and in the file's order", async () => {
  const names = Array.from({ length: 230 }, (_, i) => `p${i}`);
  const hostile = { p7: { integrity: `sha512-${createHash("sha512").update("hostile").digest("base64")}` } };
  await mkdir(join(dir, "long"));
  await writeFile(join(dir, "long", "package-lock.json"), lockWorld(names, { changed: hostile }).text);
  await worldOf("long.mjs", "worlds.lockWorld(Array.from({ length: 230 }, (_, i) => `p${i}`)).world");
  const { code, out, err } = await touchstone(["lock", join(dir, "long", "package-lock.json"), "--format", "json"], { world: "long.mjs" });
  assert.equal(code, 1, err);
  const { lines, counts } = JSON.parse(out);
  assert.deepEqual(lines.map(({ name }) => name), names);
  assert.equal(counts.failed, 1);
  assert.deepEqual(lines.filter(({ state }) => state === "failed").map(({ name }) => name), ["p7"]);
  const others = new Set(lines.filter(({ name }) => name !== "p7").map(({ state, findings }) => `${state} ${findings.map(({ rule }) => rule)}`));
  assert.equal(others.size, 1, "the two programs answer alike: " + [...others].join("; "));
  assert.match(err, /^200 of 230$/m);
});

test("the action runs nothing whose digest was not named", async () => {
  for (const [say, inputs] of [
    [/its SHA-256 is [0-9a-f]{64}, and not 0{64}: it is not run/, { FILE: "x", PROGRAM: packed, SHA256: "0".repeat(64) }],
    [/without it anything could be run/, { FILE: "x", PROGRAM: packed }],
    [/no https address/, { FILE: "x", PROGRAM: "http://example.com/touchstone.tgz", SHA256: "0".repeat(64) }],
    [/is an option/, { FILE: "--replay" }],
  ]) {
    const { code, err } = await action(inputs);
    assert.equal(code, 2, err);
    assert.match(err, say);
  }
});

test("the action writes through no link that a checkout may hold", async () => {
  await mkdir(join(dir, "runner"));
  await symlink(join(dir, "runner", "kept"), join(dir, "out.sarif"));
  await symlink(join(dir, "runner"), join(dir, "linked"));
  for (const OUT of ["out.sarif", "linked/new.sarif", join(dir, "linked", "new.sarif"), "./runner/../linked/new.sarif"]) {
    const { code, err } = await action({ FILE: "package-lock.json", OUT, PROGRAM: packed, SHA256: createHash("sha256").update(await readFile(packed)).digest("hex") });
    assert.equal(code, 2, err);
    assert.match(err, /out: \S+ is a link; it is not written through/);
  }
  assert.deepEqual(await readdir(join(dir, "runner")), []);
});

test("help is there, and what is no question exits with 2", async () => {
  for (const [args, say] of [[["--help"], /verify-bundle/], [["lock", "--help"], /--base OLDFILE.*exit 0: .* 1: .* 2: /s], [["verify-bundle", "--help"], /^usage: touchstone verify-bundle .*--certificate-identity/s], [["--version"], /^\d+\.\d+\.\d+\n$/]]) {
    const { code, out } = await touchstone(args);
    assert.equal(code, 0);
    assert.match(out, say);
  }
  for (const args of [[], ["lock", "--replay", "x", "y"], ["check", "a", "b"]]) {
    const { code, out, err } = await touchstone(args);
    assert.equal(code, 2, `${args}: ${err}`);
    assert.equal(out, "");
    assert.match(err, /usage: touchstone/);
  }
});
