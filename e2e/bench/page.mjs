// How long a person waits: from the WebAssembly's last byte to the auditor being
// ready, on a first and on a later visit; from a package's last byte to the
// report on the page; and what Lighthouse says of home and of a report.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { serve } from "../../web/edge/serve.mjs";
import { chromiumPath, launchOptions } from "../chromium.mjs";
import { inhabit, mintedWorld } from "../world.mjs";

const megabyte = 1 << 20;
const here = new URL(".", import.meta.url).pathname;
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Notes when the worker starts, is ready and reports progress, and when the report is there. */
function watch() {
  const now = () => performance.timeOrigin + performance.now();
  globalThis.seen = {};
  globalThis.Worker = class extends globalThis.Worker {
    constructor(...args) {
      super(...args);
      seen.started = now();
      this.addEventListener("message", ({ data }) => {
        if (data.type === "ready") seen.ready = now();
        if (data.type === "progress") seen.last = now();
      });
    }
  };
  new MutationObserver(() => {
    if (document.querySelector("[data-report]")) requestAnimationFrame(() => setTimeout(() => { seen.shown ??= now(); }));
  }).observe(document, { childList: true, subtree: true });
}

/** Opens the page and lets it load the auditor: {arrived} to ready, {started} to ready, in ms. */
async function load(context, origin) {
  const page = await context.newPage();
  const wasm = page.waitForEvent("requestfinished", (request) => request.url().endsWith(".wasm"));
  await page.goto(origin);
  await page.getByRole("textbox").focus();
  const { startTime, responseEnd } = (await wasm).timing();
  const seen = await (await page.waitForFunction(() => globalThis.seen.ready && globalThis.seen)).jsonValue();
  await page.waitForTimeout(1500); // the browser keeps the compiled program a little later
  await page.close();
  return { arrived: seen.ready - startTime - responseEnd, started: seen.ready - seen.started };
}

/** From the package's last byte to the report on the page, in ms. */
async function verdict(context, origin) {
  const page = await context.newPage();
  await page.goto(`${origin}/#npm:minted@1.0.0`);
  const seen = await (await page.waitForFunction(() => globalThis.seen.shown && globalThis.seen, null, { timeout: 60_000 })).jsonValue();
  await page.close();
  return seen.shown - seen.last;
}

async function waiting(edge, samples) {
  const world = mintedWorld("minted", "1.0.0", Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`package/lib/${i}.js`, randomBytes(megabyte / 40).toString("base64")])));
  const size = world("https://registry.npmjs.org/minted/-/minted-1.0.0.tgz").body.length;
  const [first, later, verdicts] = [[], [], []];
  for (let i = 0; i < samples; i++) {
    const profile = await mkdtemp(join(tmpdir(), "touchstone-bench-"));
    // A profile on disk keeps the compiled program, as a person's browser does.
    const context = await chromium.launchPersistentContext(profile, { ...launchOptions(), headless: true });
    try {
      await context.addInitScript(watch);
      first.push((await load(context, edge.url)).arrived);
      for (let again = 0; again < 4; again++) later.push((await load(context, edge.url)).started);
      await inhabit(context, edge.url, world); // only now: routing turns the browser's cache off
      for (let again = 0; again < 3; again++) verdicts.push(await verdict(context, edge.url));
    } finally {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    }
  }
  const row = (what, list) => process.stdout.write(`  ${what.padEnd(58)} ${median(list).toFixed(0)} (${Math.min(...list).toFixed(0)})\n`);
  process.stdout.write("\nThe page in Chromium, through the edge in workerd: medians in ms, and the quickest\n");
  row(`first visit: the WebAssembly's last byte to ready (${first.length})`, first);
  row(`later visit: the worker's start to ready (${later.length})`, later);
  row(`last byte of a ${(size / 1e6).toFixed(2)} MB npm package to the report (${verdicts.length})`, verdicts);
}

/** Lighthouse's scores, or why there are none. */
async function lighthouse(address, preset) {
  const child = spawn(process.execPath, [`${here}node_modules/lighthouse/cli/index.js`, address, "--quiet", "--output=json", ...(preset === "desktop" ? ["--preset=desktop"] : []), `--chrome-flags=--headless=new ${launchOptions().args.join(" ")}`], {
    env: { ...process.env, CHROME_PATH: chromiumPath() ?? chromium.executablePath() }, stdio: ["ignore", "pipe", "ignore"],
  });
  let out = "";
  child.stdout.on("data", (chunk) => { out += chunk; });
  await new Promise((resolve) => { child.once("close", resolve); });
  try {
    const result = JSON.parse(out);
    if (result.runtimeError) return result.runtimeError.code;
    return Object.values(result.categories).map((c) => `${c.id} ${Math.round(c.score * 100)}`).join(", ");
  } catch {
    return "Lighthouse gave no result";
  }
}

export async function benchPage(samples) {
  const edge = await serve({ port: Number(process.env.TOUCHSTONE_E2E_PORT || 8791) });
  try {
    await waiting(edge, samples);
    process.stdout.write("\nLighthouse, of 100 (the report is a live audit through the relay):\n");
    for (const [name, path] of [["home", "/"], ["a report", "/#pkg:golang/github.com/pkg/errors@v0.9.1"]]) {
      for (const preset of ["mobile", "desktop"]) process.stdout.write(`  ${name}, ${preset}: ${await lighthouse(edge.url + path, preset)}\n`);
    }
  } finally {
    await edge.stop();
  }
}
