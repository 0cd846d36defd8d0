// The largest list of packages: Debian's main, of which one package is audited in
// Chromium. From the reader's question to the report; from the list's last byte; from
// the question for it (it is read while it arrives), also in seconds of a processor,
// which a machine that is busy with other things stretches less; and the page's memory
// before and at most. On a second visit the list is on the device. The archive is asked
// once, before.
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

/** A browser's largest renderer: what it holds alone in MB (/proc, "Private"), and its processor time in seconds. */
function largest(profile) {
  let most = { memory: 0, cpu: 0 };
  for (const pid of readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name))) {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "latin1");
      if (!line.includes("--type=renderer") || !line.includes(profile)) continue;
      const kilobytes = [...readFileSync(`/proc/${pid}/smaps_rollup`, "latin1").matchAll(/^Private_(?:Clean|Dirty): +([0-9]+) kB$/gm)].reduce((sum, [, n]) => sum + Number(n), 0);
      const ticks = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1).split(" ");
      if (kilobytes / 1000 > most.memory) most = { memory: kilobytes / 1000, cpu: (Number(ticks[11]) + Number(ticks[12])) / 100 };
    } catch { /* it ended */ }
  }
  return most;
}

/** The processor time between two moments, of samples [moment, seconds]. */
function spent(samples, from, to) {
  const at = (moment) => (samples.find(([when]) => when >= moment) ?? samples.at(-1))[1];
  return at(to) - at(from);
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
  const rows = { question: [], first: [], later: [], whole: [], cpu: [], before: [], memory: [], more: [] };
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
          const cpu = [];
          const watching = setInterval(() => {
            const now = largest(profile);
            most = Math.max(most, now.memory);
            cpu.push([Date.now(), now.cpu]);
          }, 100);
          await page.goto(`${edge.url}/#${encodeURIComponent("pkg:deb/debian/none?distro=none")}`); // the program alone
          await page.locator("#problem-title, [data-report]").first().waitFor({ timeout: 60_000 });
          await page.waitForTimeout(3000); // what is compiled beside it is compiled then
          const before = most = largest(profile).memory;
          const began = await page.evaluate(() => performance.now());
          await page.goto(`${edge.url}/#${encodeURIComponent(reference)}`);
          const seen = await (await page.waitForFunction(() => globalThis.seen.steps.some((one) => one.step.includes("MB)")) && globalThis.seen.shown && globalThis.seen, null, { timeout: 120_000 })).jsonValue();
          const origin = await page.evaluate(() => performance.timeOrigin);
          clearInterval(watching);
          rows.before.push(before);
          if (!(await page.locator("[data-report]").textContent()).replace(/\s+/g, " ").includes("Integrity: level 2 of 3")) throw new Error("the audit is not level 2");
          const list = seen.steps.findLast((one) => one.step.includes("MB)"));
          rows.question.push(seen.shown - began);
          rows[visit].push(seen.shown - list.at);
          rows.whole.push(seen.shown - seen.asked[list.step]);
          rows.cpu.push(spent(cpu, origin + seen.asked[list.step], origin + seen.shown));
          rows.memory.push(most);
          rows.more.push(most - before);
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
  const row = (what, list, unit) => process.stdout.write(`  ${what.padEnd(66)} ${list.map((n) => n.toFixed(unit === "s" ? 1 : 0)).join(", ")} ${unit}\n`);
  process.stdout.write("\nDebian's main, 9.7 MB, in Chromium:\n");
  row("from the reader's question to the report, both visits by turns", rows.question, "ms");
  row("the list's last byte to the report, first visit", rows.first, "ms");
  row("the same where the list was kept on the device", rows.later, "ms");
  row("from the question for the list to the report, both by turns", rows.whole, "ms");
  row("the same in time of a processor, of all that the page does then", rows.cpu, "s");
  row("private memory of the page's process with the program, before", rows.before, "MB");
  row("the most that it had while it audited", rows.memory, "MB");
  row("that is more than with the program alone by", rows.more, "MB");
}
