import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { accessible, expect, fits, looks, test } from "./fixture.mjs";

const pages = ["/", "/how/", "/privacy/", "/about/"];

for (const [name, look] of Object.entries({ ...looks, "reduced motion": { reducedMotion: "reduce" } })) {
  test.describe(name, () => {
    test.use(look);
    for (const path of pages) {
      test(`${path} fits and has nothing that axe finds`, async ({ page, origin }) => {
        await page.goto(origin + path);
        await fits(page);
        await accessible(page);
      });
    }
  });
}

test("right to left, nothing runs out of the page", async ({ page, origin }) => {
  for (const path of pages) {
    await page.goto(origin + path);
    await page.evaluate(() => { document.documentElement.dir = "rtl"; });
    await fits(page);
  }
});

test.describe("without script", () => {
  test.use({ javaScriptEnabled: false });
  test("the first page reads well, and says what needs it", async ({ page, origin }) => {
    await page.goto(origin);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Is this the package they published?");
    // Playwright stops scripts after Chromium decided not to read this element.
    expect(await (await page.request.get(origin)).text()).toMatch(/<noscript>.*Checking packages needs JavaScript/);
    await expect(page.getByRole("heading", { name: "Integrity" })).toBeVisible();
  });
});

test("the slash key brings the box, and typing loads the auditor", async ({ page, origin }) => {
  await page.goto(origin);
  const wasm = page.waitForRequest(/touchstone\.[0-9a-f]+\.wasm$/);
  await page.keyboard.press("/");
  await expect(page.getByRole("textbox")).toBeFocused();
  await page.keyboard.type("x/y");
  await expect(page.getByRole("textbox")).toHaveValue("x/y");
  await wasm;
});

test("the first link leads over the header without asking for a package", async ({ page, origin }) => {
  await page.goto(origin);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#main")).toBeFocused();
  await expect(page).toHaveURL(`${origin}/`);
});

test("an empty box is no question", async ({ page, origin }) => {
  await page.goto(origin);
  await page.getByRole("button", { name: "Check it" }).click();
  await expect(page.getByRole("textbox")).toBeFocused();
  await expect(page.locator("#working")).toBeHidden();
});

test("every example is one click away", async ({ page, origin }) => {
  await page.goto(origin);
  for (const link of await page.locator("[data-example]").all()) {
    const text = await link.locator("code").textContent();
    expect(decodeURIComponent((await link.getAttribute("href")).slice(1))).toBe(text);
  }
});

test("at most 60 KB of text and 60 KB of typefaces come before the WebAssembly", () => {
  const site = fileURLToPath(new URL("../../build/site/", import.meta.url));
  let weight = readFileSync(`${site}index.html`).length;
  let faces = 0;
  for (const name of readdirSync(`${site}assets`)) {
    if (name.endsWith(".woff2")) faces += readFileSync(`${site}assets/${name}`).length;
    if (name.endsWith(".br") && !name.endsWith(".wasm.br")) weight += readFileSync(`${site}assets/${name}`).length;
  }
  expect(weight).toBeGreaterThan(5_000);
  expect(weight).toBeLessThanOrEqual(60_000);
  expect(faces).toBeGreaterThan(10_000);
  expect(faces).toBeLessThanOrEqual(60_000);
});
