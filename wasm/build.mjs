// npm run build: everything that is built goes into build/, which is never
// committed. Needs Go and Node, nothing else.
import { execFile } from "node:child_process";
import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = join(root, "build");
const run = promisify(execFile);

/**
 * Runs wasm/slim, which builds and runs programs of this module, all compiled
 * alike: what one needs, the next finds in Go's cache.
 */
export async function slim(...args) {
  try {
    return (await run("go", ["run", "./wasm/slim", ...args], { cwd: root, maxBuffer: 64 << 20 })).stdout;
  } catch (error) {
    throw new Error(error.code === "ENOENT" ? "building needs Go (1.26 or later) on the PATH" : `wasm/slim ${args.slice(0, 2).join(" ")} failed:\n${error.stderr || error.message}`);
  }
}

/** The programs that the page loads. */
export const served = ["touchstone", "whole"];

/** What is built to build/NAME.wasm, pruned (see wasm/slim): the first program of the page, the whole one (all ecosystems, lock files), and what only Node runs. */
const programs = {
  touchstone: { folder: "./wasm", compressed: true },
  whole: { folder: "./wasm", tags: "touchstone_whole", compressed: true },
  conformance: { folder: "./wasm/conformance", compressed: false },
  // The whole program with anchors that a test makes: tests alone run it.
  anchored: { folder: "./wasm", tags: "touchstone_whole,touchstone_testanchors", compressed: false },
};

/** Builds a program, and compresses what is served: well where it is to be deployed, else quickly. */
export async function build(name = "touchstone", { deploy = false } = {}) {
  const { folder, tags, compressed } = programs[name];
  await mkdir(out, { recursive: true });
  const brotli = !compressed ? ["-brotli=0"] : deploy ? ["-brotli=11"] : [];
  return slim("-build", folder, ...(tags ? ["-tags", tags] : []), "-o", `build/${name}.wasm`, ...brotli);
}

/**
 * Builds only when a source file is newer than what was built, and one process
 * at a time.
 */
export async function ensureBuilt(name = "touchstone", tell = (text) => process.stderr.write(text)) {
  const lock = join(out, "lock");
  for (let waited = false; ;) {
    const built = await stat(join(out, `${name}.wasm`)).then((s) => s.mtimeMs, () => 0);
    if (built > 0 && await newest(root) <= built) return;
    await mkdir(out, { recursive: true });
    if (await writeFile(lock, String(process.pid), { flag: "wx" }).then(() => true, () => false)) break;
    if (await abandoned(lock)) {
      await rm(lock, { recursive: true, force: true });
      continue;
    }
    if (!waited) tell("another process is building; waiting for it …\n");
    waited = true;
    await new Promise((resolve) => { setTimeout(resolve, 500); });
  }
  try {
    tell("building (the first time takes a minute) …\n");
    await build(name);
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

/** Tells whether the process that took the lock is gone, for example because it was interrupted. */
async function abandoned(lock) {
  const pid = Number(await readFile(lock, "utf8").catch((error) => (error.code === "EISDIR" ? "-1" : "")));
  const age = await stat(lock).then((s) => Date.now() - s.mtimeMs, () => 0);
  if (pid === 0) return age > 10_000; // not written yet, or gone by now
  try {
    if (pid > 0) process.kill(pid, 0);
    return pid < 0;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

/** The time of the newest source file in a folder, in milliseconds; of the site's and the tests' only where the folder is theirs. */
export async function newest(dir = root) {
  let time = 0;
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (entry.name.startsWith(".") || ["build", "node_modules", "e2e", "web"].includes(entry.name)) continue;
    const path = join(dir, entry.name);
    if (entry.isDirectory()) time = Math.max(time, await newest(path));
    else if (/\.(go|json|mod|sum|stub|txt|mjs)$/.test(entry.name) && !entry.name.endsWith("_test.go")) time = Math.max(time, (await stat(path)).mtimeMs);
  }
  return time;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    for (const name of served) process.stdout.write(await build(name, { deploy: process.argv.includes("--deploy") }));
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
