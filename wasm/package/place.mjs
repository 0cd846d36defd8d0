// Where this program is: unpacked somewhere, with the whole program beside it.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";

/** The whole program, which has everything: its bytes, and where Go's glue is. */
export async function program() {
  return { glue: new URL("../wasm_exec.js", import.meta.url), wasm: await promisify(brotliDecompress)(await readFile(new URL("../whole.wasm.br", import.meta.url))) };
}

/** A path that the person typed: the scripts of their own project run where it is. */
export const typed = (path) => resolve(path);
