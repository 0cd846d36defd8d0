// The texts that put a badge into a README, without a browser: node --test
// e2e/snippets.test.mjs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fragment } from "../web/static/question.js";
import { picture, plain, snippets } from "../web/static/snippets.js";

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

test("digests and qualifiers are the asker's, and not in a README", () => {
  assert.equal(plain("pkg:npm/tiny@1.0.0?checksum=sha256:00#x", true), "pkg:npm/tiny@1.0.0");
  assert.equal(picture(plain("pkg:npm/tiny@1.0.0?checksum=sha256:00", true)), "/badge/npm/tiny@1.0.0.svg");
});

test("no name breaks out of its form", () => {
  for (const hostile of ['pkg:npm/a"onerror="x', "pkg:npm/a](https://evil.example)", "pkg:npm/a%5D(x)", "pkg:npm/a%22%5D", "pkg:npm/a<b>", "pkg:npm/<https://evil.example>`", "pkg:npm/a%3Cscript%3E@1", "pkg:npm/a\n:target: evil", "pkg:npm/a%0A:target:%20evil", 'pkg:npm/a",link="https://evil.example']) {
    const { Markdown, HTML, reStructuredText, AsciiDoc } = texts(hostile);
    assert.doesNotMatch(Markdown, /(?<!\\)[<>`]/, "no tag, no address and no code in the text");
    assert.match(Markdown, /^\[!\[(?:[^\\[\]]|\\.)*\]\(https:\/\/touchstone\.example\/badge\/[^\s()<>"]*\)\]\(https:\/\/touchstone\.example\/#[^\s()<>"]*\)$/, hostile);
    assert.match(HTML, /^<a href="[^"<>]*"><img src="[^"<>]*" alt="[^"<>]*"><\/a>$/, hostile);
    assert.match(reStructuredText, /^\.\. image:: \S+\n   :alt: [^\n]+\n   :target: \S+$/, hostile);
    assert.match(AsciiDoc, /^image:[^\s["\]]+\["[^"\]]*",link="[^"\]\s]*"\]$/, hostile);
  }
});
