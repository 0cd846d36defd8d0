// Repositories that are made for tests, with signatures by keys of their own: see
// internal/mint/worlds.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ensureBuilt } from "../wasm/build.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const file = fileURLToPath(new URL("../build/worlds.json", import.meta.url));

/** Makes them, and the program that takes their anchors. */
export async function invent() {
  await ensureBuilt("anchored");
  const { stdout } = await promisify(execFile)("go", ["run", "-tags=touchstone_testanchors", "./internal/mint/worlds"], { cwd: root, maxBuffer: 64 << 20 });
  await mkdir(fileURLToPath(new URL("../build", import.meta.url)), { recursive: true });
  await writeFile(file, stdout);
}

/** One of them, by purl type: its reference, the clock and the anchors by which it is audited, what is at each address, and the world of that. */
export function invented(type) {
  const { reference, time, anchors, pages: packed } = JSON.parse(readFileSync(file, "utf8"))[type];
  const pages = Object.fromEntries(Object.entries(packed).map(([url, body]) => [url, Buffer.from(body, "base64")]));
  return { reference, time, anchors, pages, world: (url) => (url in pages ? { status: 200, body: pages[url] } : undefined) };
}
