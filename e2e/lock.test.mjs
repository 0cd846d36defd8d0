// The lock file's audit on the command line: how it is asked, how it exits and
// what it writes. Nothing here needs a network: what is pinned is no package of a
// repository. What packages come to is tested in internal/pins.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ensureBuilt } from "../wasm/build.mjs";
import { matching } from "../wasm/node/lock.mjs";
import { sharedBy } from "../web/static/locktable.js";

const program = fileURLToPath(new URL("../wasm/node/audit.mjs", import.meta.url));
let dir;

before(async () => {
  await ensureBuilt("whole");
  dir = await mkdtemp(join(tmpdir(), "touchstone-lock-"));
});
after(() => rm(dir, { recursive: true, force: true }));

/** A package-lock.json with these entries. */
async function lockFile(name, entries) {
  const path = join(dir, name);
  await writeFile(path, JSON.stringify({ lockfileVersion: 3, packages: { "": { name: "project" }, ...entries } }, null, 2));
  return path;
}

/** Runs the command line under Node with these flags of Node's. */
function run(flags, args) {
  return new Promise((resolve) => {
    execFile(process.execPath, [...flags, program, ...args], { env: { ...process.env, XDG_STATE_HOME: dir, INIT_CWD: dir }, maxBuffer: 64 << 20 }, (error, out, err) => resolve({ code: error?.code ?? 0, out, err }));
  });
}

const audit = (...args) => run(["--liftoff-only"], args);

const git = { version: "1.0.0", resolved: "git+ssh://git@code.example/a/b.git#0123456" };
const own = { resolved: "packages/own", link: true };

test("what many pins have is gathered alike by the page and in HTML", async () => {
  const from = (host) => ({ version: "1.0.0", resolved: `https://${host}/a.tgz` });
  const kinds = [["a", 5, from("a.example")], ["b", 7, git], ["c", 4, from("c.example")], ["d", 6, from("d.example")]];
  const path = await lockFile("package-lock.json", Object.fromEntries(kinds.flatMap(([name, count, entry]) => Array.from({ length: count }, (_, i) => [`node_modules/${name}${i}`, entry]))));
  const allow = join(dir, "allow-many.json");
  await writeFile(allow, JSON.stringify([0, 1].map((i) => ({ purl: `b${i}`, address: git.resolved, check: "source-git", reason: "our own" }))));
  const options = ["--lock", path, "--allow", allow, "--format"];
  const { lines } = JSON.parse((await audit(...options, "json")).out);
  assert.equal(lines.filter(({ findings }) => findings.some(({ allowed }) => allowed)).length, 2);
  const gathered = [...sharedBy(lines.map((line) => ({ line })), 5).values()].map(({ finding, count }) => `${count} ${finding.rule}`);
  const [, list] = /<h2>Found of many<\/h2>\s*<ul>(.*?)<\/ul>/s.exec((await audit(...options, "html")).out);
  assert.deepEqual([...list.matchAll(/>(\d+) pins:.*?\(([a-z-]+)\)\s*<\/li>/gs)].map(([, count, rule]) => `${count} ${rule}`), gathered);
  assert.equal(gathered.length, 3);
});

test("a file that holds nothing to refuse exits with 0", async () => {
  const { code, out } = await audit("--lock", await lockFile("package-lock.json", { "node_modules/own": own }));
  assert.equal(code, 0);
  assert.match(out, /package-lock\.json \(package-lock\.json, version 3\) has 1 entry\. Checked: /);
});

test("what no repository answers for exits with 1, in every format at its line", async () => {
  const path = await lockFile("package-lock.json", { "node_modules/own": own, "node_modules/b": git });
  const text = await audit("--lock", path);
  assert.equal(text.code, 1);
  assert.match(text.out, /ALARM: b 1\.0\.0, package-lock\.json line 11\n.*commit of a git repository.*\(source-git\)/);
  const json = JSON.parse((await audit("--lock", path, "--format", "json")).out);
  assert.deepEqual(json.lines.map(({ name, state, line }) => [name, state, line]), [["node_modules/own", "ok", 7], ["b", "alarm", 11]]);
  const [run] = JSON.parse((await audit("--lock", path, "--format", "sarif")).out).runs;
  assert.deepEqual(run.results.map(({ ruleId }) => ruleId), ["source-git"]);
  assert.equal(run.results[0].locations[0].physicalLocation.region.startLine, 11);
  assert.match((await audit("--lock", path, "--format", "csv")).out, /^alarm,package-lock\.json,11,b,1\.0\.0,/m);
  assert.match((await audit("--lock", path, "--format", "junit")).out, /tests="2" failures="1"/);
  const to = join(dir, "out.json");
  const written = await audit("--lock", path, "--format", "json", "--out", to);
  assert.equal(written.out, "");
  assert.equal(JSON.parse(await readFile(to, "utf8")).counts.alarm, 1);
});

test("files that belong to it are read with it, and each finding says where it stands", async () => {
  const path = join(dir, "requirements.txt");
  await writeFile(path, "-r base.txt\n-e .\n");
  await writeFile(join(dir, "base.txt"), "a @ git+https://code.example/a/a\n");
  const { code, out, err } = await audit("--lock", path);
  assert.equal(code, 1);
  assert.match(err, /^Read with it: base\.txt$/m);
  assert.match(out, /requirements\.txt \(requirements\.txt\) has 3 entries/);
  assert.match(out, /ALARM: a, base\.txt line 1\n/);
});

test("patterns of workspaces with many stars lead to each folder once, and soon", async () => {
  const root = join(dir, "stars");
  const [long, deep] = ["a".repeat(200), Array(20).fill("d").join("/")];
  for (const folder of [long, "xaby", "ab", deep]) await mkdir(join(root, folder), { recursive: true });
  const found = (pattern) => matching(root, `${pattern}/package.json`);
  assert.deepEqual(await found("x*b*"), ["xaby/package.json"]);
  assert.deepEqual(await found("*ab"), ["ab/package.json"]);
  assert.deepEqual(await found("ab*b"), [], "two texts of a pattern share no letter");
  assert.deepEqual(await found(`${"*a".repeat(60)}*b`), []); // by trying all places it would take years
  assert.deepEqual(await found(`${"**/".repeat(30)}none/*`), []);
  assert.deepEqual(await found(`${"**/".repeat(30)}ab*`), ["ab/package.json"]);
});

test("workspaces are read with it, by the folders or the patterns that name them", async () => {
  const folder = join(dir, "workspaces");
  for (const [path, text] of Object.entries({
    "yarn.lock": "# yarn lockfile v1\n\na@1:\n  version \"1.0.0\"\n  resolved \"git+https://code.example/a/a.git#0123456\"\n",
    "package.json": JSON.stringify({ workspaces: ["packages/*", "all/**"] }), "packages/b/package.json": "{}", "packages/a/package.json": JSON.stringify({ dependencies: { a: "1" } }),
    "packages/node_modules/package.json": "{}", "all/one/two/package.json": "{}", "other/package.json": "{}", "packages/package.json": "{}",
  })) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const { out, err } = await audit("--lock", join(folder, "yarn.lock"), "--format", "json");
  assert.match(err, /^Read with it: package\.json, packages\/a\/package\.json, packages\/b\/package\.json, all\/one\/two\/package\.json$/m);
  assert.deepEqual(JSON.parse(out).lines.map(({ name, flags }) => [name, flags]), [["a", ["direct"]]]);
});

test("an exception with a reason is accepted, and one that matches nothing is told", async () => {
  const path = await lockFile("package-lock.json", { "node_modules/b": git });
  const allow = join(dir, "allow.json");
  await writeFile(allow, JSON.stringify([{ purl: "b", address: git.resolved, check: "source-git", reason: "our own fork" }, { purl: "c", check: "source-git", reason: "gone" }]));
  const { code, out } = await audit("--lock", path, "--allow", allow);
  assert.equal(code, 0, out);
  assert.match(out, /Allowed: our own fork/);
  assert.match(out, /exception for c \(source-git\) matched nothing/);
});

test("only what changed since an older file is looked at", async () => {
  const base = await lockFile("older.json", { "node_modules/b": git, "node_modules/gone": own });
  const { code, out } = await audit("--lock", await lockFile("package-lock.json", { "node_modules/b": git }), "--base", base);
  assert.equal(code, 0, out);
  assert.match(out, /1 are unchanged/);
});

test("what runs little is compiled once", async () => {
  const path = await lockFile("package-lock.json", { "node_modules/own": own });
  const { code, out, err } = await run(["--trace-wasm-compilation-times"], ["--lock", path]);
  assert.equal(code, 0, err);
  const compiled = (how) => out.split(`using ${how}`).length - 1;
  assert.ok(compiled("Liftoff") > 1000, "it is said what is compiled");
  assert.ok(compiled("TurboFan") < 30, `${compiled("TurboFan")} functions were compiled once more`);
});

test("a question that cannot be asked exits with 2, and writes nothing", async () => {
  const path = await lockFile("package-lock.json", {});
  const conflict = join(dir, "go.sum");
  await writeFile(conflict, "<<<<<<< HEAD\n");
  const allow = join(dir, "bad.json");
  await writeFile(allow, "{}");
  for (const [say, ...args] of [
    [/there is no such|ENOENT/, "--lock", join(dir, "none")],
    [/line 1: a merge conflict/, "--lock", conflict],
    [/choose records or bytes/, "--lock", path, "--depth", "deep"],
    [/choose text, json/, "--lock", path, "--format", "pdf"],
    [/number of days/, "--lock", path, "--min-age", "soon"],
    [/belongs to --lock/, "--base", path],
    [/leave out the reference/, "--lock", path, "npm:once@1.4.0"],
    [/does not go with --replay/, "--lock", path, "--replay", path],
    [/there is no such track/, "--lock", path, "--require", "integrty=1"],
    [/are no list/, "--lock", path, "--allow", allow],
  ]) {
    const { code, out, err } = await audit(...args);
    assert.equal(code, 2, `${args.join(" ")}: ${err}`);
    assert.equal(out, "");
    assert.match(err, say);
  }
});
