// The answer of a whole version, without a browser: node --test
// e2e/allfiles.test.mjs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { answers, fileOf, inWords, lineOf, weakest } from "../wasm/shared/allfiles.js";

const tracks = [{ id: "integrity", name: "Integrity" }, { id: "accountability", name: "Accountability" }];

/** A file's answer: integrity and accountability as [level, at most]. */
function file([i, iMost = i], [a, aMost = a] = [0], more = {}) {
  return { reference: "pkg:pypi/a@1", report: { tracks, verdict: { failed: false, alarms: [], integrity: { level: i, atMost: iMost, of: 3 }, accountability: { level: a, atMost: aMost, of: 2 }, ...more } } };
}
const failed = () => file([0], [0], { failed: true });
const unasked = () => ({ reference: "pkg:pypi/a@1", error: new Error("no such file") });

test("a version is as good as its weakest file, and never better", () => {
  for (const [name, all, want] of [
    ["one", [file([3], [2])], "Integrity 3 of 3; Accountability 2 of 2"],
    ["the lower level", [file([3], [2]), file([1])], "Integrity 1 of 3; Accountability 0 of 2"],
    ["each track by its own weakest", [file([3], [0]), file([1], [2])], "Integrity 1 of 3; Accountability 0 of 2"],
    ["open keeps its at most", [file([3], [2]), file([1, 3], [0, 1])], "Integrity 1 of 3, at most 3; Accountability 0 of 2, at most 1"],
    ["open cannot rise above another that is settled", [file([1, 3]), file([1])], "Integrity 1 of 3; Accountability 0 of 2"],
    ["open at 0 is below 1", [file([0, 3]), file([1, 1])], "Integrity 0 of 3, at most 1; Accountability 0 of 2"],
    ["failed outweighs all", [file([3], [2]), failed(), file([0, 3]), unasked()], "FAILED, with 1 of 4 files"],
    ["failed alone", [failed()], "FAILED"],
    ["not asked is not known", [file([3], [2]), unasked()], "Integrity 0 of 3, at most 3; Accountability 0 of 2, at most 2. 1 file could not be asked"],
    ["nothing asked", [unasked(), unasked()], "not known, as no file could be asked"],
    ["an alarm of any", [file([3], [2]), file([3], [2], { alarms: ["odd"] })], "Integrity 3 of 3; Accountability 2 of 2. 1 file with an alarm"],
    ["an alarm of one", [file([2], [1], { alarms: ["odd", "odder"] })], "Integrity 2 of 3; Accountability 1 of 2; with an alarm"],
  ]) {
    assert.equal(inWords(weakest(all)), want, name);
    assert.equal(inWords(weakest([...all].reverse())), want, `${name}, in the other order`);
  }
});

test("no further answer raises anything", () => {
  const each = [failed(), unasked(), ...[0, 1, 2, 3].flatMap((level) => [0, 1, 2, 3].filter((most) => most >= level).map((most) => file([level, most])))];
  for (const a of each) for (const b of each) for (const c of each) {
    const [two, three] = [weakest([a, b]), weakest([a, b, c])];
    assert.ok(three.failed >= two.failed && three.unasked >= two.unasked);
    for (const what of two.integrity && three.integrity ? ["level", "atMost"] : []) assert.ok(three.integrity[what] <= two.integrity[what]);
    if (three.integrity) assert.ok(three.integrity.level <= three.integrity.atMost);
  }
});

test("what one file's line says", () => {
  assert.equal(lineOf(unasked()), "could not be asked: no such file");
  assert.equal(lineOf(failed()), "FAILED");
  assert.equal(fileOf("pkg:pypi/a@1?checksum=sha256:00&file_name=a-1%2Blocal-py3.whl#x"), "a-1+local-py3.whl");
  assert.equal(fileOf("pkg:pypi/a@1"), "pkg:pypi/a@1");
});

/** The report of one file that lists others. */
const shown = (others, name = "") => ({ reference: "pkg:pypi/a@1?file_name=shown", artifact: { name }, topics: [{ id: "contact-none" }, { id: "other-files", items: others }], tracks });

async function drain(report, audit, abort = new AbortController()) {
  const out = [];
  for await (const { reference, error } of answers(report, (one) => audit(one, abort), abort.signal)) out.push([reference, error?.message]);
  return out;
}

test("each file is asked once, one after the other; one that breaks stops none", async () => {
  let running = 0;
  const audit = async (reference) => {
    assert.equal(++running, 1);
    await null;
    running--;
    if (reference === "b") throw new Error("broken");
    return shown([]);
  };
  assert.deepEqual(await drain(shown(["a", "b", "c"]), audit), [["pkg:pypi/a@1?file_name=shown", undefined], ["a", undefined], ["b", "broken"], ["c", undefined]]);
  assert.deepEqual((await drain(shown(["a"], "my.whl"), audit)).map(([reference]) => reference), ["pkg:pypi/a@1?file_name=shown", "a"]);
});

test("a file that somebody brought says nothing about the version", async () => {
  const asked = [];
  await drain(shown(["a"], "my.whl"), async (reference) => asked.push(reference));
  assert.deepEqual(asked, ["pkg:pypi/a@1?file_name=shown", "a"]);
});

test("cancelled, it asks no more and what was under way counts for nothing", async () => {
  const asked = [];
  const got = await drain(shown(["a", "b", "c"]), async (reference, abort) => {
    asked.push(reference);
    if (reference === "b") abort.abort();
  });
  assert.deepEqual(asked, ["a", "b"]);
  assert.deepEqual(got.map(([reference]) => reference), ["pkg:pypi/a@1?file_name=shown", "a"]);
});
