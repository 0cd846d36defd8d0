// The edge as Miniflare runs it: what wrangler reads from its configuration, with
// the modules that were built. npm start and the tests run the same.
import { readFile, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** wrangler's, of the two Workers. */
export const configurations = ["wrangler.jsonc", "auditor.jsonc"]; // the first is the one that listens

/**
 * Miniflare's options. site is the folder of static files; replaced maps modules
 * ("edge/config.mjs") to other contents.
 */
export async function edgeOptions({ site, replaced = {} } = {}) {
  const { unstable_getMiniflareWorkerOptions: optionsOf, unstable_readConfig: read } = await import("wrangler");
  const workers = await Promise.all(configurations.map(async (name, i) => {
    const config = read({ config: join(root, name) });
    const { workerOptions, main } = optionsOf(config, undefined, site && i === 0 ? { overrides: { assets: { directory: site } } } : {});
    return { name: config.name, ...workerOptions, modules: await modules(main, replaced), modulesRoot: dirname(main) };
  }));
  // No question to Cloudflare about where we are.
  return { workers, cf: false };
}

/** The files beside the entry, which comes first. */
async function modules(main, replaced) {
  const folder = dirname(main);
  const types = { mjs: "ESModule", js: "ESModule", wasm: "CompiledWasm" };
  const entry = (path) => (path === main ? 0 : 1);
  const paths = (await readdir(folder)).map((name) => join(folder, name)).sort((a, b) => entry(a) - entry(b));
  return Promise.all(paths.map(async (path) => {
    const name = path.slice(folder.length + 1);
    return { type: types[name.split(".").pop()], path, contents: replaced[`${basename(folder)}/${name}`] ?? await readFile(path) };
  }));
}
