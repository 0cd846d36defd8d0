// The texts that put a badge into a README, without a browser: node --test
// e2e/snippets.test.mjs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fragment } from "../web/static/question.js";
import { picture, plain, snippets, tagOf } from "../web/static/snippets.js";

const site = "https://touchstone.example";
const texts = (reference) => Object.fromEntries(snippets(reference, site, fragment(reference)).map(({ name, text }) => [name, text]));

test("each form shows the picture, says what it is of, and leads to the check", () => {
  const alt = "Integrity of the npm package @scope/tiny 1.0.0, as checked by Touchstone";
  const image = `${site}/badge/npm/%40scope/tiny@1.0.0.svg`;
  const link = `${site}/#pkg:npm/%2540scope/tiny@1.0.0`;
  assert.deepEqual(texts("pkg:npm/%40scope/tiny@1.0.0"), {
    Markdown: `[![${alt}](${image})](${link})`,
    HTML: `<a href="${link}"><img src="${image}" alt="${alt}"></a>`,
    reStructuredText: `.. image:: ${image}\n   :alt: ${alt}\n   :target: ${link}`,
    AsciiDoc: `image:${image}["${alt}",link="${link}"]`,
  });
});

test("the newest has no version, and says nothing of one", () => {
  for (const reference of ["pkg:golang/github.com/pkg/errors@v0.9.1", "pkg:golang/github.com/pkg/errors"]) assert.equal(plain(reference, false), "pkg:golang/github.com/pkg/errors");
  assert.equal(plain("pkg:npm/%40scope/tiny", true), "pkg:npm/%40scope/tiny");
  assert.equal(plain("pkg:npm/@scope/tiny", false), "pkg:npm/@scope/tiny");
  assert.match(texts("pkg:golang/github.com/pkg/errors").Markdown, /^\[!\[Integrity of the golang package github\.com\/pkg\/errors, as checked by Touchstone\]/);
});

test("what chooses one of a version's packages is kept, and said", () => {
  const reference = "pkg:deb/debian/hello@2.10-3?arch=arm64&checksum=sha256:00&distro=bookworm";
  assert.equal(plain(reference, true), "pkg:deb/debian/hello@2.10-3?arch=arm64&distro=bookworm");
  assert.equal(plain(reference, false), "pkg:deb/debian/hello?arch=arm64&distro=bookworm");
  assert.equal(picture(plain(reference, true)), "/badge/deb/debian/hello@2.10-3%3Farch=arm64&distro=bookworm.svg");
  assert.match(texts(plain(reference, true)).Markdown, /^\[!\[Integrity of the deb package debian\/hello 2\.10-3 arch=arm64 distro=bookworm, as checked by Touchstone\]/);
  assert.match(texts(plain(reference, true)).Markdown, /#pkg:deb\/debian\/hello@2\.10-3\?arch=arm64&distro=bookworm\)$/);
});

test("digests are the asker's, and not in a README", () => {
  assert.equal(plain("pkg:npm/tiny@1.0.0?checksum=sha256:00#x", true), "pkg:npm/tiny@1.0.0");
  assert.equal(picture(plain("pkg:npm/tiny@1.0.0?checksum=sha256:00", true)), "/badge/npm/tiny@1.0.0.svg");
});

test("an image keeps its registry, and has its digest or its tag", () => {
  const digest = `sha256:${"0a".repeat(32)}`;
  const registry = "repository_url=ghcr.io%2Fexample%2Fthing";
  const both = `pkg:oci/thing@${digest}?arch=arm64&${registry}&tag=v1`;
  assert.equal(plain(both, true), `pkg:oci/thing@${digest}?${registry}`);
  assert.equal(plain(both, false), `pkg:oci/thing?${registry}&tag=v1`);
  assert.equal(picture(plain(both, true)), `/badge/oci/ghcr.io/example/thing@${digest}.svg`);
  assert.equal(picture(plain(both, false)), "/badge/oci/ghcr.io/example/thing:v1.svg");
  assert.equal(tagOf(both), "v1");
  const pinned = `pkg:oci/thing@sha256%3A${"0a".repeat(32)}?${registry}`;
  for (const exact of [true, false]) assert.equal(picture(plain(pinned, exact)), `/badge/oci/ghcr.io/example/thing@${digest}.svg`);
  assert.equal(picture(plain("pkg:oci/nginx", true)), "/badge/oci/docker.io/library/nginx.svg");
  const { Markdown } = texts(plain(both, true));
  assert.equal(Markdown, `[![Integrity of the container image ghcr.io/example/thing@${digest}, as checked by Touchstone](${site}/badge/oci/ghcr.io/example/thing@${digest}.svg)](${site}/#pkg:oci/thing@${digest}?repository_url=ghcr.io%252Fexample%252Fthing)`);
});

test("no name breaks out of its form", () => {
  for (const hostile of ['pkg:npm/a"onerror="x', "pkg:npm/a](https://evil.example)", "pkg:npm/a%5D(x)", "pkg:npm/a%22%5D", "pkg:npm/a<b>", 'pkg:deb/a/b@1?arch="](https://evil.example)<`', "pkg:deb/a/b@1?arch=%22%5D(y)%0A%3Atarget%3A%20evil", "pkg:npm/<https://evil.example>`", "pkg:npm/a%3Cscript%3E@1", "pkg:npm/a\n:target: evil", "pkg:npm/a%0A:target:%20evil", 'pkg:npm/a",link="https://evil.example', 'pkg:oci/a"b?repository_url=x.io/](https://evil.example)"><`&tag=%22%5D(y)'].flatMap((one) => [one, plain(one, true)])) {
    const { Markdown, HTML, reStructuredText, AsciiDoc } = texts(hostile);
    assert.doesNotMatch(Markdown, /(?<!\\)[<>`]/, "no tag, no address and no code in the text");
    assert.match(Markdown, /^\[!\[(?:[^\\[\]]|\\.)*\]\(https:\/\/touchstone\.example\/badge\/[^\s()<>"]*\)\]\(https:\/\/touchstone\.example\/#[^\s()<>"]*\)$/, hostile);
    assert.match(HTML, /^<a href="[^"<>]*"><img src="[^"<>]*" alt="[^"<>]*"><\/a>$/, hostile);
    assert.match(reStructuredText, /^\.\. image:: \S+\n   :alt: [^\n]+\n   :target: \S+$/, hostile);
    assert.match(AsciiDoc, /^image:[^\s["\]]+\["[^"\]]*",link="[^"\]\s]*"\]$/, hostile);
  }
});
