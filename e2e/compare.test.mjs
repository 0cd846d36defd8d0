// What differs between two reports, without a browser: node --test
// e2e/compare.test.mjs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { apart, filesApart, otherVersion } from "../web/static/compare.js";

test("another version of the same package, without the first one's digests", () => {
  for (const [reference, version, want] of [
    ["pkg:npm/lodash@4.17.21", "4.17.20", "pkg:npm/lodash@4.17.20"],
    ["pkg:npm/%40scope/name@1.0.0?checksum=sha256:00", "2.0.0", "pkg:npm/%40scope/name@2.0.0"],
    ["pkg:golang/github.com/x/y@v1.0.0?checksum=h1:aa#sub", "v2.0.0+incompatible", "pkg:golang/github.com/x/y@v2.0.0%2Bincompatible"],
    ["pkg:npm/lodash", "1?checksum=x", "pkg:npm/lodash@1%3Fchecksum%3Dx"],
  ]) assert.equal(otherVersion(reference, version), want);
});

test("files are compared below the folder that holds them all", () => {
  const files = (folder, all) => Object.entries(all).map(([path, sha256]) => ({ path: `${folder}/${path}`, sha256 }));
  assert.deepEqual(filesApart(files("m@v1", { "a.go": "1", "b/c.go": "2", "d.go": "3" }), files("m@v2", { "a.go": "1", "b/c.go": "9", "e.go": "4" })), { changed: ["b/c.go"], added: ["e.go"], removed: ["d.go"] });
  assert.deepEqual(filesApart([], files("m", { a: "1" })).added.length, 1);
});

test("what is said of one alone is not said of the other", () => {
  assert.deepEqual(apart([["Source", "x"], ["Build", "b"]], [["Source", "y"], ["Log", "l"], ["Build", "b"]], (all) => all), [["Source", "x", "y"], ["Log", "not said", "l"]]);
});
