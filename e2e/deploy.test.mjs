// npm run deploy, without an account: node --test e2e/deploy.test.mjs.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { ensureBuilt } from "../wasm/build.mjs";
import { ensureEdge } from "../web/edge/build.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const deploy = (...args) => promisify(execFile)(process.execPath, ["web/deploy.mjs", ...args], { cwd: root });

before(ensureEdge);

test("a dry run packs both Workers, the auditor first, below Cloudflare's limits", async () => {
  const { stdout } = await deploy("--dry-run", "--built");
  const sizes = [...stdout.matchAll(/gzip: ([\d.]+) KiB/g)].map(([, size]) => Number(size));
  assert.equal(sizes.length, 2);
  for (const size of sizes) assert.ok(size < 10 * 1024, `${size} KiB`);
  assert.ok(stdout.indexOf("auditor.wasm") < stdout.indexOf("edge.wasm"));
  for (const binding of ["env.AUDITOR (Auditor)", "env.AUDITOR (Auditor, defined in touchstone-auditor)", "env.VERDICTS", "env.NEW_AUDITS (20 requests/60s)", "env.ASSETS"]) assert.ok(stdout.includes(binding), binding);
  assert.equal(stdout.match(/--dry-run: exiting now/g).length, 2);
});

test("without a store of one's own nothing is uploaded", async () => {
  await assert.rejects(deploy("--built"), (error) => {
    assert.match(error.stderr, /the KV namespace VERDICTS is verdicts: make one with "npx wrangler kv namespace create VERDICTS"/);
    assert.equal(error.stdout, "");
    return true;
  });
});

test("both Workers name one store, and log no requests", async () => {
  for (const name of ["wrangler.jsonc", "auditor.jsonc"]) {
    const text = await readFile(`${root}/${name}`, "utf8");
    assert.match(text, /"binding": "VERDICTS", "id": "verdicts"/);
    assert.match(text, /"observability": \{ "enabled": false \}/);
  }
});

/** What Cloudflare is given by a configuration: the script's folder, and that of the files. */
const folders = (text) => [...text.matchAll(/"(main|directory)": "([^"]+)"/g)].map(([, field, path]) => (field === "main" ? dirname(path) : path));

/** A file as it is without the compression in which it is stored. */
function bare(path) {
  const body = readFileSync(path);
  if (path.endsWith(".br")) return brotliDecompressSync(body);
  return /\.t?gz$/.test(path) ? gunzipSync(body) : body;
}

test("nothing that is deployed takes a test's anchors", async () => {
  await ensureBuilt("anchored");
  const mark = "touchstoneTestAnchors"; // where that program takes them from
  assert.ok(bare(`${root}/build/anchored.wasm`).includes(mark), "the anchored program does not hold what is looked for");
  let programs = 0;
  for (const name of ["wrangler.jsonc", "auditor.jsonc"]) {
    for (const folder of folders(await readFile(`${root}/${name}`, "utf8"))) {
      for (const path of readdirSync(join(root, folder), { recursive: true }).map((file) => join(root, folder, file)).filter((file) => statSync(file).isFile())) {
        const body = bare(path);
        assert.ok(!body.includes(mark), path);
        if (body.subarray(0, 4).equals(Buffer.from("\0asm"))) programs++;
        // What the command line's package holds compressed is what the page loads.
        if (path.endsWith(".tgz")) assert.ok(body.includes(readFileSync(`${root}/build/whole.wasm.br`)), path);
      }
    }
  }
  assert.ok(programs >= 4, `${programs} programs: the edge's, the auditor's, and the page's two`);
});
