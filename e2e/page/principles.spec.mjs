import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { accessible, expect, fits, looks, test } from "./fixture.mjs";

const pages = ["/principles/", "/principles/containment/", "/registries/", "/registries/npm/", "/examples/", "/examples/failed/"];

// axe takes up to ten seconds a page; of these looks it sees what it can on the
// pages of the other specs, which share the styles.
const likeTheOthers = ["200% zoom", "forced colours"];

for (const [name, look] of Object.entries(looks)) {
  test.describe(name, () => {
    test.use(look);
    for (const path of pages) {
      const looked = likeTheOthers.includes(name) ? "" : ", and has nothing that axe finds";
      test(`${path} fits, either way round${looked}`, async ({ page, origin }) => {
        await page.goto(origin + path);
        await fits(page);
        if (looked) await accessible(page);
        await page.evaluate(() => { document.documentElement.dir = "rtl"; });
        await fits(page);
      });
    }
  });
}

test("on paper the document is whole, and says where its links lead", async ({ page, origin }) => {
  await page.goto(`${origin}/principles/`);
  await page.emulateMedia({ media: "print" });
  const evidence = page.locator("#integrity-published details .facts");
  await expect(evidence).toBeVisible();
  await expect(page.locator("nav.contents")).toBeHidden();
  expect(await evidence.locator(".source a").first().evaluate((a) => getComputedStyle(a, "::after").content)).toContain("https://");
});

test.describe("without script", () => {
  test.use({ javaScriptEnabled: false });
  test("everything is there, and the filter is not", async ({ page, origin }) => {
    await page.goto(`${origin}/registries/`);
    await expect(page.locator("#filter")).toBeHidden();
    await expect(page.getByRole("link", { name: "Maven Central" }).first()).toBeVisible();
    await page.goto(`${origin}/principles/`);
    await page.getByText("Evidence, how to check").first().click();
    await expect(page.locator("details[open] .facts")).toBeVisible();
  });
});

test("a line that is cited comes into view", async ({ page, origin }) => {
  await page.goto(`${origin}/principles/#contain-clean-room`);
  await expect(page.locator("#contain-clean-room")).toBeInViewport();
  await page.goto(`${origin}/registries/npm/#integrity-bytes-signed`);
  await expect(page.locator("#integrity-bytes-signed")).toBeInViewport();
});

test("the tables narrow down by keyboard, and say how far", async ({ page, origin }) => {
  await page.goto(`${origin}/registries/`);
  const rows = page.locator("#table-integrity tbody tr:visible");
  const all = await rows.count();
  expect(all).toBeGreaterThan(15);
  await page.getByRole("searchbox", { name: "Repository" }).focus();
  await page.keyboard.type("gems");
  await expect(rows).toHaveCount(1);
  await expect(page.locator("#filter-count")).toHaveText(/^\d+ answers of 1 repository$/);
  await page.keyboard.press("Tab");
  await page.keyboard.type("Integrity");
  await expect(page.locator(".lines:visible")).toHaveCount(1);
  await expect(page.locator("#filter-count")).toHaveText("9 answers of 1 repository");
  await page.getByLabel("Answer", { exact: true }).selectOption("partly");
  await expect(page.locator(".standings tbody tr:visible")).toHaveCount(1);
  await accessible(page);
  await page.getByLabel("Answer", { exact: true }).selectOption("not-applicable");
  await expect(page.locator(".standings tbody tr:visible")).toHaveCount(0);
  await expect(rows).toHaveCount(0);
  await expect(page.locator("#filter-count")).toHaveText("0 answers of 0 repositories");
  await accessible(page);
  await page.getByRole("button", { name: "Show all" }).press("Enter");
  await expect(rows).toHaveCount(all);
  await expect(page.locator("#filter-count")).toHaveText("");
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 } });
  test("the answer filter narrows the cards, and a track's place is there", async ({ page, origin }) => {
    await page.goto(`${origin}/registries/#table-containment`);
    await expect(page.locator("#table-containment")).toBeInViewport();
    const cards = page.locator(".standings tbody tr:visible");
    const all = await cards.count();
    await page.getByLabel("Track", { exact: true }).selectOption("integrity");
    await page.getByLabel("Answer", { exact: true }).selectOption("not-met");
    expect(await cards.count()).toBeLessThan(all);
    await expect(page.locator("#filter-count")).toContainText(`${await cards.count()} repositories`);
    await fits(page);
  });
});

test("every page of the site is served, with its guards", async ({ request, origin }) => {
  const site = fileURLToPath(new URL("../../build/site/", import.meta.url));
  const all = readdirSync(site, { recursive: true }).filter((name) => name.endsWith("index.html")).map((name) => `/${name.slice(0, -"index.html".length)}`);
  expect(all.length).toBeGreaterThan(25);
  for (const path of [...all, "/principles.json", "/principles.schema.json"]) {
    const answer = await request.get(origin + path);
    expect(answer.status(), path).toBe(200);
    expect(answer.headers()["content-security-policy"], path).toContain("require-trusted-types-for 'script'");
  }
  expect((await (await request.get(`${origin}/principles.json`)).json()).version).toBe("0.2");
});
