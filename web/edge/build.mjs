// Builds the edge worker into build/edge. wrangler deploys those four files as
// they are: no bundler.
import { execFile } from "node:child_process";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
const out = join(root, "build", "edge");
const run = promisify(execFile);

async function go(args, env = {}) {
  try {
    return (await run("go", args, { cwd: root, env: { ...process.env, ...env } })).stdout;
  } catch (error) {
    throw new Error(error.code === "ENOENT" ? "building needs Go (1.26 or later) on the PATH" : `go ${args[0]} failed:\n${error.stderr || error.message}`);
  }
}

export async function buildEdge() {
  await mkdir(out, { recursive: true });
  await Promise.all([
    go(["run", "./web/edge/generate", "-o", join(out, "config.mjs")]),
    go(["build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", join(out, "relay.wasm"), "./web/edge"], { GOOS: "js", GOARCH: "wasm" }),
    // The glue must be of the toolchain that compiled the wasm.
    go(["env", "GOROOT"]).then((goroot) => copyFile(join(goroot.trim(), "lib", "wasm", "wasm_exec.js"), join(out, "wasm_exec.js"))),
    copyFile(join(root, "web", "edge", "worker.mjs"), join(out, "worker.mjs")),
  ]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    await buildEdge();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
