// The edge: a Cloudflare Worker that serves the static site and the relay. What
// the relay may do is decided in Go (edge.wasm, package internal/relay); here
// requests are sent and bytes streamed, without passing Go.
import "./wasm_exec.js";
import program from "./edge.wasm";
import { hosts, outOfOrder, prefix, security } from "./config.mjs";

// Until a host's answer begins, and until a client takes the next piece of what
// is kept for it. How long the rest takes is the client's affair.
const patience = 30_000;
// Bytes kept for all requests together. workerd gives them 128 MB, and ends all
// of them when one goes over.
const room = 64 * 2 ** 20;

export default {
  async fetch(request, env) {
    const address = request.url.slice(new URL(request.url).origin.length);
    try {
      // awaited here, so that what they throw is caught here
      return address.startsWith(prefix) ? await relay(request, address.slice(prefix.length)) : await page(request, env);
    } catch (error) {
      console.error("serving:", error);
      return plain(500, "something went wrong here\n");
    }
  },
};

// --- the relay ---------------------------------------------------------------

/** Does what Go says, until Go has a reply. */
async function relay(request, target) {
  let answer; // of the order before
  let step = decide({ ask: { method: request.method, target, header: Object.fromEntries(request.headers) } });
  for (;;) {
    const { order, reply } = step;
    if (order) {
      await drop(answer);
      try {
        answer = await send(order);
        step = decide({ answer: { order, status: answer.status, header: Object.fromEntries(answer.headers) } });
      } catch (error) {
        answer = undefined;
        step = decide({ failed: { order, failure: error.name === "TimeoutError" ? "timed out" : "unreachable" } });
      }
      step.of = order;
      continue;
    }
    const { status, header, stream, length, limit } = reply;
    if (!stream) {
      await drop(answer);
      const empty = request.method === "HEAD" || status === 204 || status === 205;
      return new Response(empty ? null : reply.body, { status, headers: header });
    }
    if (length >= 0) return new Response(exactly(answer.body, length), { status, headers: header });
    const held = await hold(answer.body, limit);
    if (held.failure) {
      step = decide({ failed: { order: step.of, failure: held.failure } });
      continue;
    }
    return new Response(exactly(held.body, held.length), { status, headers: header });
  }
}

async function drop(answer) {
  if (answer?.body && !answer.body.locked) await answer.body.cancel().catch(() => {});
}

async function send({ url, method, header }) {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new DOMException("no answer in time", "TimeoutError")), patience);
  try {
    return await fetch(url, { method, headers: header, redirect: "manual", cache: "no-store", signal: late.signal });
  } finally {
    clearTimeout(timer);
  }
}

/** Streams a body of this length, and breaks off where it is not. */
function exactly(body, length) {
  const exact = new FixedLengthStream(length);
  (body ?? new Blob([]).stream()).pipeTo(exact.writable).catch(() => {}); // the client sees that it broke off
  return exact.readable;
}

// What is kept now: {bytes, since} of each. workerd may end a request without a
// word to its code, so what did not move for twice the patience counts no more.
const kept = new Set();

function full() {
  let bytes = 0;
  for (const one of kept) {
    if (Date.now() - one.since > 2 * patience) kept.delete(one);
    else bytes += one.bytes;
  }
  return bytes > room;
}

/** Reads a body of at most limit bytes: {body, length} or {failure}. */
async function hold(body, limit) {
  const chunks = [];
  const mine = { bytes: 0, since: Date.now() };
  kept.add(mine);
  const fail = (failure) => {
    kept.delete(mine);
    return { failure };
  };
  try {
    for await (const chunk of body ?? []) { // leaving the loop cancels the rest
      mine.bytes += chunk.byteLength;
      mine.since = Date.now();
      if (mine.bytes > limit) return fail("too large");
      if (full()) return fail("busy");
      chunks.push(chunk);
    }
  } catch {
    return fail("broken off");
  }
  return { body: given(chunks, mine), length: mine.bytes };
}

/** Gives the chunks away, and breaks off where nobody takes them. */
function given(chunks, mine) {
  let late;
  const end = () => {
    clearTimeout(late);
    kept.delete(mine);
    chunks.length = 0;
  };
  const watch = (controller) => {
    clearTimeout(late);
    late = setTimeout(() => { end(); controller.error(new Error("nobody takes it")); }, patience);
  };
  let at = 0;
  return new ReadableStream({
    start: watch,
    pull(controller) {
      if (at === chunks.length) {
        end();
        return controller.close();
      }
      const chunk = chunks[at];
      chunks[at++] = undefined;
      mine.bytes -= chunk.byteLength;
      mine.since = Date.now();
      watch(controller);
      controller.enqueue(chunk);
    },
    cancel: end,
  }, { highWaterMark: 0 });
}

let running; // one Go instance for all requests

/** Asks Go what to do. A Go that died is started again for the next question. */
function decide(question) {
  try {
    running ??= start();
    return JSON.parse(running(JSON.stringify(question)));
  } catch (error) {
    running = undefined;
    console.error("deciding what to relay:", error);
    return { reply: outOfOrder };
  }
}

// Only inside a request: workerd gives the global scope no random numbers.
function start() {
  const go = new Go();
  globalThis.touchstoneHosts = hosts;
  delete globalThis.touchstoneRelay;
  // Runs until Go waits for its first call; the promise is for its end.
  go.run(new WebAssembly.Instance(program, go.importObject)).catch(() => {}).finally(() => { running = undefined; });
  return globalThis.touchstoneRelay;
}

// --- the site ----------------------------------------------------------------

const local = new Set(["localhost", "127.0.0.1", "[::1]"]);
// name.HASH.ext: such a file never changes.
const immutable = /\.[0-9a-f]{16,64}\.[a-z0-9]+$/;
const types = { wasm: "application/wasm", js: "text/javascript; charset=utf-8", mjs: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8", json: "application/json; charset=utf-8", svg: "image/svg+xml; charset=utf-8" };
const text = /^(text\/|image\/svg\+xml|application\/(javascript|json|manifest\+json|xml))/;

/** Serves a file of the site, compressed where the client takes that. */
async function page(request, env) {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return plain(405, "only GET and HEAD are served here\n", { allow: "GET, HEAD" });
  }
  // What the client itself takes; Cloudflare's front asks for everything it knows.
  const accepted = encodings(request.cf?.clientAcceptEncoding ?? request.headers.get("accept-encoding"));
  const { hostname, pathname } = new URL(request.url);
  const type = types[/\.([a-z0-9]+)$/.exec(pathname)?.[1]];
  let file;
  let encoding;
  if (type && accepted.has("br")) { // compressed when the site was built
    file = await env.ASSETS.fetch(beside(request, ".br"));
    if (file.status === 200 || file.status === 304) encoding = "br";
    else await file.body?.cancel();
  }
  if (!encoding) file = await env.ASSETS.fetch(request);

  const headers = new Headers(file.headers);
  for (const [name, value] of Object.entries(security)) headers.set(name, value);
  const found = file.status === 200 || file.status === 304;
  headers.set("cache-control", found && immutable.test(pathname) ? "public, max-age=31536000, immutable" : "no-cache");
  if (encoding) headers.set("content-type", type);
  const varies = type !== undefined || text.test(headers.get("content-type") ?? "");
  if (varies) headers.set("vary", "accept-encoding");
  if (!encoding && file.status !== 304 && file.body && accepted.has("gzip") && text.test(headers.get("content-type") ?? "")) {
    encoding = "gzip";
  }
  if (!encoding || !file.body) return new Response(file.body, { status: file.status, headers });
  if (encoding === "br") {
    // wrangler's local front compresses anew what it reads as "br", by the first
    // coding that the client names. Codings may be written in any case (RFC 9110
    // section 8.4.1), and it knows one.
    headers.set("content-encoding", local.has(hostname) ? "BR" : "br");
    return new Response(file.body, { status: file.status, headers, encodeBody: "manual" });
  }
  headers.set("content-encoding", "gzip"); // workerd does it on the way out
  headers.delete("content-length");
  const tag = headers.get("etag");
  if (tag && !tag.startsWith("W/")) headers.set("etag", `W/${tag}`);
  return new Response(file.body, { status: file.status, headers });
}

function plain(status, body, more = {}) {
  return new Response(body, { status, headers: { ...security, "cache-control": "no-store", "content-type": "text/plain; charset=utf-8", ...more } });
}

/** The same request for the file whose name ends on more. */
function beside(request, more) {
  const url = new URL(request.url);
  url.pathname += more;
  return new Request(url, request);
}

/** The content codings that an Accept-Encoding names and does not weigh 0. */
function encodings(header) {
  const names = (header ?? "").split(",").map((one) => one.trim().toLowerCase().split(/\s*;\s*q=/));
  return new Set(names.filter(([, weight]) => weight === undefined || Number(weight) > 0).map(([name]) => name));
}
