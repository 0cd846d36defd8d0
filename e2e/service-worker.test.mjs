// The service worker's rules, without a browser: node --test
// e2e/service-worker.test.mjs. Its scope is made here: a network, caches, and
// the events in the order in which a browser sends them (Service Workers,
// section 4). That a browser runs it is tested in e2e/page/trouble.spec.mjs.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import vm from "node:vm";

const source = await readFile(new URL("../web/static/sw.js", import.meta.url), "utf8");
const origin = "https://site.example";
const digest = (text) => `sha384-${createHash("sha384").update(text).digest("base64")}`;

/** What every version of the site shares: the server, and what browsers keep. */
function place() {
  const stores = new Map();
  const server = new Map(); // path → text
  const path = (request) => new URL(request.url ?? request, origin).pathname;
  const ask = async (request) => {
    const text = server.get(path(request));
    if (text instanceof Error) throw text;
    if (request.integrity && text !== undefined && digest(text) !== request.integrity) throw new TypeError("integrity");
    return { ok: text !== undefined, status: text === undefined ? 404 : 200, text, clone() { return this; } };
  };
  const open = async (name) => {
    if (!stores.has(name)) stores.set(name, new Map());
    const store = stores.get(name);
    return {
      async addAll(requests) {
        const answers = await Promise.all(requests.map(ask));
        if (answers.some((answer) => !answer.ok)) throw new TypeError("addAll");
        requests.forEach((request, i) => store.set(path(request), answers[i]));
      },
      put: async (request, answer) => void store.set(path(request), answer),
    };
  };
  const caches = {
    open,
    keys: async () => [...stores.keys()],
    delete: async (name) => stores.delete(name),
    match: async (request) => [...stores.values()].map((store) => store.get(path(request))).find(Boolean),
  };
  return { server, stores, caches, fetch: ask };
}

/** Installs one version; it becomes active when none is, or when it insists. */
async function visit(site, version, active) {
  const handlers = {};
  let insists = false;
  const { name, assets, later, pages } = version;
  const text = source.replace('const name = "site-VERSION";', `const name = ${JSON.stringify(name)};`)
    .replace("const assets = {};", `const assets = ${JSON.stringify(assets)};`).replace("const later = {};", `const later = ${JSON.stringify(later)};`).replace("const pages = [];", `const pages = ${JSON.stringify(pages)};`);
  vm.runInNewContext(text, {
    addEventListener: (event, handler) => { handlers[event] = handler; },
    skipWaiting: async () => { insists = true; },
    clients: { claim: async () => {} }, registration: { navigationPreload: { enable: async () => { site.preloads = true; } } }, location: { origin }, caches: site.caches, fetch: site.fetch, URL, Object,
    Request: class { constructor(url, init) { Object.assign(this, { url: new URL(url, origin).href }, init); } },
  });
  const send = async (event, more = {}) => {
    let wait;
    if (event === "install") more = { addRoutes: (rules) => { site.routes = rules; } };
    handlers[event]({ waitUntil: (p) => { wait = p; }, respondWith: (p) => { wait = p; }, ...more });
    return wait;
  };
  await send("install");
  const worker = {
    activate: () => send("activate"),
    get: (path, more = {}) => send("fetch", { request: { method: "GET", url: origin + path, mode: path.endsWith("/") ? "navigate" : "cors" }, ...more }) // undefined: the browser asks by itself
      .then((answer) => answer ?? site.fetch(origin + path)),
  };
  if (!active || insists) {
    await worker.activate();
    return worker;
  }
  return active;
}

const version = (n) => {
  const code = `code ${n}`;
  return { name: `site-${n}`, code, assets: { [`/assets/app.${n}.js`]: digest(code) }, later: { "/assets/whole.1.wasm": digest("whole") }, pages: ["/"] };
};

function publish(site, v) {
  site.server.clear();
  site.server.set("/", `page ${v.name}`);
  for (const path of Object.keys(v.assets)) site.server.set(path, v.code);
  site.server.set("/assets/whole.1.wasm", "whole");
}

test("an open page keeps its own files when a new version is published", async () => {
  const site = place();
  const [one, two] = [version(1), version(2)];
  publish(site, one);
  let worker = await visit(site, one);
  publish(site, two);
  worker = await visit(site, two, worker);
  assert.equal((await worker.get("/assets/app.1.js")).text, "code 1", "the open page loads its worker late");
  assert.equal((await worker.get("/assets/app.2.js")).text, "code 2", "and a new one gets its own");
  assert.equal((await worker.get("/")).text, "page site-2");
});

test("without a network, page and files are of one version", async () => {
  const site = place();
  const [one, two] = [version(1), version(2)];
  publish(site, one);
  let worker = await visit(site, one);
  publish(site, two);
  worker = await visit(site, two, worker);
  for (const path of ["/", "/assets/app.1.js", "/assets/app.2.js"]) site.server.set(path, new Error("no network"));
  assert.equal((await worker.get("/")).text, "page site-1");
  assert.equal((await worker.get("/assets/app.1.js")).text, "code 1");
});

test("when every page was closed, only the newest version is kept", async () => {
  const site = place();
  for (const v of [version(1), version(2)]) {
    publish(site, v);
    await visit(site, v);
  }
  assert.deepEqual([...site.stores.keys()], ["site-2"]);
});

test("a file that does not have its digest is not kept", async () => {
  const site = place();
  const one = version(1);
  publish(site, one);
  site.server.set("/assets/app.1.js", "something else, once");
  await assert.rejects(visit(site, one));
  publish(site, one);
  const worker = await visit(site, one);
  assert.equal((await worker.get("/assets/app.1.js")).text, "code 1");
});

test("what few need is kept once it was needed, with its digest only, and by the next version too", async () => {
  const site = place();
  const [one, two] = [version(1), version(2)];
  const path = "/assets/whole.1.wasm";
  const kept = () => [...site.stores.values()].some((store) => store.has(path));
  publish(site, one);
  let worker = await visit(site, one);
  assert.ok(!kept());
  site.server.set(path, "something else, once");
  await assert.rejects(worker.get(path));
  assert.ok(!kept());
  publish(site, one);
  assert.equal((await worker.get(path)).text, "whole");
  await new Promise(setImmediate);
  assert.ok(kept());
  publish(site, two);
  worker = await visit(site, two);
  assert.deepEqual([...site.stores.keys()], ["site-2"]);
  site.server.set(path, new Error("no network"));
  assert.equal((await worker.get(path)).text, "whole");
});

test("nothing else is touched", async () => {
  const site = place();
  const one = version(1);
  publish(site, one);
  const worker = await visit(site, one);
  site.server.set("/relay/a/b", "relayed");
  assert.equal((await worker.get("/relay/a/b")).text, "relayed");
  site.server.delete("/relay/a/b");
  assert.equal((await worker.get("/relay/a/b")).status, 404);
  assert.equal([...site.stores.values()].every((store) => [...store.keys()].every((path) => path === "/" || path.startsWith("/assets/app."))), true);
});

test("a page that the browser asked for while this script started is not asked for again", async () => {
  const site = place();
  const one = version(1);
  publish(site, one);
  const worker = await visit(site, one);
  assert.equal(site.preloads, true);
  site.server.set("/", new Error("asked twice"));
  site.server.set("/far/", new Error("asked twice"));
  const early = (ok, text) => ({ preloadResponse: Promise.resolve({ ok, text }) });
  assert.equal((await worker.get("/", early(true, "newest"))).text, "newest");
  assert.equal((await worker.get("/", early(false, "an error page"))).text, "page site-1", "the kept one is better");
  assert.equal((await worker.get("/far/", early(false, "no such page"))).text, "no such page", "what is not kept is as the server says");
  assert.equal((await worker.get("/", { preloadResponse: Promise.reject(new TypeError("no network")) })).text, "page site-1");
  await assert.rejects(worker.get("/far/", { preloadResponse: Promise.reject(new TypeError("no network")) }));
});

test("only what is kept from the beginning is taken out of the cache without this script, and no page waits for it", async () => {
  const site = place();
  const one = version(1);
  publish(site, one);
  await visit(site, one);
  assert.deepEqual(JSON.parse(JSON.stringify(site.routes)), [
    { condition: { or: [{ urlPattern: "/assets/app.1.js" }] }, source: { cacheName: "site-1" } },
    { condition: { requestMode: "navigate" }, source: "race-network-and-fetch-handler" },
  ]);
});
