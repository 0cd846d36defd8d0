// Large documents kept on the device, without a browser: node --test
// e2e/kept.test.mjs. Caches and network are made here.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { beforeEach, test } from "node:test";
import { keptFetch } from "../web/static/kept.js";

const sum = (text) => createHash("sha256").update(text).digest("hex");
let store, asked, serve;

beforeEach(() => {
  [store, asked] = [new Map(), []];
  serve = (url) => new Response(`list at ${url}`);
  globalThis.fetch = async (url) => {
    asked.push(url);
    return serve(url);
  };
  globalThis.caches = { open: async () => ({
    match: async (url) => store.get(url)?.clone(), put: async (url, answer) => void store.set(url, answer), delete: async (url) => store.delete(url), keys: async () => [...store.keys()],
  }) };
});

/** Asks, and waits until what is kept of it is. */
async function ask(url, digest = sum(`list at ${url}`)) {
  const answer = await keptFetch(url, {}, digest);
  const text = await answer.text();
  await new Promise((resolve) => { setTimeout(resolve, 5); });
  return [answer.status, text];
}

test("it is fetched once, and hashed again before it is used", async () => {
  assert.deepEqual(await ask("/a"), [200, "list at /a"]);
  assert.deepEqual(await ask("/a"), [200, "list at /a"]);
  assert.deepEqual(asked, ["/a"]);
  store.set("/a", new Response("damaged"));
  assert.deepEqual(await ask("/a"), [200, "list at /a"]);
  assert.deepEqual(await ask("/a"), [200, "list at /a"]);
  assert.deepEqual(asked, ["/a", "/a"]);
});

test("what came is given as it came, and is not used again where its digest is another", async () => {
  serve = () => new Response("not the list");
  assert.deepEqual(await ask("/a"), [200, "not the list"]);
  serve = (url) => new Response(`list at ${url}`);
  assert.deepEqual(await ask("/a"), [200, "list at /a"]);
});

test("only whole answers are kept, and the last six", async () => {
  serve = () => new Response("no", { status: 404 });
  assert.deepEqual(await ask("/a"), [404, "no"]);
  assert.equal(store.size, 0);
  serve = () => new Response(new ReadableStream({ pull: (controller) => controller.error(new Error("cut off")) }));
  await assert.rejects(ask("/a"));
  await new Promise((resolve) => { setTimeout(resolve, 5); });
  assert.equal(store.size, 0);
  serve = (url) => new Response(`list at ${url}`);
  for (const url of "abcdefgh") await ask(url);
  assert.deepEqual([...store.keys()], [..."cdefgh"]);
});

test("without room, or without caches, it is fetched each time", async () => {
  for (const broken of [{ open: async () => { throw new Error("private window"); } }, undefined]) {
    globalThis.caches = broken;
    assert.deepEqual(await ask("/a"), [200, "list at /a"]);
  }
  assert.equal(asked.length, 2);
});
