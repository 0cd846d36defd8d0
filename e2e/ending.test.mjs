// What the command line writes: nothing from outside steers a terminal, begins a
// line of its own, or orders anything of a build service: node --test e2e/ending.test.mjs.
import assert from "node:assert/strict";
import test from "node:test";
import { json, one, plain, unordered } from "../wasm/node/ending.mjs";

test("nothing steers a terminal", () => {
  assert.equal(plain("a\x1b[2K\u202eb\tc\nd"), "a\\u{1b}[2K\\u{202e}b\tc\nd");
  assert.equal(one("a\r\nb\tc"), "a\\u{d}\\u{a}b\\u{9}c");
  assert.equal(plain("a\u3164\u2028\ufe0f\u{e0001}é"), "a\\u{3164}\\u{2028}\\u{fe0f}\\u{e0001}é");
});

test("nothing in JSON steers a terminal, and it says the same", () => {
  const said = { "a\u009b2K": ["\u202e\u2028", "\u{e0001}\n\u001b", "é\u{1f600}"] };
  assert.deepEqual(JSON.parse(json(said)), said);
  assert.equal(json(said, 0), '{"a\\u009b2K":["\\u202e\\u2028","\\udb40\\udc01\\n\\u001b","é\u{1f600}"]}');
  assert.equal(json({ a: 1 }), '{\n  "a": 1\n}');
});

test("nothing orders anything of a build service", () => {
  for (const [text, written] of [
    ["::set-output name=x::y", "\\u003a:set-output name=x::y"],
    ["a\n  ::add-mask::FAILED\n", "a\n  \\u003a:add-mask::FAILED\n"],
    ["why: ##[add-mask]e", "why: ##\\u005badd-mask]e"],
    ["why: ##vso[task.setvariable variable=PATH]/tmp", "why: ##vso\\u005btask.setvariable variable=PATH]/tmp"],
    ["##teamcity[buildStatus status='SUCCESS']", "##teamcity\\u005bbuildStatus status='SUCCESS']"],
    ["std::io, a::b and ## [x] are text", "std::io, a::b and ## [x] are text"],
    ["\u00a0\u3000::error::x", "\u00a0\u3000\\u003a:error::x"],
    ["\n".repeat(200_000), "\n".repeat(200_000)],
    ["", ""],
  ]) assert.equal(unordered(text), written);
  const said = { reason: "##vso[task.complete] ::error::" };
  assert.deepEqual(JSON.parse(unordered(JSON.stringify(said, null, 2))), said, "JSON says the same");
});
