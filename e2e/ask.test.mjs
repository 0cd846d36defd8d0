// The command line's way out, against servers that answer as they should not:
// node --test e2e/ask.test.mjs. That it is a transport like the others is tested in
// internal/fetch.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createTLSServer } from "node:https";
import { createServer as createRawServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { ask, elsewhere } from "../wasm/node/ask.mjs";

const servers = [];
const sockets = new Set();
/** The address of a server that listens on this machine. */
async function listening(server) {
  server.on("connection", (socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  servers.push(server);
  return `127.0.0.1:${server.address().port}`;
}
after(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
});

/** Asks, and reads all of it: { error } or { status, header, body, broken }. */
function get(address, { method = "GET", accept = "", range = "", authorization = "", begun } = {}) {
  return new Promise((resolve) => {
    const stop = ask([method, address, accept, range, authorization, "touchstone"].join("\n"), async (head, first, rest) => {
      if (first === undefined) return resolve({ error: head });
      const [status, ...fields] = head.split("\n");
      const header = Object.fromEntries(fields.flatMap((name, i) => (i % 2 === 0 ? [[name, fields[i + 1]]] : [])));
      const pieces = [first];
      let broken;
      try {
        for (let one; rest && !(one = await rest.read()).done;) pieces.push(one.value);
      } catch (error) {
        broken = error.message;
      }
      return resolve({ status: Number(status), header, body: Buffer.concat(pieces), pieces, broken });
    });
    begun?.(stop);
  });
}

let base, last;
const zeros = gzipSync(Buffer.alloc(300 << 20)); // a thousandth of what it unpacks to
const pages = {
  "/echo": (request, response) => response.end(JSON.stringify([request.method, request.headers])),
  "/redirect": (_, response) => response.writeHead(302, { location: "/echo" }).end("moved"),
  "/none": (_, response) => response.writeHead(204).end(),
  "/gone": (_, response) => response.writeHead(404, { "x-two": ["a", "b"], "Content-Type": "text/plain" }).end("gone"),
  "/gzip": (_, response) => response.writeHead(200, { "content-encoding": "GZip" }).end(gzipSync("packed")),
  "/members": (_, response) => response.writeHead(200, { "content-encoding": "x-gzip" }).end(Buffer.concat([gzipSync("one "), gzipSync("two")])),
  "/gzip-none": (_, response) => response.writeHead(404, { "content-encoding": "gzip" }).end(),
  "/gzip-cut": (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("packed").subarray(0, -9)),
  "/gzip-not": (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end("plain"),
  "/gzip-long-cut": (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(zeros.subarray(0, -9)),
  "/bomb": (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(zeros),
  "/bomb-short": (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(60 << 20))),
  "/other": (_, response) => response.writeHead(200, { "content-encoding": "br" }).end("as it is"),
  "/large": (_, response) => response.end(Buffer.alloc(3 << 20, "x")),
  "/endless": (request, response) => {
    response.sent = 0;
    last = response;
    const more = () => { while (!response.destroyed && response.write(Buffer.alloc(64 << 10))) response.sent += 64 << 10; };
    response.on("drain", more);
    more();
  },
  "/cut": (_, response) => {
    response.writeHead(200, { "content-length": 100 });
    response.write("0123456789", () => setTimeout(() => response.destroy(), 20));
  },
  "/cut-late": (_, response) => {
    response.writeHead(200, { "content-length": 1 << 20 });
    response.write(Buffer.alloc(600 << 10), () => setTimeout(() => response.destroy(), 20));
  },
  "/cut-chunks": (_, response) => response.write("0123456789", () => setTimeout(() => response.destroy(), 20)),
  "/slow": (_, response) => {
    response.write("first ");
    setTimeout(() => response.end("then"), 400);
  },
  "/hang": (request, response) => { last = response; },
  "/drip": (request, response) => {
    last = response;
    response.write("first");
  },
  "/heads": (_, response) => response.writeHead(200, { "x-long": "x".repeat(64 << 10) }).end("body"),
};

before(async () => {
  base = `http://${await listening(createServer((request, response) => pages[request.url](request, response)))}`;
});

test("it sends what was asked, and nothing of the person's", async () => {
  const { body } = await get(`${base}/echo`, { accept: "a/b" });
  const [method, { host, ...headers }] = JSON.parse(body);
  assert.deepEqual([method, headers], ["GET", { accept: "a/b", "user-agent": "touchstone", "accept-encoding": "gzip", connection: "keep-alive" }]);
  assert.equal(`http://${host}`, base);
  const [, part] = JSON.parse((await get(`${base}/echo`, { range: "bytes=0-9", authorization: "Bearer x" })).body);
  assert.deepEqual([part.accept, part.range, part.authorization, part["accept-encoding"]], ["*/*", "bytes=0-9", "Bearer x", "identity"]);
});

test("status, fields and body are as the host says; a redirect is not followed", async () => {
  const gone = await get(`${base}/gone`);
  assert.deepEqual([gone.status, gone.header["x-two"], gone.header["content-type"], String(gone.body), gone.broken], [404, "a, b", "text/plain", "gone", undefined]);
  const moved = await get(`${base}/redirect`);
  assert.deepEqual([moved.status, moved.header.location], [302, "/echo"]);
  assert.deepEqual([(await get(`${base}/none`)).status, (await get(`${base}/none`)).body.length], [204, 0]);
  const head = await get(`${base}/gzip`, { method: "HEAD" });
  assert.deepEqual([head.status, head.body.length, head.broken], [200, 0, undefined]);
  assert.equal((await get(`${base}/large`)).body.length, 3 << 20);
});

test("gzip is unpacked, in whatever case it is called; what is cut or is none breaks off", async () => {
  assert.equal(String((await get(`${base}/gzip`)).body), "packed");
  assert.equal(String((await get(`${base}/members`)).body), "one two");
  const none = await get(`${base}/gzip-none`);
  assert.deepEqual([none.status, none.body.length, none.broken], [404, 0, undefined]);
  assert.match((await get(`${base}/gzip-cut`)).broken, /unexpected end/);
  assert.match((await get(`${base}/gzip-long-cut`)).broken, /unexpected end/);
  assert.match((await get(`${base}/gzip-not`)).broken, /header/);
  const other = await get(`${base}/other`);
  assert.deepEqual([other.header["content-encoding"], String(other.body)], ["br", "as it is"], "who reads it sees that it is packed otherwise");
});

test("of what is packed no more is unpacked than is taken", async () => {
  for (const path of ["/bomb", "/bomb-short"]) {
    const before = process.memoryUsage().rss;
    await new Promise((resolve) => {
      const stop = ask(["GET", base + path, "", "", "", "touchstone"].join("\n"), async (_head, first, rest) => {
        assert.equal(first.length, 0);
        for (let i = 0; i < 5; i++) assert.ok((await rest.read()).value.length < 1 << 20);
        await new Promise((soon) => { setTimeout(soon, 200); });
        stop();
        resolve();
      });
    });
    assert.ok(process.memoryUsage().rss - before < 40 << 20, path);
  }
  const whole = await get(`${base}/bomb`);
  assert.deepEqual([whole.body.length, whole.broken], [300 << 20, undefined]);
  assert.ok(Math.max(...whole.pieces.map(({ length }) => length)) <= 4 << 20);
});

test("a body that breaks off says so, behind what came of it", async () => {
  for (const path of ["/cut", "/cut-chunks"]) {
    const cut = await get(base + path);
    assert.deepEqual([cut.status, String(cut.body), cut.broken], [200, "0123456789", "aborted"], path);
  }
  const late = await get(`${base}/cut-late`);
  assert.ok(late.body.length <= 600 << 10);
  assert.match(late.broken, /aborted|Premature/i);
});

test("a body that takes its time is given as it comes", async () => {
  const slow = await get(`${base}/slow`);
  assert.deepEqual(slow.pieces.map(String), ["first ", "then"]);
});

test("of a body that does not end no more is read than is taken", async () => {
  await new Promise((resolve) => {
    const stop = ask(["GET", `${base}/endless`, "", "", "", "touchstone"].join("\n"), async (_head, first, rest) => {
      assert.ok(first.length < 1 << 20);
      await rest.read();
      await new Promise((soon) => { setTimeout(soon, 200); });
      assert.ok(last.sent < 16 << 20, `${last.sent} bytes were sent`);
      stop();
      await once(last, "close");
      resolve();
    });
  });
});

test("who stops ends the connection, before the answer and in it", async () => {
  for (const path of ["/hang", "/drip"]) {
    last = undefined;
    const ended = get(base + path, { begun: (stop) => setTimeout(stop, 50) });
    const { error, broken } = await ended;
    assert.ok(error ?? broken, path);
    if (!last.closed) await once(last, "close");
  }
});

test("what is no address, and a host that does not listen, is no answer", async () => {
  assert.match((await get("http://%zz/")).error, /URL/);
  assert.match((await get("ftp://example.org/")).error, /./);
  assert.match((await get("http://127.0.0.1:9/")).error, /ECONNREFUSED/);
  assert.match((await get(`${base}/heads`)).error, /Header overflow/);
  assert.match((await get(`${base}/echo`, { accept: "a\u0000b" })).error, /Invalid character/);
});

test("connections are kept, and one that was closed meanwhile is no failure", async () => {
  let connections = 0;
  let answers = 0;
  const server = createRawServer((socket) => {
    connections++;
    socket.on("error", () => {});
    socket.on("data", () => {
      answers++;
      if (answers === 3 || answers >= 5) socket.resetAndDestroy(); // when it is used again
      else socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    });
  });
  const address = `http://${await listening(server)}/`;
  for (let i = 0; i < 2; i++) assert.equal(String((await get(address)).body), "ok");
  assert.equal(connections, 1);
  assert.equal(String((await get(address)).body), "ok"); // the third, asked again on a second connection
  assert.equal(connections, 2);
  assert.match((await get(address)).error, /ECONNRESET|hang up/, "on a new connection, too");
  assert.deepEqual([connections, answers], [3, 6], "once again, and no more");
});

test("a host that goes over to another protocol gives no answer", async () => {
  const at = await listening(createRawServer((socket) => socket.on("error", () => {}).once("data", () => socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"))));
  const { error } = await Promise.race([get(`http://${at}/`), new Promise((resolve) => { setTimeout(resolve, 5000, { error: "nothing was told" }).unref(); })]);
  assert.match(error, /another protocol/);
});

test("what stands behind an answer is no answer to the next question", async () => {
  const server = createRawServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      const smuggled = String(chunk).includes("/first") ? "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwrong" : "";
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nright${smuggled}`);
    });
  });
  const address = `http://${await listening(server)}`;
  for (const path of ["/first", "/second", "/first", "/second"]) assert.equal(String((await get(address + path)).body), "right", path);
});

test("a host is verified, whatever the environment says", { skip: spawnSync("openssl", ["version"]).error && "openssl is not installed" }, async () => {
  const dir = await mkdtemp(join(tmpdir(), "touchstone-ask-"));
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"], { cwd: dir, stdio: "pipe" });
  const [key, cert] = await Promise.all(["key.pem", "cert.pem"].map((name) => readFile(join(dir, name))));
  const address = `https://${await listening(createTLSServer({ key, cert }, (_, response) => response.end("ok")))}/`;
  assert.match((await get(address)).error, /self-signed/);
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
  assert.match((await get(address)).error, /self-signed/);
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  const script = `import { ask } from ${JSON.stringify(String(new URL("../wasm/node/ask.mjs", import.meta.url)))}; ask("GET\\n${address}\\n\\n\\n\\ntouchstone", (head, body) => { console.log(String(body ?? head)); process.exit(0); });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { env: { ...process.env, NODE_EXTRA_CA_CERTS: join(dir, "cert.pem") } });
  let out = "";
  child.stdout.on("data", (chunk) => { out += chunk; });
  await once(child, "close");
  assert.equal(out, "ok\n", "an authority that the machine trusts is trusted");
  await rm(dir, { recursive: true, force: true });
});

test("a proxy that Node was told of is not passed by", () => {
  assert.equal(elsewhere({}, []), false);
  assert.equal(elsewhere({ NODE_USE_ENV_PROXY: "1" }, []), true);
  assert.equal(elsewhere({}, ["--use-env-proxy"]), true);
  assert.equal(elsewhere({ HTTPS_PROXY: "http://proxy.example:3128" }, []), false, "Node itself takes that only where it is told to");
  const dispatcher = Symbol.for("undici.globalDispatcher.1");
  globalThis[dispatcher] = {};
  assert.equal(elsewhere({}, []), true);
  delete globalThis[dispatcher];
});
