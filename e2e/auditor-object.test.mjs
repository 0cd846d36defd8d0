// The edge's own audit in real workerd: node --test e2e/auditor-object.test.mjs.
// What the packages are worth is decided by the same Go packages as everywhere;
// here is what a Durable Object makes of them.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ensureEdge } from "../web/edge/build.mjs";
import { workerd } from "./workerd.mjs";
import { goWorld, mintedWorld, recorded } from "./world.mjs";

/** Answers as the worlds do, in order; what none has is 404. */
export const upstream = (...worlds) => (request, response) => {
  const answer = worlds.map((world) => world(`https://${request.headers.host}${request.url}`)).find((one) => one);
  response.writeHead(answer?.status ?? 404).end(answer?.body ?? "not found");
};

before(ensureEdge);

describe("one object", () => {
  let edge;
  let object;
  const ask = async (what, reference) => object.fetch(`https://auditor/${what}?reference=${encodeURIComponent(reference)}`);
  const verdict = async (reference) => (await ask("verdict", reference)).json();
  before(async () => {
    edge = await workerd({ upstream: upstream(mintedWorld("tiny", "1.0.0", { "package/index.js": "1" }), goWorld()) });
    object = await edge.auditor("auditor-0");
  });
  after(() => edge.stop());

  test("audits, and keeps what it found", async () => {
    const first = await verdict("pkg:npm/tiny@1.0.0");
    assert.equal(first.state, "settled");
    assert.equal(`${first.track} ${first.level} of ${first.of}: ${first.levelName}`, "Integrity 1 of 3: checksummed");
    assert.equal(Date.parse(first.until) - Date.parse(first.at), 30 * 24 * 3600 * 1000);
    assert.match(first.build, /^[0-9a-f]{16}$/);
    const sent = edge.asked.length;
    assert.ok(sent > 0);
    assert.deepEqual(await verdict("pkg:npm/tiny@1.0.0"), first);
    const report = await (await ask("report", "pkg:npm/tiny@1.0.0")).json();
    assert.equal(report.reference, "pkg:npm/tiny@1.0.0");
    assert.equal(report.route, "direct");
    assert.equal(edge.asked.length, sent);
  });

  test("asks the hosts itself, so that a Go module is settled", { skip: recorded ? false : "the real cases are not there" }, async () => {
    const found = await verdict("pkg:golang/github.com/pkg/errors@v0.9.1");
    assert.deepEqual([found.state, found.level], ["settled", 2]);
  });

  test("says what is not there, and what is no question", async () => {
    assert.equal((await verdict("pkg:npm/none@1.0.0")).state, "not there");
    assert.equal((await ask("report", "pkg:npm/none@1.0.0")).status, 404);
    assert.equal((await ask("verdict", "left pad")).status, 400);
    assert.equal((await ask("nothing", "pkg:npm/tiny@1.0.0")).status, 404);
  });
});
