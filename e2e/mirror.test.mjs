// The command line audits repositories that the real tools made, over a server on
// this machine: whole, and tampered with at each link: node --test e2e/mirror.test.mjs.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { commandLine, mirrors, unmade } from "./mirror.mjs";

let dir, script, server, pages;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "touchstone-mirror-"));
  script = await commandLine(dir);
  server = createServer((request, response) => {
    const body = pages[request.url.slice(1)];
    response.writeHead(body ? 200 : 404).end(body);
  });
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
});
after(async () => {
  server.close();
  await rm(dir, { recursive: true, force: true });
});

/** Audits as a person does; what is asked of any host goes to the server here. */
async function audit({ reference, anchors }) {
  const world = join(dir, "world.mjs");
  await writeFile(world, `globalThis.touchstoneTestAnchors = ${JSON.stringify(anchors)};
import { ask } from ${JSON.stringify(String(new URL("../wasm/node/ask.mjs", import.meta.url)))};
globalThis.touchstoneAsk = (question, done) => ask(question.replace("\\n", "\\nhttp://127.0.0.1:${server.address().port}/"), done);\n`);
  return new Promise((resolve) => {
    execFile(process.execPath, [`--import=${pathToFileURL(world)}`, script, reference, "--json", "--require", "integrity=2"], { env: { ...process.env, XDG_STATE_HOME: join(dir, "state") } }, (error, out, err) => {
      resolve({ code: error?.code ?? 0, report: out && JSON.parse(out), err });
    });
  });
}

for (const [kind, make] of Object.entries(mirrors)) {
  test(`${kind}: whole it is level 2, and tampered with at any link it is not`, { skip: unmade(kind) }, async () => {
    const mirror = await make(join(dir, kind));
    pages = mirror.pages;
    const { code, report, err } = await audit(mirror);
    assert.equal(code, 0, err);
    assert.deepEqual([report.verdict.integrity.level, report.verdict.alarms ?? []], [2, []]);
    for (const [what, { pages: other, says }] of Object.entries(mirror.tampered).slice(0, 3)) { // one at each link; the page is asked of the others too
      pages = { ...mirror.pages, ...other };
      const failed = await audit(mirror);
      assert.equal(failed.code, 1, `${what}: ${failed.err}`);
      assert.equal(failed.report.verdict.failed, true, what);
      assert.ok(failed.report.findings.some(({ outcome, reason }) => outcome === "fail" && reason.includes(says)), what);
    }
  });
}
