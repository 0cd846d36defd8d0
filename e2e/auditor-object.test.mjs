// The edge's own audit in real workerd: node --test e2e/auditor-object.test.mjs.
// What the packages are worth is decided by the same Go packages as everywhere;
// here is what a Durable Object makes of them.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { load } from "../wasm/node/load.mjs";
import { ensureEdge } from "../web/edge/build.mjs";
import { workerd } from "./workerd.mjs";
import { goModules, goWorld, mintedCrate, mintedWorld, npmWorld, recorded } from "./world.mjs";

const worlds = [
  mintedWorld("tiny", "1.0.0", { "package/index.js": "1" }),
  mintedWorld("wrong", "1.0.0", {}, (record) => ({ ...record, dist: { ...record.dist, integrity: `sha512-${Buffer.alloc(64).toString("base64")}` } })),
  mintedCrate("thing", "1.0.0", { "src/lib.rs": "" }),
  ...(recorded ? [goWorld(), npmWorld("1.0.0", "valid/sigstore-1.0.0.json")] : []),
];
/** What the hosts answer: as the worlds do, in order; what none has is 404. */
const answer = (url) => worlds.map((world) => world(url)).find((one) => one) ?? { status: 404, body: "not found" };
const upstream = (request, response) => {
  const { status, body } = answer(`https://${request.headers.host}${request.url}`);
  response.writeHead(status).end(body);
};

before(ensureEdge);

describe("one object", () => {
  let edge;
  let object;
  const ask = async (what, reference) => object.fetch(`https://auditor/${what}?reference=${encodeURIComponent(reference)}`);
  const verdict = async (reference) => (await ask("verdict", reference)).json();
  before(async () => {
    edge = await workerd({ upstream });
    object = await edge.auditor("auditor-0");
  });
  after(() => edge.stop());

  test("audits, and keeps what it found", async () => {
    const first = await verdict("pkg:npm/tiny@1.0.0");
    assert.equal(first.state, "settled");
    assert.equal(`${first.track} ${first.level} of ${first.of}: ${first.levelName}`, "Integrity 1 of 3: checksummed");
    assert.equal(first.alarms, true, "the registry would have signed it");
    assert.equal(Date.parse(first.until) - Date.parse(first.at), 5 * 60 * 1000);
    assert.match(first.build, /^[0-9a-f]{16}$/);
    const sent = edge.asked.length;
    assert.ok(sent > 0);
    assert.deepEqual(await verdict("pkg:npm/tiny@1.0.0"), first);
    const report = await (await ask("report", "pkg:npm/tiny@1.0.0")).json();
    assert.equal(report.reference, "pkg:npm/tiny@1.0.0");
    assert.equal(report.route, "direct");
    assert.equal(edge.asked.length, sent);
  });

  test("asks the hosts itself, so that a Go module is settled", { skip: recorded ? false : "nobody but Go's own log signs for a module, and this program takes no other's key: the real cases are not there" }, async () => {
    const found = await verdict("pkg:golang/github.com/pkg/errors@v0.9.1");
    assert.deepEqual([found.state, found.level, found.alarms], ["settled", 2, false]);
    assert.equal(Date.parse(found.until) - Date.parse(found.at), 30 * 24 * 3600 * 1000);
  });

  const subjects = ["pkg:npm/tiny@1.0.0", "pkg:npm/wrong@1.0.0", "pkg:cargo/thing@1.0.0", ...(recorded ? ["pkg:npm/sigstore@1.0.0", ...goModules()] : [])];
  for (const subject of subjects) {
    test(`makes the report that the page's program makes: ${subject}`, async () => {
      const fresh = await edge.auditor(`for ${subject}`); // one that has seen no log yet
      const report = await (await fresh.fetch(`https://auditor/report?reference=${encodeURIComponent(subject)}`)).text();
      const fetched = globalThis.fetch;
      globalThis.fetch = async (url) => {
        const { status, body } = answer(String(url));
        return new Response(body, { status });
      };
      try {
        const touchstone = await load();
        const { json } = await touchstone.audit(JSON.stringify({ reference: subject, time: JSON.parse(report).time }), undefined, undefined, undefined, undefined);
        assert.equal(report, json, "byte for byte");
      } finally {
        globalThis.fetch = fetched;
      }
    });
  }

  test("refreshes its anchors by the clock, and says which they are", async () => {
    assert.equal((await edge.trigger()).outcome, "ok");
    assert.ok(edge.asked.some((line) => /^GET tuf-repo-cdn\.sigstore\.dev\/\d+\.root\.json$/.test(line)));
  });

  test("says what is not there, and what is no question", async () => {
    assert.equal((await verdict("pkg:npm/none@1.0.0")).state, "not there");
    assert.equal((await ask("report", "pkg:npm/none@1.0.0")).status, 404);
    assert.equal((await ask("verdict", "left pad")).status, 400);
    assert.equal((await ask("nothing", "pkg:npm/tiny@1.0.0")).status, 404);
  });
});
