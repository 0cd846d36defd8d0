// The audit, off the page's own thread. Messages in: audit, read, open, find,
// sizes, evidence, named, packages, cancel, ping. Messages out: held, pong, ready, unloaded, progress, done, error, dead.
import "./wasm_exec.js";
import { wasm } from "./build.js";

const running = new Map(); // id of a question → its AbortController

// Held until this worker ends, in whatever way: the page waits for it.
navigator.locks?.request(self.name, () => {
  postMessage({ type: "held" });
  return new Promise(() => {});
});

const loaded = load().then(
  (touchstone) => {
    postMessage({ type: "ready" });
    return touchstone;
  },
  (error) => {
    postMessage({ type: "unloaded", message: error.message });
    throw error;
  },
);
loaded.catch(() => {}); // was said

async function load() {
  // The browser refuses bytes that do not have the pinned digest: here, or when
  // the service worker kept them, under a name that holds their digest. To
  // compute it again over 20 MB would double the time until the first answer.
  const url = new URL(wasm.url, import.meta.url);
  const response = await globalThis.caches?.match(url, { ignoreVary: true }).catch(() => {}) ?? await fetch(url, { integrity: wasm.integrity });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const go = new globalThis.Go();
  const ready = new Promise((resolve) => { globalThis.touchstoneReady = resolve; });
  // Streaming lets the browser keep the compiled program for the next visit.
  const streams = (response.headers.get("content-type") ?? "").startsWith("application/wasm");
  const { instance } = streams
    ? await WebAssembly.instantiateStreaming(response, go.importObject)
    : await WebAssembly.instantiate(await response.arrayBuffer(), go.importObject);
  go.run(instance).then(died, died);
  await ready;
  return globalThis.touchstone;
}

function died(error) {
  postMessage({ type: "dead", message: error?.message ?? "the program ended" });
}

async function audit({ id, request, file, evidence }) {
  const abort = new AbortController();
  running.set(id, abort);
  try {
    const touchstone = await loaded;
    const progress = (json) => postMessage({ type: "progress", id, step: JSON.parse(json) });
    const answer = await touchstone.audit(JSON.stringify(request), await bytesOf(evidence), await bytesOf(file), progress, abort.signal);
    postMessage({ type: "done", id, answer });
  } catch (error) {
    fail(id, error);
  } finally {
    running.delete(id);
  }
}

/** What is answered without asking anybody, by the kind of message. */
const local = {
  read: async (touchstone, { text }) => JSON.parse(await touchstone.read(text)),
  open: (touchstone, { reference, path, sha256 }) => touchstone.open(reference, path, sha256),
  find: async (touchstone, { reference, text }, signal) => JSON.parse(await touchstone.find(reference, text, signal)),
  sizes: async (touchstone, { reference }) => JSON.parse(await touchstone.sizes(reference)),
  evidence: (touchstone, { reference, withPackage }) => touchstone.evidence(reference, withPackage),
  named: (touchstone) => touchstone.named(),
  packages: (touchstone, { folder }) => touchstone.packages(folder),
};

async function answer(message) {
  const { id, type } = message;
  const abort = new AbortController();
  running.set(id, abort);
  try {
    postMessage({ type: "done", id, answer: await local[type](await loaded, message, abort.signal) });
  } catch (error) {
    fail(id, error);
  } finally {
    running.delete(id);
  }
}

function fail(id, error) {
  // What a refusal says as data: { kind, detail, choices: [{ reference, why }], page: { path, text } }.
  const refused = error.refused ? JSON.parse(error.refused) : null;
  postMessage({ type: "error", id, name: error.name, message: error.message, refused, stack: error.name === "PanicError" ? error.stack : "" });
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
  if (data.type === "audit") audit(data);
  if (Object.hasOwn(local, data.type)) answer(data);
  if (data.type === "cancel") running.get(data.id)?.abort();
  if (data.type === "ping") postMessage({ type: "pong" });
});
