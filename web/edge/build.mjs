// Builds the two Workers of the edge into build/edge and build/auditor. wrangler
// deploys what is there as it is: no bundler.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { newest, slim } from "../../wasm/build.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

// What runs in workerd, as it is written.
const scripts = { edge: ["worker.mjs", "badge.mjs", "go.mjs", "relay.mjs", "site.mjs"], auditor: ["auditor.mjs"] };

export async function buildEdge() {
  for (const name of Object.keys(scripts)) {
    await rm(join(root, "build", name), { recursive: true, force: true }); // all that is there is deployed
    await mkdir(join(root, "build", name), { recursive: true });
  }
  await slim("-build", "./web/auditor", "-tags", "touchstone_whole", "-o", "build/auditor/auditor.wasm", "-brotli=0");
  // What the auditor finds is kept under the digest of the program that found it.
  const program = createHash("sha256").update(await readFile(join(root, "build", "auditor", "auditor.wasm"))).digest("hex").slice(0, 16);
  await writeFile(join(root, "build", "auditor", "config.mjs"), `export const build = "${program}";\n`);
  // What is declared to relay and browser is what the whole program asks.
  await slim("-run", "./web/edge/generate", "-tags", "touchstone_whole", "--", "-o", join(root, "build", "edge", "config.mjs"), "-auditor", program);
  await slim("-build", "./web/edge", "-o", "build/edge/edge.wasm", "-brotli=0");
  for (const [name, files] of Object.entries(scripts).reverse()) {
    for (const file of files.toReversed()) await copyFile(join(root, "web", name, file), join(root, "build", name, file));
  }
}

/** Builds only when a source file is newer than what was built. */
export async function ensureEdge() {
  const built = await stat(join(root, "build", "edge", "worker.mjs")).then((s) => s.mtimeMs, () => 0); // written last
  const times = await Promise.all([newest(), ...Object.keys(scripts).map((name) => newest(join(root, "web", name)))]);
  if (Math.max(...times) > built) await buildEdge();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    await buildEdge();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
