// Extracts packages with the tar of an installed npm, as npm's pacote does, and
// says what stands on the disk. Usage: node npm.mjs NPM SCRATCH. Each package on
// standard input is its length (4 bytes, little end first) and its bytes; each
// answer is a line of JSON.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";

const [npm, scratch] = process.argv.slice(2);
const tar = createRequire(join(npm, "package.json"))("tar");

// list tells every file below a folder by path and digest.
function list(folder, at = "", files = Object.create(null)) {
  for (const entry of readdirSync(join(folder, at), { withFileTypes: true })) {
    const path = at === "" ? entry.name : `${at}/${entry.name}`;
    if (entry.isDirectory()) list(folder, path, files);
    else files[path] = entry.isFile() ? createHash("sha256").update(readFileSync(join(folder, path))).digest("hex") : "no file";
  }
  return files;
}

// options are those with which pacote extracts what comes from a registry.
function options(cwd, warned) {
  const ignores = new Set();
  return {
    cwd,
    noChmod: true,
    noMtime: true,
    strip: 1,
    umask: 0o022,
    preserveOwner: false,
    onwarn: (code, text) => warned.push(`${code}: ${text}`),
    filter: (_, entry) => {
      if (/Link$/.test(entry.type)) return false;
      entry.mode = ((entry.mode | (/Directory|GNUDumpDir/.test(entry.type) ? 0o777 : 0o666)) & ~0o022) | 0o600;
      if (!/File$/.test(entry.type)) return undefined;
      if (basename(entry.path) === ".npmignore") ignores.add(entry.path);
      if (basename(entry.path) === ".gitignore") {
        const renamed = entry.path.replace(/\.gitignore$/, ".npmignore");
        if (ignores.has(renamed)) return false;
        entry.path = renamed;
      }
      return true;
    },
  };
}

// extract does it as npm does, or the same at once, which is several times as fast.
async function extract(packed, sync) {
  const folder = join(scratch, "package");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const warned = [];
  let error = "";
  try {
    await new Promise((resolve, reject) => {
      const extraction = tar.x({ ...options(folder, warned), sync });
      extraction.on("end", resolve);
      extraction.on("error", reject);
      extraction.end(packed);
      if (sync) resolve();
    });
  } catch (e) {
    error = String(e);
  }
  return { files: list(folder), error, warned };
}

let held = Buffer.alloc(0);
let asked = 0;
for await (const chunk of process.stdin) {
  held = Buffer.concat([held, chunk]);
  while (held.length >= 4 && held.length >= 4 + held.readUInt32LE()) {
    const end = 4 + held.readUInt32LE();
    process.stdout.write(JSON.stringify(await extract(held.subarray(4, end), ++asked % 10 > 0)) + "\n");
    held = held.subarray(end);
  }
}
