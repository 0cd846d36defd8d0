import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { seeded } from "../seed.mjs";
import { accessible, expect, fits, looks, test } from "./fixture.mjs";

const pages = ["/principles/", "/principles/containment/", "/registries/", "/registries/npm/", "/assess/", "/examples/", "/examples/failed/"];

// axe takes up to ten seconds a page; of these looks it sees what it can on the
// pages of the other specs, which share the styles.
const likeTheOthers = ["200% zoom", "forced colours"];

// Of more than a thousand marks axe takes half a minute; it sees one track's in
// the test of the filter.
const onceOnly = ["/registries/", "/assess/"];

for (const [name, look] of Object.entries(looks)) {
  test.describe(name, () => {
    test.use(look);
    for (const path of pages) {
      const looked = likeTheOthers.includes(name) || onceOnly.includes(path) ? "" : ", and has nothing that axe finds";
      test(`${path} fits, either way round${looked}`, async ({ page, origin }) => {
        await page.goto(origin + path);
        await fits(page);
        if (looked) await accessible(page);
        await page.evaluate(() => { document.body.dir = "rtl"; });
        await fits(page);
      });
    }
  });
}

test("on paper the document is whole, and says where its links lead", async ({ page, origin }) => {
  await page.goto(`${origin}/principles/integrity/`);
  await page.emulateMedia({ media: "print" });
  const evidence = page.locator("#integrity-published .facts");
  await expect(evidence).toBeVisible();
  await expect(page.locator("nav.contents")).toBeHidden();
  await page.emulateMedia({ media: "screen" });
  await page.goto(`${origin}/registries/debian/`);
  await page.emulateMedia({ media: "print" });
  await page.goto(`${origin}/registries/changes/`);
  await expect(page.locator(".edition summary").first(), "whose answers changed").toBeVisible();
  await page.goto(`${origin}/registries/debian/`);
  const [full, whole] = await page.locator(".counted i.full").first().evaluate((mark) => { const s = getComputedStyle(mark); return [parseFloat(s.borderBlockStartWidth) + parseFloat(s.borderBlockEndWidth), parseFloat(s.blockSize)]; });
  expect(full, "a mark is full on paper too, where no background is printed").toBeGreaterThanOrEqual(whole - 1);
  await page.goto(`${origin}/principles/integrity/`);
  expect(await evidence.locator(".source a").first().evaluate((a) => getComputedStyle(a, "::after").content)).toContain("https://");
});

test.describe("without script", () => {
  test.use({ javaScriptEnabled: false });
  test("everything is there, and the filter is not", async ({ page, origin }) => {
    await page.goto(`${origin}/registries/`);
    await expect(page.locator("#filter")).toBeHidden();
    await expect(page.getByRole("link", { name: "Maven Central" }).first()).toBeVisible();
    await page.goto(`${origin}/principles/`);
    await page.getByRole("link", { name: "Installed files can be checked later" }).click();
    await expect(page.locator("#integrity-installed .facts")).toBeVisible();
  });
});

test("a line that is cited comes into view", async ({ page, origin }) => {
  await page.goto(`${origin}/principles/#contain-clean-room`);
  await expect(page.locator("#contain-clean-room")).toBeInViewport();
  await page.goto(`${origin}/registries/npm/#integrity-bytes-signed`);
  await expect(page.locator("#integrity-bytes-signed")).toBeInViewport();
});

test("all lines stand on one page that is soon read", async ({ page, origin }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto(`${origin}/principles/`);
  expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(9 * 720);
  expect(await page.locator(".overview-levels li").count()).toBeGreaterThan(70);
});

const site = fileURLToPath(new URL("../../build/site/", import.meta.url));
const pagesUnder = (folder) => readdirSync(join(site, folder), { recursive: true }).filter((name) => name.endsWith("index.html")).map((name) => `/${folder}/${name.slice(0, -"index.html".length)}`);

// Of the many pages of the document and of the repositories, each fits a phone;
// axe sees a few, others with each seed, and with TOUCHSTONE_ALL all.
test.describe("every page of the document and of the repositories", () => {
  const every = [...pagesUnder("principles"), ...pagesUnder("registries")];
  for (const [name, colorScheme] of [["light", "light"], ["dark", "dark"]]) {
    test.describe(name, () => {
      test.use({ viewport: { width: 360, height: 740 }, colorScheme });
      test("has nothing that axe finds on a phone", async ({ page, origin }) => {
        test.setTimeout(process.env.TOUCHSTONE_ALL ? 1_200_000 : 60_000);
        expect(every.length).toBeGreaterThan(25);
        const random = seeded(name);
        const some = process.env.TOUCHSTONE_ALL ? every : every.filter((path) => !onceOnly.includes(path)).map((path) => [random(), path]).sort(([a], [b]) => a - b).slice(0, 4).map(([, path]) => path);
        for (const path of name === "light" ? every : some) await test.step(path, async () => {
          await page.goto(origin + path);
          await fits(page);
          if (some.includes(path)) await accessible(page);
        });
      });
    });
  }
});

test("the tables narrow down by keyboard, and say how far", async ({ page, origin }) => {
  await page.goto(`${origin}/registries/`);
  const heads = page.locator("#table-integrity thead th[data-registry]:visible");
  const rows = page.locator("#table-integrity tr[data-line]:visible");
  const [repositories, all] = [await heads.count(), await rows.count()];
  expect(repositories).toBeGreaterThan(15);
  await page.getByRole("searchbox", { name: "Repository" }).focus();
  await page.keyboard.type("gems");
  await expect(heads).toHaveCount(1);
  await expect(page.locator("#filter-count")).toHaveText(/^\d+ answers of 1 repository$/);
  await page.keyboard.press("Tab");
  await page.keyboard.type("Integrity");
  await expect(page.locator(".lines:visible")).toHaveCount(1);
  await expect(page.locator("#filter-count")).toHaveText(`${all} answers of 1 repository`);
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
  await page.getByLabel("Applies to").selectOption("builds");
  await expect(page.locator("tr[data-line=contain-clean-room]")).toBeHidden();
  await expect(page.locator("tr[data-line=contain-unpack]")).toBeVisible();
});

test("what changed is narrowed to a day and a repository", async ({ page, origin }) => {
  await page.goto(`${origin}/registries/changes/`);
  await page.getByLabel("Repository").selectOption("hex");
  await expect(page.locator(".edition details:visible").first()).toContainText("Hex");
  await expect(page.locator("#since-count")).toHaveText(/^[1-9]\d* answers changed$/);
  await page.getByLabel("Changes since").fill("2099-01-01");
  await expect(page.locator("#since-count")).toHaveText("0 answers changed");
});

test("a repository assesses itself by keyboard, and the loader reads the file", async ({ page, origin }) => {
  await page.goto(`${origin}/assess/`);
  const type = async (label, text) => {
    await page.getByLabel(label, { exact: true }).first().focus();
    await page.keyboard.type(text);
  };
  await page.getByRole("button", { name: "Write the file" }).press("Enter");
  await expect(page.getByLabel("Name", { exact: true })).toBeFocused();
  await expect(page.locator("#a-said")).toContainText("Something is missing");
  await type("Name", "Quarry");
  await type("Id (a-z, 0-9 and hyphens)", "quarry");
  await type("What it serves", "Stones");
  await type("Address", "https://quarry.example/");
  await type("The client that installs from it", "chisel");
  await page.getByRole("button", { name: "Write the file" }).press("Enter");
  expect(JSON.parse(await page.locator("#a-out").inputValue()), "the schema has no empty list of what is lacking").not.toHaveProperty("lacks");
  const builds = page.getByRole("checkbox", { name: "Does the repository build what it serves?" });
  await builds.focus();
  await page.keyboard.press("Space");
  await expect(page.locator("[data-line=contain-clean-room]")).toBeHidden();
  await page.keyboard.press("Tab");
  await page.keyboard.type("Publishers build.");
  await page.keyboard.press("Tab");
  await page.keyboard.type("https://quarry.example/publishing");
  const line = page.locator("[data-line=cli-pin]");
  await line.getByLabel("Answer").focus();
  await page.keyboard.type("Met");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Pinned | by digest.");
  await page.keyboard.press("Tab");
  await page.keyboard.type("https://quarry.example/lock");
  await page.getByRole("button", { name: "Write the file" }).press("Enter");
  await expect(page.locator("#a-said")).toHaveText("Written: quarry.json.");
  const written = await page.locator("#a-out").inputValue();
  const folder = mkdtempSync(join(tmpdir(), "assessment-"));
  try {
    writeFileSync(join(folder, "quarry.json"), written);
    execFileSync("go", ["test", "-count=1", "-run", "^TestAssessmentOfTheForm$", "./principles"], { cwd: fileURLToPath(new URL("../..", import.meta.url)), env: { ...process.env, TOUCHSTONE_ASSESSMENT: join(folder, "quarry.json") } });
  } finally {
    rmSync(folder, { recursive: true });
  }
  await page.getByRole("button", { name: "Markdown report" }).press("Enter");
  expect(await page.locator("#a-out").inputValue()).toContain("Pinned \\| by digest.");
  expect(await page.locator("#a-out").inputValue()).toContain("Does not have: Builds. Publishers build. <https://quarry.example/publishing>");
  await page.getByRole("button", { name: "Text for an issue" }).press("Enter");
  expect(await page.locator("#a-out").inputValue()).toContain("principles/registries/quarry.json");
  await accessible(page);
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
  const all = ["", ...readdirSync(site)].filter((name) => !name || existsSync(join(site, name, "index.html"))).flatMap((name) => name ? pagesUnder(name) : ["/"]);
  expect(all.length).toBeGreaterThan(25);
  for (const path of [...all, "/principles.json", "/principles.schema.json", "/registry.schema.json", "/principles.csv", "/registries.csv", "/principles.md", "/registries.atom"]) {
    const answer = await request.get(origin + path);
    expect(answer.status(), path).toBe(200);
    expect(answer.headers()["content-security-policy"], path).toContain("require-trusted-types-for 'script'");
  }
  expect((await (await request.get(`${origin}/principles.json`)).json()).version).toBe("0.2");
});
