// The page's side of the worker, without a browser: node --test
// e2e/auditor.test.mjs. Its worker does here what the test says, and the clock
// is the test's.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Auditor } from "../web/static/auditor.js";
import { beginAhead } from "../web/static/begin.js";

let workers;

class FakeWorker extends EventTarget {
  sent = [];
  ended = false;
  constructor(_url, { name }) {
    super();
    this.name = name;
    workers.push(this);
  }
  postMessage(message) { this.sent.push(message); }
  terminate() { this.ended = true; }
  say(data) { this.dispatchEvent(Object.assign(new Event("message"), { data })); }
  audits() { return this.sent.filter((m) => m.type === "audit").map((m) => m.request.reference); }
}

globalThis.Worker = FakeWorker;
mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
beforeEach(() => { workers = []; });

/** Asks for one audit. */
function ask(auditor, reference, file) {
  const abort = new AbortController();
  const asked = { ready: 0, progress: [], cancel: () => abort.abort() };
  asked.outcome = auditor.audit({ reference }, {
    file, signal: abort.signal, ready: () => { asked.ready++; }, progress: (step) => asked.progress.push(step),
  }).then((answer) => answer, (error) => error.name);
  return asked;
}

const settled = () => new Promise((resolve) => { setImmediate(resolve); });

test("an audit that waits behind one that hangs goes on in the next worker", async () => {
  const auditor = new Auditor();
  const first = ask(auditor, "first");
  workers[0].say({ type: "ready" });
  first.cancel();
  const second = ask(auditor, "second");
  assert.equal(await first.outcome, "AbortError");
  mock.timers.tick(2000); // the first never said that it stopped
  assert.equal(workers[0].ended, true);
  assert.equal(workers.length, 2);
  assert.deepEqual(workers[1].audits(), ["second"]);
  workers[0].say({ type: "done", id: 2, answer: "of a worker that was ended" });
  workers[1].say({ type: "ready" });
  workers[1].say({ type: "progress", id: 2, step: "step" });
  workers[1].say({ type: "done", id: 2, answer: "answer" });
  assert.equal(await second.outcome, "answer");
  assert.deepEqual(second.progress, ["step"]);
});

test("one cancelled after the other, both stop, and nobody is ended for it", async () => {
  const auditor = new Auditor();
  const [a, b] = [ask(auditor, "a"), ask(auditor, "b")];
  workers[0].say({ type: "ready" });
  a.cancel();
  b.cancel();
  workers[0].say({ type: "error", id: 1, name: "AbortError", message: "" });
  workers[0].say({ type: "error", id: 2, name: "AbortError", message: "" });
  const c = ask(auditor, "c");
  mock.timers.tick(2000);
  assert.equal(workers[0].ended, false);
  workers[0].say({ type: "done", id: 3, answer: "answer" });
  assert.equal(await c.outcome, "answer");
  assert.deepEqual([await a.outcome, await b.outcome], ["AbortError", "AbortError"]);
});

test("what was cancelled before it was asked is not asked", async () => {
  const auditor = new Auditor();
  const abort = AbortSignal.abort();
  await assert.rejects(auditor.audit({ reference: "x" }, { signal: abort, ready() {}, progress() {} }), { name: "AbortError" });
  assert.deepEqual(workers.flatMap((w) => w.audits()), []);
});

test("after a panic, the others go on in the next worker", async () => {
  const auditor = new Auditor();
  const [a, b] = [ask(auditor, "a"), ask(auditor, "b")];
  workers[0].say({ type: "ready" });
  workers[0].say({ type: "error", id: 1, name: "PanicError", message: "boom", stack: "goroutine 1" });
  assert.equal(await a.outcome, "PanicError");
  assert.deepEqual(workers[1].audits(), ["b"], "never the one that broke it");
  workers[1].say({ type: "ready" });
  workers[1].say({ type: "done", id: 2, answer: "answer" });
  assert.equal(await b.outcome, "answer");
});

test("a worker that dies ends what waits for it, and does not come back by itself", async () => {
  const auditor = new Auditor();
  const [a, b] = [ask(auditor, "a"), ask(auditor, "b")];
  workers[0].say({ type: "ready" });
  workers[0].say({ type: "dead", message: "out of memory" });
  assert.deepEqual([await a.outcome, await b.outcome], ["DeadError", "DeadError"]);
  await settled();
  assert.equal(workers.length, 1);
  assert.equal(auditor.ready, false);
});

test("a file goes to the worker as a file: the page keeps no copy of its bytes", () => {
  const auditor = new Auditor();
  const file = new File(["bytes"], "a.zip");
  ask(auditor, "a", file);
  assert.equal(workers[0].sent.at(-1).file, file);
});

test("a worker that ends without a word is noticed by the lock that it held", async () => {
  const granted = new Map();
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { locks: { request: (name, then) => granted.set(name, then) } } });
  const auditor = new Auditor();
  const a = ask(auditor, "a");
  workers[0].say({ type: "held" });
  workers[0].say({ type: "ready" });
  assert.equal(granted.size, 1);
  granted.get([...granted.keys()][0])();
  assert.equal(await a.outcome, "DeadError");
  assert.equal(auditor.ready, false);
  // The lock of a worker that was replaced says nothing about the next.
  const b = ask(auditor, "b");
  workers[1].say({ type: "held" });
  granted.get([...granted.keys()][0])();
  workers[1].say({ type: "done", id: 2, answer: "answer" });
  assert.equal(await b.outcome, "answer");
  assert.notEqual(...granted.keys());
});

test("a worker that is never heard of again is given up, one that answers is not", async () => {
  const auditor = new Auditor();
  const a = ask(auditor, "a");
  workers[0].say({ type: "held" });
  workers[0].say({ type: "ready" });
  for (let i = 0; i < 200; i++) {
    mock.timers.tick(5000);
    workers[0].say({ type: "pong" });
  }
  assert.equal(workers[0].ended, false);
  mock.timers.tick(5 * 60_000 + 10_000);
  assert.equal(await a.outcome, "DeadError");
  assert.equal(workers[0].ended, true);
  // One that never says anything was not even loaded: that takes a minute.
  const b = ask(auditor, "b");
  mock.timers.tick(70_000);
  assert.equal(await b.outcome, "DeadError");
  const c = ask(auditor, "c");
  workers[2].say({ type: "done", id: 3, answer: "answer" });
  assert.equal(await c.outcome, "answer");
});

test("a worker that was begun ahead is the first that is asked, once, and what it said is heard", async () => {
  beginAhead();
  assert.equal(workers.length, 1);
  workers[0].say({ type: "ready" });
  const auditor = new Auditor();
  const a = ask(auditor, "a");
  assert.equal(workers.length, 1, "it is not loaded twice");
  assert.deepEqual(workers[0].audits(), ["a"]);
  await settled();
  assert.deepEqual([auditor.ready, a.ready], [true, 1]);
  workers[0].say({ type: "done", id: 1, answer: "answer" });
  assert.equal(await a.outcome, "answer");
  ask(new Auditor(), "b");
  assert.equal(workers.length, 2, "another auditor has a worker of its own");
});

test("a worker that was begun ahead and did not load is replaced when somebody asks again", async () => {
  beginAhead();
  workers[0].say({ type: "unloaded", message: "the server answered 500" });
  const auditor = new Auditor();
  assert.equal(await ask(auditor, "a").outcome, "LoadError");
  ask(auditor, "a");
  assert.equal(workers.length, 2);
});

test("lock files need the whole program: what was begun ahead is left to who asks for a package", () => {
  beginAhead();
  ask(new Auditor({ whole: true }), "a");
  ask(new Auditor(), "b");
  assert.deepEqual(workers.map((worker) => worker.audits()), [["b"], ["a"]]);
});

test("a worker that was begun ahead is given the program, or told that there is none", async () => {
  for (const module of ["a module", null]) {
    beginAhead(Promise.resolve(module));
    await settled();
    assert.deepEqual(workers.at(-1).sent, [{ type: "given", module }]);
    assert.match(workers.at(-1).name, /^first given /);
  }
  beginAhead();
  await settled();
  assert.deepEqual([workers[2].sent, workers[2].name.startsWith("first given ")], [[], false]);
});
