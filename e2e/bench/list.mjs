// The largest list of packages: Debian's main, of which one package is audited in
// Chromium. From the list's last byte to the report, from the question for it (it is
// read while it arrives), and the page's memory; on a second visit the list is on the device. The archive is asked once, before.
import { readFileSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { serve } from "../../web/edge/serve.mjs";
import { launchOptions } from "../chromium.mjs";
import { inhabit } from "../world.mjs";

const base = "https://deb.debian.org/debian/";
const reference = "pkg:deb/debian/hello?arch=amd64&distro=trixie";

/** Memory of a browser's renderers in MB: what they hold alone (/proc, "Private"). */
function memory(profile) {
  let most = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name))) {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "latin1");
      if (!line.includes("--type=renderer") || !line.includes(profile)) continue;
      const kilobytes = [...readFileSync(`/proc/${pid}/smaps_rollup`, "latin1").matchAll(/^Private_(?:Clean|Dirty): +([0-9]+) kB$/gm)].reduce((sum, [, n]) => sum + Number(n), 0);
      most = Math.max(most, kilobytes / 1000);
    } catch { /* it ended */ }
  }
  return most;
}

/** Notes when each step of an audit ends, and when the report is there. */
function watch() {
  globalThis.seen = { steps: [], asked: {} };
  globalThis.Worker = class extends globalThis.Worker {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", ({ data }) => {
        if (data.type === "progress") seen.asked[data.step.step] ??= performance.now();
        if (data.type === "progress" && data.step.done) seen.steps.push({ step: data.step.step, at: performance.now() });
      });
    }
  };
  new MutationObserver(() => { if (document.querySelector("[data-report]") && seen.steps.length > 0) seen.shown = performance.now(); }).observe(document, { childList: true, subtree: true });
}

async function fetched() {
  const pages = new Map();
  const get = async (path) => {
    const answer = await fetch(base + path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    pages.set(base + path, Buffer.from(await answer.arrayBuffer()));
    return pages.get(base + path);
  };
  const index = (await get("dists/trixie/InRelease")).toString();
  for (const component of ["main", "contrib", "non-free-firmware", "non-free"]) {
    const [, sum] = new RegExp(`^ ([0-9a-f]{64}) +[0-9]+ ${component}/binary-amd64/Packages\\.xz$`, "m").exec(index);
    await get(`dists/trixie/${component}/binary-amd64/by-hash/SHA256/${sum}`);
  }
  await get("pool/main/h/hello/hello_2.10-5_amd64.deb");
  return (url) => (pages.has(url) ? { status: 200, body: pages.get(url) } : undefined);
}

export async function benchList(samples) {
  const world = await fetched();
  const edge = await serve({ port: Number(process.env.TOUCHSTONE_E2E_PORT || 8791) });
  const rows = { first: [], later: [], whole: [], before: [], memory: [] };
  try {
    for (let i = 0; i < samples; i++) {
      const profile = await mkdtemp(join(tmpdir(), "touchstone-bench-"));
      const context = await chromium.launchPersistentContext(profile, { ...launchOptions(), headless: true });
      try {
        await context.addInitScript(watch);
        await inhabit(context, edge.url, world);
        for (const visit of ["first", "later"]) {
          const page = await context.newPage();
          let most = 0;
          const watching = setInterval(() => { most = Math.max(most, memory(profile)); }, 200);
          await page.goto(`${edge.url}/#${encodeURIComponent("pkg:deb/debian/none?distro=none")}`); // the program alone
          await page.locator("#problem-title, [data-report]").first().waitFor({ timeout: 60_000 });
          const before = most;
          await page.goto(`${edge.url}/#${encodeURIComponent(reference)}`);
          const seen = await (await page.waitForFunction(() => globalThis.seen.steps.some((one) => one.step.includes("MB)")) && globalThis.seen.shown && globalThis.seen, null, { timeout: 120_000 })).jsonValue();
          clearInterval(watching);
          rows.before.push(before);
          if (!(await page.locator("[data-report]").innerText()).includes("level 2 of 3")) throw new Error("the audit is not level 2");
          const list = seen.steps.findLast((one) => one.step.includes("MB)"));
          rows[visit].push(seen.shown - list.at);
          rows.whole.push(seen.shown - seen.asked[list.step]);
          rows.memory.push(most);
          await page.close();
        }
      } finally {
        await context.close();
        await rm(profile, { recursive: true, force: true });
      }
    }
  } finally {
    await edge.stop();
  }
  const row = (what, list, unit) => process.stdout.write(`  ${what.padEnd(66)} ${list.map((n) => n.toFixed(0)).join(", ")} ${unit}\n`);
  process.stdout.write("\nDebian's main, 9.7 MB, in Chromium:\n");
  row("the list's last byte to the report, first visit", rows.first, "ms");
  row("the same where the list was kept on the device", rows.later, "ms");
  row("from the question for the list to the report, both by turns", rows.whole, "ms");
  row("private memory of the page's process with the program, before", rows.before, "MB");
  row("the most that it had", rows.memory, "MB");
}
