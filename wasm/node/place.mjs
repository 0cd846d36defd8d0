// Where this program is: in a checkout, which builds what it runs. The packed
// program has wasm/package/place.mjs in the place of this file.
import { readFile } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureBuilt } from "../build.mjs";

const built = new URL("../../build/", import.meta.url);

/** A program of wasm/build.mjs, built first where it is older than its sources: its bytes, and where Go's glue is. */
export async function program(name, tell) {
  await ensureBuilt(name, tell);
  return { glue: new URL("wasm_exec.js", built), wasm: await readFile(fileURLToPath(new URL(`${name}.wasm`, built))) };
}

/** A path that the person typed, relative to where they typed it: npm runs scripts elsewhere. */
export function typed(path) {
  return isAbsolute(path) ? path : resolve(process.env.INIT_CWD || process.cwd(), path);
}
