// Builds the two Workers of the edge into build/edge and build/auditor. wrangler
// deploys what is there as it is: no bundler.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { slim } from "../../wasm/build.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

export async function buildEdge() {
  await Promise.all(["edge", "auditor"].map((name) => mkdir(join(root, "build", name), { recursive: true })));
  await slim("-build", "./web/auditor", "-o", "build/auditor/auditor.wasm", "-brotli=0");
  // What the auditor finds is kept under the digest of the program that found it.
  const program = createHash("sha256").update(await readFile(join(root, "build", "auditor", "auditor.wasm"))).digest("hex").slice(0, 16);
  await writeFile(join(root, "build", "auditor", "config.mjs"), `export const build = "${program}";\n`);
  await slim("-run", "./web/edge/generate", "--", "-o", join(root, "build", "edge", "config.mjs"), "-auditor", program);
  await slim("-build", "./web/edge", "-o", "build/edge/edge.wasm", "-brotli=0");
  await Promise.all([["edge", "worker.mjs"], ["auditor", "auditor.mjs"]].map(([name, file]) => copyFile(join(root, "web", name, file), join(root, "build", name, file))));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    await buildEdge();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
