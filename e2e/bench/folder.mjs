// How long a person waits for an installed folder of many files to be compared, how
// long the page is ever busy without a break, and how much memory it takes: in
// Chromium, over an invented registry that answers at once.
import { readFileSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { chromium } from "@playwright/test";
import { serve } from "../../web/edge/serve.mjs";
import { launchOptions } from "../chromium.mjs";
import { inhabit, mintedWorld } from "../world.mjs";

const packages = Number(process.env.TOUCHSTONE_BENCH_PACKAGES || 500);
const each = 100; // files of a package, its package.json among them

/** Notes how long the page is busy without a break: the longest and all longer than 50 ms together. */
function watch() {
  globalThis.busy = { longest: 0, together: 0 };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) busy.longest = Math.max(busy.longest, duration), busy.together += duration;
  }).observe({ type: "longtask", buffered: true });
}

/** A node_modules of packages, written to a folder, and the registry that serves them. */
async function madeFolder(root) {
  const worlds = new Map();
  for (let i = 0; i < packages; i++) {
    const name = `thing-${i}`;
    const files = Object.fromEntries(Array.from({ length: each - 1 }, (_, n) => [`package/lib/${n % 10}/${n}.js`, `// ${name} ${n}\n`.repeat(20)]));
    worlds.set(name, mintedWorld(name, "1.0.0", files));
    const all = Object.entries({ "package/package.json": JSON.stringify({ name, version: "1.0.0" }), ...files });
    for (const [path, text] of all) {
      const place = join(root, name, path.slice("package/".length));
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, i % 100 === 7 && path.endsWith("/1.js") ? "changed" : text);
    }
  }
  return (url) => worlds.get(/thing-\d+/.exec(url)?.[0])?.(url);
}

/** The resident memory of a process's descendants, in MB, by what the browser's do. */
function memory(pid) {
  const of = (id) => {
    try {
      const status = readFileSync(`/proc/${id}/status`, "utf8");
      return { id, parent: Number(/^PPid:\s+(\d+)/m.exec(status)[1]), mb: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024, kind: /--type=(\S+)/.exec(readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " "))?.[1] ?? "browser" };
    } catch {
      return undefined; // it has ended
    }
  };
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map((name) => of(Number(name))).filter(Boolean);
  const ours = new Set([pid]);
  for (let grown = true; grown;) {
    grown = false;
    for (const one of all) if (ours.has(one.parent) && !ours.has(one.id)) ours.add(one.id), grown = true;
  }
  return all.filter(({ id }) => ours.has(id)).reduce((sum, { kind, mb }) => ({ ...sum, [kind]: (sum[kind] ?? 0) + mb }), {});
}

export async function benchFolder() {
  const root = join(await mkdtemp(join(tmpdir(), "touchstone-bench-")), "node_modules");
  const world = await madeFolder(root);
  const edge = await serve({ port: Number(process.env.TOUCHSTONE_E2E_PORT || 8791) });
  const browser = await chromium.launch({ ...launchOptions(), headless: true });
  try {
    const context = await browser.newContext({ serviceWorkers: "block" });
    await inhabit(context, edge.url, world);
    const page = await context.newPage();
    await page.addInitScript(watch);
    await page.goto(`${edge.url}/check/`);
    await page.getByLabel("A folder in which").setInputFiles(root);
    const before = memory(process.pid);
    let most = 0;
    const poll = setInterval(() => { most = Math.max(most, memory(process.pid).renderer ?? 0); }, 500);
    await page.evaluate(() => { busy.longest = 0; busy.together = 0; });
    const began = performance.now();
    await page.getByRole("button", { name: "Check", exact: true }).click();
    const says = page.locator("#check-says");
    const first = await says.filter({ hasText: /packages compared/ }).waitFor({ timeout: 300_000 }).then(() => performance.now() - began);
    await says.filter({ hasText: /differ from what was published/ }).waitFor({ timeout: 900_000 });
    const took = performance.now() - began;
    clearInterval(poll);
    const { longest, together } = await page.evaluate(() => busy);
    const drawn = await page.locator("#check-packages details").count();
    const row = (what, value) => process.stdout.write(`  ${what.padEnd(62)} ${value}\n`);
    process.stdout.write(`\nA folder of ${packages * each} files in ${packages} packages, in Chromium\n`);
    row("what is said at the end", await says.textContent());
    row("to the first package compared, s", (first / 1000).toFixed(1));
    row("to the last, s", (took / 1000).toFixed(1));
    row("the page's longest task, ms", longest.toFixed(0));
    row("its tasks longer than 50 ms together, ms", together.toFixed(0));
    row("the renderer's memory before and at most, MB", `${(before.renderer ?? 0).toFixed(0)}, ${most.toFixed(0)}`);
    row("packages drawn at once", drawn);
  } finally {
    await browser.close();
    await edge.stop();
    await rm(dirname(root), { recursive: true, force: true });
  }
}
