// The page that gives the text for a README.
import { expect, test, accessible } from "./fixture.mjs";

const drawn = '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="20"><rect width="120" height="20"/></svg>';

test.beforeEach(async ({ context }) => {
  await context.route(/\/badge\/.+\.svg$/, (route) => route.fulfill({ contentType: "image/svg+xml", body: drawn }));
  await context.route(/\/api\/anchors$/, (route) => route.fulfill({ json: { digest: "0", at: "2026-11-20T01:02:03Z", versions: { root: 15, timestamp: 800 } } }));
});

test("out of a report it knows the package, and gives four texts to copy", async ({ page, origin, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`${origin}/badge/#pkg:npm/tiny@1.0.0`);
  await expect(page.getByRole("heading", { name: "The badge", exact: true })).toBeFocused();
  await expect(page.locator("#badge-picture")).toHaveAttribute("src", "/badge/npm/tiny@1.0.0.svg");
  await expect.poll(() => page.locator("#badge-picture").evaluate((image) => image.naturalWidth)).toBe(120);
  for (const name of ["Markdown", "HTML", "reStructuredText", "AsciiDoc"]) await expect(page.getByRole("heading", { name })).toBeVisible();
  await page.getByRole("button", { name: "Copy the Markdown" }).click();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text).toBe(`[![Integrity of the npm package tiny 1.0.0, as checked by Touchstone](${origin}/badge/npm/tiny@1.0.0.svg)](${origin}/#pkg:npm/tiny@1.0.0)`);
  // Each sign stands in the line of its words.
  for (const label of await page.locator("#badge-which label").all()) {
    const [sign, words] = await Promise.all(["input", "span"].map((what) => label.locator(what).boundingBox()));
    expect(Math.abs(sign.y + sign.height / 2 - words.y - words.height / 2)).toBeLessThan(3);
    expect(words.x).toBeGreaterThan(sign.x + sign.width);
  }
  await page.getByLabel("Of the newest").check();
  await expect(page.locator("#badge-picture")).toHaveAttribute("src", "/badge/npm/tiny.svg");
  await expect(page.locator("#badge-texts")).not.toContainText("1.0.0");
  await expect(page.locator("#badge-anchors")).toContainText("of 2026-11-20: root 15, timestamp 800.");
  await accessible(page);
});

test("what somebody pastes is read as the box of the first page reads it", async ({ page, origin }) => {
  await page.goto(`${origin}/badge/`);
  await page.getByLabel("A package URL").fill("npm i tiny@1.0.0");
  await page.getByRole("button", { name: "Show its badge" }).click();
  await expect(page.locator("#badge-picture")).toHaveAttribute("src", "/badge/npm/tiny@1.0.0.svg");
  await page.getByLabel("A package URL").fill("nothing of the kind");
  await page.getByRole("button", { name: "Show its badge" }).click();
  await expect(page.locator("#badge-says")).not.toBeEmpty();
  await expect(page.locator("#badge-made")).toBeHidden();
});

test("an image keeps its registry, and has its digest or its tag", async ({ page, origin }) => {
  const digest = `sha256:${"0a".repeat(32)}`;
  await page.goto(`${origin}/badge/#${encodeURIComponent(`pkg:oci/thing@${digest}?repository_url=ghcr.io/example/thing&tag=v1`)}`);
  await expect(page.locator("#badge-picture")).toHaveAttribute("src", `/badge/oci/ghcr.io/example/thing@${digest}.svg`);
  await expect(page.locator("#badge-texts")).toContainText(`Integrity of the container image ghcr.io/example/thing@${digest}`);
  await page.getByLabel("Of the tag v1").check();
  await expect(page.locator("#badge-picture")).toHaveAttribute("src", "/badge/oci/ghcr.io/example/thing:v1.svg");
});

test("anchors that no walk has brought yet have no version", async ({ page, origin, context }) => {
  await context.route(/\/api\/anchors$/, (route) => route.fulfill({ json: { digest: "0", at: "", versions: { root: 0, timestamp: 0 } } }));
  await page.goto(`${origin}/badge/`);
  await expect(page.locator("#badge-anchors")).toHaveText("The server’s trust anchors are those built into its program.");
});
