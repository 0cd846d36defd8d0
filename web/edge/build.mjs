// Builds the edge worker into build/edge. wrangler deploys those four files as
// they are: no bundler.
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { slim } from "../../wasm/build.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const out = join(root, "build", "edge");

export async function buildEdge() {
  await mkdir(out, { recursive: true });
  await slim("-run", "./web/edge/generate", "--", "-o", join(out, "config.mjs"));
  await slim("-build", "./web/edge", "-o", "build/edge/relay.wasm", "-brotli=0");
  await copyFile(join(root, "web", "edge", "worker.mjs"), join(out, "worker.mjs"));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    await buildEdge();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
