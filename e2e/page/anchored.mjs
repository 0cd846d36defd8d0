// The built page with a program that takes a test's anchors in the place of the whole
// one. That program is built with a tag and stands beside the site, never in it: only
// a browser that a test runs is given it.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { ensureBuilt } from "../../wasm/build.mjs";
import { workerScript } from "../world.mjs";

/** The anchored program, and the digest by which a page pins it: { body, integrity }. */
export async function anchoredProgram() {
  await ensureBuilt("anchored");
  const body = await readFile(new URL("../../build/anchored.wasm", import.meta.url));
  return { body, integrity: `sha256-${createHash("sha256").update(body).digest("base64")}` };
}

/**
 * Gives a browser the anchored program where its page asks for the whole one, and the
 * anchors: by another worker script, which pins that program's digest, and asks for no
 * other. The list of the addresses at which it was given grows.
 */
export async function anchor(context, { body, integrity }, anchors) {
  const { name, source } = workerScript();
  const pins = /^import \{ known, wasm, whole \} from ("[^"]+");$/m;
  if (source.split(pins).length !== 3) throw new Error(`${name} does not import what it pins once, as ${pins}`);
  const begins = 'load(self.name.startsWith("whole ") ? whole : wasm)';
  if (source.split(begins).length !== 2) throw new Error(`${name} does not hold ${begins} once`);
  const script = source.replace(begins, "load(whole)").replace(pins, (_, from) => `import { known, wasm, whole as served } from ${from};
const whole = { ...served, integrity: ${JSON.stringify(integrity)} };
globalThis.touchstoneTestAnchors = ${JSON.stringify(anchors)};`);
  const given = [];
  await context.route(`**/assets/${name}`, (route) => route.fulfill({ contentType: "text/javascript", body: script }));
  await context.route(/\/assets\/whole\.[0-9a-f]+\.wasm$/, (route) => {
    given.push(route.request().url());
    return route.fulfill({ contentType: "application/wasm", body });
  });
  return given;
}
