// Builds the static site into build/site, from build/touchstone.wasm and
// build/whole.wasm, packs the command line that it offers, and compresses its files
// as the edge sends them.
import { execFile } from "node:child_process";
import { readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { brotliCompressSync } from "node:zlib";
import { slim } from "../../wasm/build.mjs";
import { pack } from "../../wasm/package/pack.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const out = join(root, "build", "site");

// One tag is for the examples, which are audits of an invented package; what the
// page loads was built without it (wasm/build.mjs). By the other the pages know all
// that the whole program serves.
/** Builds the site; resolves to the bytes that a browser loads before the WebAssembly. */
export async function buildSite() {
  await pack();
  await slim("-run", "./web/site", "-tags", "touchstone_testanchors,touchstone_whole", "--", "-out", out, "-commit", await commit(), "-bundles", await bundles());
  const assets = join(out, "assets");
  let weight = brotliCompressSync(await readFile(join(out, "index.html"))).length;
  for (const name of await readdir(assets)) {
    if (name.endsWith(".woff2")) weight += (await stat(join(assets, name))).size; // compressed by its own format
    if (!/\.(js|css|svg|json)$/.test(name)) continue; // the WebAssembly was compressed when it was built
    const packed = brotliCompressSync(await readFile(join(assets, name)));
    await writeFile(join(assets, `${name}.br`), packed);
    if (!name.endsWith(".json")) weight += packed.length; // fetched when nobody waits
  }
  return weight;
}

/** The folder of real bundles whose answers are known: in the module that verifies bundles. */
async function bundles() {
  const { stdout } = await promisify(execFile)("go", ["list", "-m", "-f", "{{.Dir}}", "github.com/sigstore/sigstore-go"], { cwd: root });
  return join(stdout.trim(), "examples");
}

/** What is built: a commit, with + where files differ from it; empty where there is no git. */
async function commit() {
  const git = async (...args) => (await promisify(execFile)("git", args, { cwd: root })).stdout.trim();
  try {
    return await git("rev-parse", "HEAD") + (await git("status", "--porcelain") ? "+" : "");
  } catch {
    return "";
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    process.stdout.write(`build/site: ${await buildSite()} bytes compressed before the WebAssembly\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
