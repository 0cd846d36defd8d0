// npm run pack: build/touchstone.tgz, the command line as one file that runs
// anywhere with Node 20 or later, without a build and without a dependency. Its
// programs are those of wasm/node; what differs stands beside this file.
import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "../build.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "build", "package");
const here = join(root, "wasm", "package");

/** The packed command line. */
export const packed = join(root, "build", "touchstone.tgz");

/** What is not where it is in a checkout: a file of the package, and where it is from. */
const placed = {
  "wasm/node/place.mjs": join(here, "place.mjs"),
  "wasm/whole.wasm.br": join(root, "build", "whole.wasm.br"),
  "wasm/wasm_exec.js": join(root, "build", "wasm_exec.js"),
  "README.md": join(here, "README.md"),
  LICENSE: join(root, "LICENSE"),
};
const binary = "wasm/node/touchstone.mjs";

/** The scripts that a script of the package imports, itself included: { path: text }. */
async function scripts(path, found = {}) {
  if (path in found) return found;
  found[path] = await readFile(placed[path] ?? join(root, path), "utf8");
  for (const [, name] of found[path].matchAll(/^import .*?"(\.[^"]+)";$/gm)) {
    await scripts(relative(root, resolve(root, dirname(path), name)).split("\\").join("/"), found);
  }
  return found;
}

/**
 * What npm is told of the package. It is private: nobody can publish it by mistake,
 * under a name that may be another's. It runs with an older Node than what builds it.
 */
async function description() {
  const { name, version, description: about, license, type } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  return `${JSON.stringify({ name, version, private: true, description: about, license, type, engines: { node: ">=20" }, bin: { [name]: binary } }, null, 2)}\n`;
}

/**
 * Packs what was built (build/whole.wasm.br and Go's glue). The same files give
 * the same bytes: npm writes one time and one mode into all of its tarballs.
 */
export async function pack() {
  await rm(folder, { recursive: true, force: true });
  const write = async (path, text) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await (text === undefined ? copyFile(placed[path], join(folder, path)) : writeFile(join(folder, path), text));
  };
  for (const [path, text] of Object.entries(await scripts(binary))) await write(path, text);
  for (const path of Object.keys(placed)) if (!path.endsWith(".mjs")) await write(path);
  await write("package.json", await description());
  const { stdout } = await promisify(execFile)("npm", ["pack", "--json", "--offline", "--ignore-scripts", "--loglevel=error", "--pack-destination", join(root, "build"), folder], { cwd: root, shell: process.platform === "win32" });
  const [{ filename, size, files }] = Object.values(JSON.parse(stdout)); // a list; npm 11 may name each
  await rename(join(root, "build", filename), packed);
  return { size, files: files.map(({ path }) => path) };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    await build("whole", { deploy: true });
    const { size, files } = await pack();
    process.stdout.write(`build/touchstone.tgz: ${size} bytes, ${files.length} files\n`);
  } catch (error) {
    process.stderr.write(`${error.stderr || error.message}\n`);
    process.exitCode = 1;
  }
}
