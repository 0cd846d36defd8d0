// What npm start serves with survives the end of workerd: node --test
// e2e/serve.test.mjs.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { serve } from "../web/edge/serve.mjs";

const start = fileURLToPath(new URL("../web/start.mjs", import.meta.url));
let site;
before(async () => {
  site = await mkdtemp(join(tmpdir(), "site-"));
  await writeFile(join(site, "index.html"), "<p>here");
});
after(() => rm(site, { recursive: true }));

test("a port in use is said in one sentence, before anything is built", async () => {
  const server = createServer();
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const { port } = server.address();
  try {
    await assert.rejects(serve({ site, port }), { message: new RegExp(`^port ${port} is in use: .*--port \\d+$`) });
    const { status, stdout, stderr } = await new Promise((resolve) => {
      execFile(process.execPath, [start, "--port", String(port)], (error, out, err) => resolve({ status: error?.code ?? 0, stdout: out, stderr: err }));
    });
    assert.deepEqual([status, stdout], [1, ""]);
    assert.match(stderr, new RegExp(`^npm start: port ${port} is in use: .*\n$`));
  } finally {
    server.close();
  }
});

test("help is given, and nothing is built for it", () => {
  for (const script of [start, fileURLToPath(new URL("bench/bench.mjs", import.meta.url))]) {
    assert.match(execFileSync(process.execPath, [script, "--help"], { encoding: "utf8" }), /^usage: npm (start|run bench) /);
  }
});

/** The workerd that this process started. */
const runtime = () => Number(execFileSync("pgrep", ["-P", String(process.pid), "workerd"], { encoding: "utf8" }).trim());

/** Ends workerd as a fault would, and waits until it said so and answers again. */
async function killed(edge, said) {
  const restarts = said.filter((line) => line === "workerd is back").length;
  process.kill(runtime(), "SIGKILL");
  const end = Date.now() + 20_000;
  while (said.filter((line) => line === "workerd is back").length === restarts) {
    assert.ok(Date.now() < end, `no restart was said: ${said}`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  return (await fetch(edge.url)).text();
}

test("a workerd that ended is started again at the same address, and that is said", async () => {
  const said = [];
  const edge = await serve({ port: 0, site, say: (line) => said.push(line) });
  try {
    assert.equal(await (await fetch(edge.url)).text(), "<p>here");
    assert.equal(await killed(edge, said), "<p>here");
    assert.equal(await killed(edge, said), "<p>here");
    assert.ok(said.includes("workerd ended by itself; starting it again …"));
  } finally {
    await edge.stop();
  }
  await edge.ended;
  await assert.rejects(fetch(edge.url), "nothing is left behind");
});

test("one that ends again and again is given up, with the reason", async () => {
  const said = [];
  const edge = await serve({ port: 0, site, say: (line) => said.push(line) });
  for (let i = 0; i < 5; i++) await killed(edge, said);
  process.kill(runtime(), "SIGKILL");
  await assert.rejects(edge.ended, /ended 6 times within a minute/);
});
