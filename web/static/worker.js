// The audit, off the page's own thread. Messages in: audit, read, open, find,
// sizes, evidence, versions, suggest, selftest, named, packages, lock, written, given, cancel, ping. Messages out: held, pong, ready, whole, unloaded, progress, done, error, dead.
import "./wasm_exec.js";
import { known, wasm, whole } from "./build.js";
import { keptFetch } from "./kept.js";

globalThis.touchstoneKept = keptFetch; // how the program asks for what is worth keeping

const running = new Map(); // id of a question → its AbortController

// Held until this worker ends, in whatever way: the page waits for it.
navigator.locks?.request(self.name, () => {
  postMessage({ type: "held" });
  return new Promise(() => {});
});

// The first program as the page compiled it (start.js); null where it could not.
const given = self.name.startsWith("first given ") ? new Promise((resolve) => {
  addEventListener("message", ({ data }) => {
    if (data.type !== "given") return;
    performance.mark("given");
    resolve(data.module);
  });
}) : null;

// Two programs: the first has what most people ask, the whole one has all. Once
// the whole one is needed, it answers everything; the name says where it is needed
// from the beginning.
let program = load(self.name.startsWith("whole ") ? whole : wasm);
let upgraded = null; // the promise of the whole program, where it took the other's place
let looked = program; // who made the report that is looked at, and can look into its package

program.then(
  () => postMessage({ type: "ready" }),
  (error) => postMessage({ type: "unloaded", message: error.message }),
);

/** How the second loading is told: as a step among the requests. */
function told(id, { done, state }) {
  postMessage({ type: "progress", id, step: { step: "Second part of the program", url: whole.url, bytes: done ? whole.transfer : 0, total: whole.transfer, done, state, note: "this ecosystem needs it; it is fetched once" } });
}

/** The whole program, for a question that the first one left to it. */
async function upgrade(id, signal) {
  upgraded ??= load(whole).then((touchstone) => {
    program = upgraded;
    postMessage({ type: "whole" });
    return touchstone;
  });
  told(id, { done: false, state: "" });
  try {
    // Who cancels does not wait for it; it goes on, for the next question.
    const touchstone = await Promise.race([upgraded, new Promise((_, reject) => { signal.addEventListener("abort", () => reject(signal.reason)); })]);
    told(id, { done: true, state: "found" });
    return touchstone;
  } catch (error) {
    if (signal.aborted) throw error;
    upgraded = null; // the next question tries again
    throw Object.assign(new Error(`the second part of the program: ${error.message}`), { name: "LoadError" });
  }
}

async function load(pinned) {
  const module = (pinned === wasm && await given) || await compiled(pinned);
  performance.mark("compiled"); // for e2e/bench
  const go = new globalThis.Go();
  const ready = new Promise((resolve) => { globalThis.touchstoneReady = resolve; });
  const instance = await WebAssembly.instantiate(module, go.importObject);
  performance.mark("instantiated");
  go.run(instance).then(died, died);
  await ready;
  performance.mark("ready");
  return globalThis.touchstone;
}

async function compiled(pinned) {
  // The browser refuses bytes that do not have the pinned digest: here, or when
  // the service worker kept them, under a name that holds their digest. To
  // compute it again over 20 MB would double the time until the first answer.
  const url = new URL(pinned.url, import.meta.url);
  const response = await globalThis.caches?.match(url, { ignoreVary: true }).catch(() => {}) ?? await fetch(url, { integrity: pinned.integrity });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const streams = (response.headers.get("content-type") ?? "").startsWith("application/wasm");
  return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

function died(error) {
  postMessage({ type: "dead", message: error?.message ?? "the program ended" });
}

/** Audits a package, with the whole program where only that can. */
async function audit(here, { id, request, file, evidence }, signal) {
  const progress = (json) => postMessage({ type: "progress", id, step: JSON.parse(json) });
  const ask = async (touchstone) => touchstone.audit(JSON.stringify(request), await bytesOf(evidence), await bytesOf(file), progress, signal);
  let by = here;
  let answer;
  try {
    answer = await ask(by);
  } catch (error) {
    if (refusal(error)?.kind !== "whole program") throw error;
    by = await upgrade(id, signal);
    answer = await ask(by);
  }
  if (request.html) looked = by;
  return answer;
}

/** What is answered by the program that is there, by the kind of message. */
const local = {
  audit,
  lock,
  read: async (touchstone, { text }) => JSON.parse(await touchstone.read(text)),
  identify: async (touchstone, { file }) => JSON.parse(await touchstone.identify(await bytesOf(file))),
  versions: async (touchstone, { request }, signal) => JSON.parse(await touchstone.versions(JSON.stringify(request), signal)),
  suggest: async (touchstone, { request }, signal) => JSON.parse(await touchstone.suggest(JSON.stringify(request), signal)),
  selftest,
  named: (touchstone) => touchstone.named(),
  packages: (touchstone, { folder }) => touchstone.packages(folder),
  written: (touchstone, { format, result, site }) => touchstone.written(format, result, site),
};

/**
 * Asks the program for known answers; gives those that were others, in words. What
 * a visitor asks between two steps goes first.
 */
async function selftest(touchstone) {
  const answer = await fetch(new URL(known.url, import.meta.url), { integrity: known.integrity });
  const documents = new Uint8Array(await answer.arrayBuffer());
  const wrong = [];
  for (let step = 0, more = true; more; step++) {
    await new Promise((resolve) => { setTimeout(resolve); });
    const trial = JSON.parse(await touchstone.selftest(step, documents));
    more = trial.more;
    if (trial.wrong) wrong.push(trial.wrong);
  }
  return wrong;
}

/** How many lines of a lock file are told at once, and after how many milliseconds at the latest. */
const batch = { lines: 500, wait: 150 };

/** Files as the program takes those that belong together. */
const documents = (files) => Promise.all(files.map(async (file) => ({ name: file.name, bytes: await bytesOf(file) })));

/** Audits a lock file; its page begins with the whole program. */
async function lock(touchstone, { id, request, files, older }, signal) {
  let lines = [];
  let last = 0;
  const tell = () => {
    if (lines.length > 0) postMessage({ type: "progress", id, step: { lines } });
    lines = [];
    last = performance.now();
  };
  const begun = (head) => postMessage({ type: "progress", id, step: { head: JSON.parse(head) } });
  const line = (json, at, _of, answered) => {
    lines.push({ at, line: JSON.parse(json), answered });
    if (lines.length >= batch.lines || performance.now() - last > batch.wait) tell();
  };
  try {
    return await touchstone.lock(JSON.stringify(request), await documents(files), await documents(older), begun, line, signal);
  } finally {
    tell();
  }
}

/** What is answered about the package of a report. */
const inside = {
  open: (touchstone, { reference, path, sha256 }) => touchstone.open(reference, path, sha256),
  find: async (touchstone, { reference, text }, signal) => JSON.parse(await touchstone.find(reference, text, signal)),
  sizes: async (touchstone, { reference }) => JSON.parse(await touchstone.sizes(reference)),
  evidence: (touchstone, { reference, withPackage }) => touchstone.evidence(reference, withPackage),
  differ: async (touchstone, { reference, path, file }) => touchstone.differ(reference, path, await bytesOf(file)),
};

async function answer(message, say, by) {
  const { id } = message;
  const abort = new AbortController();
  running.set(id, abort);
  try {
    postMessage({ type: "done", id, answer: await say(await by, message, abort.signal) });
  } catch (error) {
    fail(id, error);
  } finally {
    running.delete(id);
  }
}

/** What a refusal says as data: { kind, type, detail, choices: [{ reference, why }], page: { path, text } }; null for another error. */
const refusal = (error) => (error.refused ? JSON.parse(error.refused) : null);

function fail(id, error) {
  postMessage({ type: "error", id, name: error.name, message: error.message, refused: refusal(error), stack: error.name === "PanicError" ? error.stack : "" });
}

/** The bytes of a file, which are read here alone: a package may be large. */
async function bytesOf(file) {
  if (!file) return undefined;
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    throw Object.assign(new Error(`${file.name}: ${error.message}`), { name: "FileError" });
  }
}

addEventListener("message", ({ data }) => {
  if (Object.hasOwn(local, data.type)) answer(data, local[data.type], program);
  if (Object.hasOwn(inside, data.type)) answer(data, inside[data.type], looked);
  if (data.type === "cancel") running.get(data.id)?.abort();
  if (data.type === "ping") postMessage({ type: "pong" });
});
