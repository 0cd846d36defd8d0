// npm run build: everything that is built goes into build/, which is never
// committed. Needs Go and Node, nothing else.
import { execFile } from "node:child_process";
import { copyFile, mkdir, readdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = join(root, "build");
const run = promisify(execFile);

async function go(args, env = {}) {
  try {
    const { stdout } = await run("go", args, { cwd: root, env: { ...process.env, ...env }, maxBuffer: 64 << 20 });
    return stdout;
  } catch (error) {
    throw new Error(error.code === "ENOENT" ? "building needs Go (1.26 or later) on the PATH" : `go ${args[0]} failed:\n${error.stderr || error.message}`);
  }
}

/** Builds the WebAssembly and the loader that Go's own distribution has for it. */
export async function build() {
  await mkdir(out, { recursive: true });
  const goroot = (await go(["env", "GOROOT"])).trim();
  await copyFile(join(goroot, "lib", "wasm", "wasm_exec.js"), join(out, "wasm_exec.js"));
  const temporary = join(out, `touchstone.${process.pid}.wasm`);
  await go(["build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", temporary, "./wasm"], { GOOS: "js", GOARCH: "wasm" });
  await rename(temporary, join(out, "touchstone.wasm"));
}

/** Builds only when a source file is newer than what was built. */
export async function ensureBuilt() {
  const built = await stat(join(out, "touchstone.wasm")).then((s) => s.mtimeMs, () => 0);
  if (built > 0 && await newest(root) <= built) return;
  process.stderr.write("building (the first time takes a minute or two) …\n");
  await build();
}

/** The time of the newest source file, in milliseconds. */
async function newest(dir) {
  let time = 0;
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (entry.name.startsWith(".") || ["build", "node_modules", "e2e"].includes(entry.name)) continue;
    const path = join(dir, entry.name);
    if (entry.isDirectory()) time = Math.max(time, await newest(path));
    else if (/\.(go|json|mod|sum|pub|txt)$/.test(entry.name) && !entry.name.endsWith("_test.go")) time = Math.max(time, (await stat(path)).mtimeMs);
  }
  return time;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    await build();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
