// Where the time goes from arriving at home until the auditor is ready, on later
// visits: the service worker keeps the site by then. Chromium is driven by its own
// protocol over a pipe: what tests use would stop each worker for a moment when it
// begins. The profile is on disk, as a person's is.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { serve } from "../../web/edge/serve.mjs";
import { chromiumPath, launchOptions } from "../chromium.mjs";

const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const settles = 3000; // ms until the browser has kept what it compiled

/** A browser: send(method, params, session) asks it, heard gets what it says by itself. */
async function browser() {
  const profile = await mkdtemp(join(tmpdir(), "touchstone-visits-"));
  const child = spawn(chromiumPath() ?? chromium.executablePath(), [...launchOptions().args, "--headless=new", "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => { child.once("close", resolve); });
  const waiting = new Map();
  let last = 0;
  const it = {
    heard: () => {},
    send(method, params = {}, sessionId = undefined) {
      const id = ++last;
      child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
      return new Promise((resolve, reject) => { waiting.set(id, { resolve, reject }); });
    },
    async close() {
      child.kill();
      await ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  let rest = "";
  child.stdio[4].on("data", (chunk) => {
    const parts = (rest + chunk).split("\0");
    rest = parts.pop();
    for (const message of parts.map((part) => JSON.parse(part))) {
      const one = waiting.get(message.id);
      if (!one) it.heard(message);
      else if (message.error) one.reject(new Error(message.error.message));
      else one.resolve(message.result);
    }
  });
  ended.then(() => { for (const one of waiting.values()) one.reject(new Error("Chromium ended")); });
  return it;
}

/**
 * Notes in the page when the worker is made, when it says that it is ready, and how long
 * the page's own self-test takes, which is the first that the program verifies; then asks
 * for more of them.
 */
function watch() {
  globalThis.seen = { again: [] };
  globalThis.Worker = class extends globalThis.Worker {
    #asked = null; // the self-test under way
    constructor(...args) {
      seen.made ??= performance.now();
      super(...args);
      this.addEventListener("message", ({ data }) => {
        if (data.type === "ready") {
          seen.ready ??= performance.now();
          if (this.#asked) this.#asked.at = performance.now(); // it was asked while the program was loaded
        }
        if (data.type !== "done" || data.id !== this.#asked?.id) return;
        const took = performance.now() - this.#asked.at;
        if (seen.first === undefined) seen.first = took;
        else seen.again.push(took);
        if (seen.again.length < 9) this.postMessage({ type: "selftest", id: `again ${seen.again.length}` });
      });
    }
    postMessage(message, ...more) {
      if (message.type === "selftest") this.#asked = { id: message.id, at: performance.now() };
      super.postMessage(message, ...more);
    }
  };
}

const inPage = `({ ...seen, origin: performance.timeOrigin, painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime })`;
const inWorker = `({ origin: performance.timeOrigin, marks: performance.getEntriesByType("mark").map(({ name, startTime }) => [name, startTime]) })`;

/** One visit: when each step was done, in ms from arriving. stopped: no service worker runs when it begins. */
async function visit(chrome, url, stopped) {
  const { targetId } = await chrome.send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await chrome.send("Target.attachToTarget", { targetId, flatten: true });
  const page = (method, params) => chrome.send(method, params, sessionId);
  const value = async (expression, session) => (await chrome.send("Runtime.evaluate", { expression, returnByValue: true }, session)).result.value;
  const workers = [];
  chrome.heard = ({ method, params }) => { if (method === "Target.attachedToTarget" && params.targetInfo.type === "worker") workers.push(params.sessionId); };
  await page("Page.enable");
  await page("Page.addScriptToEvaluateOnNewDocument", { source: `(${watch})()` });
  if (stopped) {
    await page("ServiceWorker.enable");
    await page("ServiceWorker.stopAllWorkers");
    await sleep(200);
    await page("ServiceWorker.disable");
  }
  await page("Page.navigate", { url });
  for (let i = 0; !await value("globalThis.seen?.again.length === 9", sessionId); i++) {
    if (i > 600) throw new Error("measuring a visit: the self-tests did not end in 30 s");
    await sleep(50); // looked at seldom: looking takes time, too
  }
  const { origin, again, ...steps } = await value(inPage, sessionId);
  steps.warm = again.toSorted((a, b) => a - b)[4];
  await page("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: true });
  const began = await value(inWorker, workers[0]);
  for (const [name, time] of began.marks) steps[name === "ready" ? "started" : name] ??= time + began.origin - origin;
  await sleep(settles);
  await chrome.send("Target.closeTarget", { targetId });
  return steps;
}

const names = { // the last two are from asking to the answer
   painted: "first paint", made: "worker made", given: "compiled by the page", compiled: "compiled", instantiated: "instantiated", started: "Go started", ready: "the page knows",
  first: "first self-test", warm: "the same again",
};

/** Prints the steps of so many later visits, quickest and median, with the service worker running and with one that was stopped. */
export async function benchVisits(samples) {
  const edge = await serve({ port: Number(process.env.TOUCHSTONE_E2E_PORT || 8791) });
  const chrome = await browser();
  try {
    const first = await visit(chrome, edge.url, false);
    await sleep(settles);
    process.stdout.write(`\nHome in Chromium, ms from arriving: first visit, the auditor ready after ${first.ready.toFixed(0)}\n`);
    for (const stopped of [false, true]) {
      const all = [];
      for (let i = 0; i < samples; i++) all.push(await visit(chrome, edge.url, stopped));
      process.stdout.write(`${samples} later visits, the service worker ${stopped ? "stopped before" : "running"}: quickest, median\n`);
      for (const [key, text] of Object.entries(names)) {
        const times = all.map((one) => one[key] ?? NaN).toSorted((a, b) => a - b);
        process.stdout.write(`  ${text.padEnd(22)} ${times[0].toFixed(0).padStart(5)} ${times[Math.floor(times.length / 2)].toFixed(0).padStart(5)}\n`);
      }
    }
  } finally {
    await chrome.close();
    await edge.stop();
  }
}
