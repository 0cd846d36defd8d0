// What may happen to the edge's audits, in real workerd: node --test
// e2e/badge-trouble.test.mjs. Crowds, hosts that lie, hang or never end, clients
// that leave, objects that are taken away, a Go that ends.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, describe, test } from "node:test";
import { ensureEdge } from "../web/edge/build.mjs";
import { asking, workerd } from "./workerd.mjs";
import { mintedWorld } from "./world.mjs";

const files = { "package/index.js": "1" };
const tampered = (record) => ({ ...record, dist: { ...record.dist, integrity: `sha512-${Buffer.alloc(64).toString("base64")}` } });
const many = 40;
const wrong = (i) => i % 4 === 3; // ten of them
const worlds = [
  ...Array.from({ length: many }, (_, i) => mintedWorld(`many${i}`, "1.0.0", files, wrong(i) ? tampered : undefined)),
  ...["one", "two", "three", "four", "five"].map((name) => mintedWorld(name, "1.0.0", files)),
];
const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** What a test puts in the place of the worlds: a function of request and response, true where it answered. */
let instead;
const plainly = (request, response) => {
  const answer = worlds.map((world) => world(`https://${request.headers.host}${request.url}`)).find((one) => one);
  response.writeHead(answer?.status ?? 404).end(answer?.body ?? "not found");
};
const upstream = (request, response) => { if (!instead?.(request, response)) plainly(request, response); };

before(ensureEdge);
afterEach(() => { instead = undefined; });

let last = 0;
/** Asks for a badge, each time from another address. */
async function picture(edge, path, init) {
  last++;
  const response = await asking(`${edge.url}/badge/${path}`, { redirect: "manual", headers: { "cf-connecting-ip": `198.51.100.${last % 250}` }, ...init });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "image/svg+xml; charset=utf-8");
  return response.text();
}
const whole = /Integrity 1 of 3: checksummed/;
const failed = /FAILED: not what it should be/;

/** Asks until the badge says it, for what is being checked goes on. */
async function eventually(edge, path, says) {
  for (let i = 0; ; i++) {
    const text = await picture(edge, path);
    if (says.test(text)) return;
    assert.match(text, /checking/);
    assert.ok(i < 40, text);
    await wait(250);
  }
}

describe("one edge", () => {
  let edge;
  before(async () => { edge = await workerd({ upstream }); await eventually(edge, "npm/none@1.0.0.svg", /no such version/); });
  after(() => edge.stop());

  test("two hundred at once for forty versions, ten of them wrong: no badge says anything but the truth", async () => {
    edge.asked.length = 0;
    const path = (i) => `npm/many${i % many}@1.0.0.svg`;
    const all = await Promise.all(Array.from({ length: 5 * many }, (_, i) => picture(edge, path(i))));
    all.forEach((text, i) => {
      if (!/checking/.test(text)) assert.match(text, wrong(i % many) ? failed : whole, path(i));
      if (wrong(i % many)) assert.doesNotMatch(text, /Integrity/);
    });
    for (let i = 0; i < many; i++) await eventually(edge, path(i), wrong(i) ? failed : whole);
    for (let i = 0; i < many; i++) {
      const asked = edge.asked.filter((line) => line.includes(`/many${i}/1.0.0`));
      assert.equal(asked.length, 1, `one audit: ${asked}`);
    }
  });

  test("nothing but declared hosts is asked, whatever the address says", async () => {
    edge.asked.length = 0;
    for (const path of [
      "npm/evil.example%2Fx@1.0.0.svg", "npm/a@1.0.0%0d%0aHost:%20evil.example.svg", "npm/a@http://evil.example/.svg", "npm/@evil.example:80/a@1.0.0.svg",
      "golang/evil.example@v1.0.0.svg", "golang/127.0.0.1/x@v1.0.0.svg", "golang/[::1]/x@v1.0.0.svg", "golang/169.254.169.254/latest@v1.0.0.svg", "golang/localhost/x@v1.0.0.svg",
      "golang/evil.example:8080/x@v1.0.0.svg", "golang/u:p@evil.example/x@v1.0.0.svg", "golang/evil.example/../../x@v1.0.0.svg", "golang/evil.example/%2e%2e/x@v1.0.0.svg", "golang/evil.example/a%2f..%2fb@v1.0.0.svg",
      "npm/a@1.0.0%3Frepository_url=https:%2F%2Fevil.example.svg", "npm/a@1.0.0%3Fdownload_url=http:%2F%2F127.0.0.1.svg", "npm/a@1.0.0%23https:%2F%2Fevil.example.svg", "file/etc/passwd.svg", "generic/x@1.svg?repository_url=http://evil.example",
    ]) assert.doesNotMatch(await picture(edge, path), /Integrity/, path);
    for (const line of edge.asked) assert.match(line, /^GET (registry\.npmjs\.org|proxy\.golang\.org|sum\.golang\.org)\//, line);
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const response = await fetch(`${edge.url}/badge/npm/five@1.0.0.svg`, { method });
      assert.equal(response.status, 405, method);
    }
  });

  test("a host that sends elsewhere is not followed there", async () => {
    const places = ["http://169.254.169.254/latest/meta-data", "https://evil.example/x.tgz", "http://registry.npmjs.org/many0/-/many0-1.0.0.tgz", "https://registry.npmjs.org@evil.example/x", "//evil.example/x", "https://[::1]/x"];
    edge.asked.length = 0;
    for (const [i, to] of places.entries()) {
      const world = mintedWorld(`moved${i}`, "1.0.0", files);
      instead = (request, response) => {
        const answer = world(`https://${request.headers.host}${request.url}`);
        if (request.url.endsWith(".tgz")) response.writeHead(302, { location: to }).end();
        else response.writeHead(answer?.status ?? 404).end(answer?.body);
        return true;
      };
      await eventually(edge, `npm/moved${i}@1.0.0.svg`, /open: not all could be checked/);
    }
    for (const line of edge.asked) assert.match(line, /^GET registry\.npmjs\.org\/moved/, line);
  });

  test("a host that never ends is left, and said to be too large", async () => {
    let sent = 0;
    let closed;
    const left = new Promise((resolve) => { closed = resolve; });
    const chunk = Buffer.alloc(64 << 10);
    instead = (request, response) => {
      if (!request.url.endsWith("/one-1.0.0.tgz")) return false;
      response.writeHead(200);
      const more = () => { while (!response.destroyed && response.write(chunk)) sent += chunk.length; };
      response.on("drain", more).on("close", closed);
      more();
      return true;
    };
    await eventually(edge, "npm/one@1.0.0.svg", /bytes not hashed/);
    await left;
    assert.ok(sent < 64 << 20, `${sent} bytes were taken`);
    assert.doesNotMatch(await picture(edge, "npm/one@1.0.0.svg"), /Integrity/);
  });

  test("a client that leaves takes nothing with it", async () => {
    let go;
    const held = new Promise((resolve) => { go = resolve; });
    instead = (request, response) => { held.then(() => plainly(request, response)); return true; };
    const abort = new AbortController();
    const asked = picture(edge, "npm/two@1.0.0.svg", { signal: abort.signal });
    await wait(100);
    abort.abort();
    await assert.rejects(asked, { name: "AbortError" });
    go();
    await wait(1000);
    edge.asked.length = 0;
    await eventually(edge, "npm/two@1.0.0.svg", whole);
    assert.deepEqual(edge.asked, [], "what it asked for is there");
  });

  test("one address may begin so many audits, and see all that is there", async () => {
    const from = (path) => picture(edge, path, { headers: { "cf-connecting-ip": "192.0.2.1" } });
    const texts = [];
    for (let i = 0; i < 45; i++) texts.push(await from(`npm/absent${i}@1.0.0.svg`));
    const begun = texts.filter((text) => /no such version/.test(text)).length;
    assert.ok(begun >= 20 && begun <= 40, `${begun} were begun`); // a new minute may begin meanwhile
    assert.equal(texts.filter((text) => /too many new checks/.test(text)).length, texts.length - begun);
    assert.match(await from("npm/many0@1.0.0.svg"), whole);
  });
});

test("an object that is taken away in the middle owes the answer, and gives it later", async () => {
  const source = await readFile(new URL("../build/auditor/auditor.mjs", import.meta.url), "utf8");
  assert.match(source, /const patience = 60_000;/);
  const edge = await workerd({ upstream, replaced: { "auditor/auditor.mjs": source.replace("const patience = 60_000;", "const patience = 3000;") } });
  try {
    await eventually(edge, "npm/four@1.0.0.svg", whole);
    instead = () => true; // no host says anything
    const gone = picture(edge, "npm/three@1.0.0.svg").catch(() => {});
    await wait(500);
    await edge.restart();
    await gone;
    instead = undefined;
    edge.asked.length = 0;
    await eventually(edge, "npm/four@1.0.0.svg", whole);
    // The one that is owed may be asked again by now, on a slow machine.
    assert.deepEqual(edge.asked.filter((line) => line.includes("/four")), [], "what was kept is kept");
    const end = Date.now() + 15_000;
    while (!edge.asked.some((line) => line.endsWith(".tgz"))) {
      assert.ok(Date.now() < end, "nobody asked again");
      await wait(100);
    }
    await wait(1000);
    edge.asked.length = 0;
    await eventually(edge, "npm/three@1.0.0.svg", whole);
    assert.deepEqual(edge.asked, []);
  } finally {
    await edge.stop();
  }
});

test("a Go that ends takes the answers that wait for it, and no later one", async () => {
  const source = await readFile(new URL("../build/auditor/auditor.mjs", import.meta.url), "utf8");
  const ask = "return Promise.race([binding.handleRequest(request), ended]);";
  const start = "const running = { binding, ended };";
  for (const line of [ask, start]) assert.ok(source.includes(line));
  // Go ends when the package is called so: as it does after a panic that nothing caught.
  const edge = await workerd({ upstream, replaced: { "auditor/auditor.mjs": source
    .replace(start, "const running = { binding, ended, end: () => go._resolveExitPromise() };")
    .replace(ask, 'if (request.url.includes("%2Fmany")) setTimeout(this.#running.end, 300); ' + ask) } });
  try {
    await eventually(edge, "npm/none@1.0.0.svg", /no such version/);
    instead = () => true; // no host says anything
    const all = await Promise.all(Array.from({ length: 12 }, (_, i) => picture(edge, `npm/many${i}@1.0.0.svg`)));
    for (const text of all) assert.match(text, /unknown/, "not checking: nobody does");
    instead = undefined;
    for (const name of ["one", "two", "three", "four", "five"]) await eventually(edge, `npm/${name}@1.0.0.svg`, whole);
  } finally {
    await edge.stop();
  }
});
