// Which question asks what is newest of a package: node --test e2e/newest.test.mjs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newestOf } from "../web/static/question.js";

test("the version goes, and what names registry, suite and architecture stays", () => {
  for (const [reference, want] of [
    ["pkg:npm/%40scope/tiny@1.0.0?checksum=sha512:00#lib", "pkg:npm/%40scope/tiny"],
    ["pkg:npm/@scope/tiny", "pkg:npm/@scope/tiny"],
    ["pkg:golang/github.com/BurntSushi/toml@v1.0.0", "pkg:golang/github.com/BurntSushi/toml"],
    ["pkg:pypi/tiny@1.0.0?file_name=tiny-1.0.0.tar.gz", "pkg:pypi/tiny"],
    ["pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=bookworm", "pkg:deb/debian/curl?arch=amd64&distro=bookworm"],
    ["pkg:rpm/fedora/curl@8.9.1-2.fc41?arch=x86_64&epoch=1", "pkg:rpm/fedora/curl?arch=x86_64"],
    ["pkg:maven/org.example/tiny@1.0?classifier=sources&type=jar", "pkg:maven/org.example/tiny?classifier=sources&type=jar"],
  ]) assert.equal(newestOf(reference), want);
});

test("of an image it asks what its tag means, at its own registry; a digest alone has nothing newer", () => {
  const pinned = `pkg:oci/thing@sha256:${"0a".repeat(32)}?repository_url=ghcr.io%2Fexample%2Fthing`;
  assert.equal(newestOf(`${pinned}&tag=v1`), "pkg:oci/thing?repository_url=ghcr.io%2Fexample%2Fthing&tag=v1");
  assert.equal(newestOf(pinned), "");
});
