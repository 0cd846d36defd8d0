// The comparison of a site with a list of its files: node --test
// e2e/sitefiles.test.mjs.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { differences } from "../web/static/sitefiles.js";

const served = { "/index.html": "<p>hello", "/sw.js": "1", "/404.html": "none" };
const sum = (text) => createHash("sha256").update(text).digest("hex");
const list = (files) => ({ format: "touchstone-build/1", files: Object.fromEntries(Object.entries(files).map(([path, text]) => [path, sum(text)])) });
const get = async (path) => (path in served ? new Response(served[path], { status: path === "/404.html" ? 404 : 200 }) : new Response("no", { status: 404 }));
const compare = (brought, mine = list(served), from = get) => differences(brought, mine, [], from).then(({ wrong }) => wrong);

test("the same files are the same", async () => {
  assert.deepEqual(await differences(list(served), list(served), [], get), { same: 3, size: 13, wrong: [] });
});

test("what differs is said, each by its name", async () => {
  assert.deepEqual(await compare(list({ ...served, "/sw.js": "2" })), ["/sw.js is another file here."]);
  assert.deepEqual(await compare(list({ ...served, "/gone.js": "" })), ["/gone.js is not here: the server answers 404."]);
  const { "/sw.js": _, ...fewer } = served;
  assert.deepEqual(await compare(list(fewer)), ["/sw.js is here, and not in your list."]);
  assert.deepEqual(await compare(list(served), list(served), () => Promise.reject(new Error("no network"))), Object.keys(served).sort().map((path) => `${path} could not be fetched: no network`));
});

test("what the page loaded must be in the list", async () => {
  globalThis.location = { origin: "https://a.example" };
  const { wrong } = await differences(list(served), list(served), ["https://a.example/", "https://a.example/build.json", "https://a.example/evil.js", "https://b.example/x"], get);
  assert.deepEqual(wrong, ["/evil.js was loaded by this page, and is not in your list."]);
});

test("what is no list is refused", async () => {
  for (const brought of [null, {}, { files: {} }, { format: "touchstone-build/1", files: {} }, { format: "other", files: { "/": "" } }]) await assert.rejects(compare(brought), /no build\.json/);
});
