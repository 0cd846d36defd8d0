// npm run deploy, without an account: node --test e2e/deploy.test.mjs.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
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
