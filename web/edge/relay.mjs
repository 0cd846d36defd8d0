// The relay: requests are sent and bytes streamed here, without passing Go, which
// decides what may be (package internal/relay).
import { outOfOrder } from "./config.mjs";
import { ask } from "./go.mjs";

// Until a host's answer begins, and until a client takes the next piece of what
// is kept for it. How long the rest takes is the client's affair.
const patience = 30_000;
// Bytes kept for all requests together. workerd gives them 128 MB, and ends all
// of them when one goes over.
const room = 64 * 2 ** 20;

const decide = (question) => ask("touchstoneRelay", question) ?? { reply: outOfOrder };

/** Does what Go says, until Go has a reply. */
export async function relay(request, target) {
  let answer; // of the order before
  let step = decide({ ask: { method: request.method, target, header: Object.fromEntries(request.headers) } });
  for (;;) {
    const { order, reply } = step;
    if (order) {
      await drop(answer);
      try {
        answer = await send(order);
        const body = order.then ? await short(answer) : "";
        step = decide({ answer: { order, status: answer.status, header: Object.fromEntries(answer.headers), body } });
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

// Of an answer that Go itself reads, this many bytes.
const readable = 64 * 2 ** 10;

/** The text of a short answer; empty for a longer one, or one that breaks off. */
async function short({ body }) {
  const chunks = [];
  let bytes = 0;
  const late = AbortSignal.timeout(patience);
  try {
    for await (const chunk of body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > readable || late.aborted) return "";
      chunks.push(chunk);
    }
    return await new Blob(chunks).text();
  } catch {
    return "";
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
