// What the relay keeps in memory, in real workerd: node --test
// e2e/relay-memory.test.mjs. Answers of no announced length are read whole
// before they are passed on, and workerd gives all requests 128 MB together.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { ensureEdge } from "../web/edge/build.mjs";
import { workerd } from "./workerd.mjs";

const list = "/relay/proxy.golang.org/golang.org/x/mod/@v/list";
const most = 40 * 2 ** 20;
const body = Buffer.alloc(most, "0123456789abcdef");
const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Answers without saying how long the answer is. */
function upstream(_, response) {
  response.writeHead(200);
  response.flushHeaders();
  response.end(body);
}

before(ensureEdge);

test("asked often at once, it puts off what it has no room for", async () => {
  const edge = await workerd({ upstream });
  try {
    const all = await Promise.all(Array.from({ length: 5 }, () => fetch(edge.url + list))); // their bodies are not read yet
    const busy = all.filter((response) => response.status === 503);
    assert.equal(busy.length, 4);
    for (const response of busy) {
      assert.equal(response.headers.get("retry-after"), "5");
      assert.equal(response.headers.get("touchstone-relay"), "refusal");
      assert.match(await response.text(), /too many answers at once/);
    }
    const [whole] = all.filter((response) => response.status === 200);
    assert.equal((await whole.arrayBuffer()).byteLength, most);
    const next = await fetch(edge.url + list);
    assert.equal((await next.arrayBuffer()).byteLength, most, "what was read makes room");
  } finally {
    await edge.stop();
  }
});

test("what nobody reads is not kept, and who did not read sees that it was cut off", async () => {
  const worker = await readFile(new URL("../build/edge/relay.mjs", import.meta.url), "utf8");
  assert.match(worker, /const patience = 30_000;/);
  const edge = await workerd({ upstream, replaced: { "edge/relay.mjs": worker.replace("const patience = 30_000;", "const patience = 700;") } });
  try {
    const abort = new AbortController();
    assert.equal((await fetch(edge.url + list, { signal: abort.signal })).status, 200);
    abort.abort(); // this one leaves
    await wait(1500);
    const stuck = await fetch(edge.url + list); // this one stays and does not read
    assert.equal(stuck.status, 200);
    await wait(1500);
    const next = await fetch(edge.url + list);
    assert.equal(next.status, 200);
    assert.equal((await next.arrayBuffer()).byteLength, most);
    await assert.rejects(stuck.arrayBuffer());
  } finally {
    await edge.stop();
  }
});
