// Badges and reports in real workerd: node --test e2e/badge.test.mjs. What they
// may say is tested in internal/badge; here is what arrives, and what leaves.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ensureEdge } from "../web/edge/build.mjs";
import { asking, workerd } from "./workerd.mjs";
import { imageWorld, mintedWorld } from "./world.mjs";

const files = { "package/index.js": "1" };
const tampered = (record) => ({ ...record, dist: { ...record.dist, integrity: `sha512-${Buffer.alloc(64).toString("base64")}` } });
const image = imageWorld({ "etc/thing.conf": "gold\n" });
const worlds = [
  image.world,
  mintedWorld("tiny", "1.0.0", files),
  mintedWorld("@scope/tiny", "1.0.0", files),
  mintedWorld("wrong", "1.0.0", files, tampered),
  ...Array.from({ length: 40 }, (_, i) => mintedWorld(`many${i}`, "1.0.0", files, i % 4 === 3 ? tampered : undefined)),
];
let hold; // while it is a promise, hosts wait for it

async function upstream(request, response) {
  await hold;
  const answer = worlds.map((world) => world(`https://${request.headers.host}${decodeURIComponent(request.url)}`)).find((one) => one);
  response.writeHead(answer?.status ?? 404).end(answer?.body ?? "not found");
}

before(ensureEdge);

describe("badges", () => {
  let edge;
  const ask = (path, { headers, ...init } = {}) => asking(edge.url + path, { redirect: "manual", headers: { "cf-connecting-ip": `203.0.113.${Math.floor(Math.random() * 250)}`, ...headers }, ...init });
  const picture = async (path, init) => {
    const response = await ask(`/badge/${path}`, init);
    return { response, text: await response.text() };
  };
  const sent = () => edge.asked.splice(0);
  before(async () => {
    edge = await workerd({ upstream, site: { "/badge/": ["text/html", "<p>the page"] } });
    await ask("/badge/npm/none@0.0.1.svg"); // starts Go, and waits for the first compilation
  });
  after(() => edge.stop());

  test("a README's image proxy gets what it needs", async () => {
    const began = Date.now();
    const { response, text } = await picture("npm/tiny@1.0.0.svg", { headers: { accept: "image/svg+xml,image/*", "user-agent": "github-camo (876de43e)" } });
    assert.ok(Date.now() - began < 4000);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "image/svg+xml; charset=utf-8");
    assert.match(text, /^<svg [^>]*role="img" aria-label="Touchstone: npm tiny 1.0.0, alarm, Integrity 1 of 3: checksummed"/);
    assert.match(text, /<title>npm tiny 1\.0\.0: alarm, Integrity 1 of 3: checksummed\. Checked by this site, 127\.0\.0\.1:\d+, on \d{4}-\d\d-\d\d\./);
    assert.ok(text.length <= 4096);
    for (const name of ["set-cookie", "location", "vary"]) assert.equal(response.headers.get(name), null, name);
    assert.equal(response.headers.get("cross-origin-resource-policy"), "cross-origin");
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.match(response.headers.get("content-security-policy"), /sandbox/);
    assert.match(response.headers.get("cache-control"), /^public, max-age=(300|29\d)/, "with an alarm: the registry would have signed it");
  });

  test("asked again, nobody else is asked", async () => {
    const { response: first, text } = await picture("npm/tiny@1.0.0.svg");
    sent();
    const { response, text: again } = await picture("npm/tiny@1.0.0.svg");
    assert.equal(again, text);
    assert.equal(response.headers.get("etag"), first.headers.get("etag"));
    assert.equal((await ask("/badge/npm/tiny@1.0.0.svg", { headers: { "if-none-match": first.headers.get("etag") } })).status, 304);
    const head = await ask("/badge/npm/tiny@1.0.0.svg", { method: "HEAD" });
    assert.equal(head.status, 200);
    assert.equal(await head.text(), "");
    assert.deepEqual(sent(), []);
  });

  test("no query makes it say anything else", async () => {
    const { text } = await picture("npm/tiny@1.0.0.svg");
    for (const query of ["?label=safe", "?message=Integrity%203%20of%203", "?style=x&color=green&level=3", "?</svg>", "?reference=pkg:npm/other"]) {
      assert.equal((await picture(`npm/tiny@1.0.0.svg${query}`)).text, text, query);
    }
  });

  test("the newest, a scope, and what shields.io reads", async () => {
    assert.match((await picture("npm/@scope/tiny@1.0.0.svg")).text, /aria-label="Touchstone: npm @scope\/tiny 1\.0\.0, alarm, Integrity 1 of 3/);
    assert.match((await picture("npm/%40scope/tiny@1.0.0.svg")).text, /npm @scope\/tiny 1\.0\.0/);
    const response = await ask("/badge/npm/tiny@1.0.0.json");
    assert.equal(response.headers.get("access-control-allow-origin"), "*");
    const shield = await response.json();
    assert.deepEqual([shield.schemaVersion, shield.label, shield.message, shield.isError], [1, "Touchstone: npm tiny 1.0.0", "alarm, Integrity 1 of 3: checksummed", true]);
    assert.ok(shield.cacheSeconds >= 300);
  });

  test("what is tampered with is failed, and nothing else", async () => {
    const { response, text } = await picture("npm/wrong@1.0.0.svg");
    assert.match(text, /FAILED: not what it should be/);
    assert.doesNotMatch(text, /Integrity/);
    assert.match(response.headers.get("cache-control"), /max-age=(300|29\d)/);
  });

  test("a report is the whole, for any page to read", async () => {
    const response = await ask("/api/report/npm/tiny@1.0.0", { headers: { origin: "https://other.example" } });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("access-control-allow-origin"), "*");
    assert.equal(response.headers.get("content-type"), "application/json; charset=utf-8");
    const report = await response.json();
    assert.equal(report.reference, "pkg:npm/tiny@1.0.0");
    assert.equal(report.verdict.integrity.level, 1);
    assert.equal((await ask("/api/report/npm/none@1.0.0")).status, 404);
    assert.equal((await ask("/api/report/npm/Not%20a%20name")).status, 400);
    assert.equal((await ask("/api/report/npm/tiny@1.0.0", { method: "POST" })).status, 405);
  });

  test("an image keeps its registry, and only declared ones are asked", async () => {
    const { text } = await picture(`oci/${image.reference}.svg`);
    assert.match(text, /aria-label="Touchstone: oci docker\.io\/example\/thing sha256:[0-9a-f]{16}\.\.\., Integrity 1 of 3: checksummed"/);
    assert.match(text, new RegExp(`<title>oci docker\\.io/example/thing ${image.reference.split("@")[1]}: `));
    sent();
    assert.match((await picture(`oci/${image.reference.replace("docker.io", "registry.example.com")}.svg`)).text, /not a package that can be checked here/);
    assert.deepEqual(sent(), []);
  });

  test("by which anchors it judges is said", async () => {
    const response = await ask("/api/anchors");
    assert.equal(response.status, 200);
    const anchors = await response.json();
    assert.match(anchors.digest, /^[0-9a-f]{16}$/);
    assert.equal((await ask("/api/nothing")).status, 404);
  });

  test("what cannot be checked is an image that says so", async () => {
    for (const path of ["npm/none@1.0.0.svg", "pypi/requests@2.32.0.svg", "nonsense.svg", "npm/a%00b@1.0.0.svg", "npm/..%2f..%2fetc@1.svg", "https://evil.example/x@1.svg"]) {
      const { response, text } = await picture(path);
      assert.equal(response.status, 200, path);
      assert.match(text, /^<svg /, path);
      assert.match(text, /no such version|not a package that can be checked here/, path);
    }
    assert.equal(await (await ask("/badge/")).text(), "<p>the page");
  });

  test("fifty at once for one version make one audit", async () => {
    const worked = (path) => picture(path).then(({ text }) => text);
    sent();
    await worked("npm/many0@1.0.0.svg");
    const once = sent().length;
    const all = await Promise.all(Array.from({ length: 50 }, () => worked("npm/many1@1.0.0.svg")));
    assert.equal(sent().length, once);
    for (const text of all) assert.match(text, /Integrity 1 of 3/);
  });

  test("an audit that takes long is being checked, goes on, and is there next time", async () => {
    let go;
    hold = new Promise((resolve) => { go = resolve; });
    const began = Date.now();
    const { response, text } = await picture("npm/many2@1.0.0.svg");
    assert.ok(Date.now() - began < 4000);
    assert.match(text, /checking/);
    assert.match(response.headers.get("cache-control"), /max-age=30,/);
    hold = undefined;
    go();
    await new Promise((resolve) => { setTimeout(resolve, 1500); });
    sent();
    assert.match((await picture("npm/many2@1.0.0.svg")).text, /Integrity 1 of 3/);
    assert.deepEqual(sent(), [], "what ended late was kept");
  });
});
