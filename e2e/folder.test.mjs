// Installed folders: which file is of which package, and what is written of it.
import assert from "node:assert/strict";
import test from "node:test";
import { asStrays, calledOtherwise, inWords, packageOf, packagesIn } from "../wasm/shared/folder.js";
import { lines } from "../wasm/node/installed.mjs";
import { sarif } from "../wasm/node/sarif.mjs";

const file = (path) => ({ path, size: 1, link: false, read: async () => new TextEncoder().encode(path) });
const finder = (found) => ({ named: async () => "[\"METADATA\"]", packages: async () => JSON.stringify(found) });

test("where packages share a folder, each has the files that are listed for it", async () => {
  const found = await packagesIn("site-packages", ["a/x.py", "a-1.dist-info/METADATA", "b.py", "both.py", "nobody.py"].map(file), finder([
    { reference: "pkg:pypi/a@1", folder: "", files: ["a/x.py", "a-1.dist-info/METADATA", "both.py"] },
    { reference: "pkg:pypi/b@2", folder: "", files: ["b.py", "both.py", "missing.py"] },
  ]));
  assert.deepEqual(found.map(({ files }) => files.map(({ path }) => path)), [["a/x.py", "a-1.dist-info/METADATA", "both.py"], ["b.py", "both.py"]]);
  assert.deepEqual(Object.keys(found[0].texts), ["a-1.dist-info/METADATA"]);
});

test("files of no package are told apart", async () => {
  const found = await packagesIn("site-packages", ["b.py", "evil.pth"].map(file), finder([{ reference: "pkg:pypi/b@2", folder: "", files: ["b.py"] }, { reference: "", folder: "", files: ["evil.pth"] }, { reference: "", folder: "", files: [".bin/b"], open: "Tools write it." }]));
  assert.equal(found.length, 1);
  assert.deepEqual(asStrays(found.strays).compared, { same: 0, as: false, open: false, differences: [{ path: "evil.pth", state: "extra" }, { path: ".bin/b", state: "extra", known: "Tools write it.", open: true }] });
  assert.equal(asStrays(found.strays.slice(1)).compared.open, true, "only what could not be compared");
});

test("a file is of the innermost package whose folder it lies in", async () => {
  const found = await packagesIn("node_modules", ["a/x.js", "a/node_modules/b/y.js", "b/z.js", ".lock"].map(file), finder([
    { reference: "pkg:npm/a@1.0.0", folder: "a", files: null }, { reference: "pkg:npm/b@2.0.0", folder: "a/node_modules/b", files: null }, { reference: "pkg:npm/b@1.0.0", folder: "b", files: null },
  ]));
  assert.deepEqual(found.map(({ files }) => files.map(({ path }) => path)), [["x.js"], ["y.js"], ["z.js"]]);
  assert.equal(packageOf(found, "pkg:npm/b@1.0.0").folder, "b");
  assert.equal(packageOf(found, "pkg:npm/b@9.0.0").folder, "a/node_modules/b", "of another version: compared, and it differs");
  assert.equal(packageOf(found, "pkg:npm/c@1.0.0"), undefined);
  assert.equal(packageOf([{ reference: "pkg:npm/x@1.0.0", folder: "" }], "pkg:npm/c@1.0.0").folder, "", "a package's own folder may call itself as it likes");
});

test("a package that stands under another's name is told so", () => {
  for (const [reference, folder, said] of [
    ["pkg:npm/a@1.0.0", "a", ""], ["pkg:npm/a@1.0.0", "", ""], ["pkg:npm/%40s/a@1.0.0", "b/node_modules/@s/a", ""], ["pkg:npm/a@1.0.0", "node_modules/.pnpm/a@1.0.0/node_modules/a", ""],
    ["pkg:npm/evil@1.0.0", "a", " (loaded as a)"], ["pkg:npm/a@1.0.0", "b/node_modules/@s/a", " (loaded as @s/a)"], ["pkg:npm/evil@1.0.0", "node_modules/a", " (loaded as a)"],
    ["pkg:pypi/a@1", "b", ""],
  ]) assert.equal(calledOtherwise({ reference, folder }), said, `${reference} in ${folder}`);
});

test("what was compared with nothing is never said to be as published", () => {
  const cache = { path: "a/__pycache__/b.cpython-312.pyc", state: "extra", known: "Python runs it.", open: true };
  const list = { path: "a-1.dist-info/RECORD", state: "changed", known: "Installers write it." };
  assert.equal(inWords({ same: 3, as: true, open: false, differences: [list] }), "All 3 files are as published. 1 more differ as installers are known to make them.");
  assert.equal(inWords({ same: 3, as: false, open: true, differences: [list, cache] }), "3 files are as published. 1 more differ as installers are known to make them. 1 file that can run was not compared: nobody publishes such files.");
  assert.equal(inWords({ same: 3, as: false, open: false, differences: [cache, { path: "evil.py", state: "extra" }] }), "1 extra; 3 files are as published. 1 file that can run was not compared: nobody publishes such files.");
  const [{ results }] = sarif("site-packages", [{ reference: "pkg:pypi/a@1", folder: "", verdict: { failed: false }, installed: { as: false, open: true, differences: [list, cache] } }]).runs;
  assert.deepEqual(results.map(({ ruleId, level }) => [ruleId, level]), [["file-uncompared", "warning"]]);
});

test("the name of a file begins no line of its own", () => {
  const said = lines({ same: 1, as: false, differences: [{ path: "x\n\u2713 pkg:npm/b@1.0.0 Integrity 3\u202e\t", state: "extra" }] });
  assert.deepEqual(said, ["1 extra; 1 files are as published.", "  extra: x\\u{a}\u2713 pkg:npm/b@1.0.0 Integrity 3\\u{202e}\\u{9}"]);
});

test("the name of a file is no link in SARIF", () => {
  const [{ results }] = sarif("node_modules", [{ reference: "pkg:npm/a@1.0.0", folder: "a", verdict: { failed: false, alarms: [] }, installed: { as: false, differences: [{ path: "[see](https:/evil.example)\\[", state: "extra" }] } }]).runs;
  assert.equal(results[0].message.text, "pkg:npm/a@1.0.0: \\[see\\](https:/evil.example)\\\\\\[ is extra");
});

test("SARIF has a result for each difference that nobody explains", () => {
  const log = sarif("my app/node_modules", [
    { reference: "pkg:npm/a@1.0.0", folder: "a", verdict: { failed: true, headline: "Do not use it." }, installed: { as: false, differences: [
      { path: "x y.js", state: "changed" }, { path: "z.js", state: "extra" }, { path: "m.js", state: "missing" }, { path: "k.json", state: "changed", known: "npm writes it." },
    ] } },
    { reference: "pkg:npm/b@1.0.0", folder: "b", error: "no network" },
    { reference: "pkg:npm/c@1.0.0", folder: "c", verdict: { failed: false }, installed: { as: true, differences: [] }, bad: true },
    { reference: "pkg:npm/d@1.0.0", folder: "d", verdict: { failed: false, alarms: [] }, installed: { as: true, differences: [] } },
    { reference: "pkg:npm/e@1.0.0", folder: "e", verdict: { failed: false, alarms: ["Odd.", "Odder."] }, installed: { as: true, differences: [] }, bad: true },
  ]);
  const [{ results, tool }] = log.runs;
  assert.deepEqual(results.map(({ ruleId }) => ruleId), ["package-failed", "file-changed", "file-extra", "file-missing", "not-compared", "package-below", "package-alarm"]);
  assert.equal(results[1].locations[0].physicalLocation.artifactLocation.uri, "my%20app/node_modules/a/x%20y.js");
  for (const one of results) assert.equal(tool.driver.rules[one.ruleIndex].id, one.ruleId);
  assert.equal(new Set(results.map(({ partialFingerprints }) => partialFingerprints["folder/v1"])).size, results.length);
});
