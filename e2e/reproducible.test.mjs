// The same source, in another folder and at another time, gives the same bytes:
// node --test e2e/reproducible.test.mjs (after npm run build). Every file that is
// served or deployed is compared.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ensureBuilt, served } from "../wasm/build.mjs";
import { ensureEdge } from "../web/edge/build.mjs";
import { buildSite } from "../web/site/build.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const folders = ["site", "edge", "auditor"];

/** SHA-256 of every file beneath a checkout's build folders. The commit is the checkout's, and not the files'. */
function digests(checkout) {
  const out = {};
  for (const folder of folders) {
    const base = join(checkout, "build", folder);
    for (const name of readdirSync(base, { recursive: true })) {
      const path = join(base, name);
      if (!statSync(path).isFile()) continue;
      let body = readFileSync(path);
      if (/(build|manifest)\.json$/.test(name)) body = String(body).replace(/"(commit|app_version)": "[^"]*"/, "").replace(/"\/\.well-known\/webcat\/manifest\.json": "[^"]*"/, "");
      out[`${folder}/${name}`] = createHash("sha256").update(body).digest("hex");
    }
  }
  return out;
}

test("two checkouts build the same", async () => {
  for (const name of served) await ensureBuilt(name);
  await buildSite();
  await ensureEdge();
  const other = join(mkdtempSync(join(tmpdir(), "elsewhere-")), "a longer name", "touchstone");
  try {
    for (const path of execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: root, encoding: "utf8" }).trim().split("\n")) {
      if (!existsSync(join(root, path))) continue; // removed, and not committed yet
      mkdirSync(dirname(join(other, path)), { recursive: true });
      cpSync(join(root, path), join(other, path));
    }
    symlinkSync(join(root, "node_modules"), join(other, "node_modules"));
    for (const script of ["wasm/build.mjs", "web/site/build.mjs", "web/edge/build.mjs"]) execFileSync(process.execPath, [script], { cwd: other, stdio: "pipe" });
    const [here, there] = [digests(root), digests(other)];
    assert.ok(Object.keys(here).length > 100);
    assert.deepEqual(there, here);
  } finally {
    rmSync(dirname(dirname(other)), { recursive: true });
  }
});
