// The relay in real workerd: node --test e2e/relay.test.mjs
// (after npm run build). What the relay may decide is tested in
// internal/relay; here is what really leaves workerd, and what really arrives.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { ensureEdge } from "../web/edge/build.mjs";
import { raw, workerd } from "./workerd.mjs";

const proxy = "/relay/proxy.golang.org";
const list = `${proxy}/golang.org/x/mod/@v/list`;
const zip = `${proxy}/golang.org/x/mod/@v/v0.20.0.zip`;
const bytes = (n) => Buffer.alloc(n, "0123456789abcdef");

/** What the hosts answer, by "host/path"; the test sets it. */
const hosts = new Map();
const seen = []; // header fields of the requests that hosts got

function upstream(request, response) {
  seen.push(request.headers);
  const answer = hosts.get(request.headers.host + request.url);
  if (answer) answer(request, response);
  else response.writeHead(404, { "content-type": "text/plain" }).end("not found: no such module");
}

/** The fields that keep a relayed answer from doing anything. */
function harmless(response) {
  const want = {
    "content-type": "application/octet-stream",
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "content-disposition": "attachment",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
  };
  for (const [name, value] of Object.entries(want)) assert.equal(response.headers.get(name), value, name);
  for (const name of ["set-cookie", "location", "link", "refresh", "access-control-allow-origin", "access-control-allow-credentials", "www-authenticate"]) {
    assert.equal(response.headers.get(name), null, name);
  }
}

async function refused(response, status, why) {
  const body = await response.text();
  assert.equal(response.status, status, body);
  assert.equal(response.headers.get("touchstone-relay"), "refusal");
  assert.match(body, why);
  harmless(response);
}

async function answered(response, status = 200) {
  assert.equal(response.status, status, response.ok ? "" : await response.clone().text());
  assert.equal(response.headers.get("touchstone-relay"), "answer");
  harmless(response);
  return Buffer.from(await response.arrayBuffer());
}

before(ensureEdge);

describe("the relay", () => {
  let edge;
  const ask = (path, init) => fetch(edge.url + path, init);
  const left = () => edge.asked.splice(0);
  before(async () => { edge = await workerd({ upstream }); });
  after(() => edge.stop());

  test("brings a declared host's bytes", async () => {
    const body = bytes(300_001);
    hosts.set("proxy.golang.org/golang.org/x/mod/@v/v0.20.0.zip", (_, response) => response.writeHead(200, { "content-type": "text/html", etag: '"e"' }).end(body));
    left();
    const response = await ask(zip);
    assert.deepEqual(await answered(response), body);
    assert.equal(response.headers.get("etag"), '"e"');
    assert.deepEqual(left(), ["GET proxy.golang.org/golang.org/x/mod/@v/v0.20.0.zip"]);
  });

  test("keeps an announced length", async () => {
    hosts.set("proxy.golang.org/golang.org/x/mod/@v/list", (_, response) => response.writeHead(200, { "content-length": 5 }).end("v0.1\n"));
    const response = await ask(list);
    assert.equal(response.headers.get("content-length"), "5");
    assert.equal(String(await answered(response)), "v0.1\n");
  });

  test("answers HEAD without a body", async () => {
    hosts.set("proxy.golang.org/golang.org/x/mod/@v/list", (_, response) => response.writeHead(200, { "content-length": 5 }).end());
    left();
    const response = await ask(list, { method: "HEAD" });
    assert.equal((await answered(response)).length, 0);
    assert.equal(response.headers.get("content-length"), "5");
    assert.deepEqual(left(), ["HEAD proxy.golang.org/golang.org/x/mod/@v/list"]);
    const no = await ask(`${proxy}/`, { method: "HEAD" });
    assert.equal(no.status, 403);
    assert.equal(no.headers.get("touchstone-relay"), "refusal");
  });

  test("tells the host nothing about who asks", async () => {
    hosts.set("proxy.golang.org/golang.org/x/mod/@v/list", (_, response) => response.end("x"));
    seen.length = 0;
    await answered(await ask(list, {
      headers: {
        accept: "text/plain", cookie: "a=b", range: "bytes=0-1", "if-none-match": '"e"', origin: edge.url, referer: "https://evil.example/secret",
        "x-forwarded-for": "203.0.113.7", "accept-language": "de", "user-agent": "secret", "cf-connecting-ip": "203.0.113.7", forwarded: "for=203.0.113.7",
      },
    }));
    assert.equal(seen.length, 1);
    const { accept, "user-agent": agent, "accept-encoding": encoding, ...rest } = seen[0];
    assert.deepEqual([accept, agent, encoding], ["text/plain", "touchstone-relay", "identity"]);
    for (const name of ["cookie", "range", "if-none-match", "origin", "referer", "x-forwarded-for", "accept-language", "forwarded", "authorization"]) assert.equal(rest[name], undefined, name);
    assert.doesNotMatch(JSON.stringify(rest), /203\.0\.113\.7|secret|evil/);
  });

  test("passes nothing on that a browser would act on", async () => {
    hosts.set("proxy.golang.org/golang.org/x/mod/@v/list", (_, response) => response.writeHead(200, {
      "content-type": "text/html", "set-cookie": ["a=b", "c=d"], link: "</x.js>; rel=preload", refresh: "0; url=https://evil.example", "clear-site-data": '"*"',
      "content-security-policy": "default-src *", "content-disposition": "inline", "access-control-allow-credentials": "true", "service-worker-allowed": "/",
      sourcemap: "/x", "touchstone-relay": "refusal", "cache-control": "public, max-age=99", "www-authenticate": "Basic",
    }).end("<script>alert(1)</script>"));
    const response = await ask(list);
    assert.equal(String(await answered(response)), "<script>alert(1)</script>");
    for (const name of ["clear-site-data", "service-worker-allowed", "sourcemap"]) assert.equal(response.headers.get(name), null, name);
  });

  test("passes on what a host refuses, and when to ask again", async () => {
    hosts.set("proxy.golang.org/golang.org/x/mod/@v/list", (_, response) => response.writeHead(429, { "retry-after": "7" }).end("slow down"));
    const response = await ask(list);
    assert.equal(response.headers.get("retry-after"), "7");
    assert.equal(String(await answered(response, 429)), "slow down");
    hosts.delete("proxy.golang.org/golang.org/x/mod/@v/list");
    assert.equal(String(await answered(await ask(list), 404)), "not found: no such module");
    hosts.set("proxy.golang.org/golang.org/x/mod/@v/list", (_, response) => response.writeHead(204).end());
    assert.equal((await answered(await ask(list), 204)).length, 0);
  });

  test("removes an encoding that nobody asked for", async () => {
    for (const [encoding, body] of [["gzip", gzipSync("hello")], ["br", brotliCompressSync("hello")]]) {
      hosts.set("proxy.golang.org/golang.org/x/mod/@v/list", (_, response) => response.writeHead(200, { "content-encoding": encoding, "content-length": body.length }).end(body));
      const response = await ask(list, { headers: { "accept-encoding": "identity" } });
      assert.equal(response.headers.get("content-encoding"), null, encoding);
      assert.equal(String(await answered(response)), "hello", encoding);
    }
    hosts.set("proxy.golang.org/golang.org/x/mod/@v/list", (_, response) => response.writeHead(200, { "content-encoding": "zstd" }).end("hello"));
    await refused(await ask(list), 502, /encoding "zstd"/);
  });

  test("refuses a part and an answer to a condition", async () => {
    hosts.set("proxy.golang.org/golang.org/x/mod/@v/list", (_, response) => response.writeHead(206, { "content-range": "bytes 0-0/9" }).end("x"));
    await refused(await ask(list, { headers: { range: "bytes=0-0" } }), 502, /a part of the document/);
    hosts.set("proxy.golang.org/golang.org/x/mod/@v/list", (_, response) => response.writeHead(304).end());
    await refused(await ask(list, { headers: { "if-none-match": '"e"' } }), 502, /answers 304/);
  });

  test("follows redirects to declared places only", async () => {
    const to = (where) => hosts.set("proxy.golang.org/golang.org/x/mod/@v/v0.20.0.zip", (_, response) => response.writeHead(302, { location: where, "set-cookie": "a=b" }).end("moved"));
    hosts.set("storage.googleapis.com/proxy-golang-org-prod/abc?sig=1", (request, response) => response.end(`for ${request.headers.cookie ?? "nobody"}`));
    to("https://storage.googleapis.com/proxy-golang-org-prod/abc?sig=1#x");
    left();
    assert.equal(String(await answered(await ask(zip, { headers: { cookie: "x=y" } }))), "for nobody");
    assert.deepEqual(left(), ["GET proxy.golang.org/golang.org/x/mod/@v/v0.20.0.zip", "GET storage.googleapis.com/proxy-golang-org-prod/abc?sig=1"]);
    for (const where of ["https://evil.example/x", "//evil.example/x", "http://storage.googleapis.com/proxy-golang-org-prod/abc", "https://storage.googleapis.com/other/abc",
      "https://u:p@storage.googleapis.com/proxy-golang-org-prod/abc", "https://storage.googleapis.com:444/proxy-golang-org-prod/abc", "https://127.0.0.1/x", "https://[::1]/x",
      "https://storage.googleapis.com./proxy-golang-org-prod/abc", "https://storage.googleapis.com/proxy-golang-org-prod/%2e%2e/x", "/admin", "file:///etc/passwd", "data:text/html,x", ""]) {
      to(where);
      left();
      await refused(await ask(zip), 502, /redirects/);
      assert.deepEqual(left(), ["GET proxy.golang.org/golang.org/x/mod/@v/v0.20.0.zip"], where);
    }
  });

  test("follows five redirects and no more", async () => {
    for (let i = 0; i < 9; i++) {
      hosts.set(`storage.googleapis.com/proxy-golang-org-prod/${i}`, (_, response) => response.writeHead(307, { location: `/proxy-golang-org-prod/${i + 1}` }).end());
    }
    hosts.set("proxy.golang.org/golang.org/x/mod/@v/v0.20.0.zip", (_, response) => response.writeHead(302, { location: "https://storage.googleapis.com/proxy-golang-org-prod/0" }).end());
    left();
    await refused(await ask(zip), 502, /more than 5 times/);
    assert.equal(left().length, 6);
  });

  test("refuses what is too large, announced or not", async () => {
    hosts.set("proxy.golang.org/golang.org/x/mod/@v/list", (_, response) => { response.writeHead(200, { "content-length": 500 * 2 ** 20 + 1 }); response.flushHeaders(); });
    await refused(await ask(list), 502, /at most 524288000 are relayed/);

    for (const [status, limit] of [[404, 2 ** 20], [200, 40 * 2 ** 20]]) {
      let closed;
      const ended = new Promise((resolve) => { closed = resolve; });
      let sent = 0;
      hosts.set("proxy.golang.org/golang.org/x/mod/@v/list", (_, response) => {
        response.writeHead(status);
        const more = () => { do sent += 65536; while (!response.destroyed && response.write(bytes(65536))); };
        response.on("drain", more);
        response.on("close", closed);
        more();
      });
      await refused(await ask(list), 502, /does not announce its length/);
      await ended; // the host is not kept busy
      assert.ok(sent >= limit && sent < limit + 2 ** 23, `the host sent ${sent} bytes`);
    }
  });

  test("never lets an answer that broke off look complete", async () => {
    hosts.set("proxy.golang.org/golang.org/x/mod/@v/list", (_, response) => { response.writeHead(200, { "content-length": 10 }); response.write("01234"); setTimeout(() => response.destroy(), 50); });
    await assert.rejects(async () => (await ask(list)).arrayBuffer());
    hosts.set("proxy.golang.org/golang.org/x/mod/@v/list", (_, response) => { response.writeHead(200); response.write("01234"); setTimeout(() => response.destroy(), 50); });
    await refused(await ask(list), 502, /the answer of proxy\.golang\.org broke off/);
    const half = gzipSync(bytes(9000)).subarray(0, 20);
    hosts.set("proxy.golang.org/golang.org/x/mod/@v/list", (_, response) => response.writeHead(200, { "content-encoding": "gzip", "content-length": half.length }).end(half));
    await refused(await ask(list), 502, /broke off/);
  });

  test("brings an answer of no announced length, with one", async () => {
    for (const body of [bytes(0), bytes(5), bytes(3_000_000)]) {
      hosts.set("proxy.golang.org/golang.org/x/mod/@v/list", (_, response) => { response.writeHead(200); response.flushHeaders(); response.end(body); });
      const response = await ask(list);
      assert.equal(response.headers.get("content-length"), String(body.length));
      assert.deepEqual(await answered(response), body);
    }
  });

  test("says that a host does not answer", async () => {
    hosts.set("proxy.golang.org/golang.org/x/mod/@v/list", (request) => request.socket.destroy());
    await refused(await ask(list), 502, /no answer from proxy\.golang\.org/);
  });

  test("stops asking when the client leaves", async () => {
    let closed;
    const ended = new Promise((resolve) => { closed = resolve; });
    hosts.set("proxy.golang.org/golang.org/x/mod/@v/list", (_, response) => {
      response.writeHead(200, { "content-length": 10_000_000 });
      const drip = setInterval(() => response.write(bytes(1000)), 20);
      response.on("close", () => { clearInterval(drip); closed(); });
    });
    const abort = new AbortController();
    const response = await ask(list, { signal: abort.signal });
    assert.equal(response.status, 200);
    abort.abort();
    await ended;
  });

  test("answers many at once", async () => {
    hosts.clear();
    for (let i = 0; i < 40; i++) hosts.set(`proxy.golang.org/m${i}/@v/list`, (_, response) => setTimeout(() => response.end(`v${i}`), (i * 7) % 40));
    const all = await Promise.all(Array.from({ length: 40 }, async (_, i) => String(await answered(await ask(`${proxy}/m${i}/@v/list`)))));
    assert.deepEqual(all, Array.from({ length: 40 }, (_, i) => `v${i}`));
  });

  test("refuses what a browser would show, run or keep", async () => {
    left();
    for (const dest of ["document", "iframe", "frame", "embed", "object", "script", "style", "worker", "sharedworker", "serviceworker", "image", "font", "manifest", "audio", "video", "track", "xslt", "json", ""]) {
      const answer = await raw(edge.url, [`GET ${list} HTTP/1.1`, "Host: HOST", "Connection: close", `Sec-Fetch-Dest: ${dest}`]);
      assert.match(answer, /^HTTP\/1\.1 403 /, dest);
    }
    for (const line of ["Sec-Fetch-Mode: navigate", "Sec-Fetch-Mode: no-cors", "Service-Worker: script", "Sec-Purpose: prefetch", "Authorization: Bearer x", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Sec-Fetch-Site: none"]) {
      assert.match(await raw(edge.url, [`GET ${list} HTTP/1.1`, "Host: HOST", "Connection: close", line]), /^HTTP\/1\.1 403 /, line);
    }
    assert.deepEqual(left(), []);
  });

  test("refuses other methods and bodies", async () => {
    left();
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]) await refused(await ask(list, { method }), 405, /only GET and HEAD/);
    assert.match(await raw(edge.url, [`GET ${list} HTTP/1.1`, "Host: HOST", "Connection: close", "Content-Length: 3", "", "abc"]), /^HTTP\/1\.1 400 /);
    assert.deepEqual(left(), []);
  });

  test("asks nobody for an address that is not declared", async () => {
    hosts.clear();
    left();
    const targets = ["/relay/", "/relay//", "/relay/evil.example/x", "/relay/PROXY.golang.org/m/@v/list", "/relay/proxy.golang.org./m/@v/list", "/relay/proxy.golang.org:443/m/@v/list",
      "/relay/proxy.golang.org:80/m/@v/list", "/relay/u@proxy.golang.org/m/@v/list", "/relay/u:p@proxy.golang.org/m/@v/list", "/relay/proxy.golang.org@evil.example/m/@v/list",
      "/relay/https://proxy.golang.org/m/@v/list", "/relay/http://evil.example/", "/relay///evil.example/x", "/relay/proxy.golang.org%2fm/@v/list", "/relay/proxy.golang.org%40evil.example/m/@v/list",
      "/relay/proxy.golang.org/m/%2e%2e/x", "/relay/proxy.golang.org/m/../../../x", "/relay/proxy.golang.org/..%2f..%2fx", "/relay/proxy.golang.org/m%2f@v%2flist", "/relay/proxy.golang.org/m%5c@v/list",
      "/relay/proxy.golang.org/m//@v/list", "/relay/proxy.golang.org/%00/@v/list", "/relay/proxy.golang.org/m/@v/list%0d%0aHost:%20evil.example", "/relay/proxy.golang.org\\evil.example/x",
      "/relay/[::1]/x", "/relay/[::ffff:7f00:1]/x", "/relay/127.0.0.1/x", "/relay/2130706433/x", "/relay/0x7f.1/x", "/relay/localhost/x", "/relay/169.254.169.254/latest/meta-data/",
      "/relay/storage.googleapis.com/proxy-golang-org-prod/abc", "/relay/proxy.golang.org/", "/relay/proxy.golang.org", "/relay/proxy.golang.org?/m/@v/list", "/relay/proxy.golang.org#/m/@v/list",
      "/relay/proxy.golang.org/admin?/m/@v/list", "/relay/xn--proxy-golang.org/x", "/relay/proxy%E3%80%82golang.org/m/@v/list", "/relay/\u00fcproxy.golang.org/m/@v/list",
      "/RELAY/proxy.golang.org/m/@v/list", "/./relay/evil.example/x", "/x/../relay/evil.example/x", "//relay/proxy.golang.org/m/@v/list", "/%72elay/proxy.golang.org/m/@v/list"];
    for (const target of targets) {
      const answer = await raw(edge.url, [`GET ${target} HTTP/1.1`, "Host: HOST", "Connection: close"]);
      assert.match(answer, /^HTTP\/1\.1 (400|403|404|501) |^$/, target);
    }
    for (const target of ["http://evil.example/relay/evil.example/x", "http://proxy.golang.org/m/@v/list", "*"]) { // workerd reads no such targets
      assert.match(await raw(edge.url, [`GET ${target} HTTP/1.1`, "Host: HOST", "Connection: close"]), /^HTTP\/1\.1 [45]\d\d |^$/, target);
    }
    await raw(edge.url, [`GET ${list} HTTP/1.1`, "Host: evil.example", "X-Forwarded-Host: evil.example", "Connection: close"]);
    assert.deepEqual(left(), ["GET proxy.golang.org/golang.org/x/mod/@v/list"], "only the last, by the path and not by the Host field");
  });

  test("writes no header that the client makes up", async () => {
    left();
    const answer = await raw(edge.url, [`GET ${list} HTTP/1.1`, "Host: HOST", "Connection: close", "Accept: a\u0001b"]);
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.deepEqual(left(), []);
  });
});

test("a host that says nothing is not waited for without end", async () => {
  const worker = await readFile(new URL("../build/edge/relay.mjs", import.meta.url), "utf8");
  assert.match(worker, /const patience = 30_000;/);
  const edge = await workerd({ upstream: () => {}, replaced: { "edge/relay.mjs": worker.replace("const patience = 30_000;", "const patience = 300;") } });
  try {
    await refused(await fetch(edge.url + list), 504, /proxy\.golang\.org did not answer in time/);
  } finally {
    await edge.stop();
  }
});

test("a relay that cannot start says so, and the site goes on", async () => {
  const edge = await workerd({
    upstream, site: { "/": ["text/html", "<p>hello"] },
    replaced: { "edge/config.mjs": (await import("../build/edge/config.mjs").then((c) => Object.entries(c))).map(([name, value]) => `export const ${name} = ${JSON.stringify(name === "hosts" ? "no JSON" : value)};`).join("\n") },
  });
  try {
    for (let i = 0; i < 3; i++) await refused(await fetch(edge.url + list), 500, /out of order/);
    assert.equal(await (await fetch(edge.url)).text(), "<p>hello");
    assert.deepEqual(edge.asked, []);
  } finally {
    await edge.stop();
  }
});

describe("live", () => {
  test("asks the real Go module proxy", async (t) => {
    const direct = await fetch("https://proxy.golang.org/golang.org/x/mod/@v/v0.20.0.info", { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
    if (!direct?.ok) return t.skip("proxy.golang.org cannot be reached from here");
    const edge = await workerd();
    try {
      assert.equal(String(await answered(await fetch(`${edge.url}${proxy}/golang.org/x/mod/@v/v0.20.0.info`))), await direct.text());
      assert.equal((await answered(await fetch(edge.url + zip))).subarray(0, 2).toString(), "PK");
      await refused(await fetch(`${edge.url}/relay/example.com/`), 403, /not declared/);
    } finally {
      await edge.stop();
    }
  });
});
