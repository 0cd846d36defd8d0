// The static files in real workerd: node --test e2e/static.test.mjs (after npm run
// build).
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { brotliCompressSync, brotliDecompressSync, gzipSync } from "node:zlib";
import { ensureEdge } from "../web/edge/build.mjs";
import { raw, workerd } from "./workerd.mjs";

before(ensureEdge);

describe("the site", () => {
  const script = "console.log(1);\n".repeat(100);
  const hashed = "/assets/app.0123456789abcdef.js";
  const wasm = "/assets/touchstone.0123456789abcdef.wasm";
  const large = "/assets/whole.0123456789abcdef.wasm";
  let edge;
  const ask = (path, init) => fetch(edge.url + path, init);
  before(async () => {
    edge = await workerd({
      upstream: (_, response) => response.writeHead(404).end(),
      site: {
        "/": ["text/html; charset=utf-8", "<p>hello".repeat(50)], "/sw.js": ["text/javascript", "1"],
        [hashed]: ["text/javascript", script], [`${hashed}.br`]: ["application/octet-stream", brotliCompressSync(script)],
        [`${large}.gz`]: ["application/gzip", gzipSync("large".repeat(100))],
        [wasm]: ["application/wasm", "plain"], [`${wasm}.br`]: ["application/octet-stream", brotliCompressSync("packed")],
      },
    });
  });
  after(() => edge.stop());

  test("every answer carries the same guards", async () => {
    const { security } = await import("../build/edge/config.mjs");
    for (const [path, init, status] of [["/", {}, 200], ["/", { method: "HEAD" }, 200], ["/sw.js", {}, 200], [hashed, {}, 200], [wasm, {}, 200], ["/nothing", {}, 404], ["/", { method: "POST" }, 405], ["/nothing.wasm", {}, 404]]) {
      const response = await ask(path, init);
      assert.equal(response.status, status, path);
      for (const [name, value] of Object.entries(security)) assert.equal(response.headers.get(name), value, `${path} ${name}`);
      await response.arrayBuffer();
    }
  });

  test("the policy names the declared hosts and no other", async () => {
    const { hosts: declared } = await import("../build/edge/config.mjs");
    const names = [...new Set(JSON.parse(declared).filter((h) => !h.RefusesBrowsers).map((h) => `https://${h.Name}`))].sort();
    const policy = (await ask("/")).headers.get("content-security-policy");
    assert.equal(/connect-src ([^;]*);/.exec(policy)[1], ["'self'", ...names].join(" "));
    assert.deepEqual(policy.match(/https?:[^ ;]*/g), names);
  });

  test("what only the whole program asks is declared, too", async () => {
    const { hosts: declared } = await import("../build/edge/config.mjs");
    const names = new Set(JSON.parse(declared).map((h) => h.Name));
    for (const name of ["deb.debian.org", "repo1.maven.org", "registry-1.docker.io", "pkg.freebsd.org", "proxy.golang.org"]) assert(names.has(name), name);
  });

  test("hashed names are kept for ever, others are asked for again", async () => {
    for (const [path, want] of [[hashed, "public, max-age=31536000, immutable"], [wasm, "public, max-age=31536000, immutable"], ["/", "no-cache"], ["/sw.js", "no-cache"], ["/assets/gone.0123456789abcdef.js", "no-cache"]]) {
      assert.equal((await ask(path)).headers.get("cache-control"), want, path);
    }
  });

  test("what was compressed ahead is sent so, to who takes it", async () => {
    const header = (answer, name) => new RegExp(`^${name}: (.*)\r$`, "im").exec(answer)?.[1];
    const get = (path, accept) => raw(edge.url, [`GET ${path} HTTP/1.1`, "Host: HOST", "Connection: close", `Accept-Encoding: ${accept}`]);
    for (const accept of ["br", "gzip, deflate, br, zstd", "gzip, BR;q=0.5"]) {
      const answer = await get(wasm, accept);
      assert.match(header(answer, "content-encoding"), /^br$/i, accept);
      assert.equal(header(answer, "content-type"), "application/wasm");
      assert.equal(header(answer, "vary"), "accept-encoding");
      const packed = Buffer.from(await (await ask(wasm, { headers: { "accept-encoding": accept } })).arrayBuffer());
      assert.equal(String(packed), "packed", "and it can be read");
    }
    for (const accept of ["identity", "br;q=0", "x-br"]) {
      const answer = await get(wasm, accept);
      assert.equal(header(answer, "content-encoding"), undefined, accept);
      assert.match(answer, /plain/);
    }
    assert.equal(brotliDecompressSync(brotliCompressSync(script)).toString(), await (await ask(hashed)).text());
    assert.equal(header(await get("/", "gzip"), "content-encoding"), "gzip");
    assert.equal(await (await ask("/")).text(), "<p>hello".repeat(50));
  });

  test("what is too large to be kept as it is comes out whole", async () => {
    for (const accept of ["identity", "gzip", "gzip, deflate, br"]) {
      const response = await ask(large, { headers: { "accept-encoding": accept } });
      assert.equal(response.status, 200, accept);
      assert.equal(await response.text(), "large".repeat(100), accept);
      assert.equal(response.headers.get("content-type"), "application/wasm");
      assert.equal(response.headers.get("cache-control"), "public, max-age=31536000, immutable");
      assert.equal(response.headers.get("vary"), "accept-encoding");
    }
    const head = await ask(large, { method: "HEAD" });
    assert.equal(head.status, 200);
    assert.equal(head.headers.get("content-length"), null);
  });
});
