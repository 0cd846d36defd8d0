// What npm start serves with survives the end of workerd: node --test
// e2e/serve.test.mjs.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { serve } from "../web/edge/serve.mjs";

let site;
before(async () => {
  site = await mkdtemp(join(tmpdir(), "site-"));
  await writeFile(join(site, "index.html"), "<p>here");
});
after(() => rm(site, { recursive: true }));

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
