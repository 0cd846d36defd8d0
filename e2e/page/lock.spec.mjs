// The page for lock files: every pin is answered, in a table that can be read,
// filtered and saved; what was ended goes on.
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { inhabit, lockWorld } from "../world.mjs";
import { accessible, dropFile, expect, fits, looks, test } from "./fixture.mjs";

const names = ["alpha", "beta", "gamma", "delta"];
const git = { version: "1.0.0", resolved: "git+ssh://git@code.example/a/b.git#0123456" };
const wrong = { integrity: `sha512-${"A".repeat(86)}==` };
const mixed = lockWorld(names, { changed: { beta: wrong }, more: { "node_modules/forked": git } });

const file = (text, name = "package-lock.json") => ({ name, mimeType: "application/json", buffer: Buffer.from(text) });
const rows = (page) => page.locator("#lock-rows tr");

/** Opens the page, chooses the file and begins. */
async function check(page, origin, text, before = async () => {}) {
  await page.goto(`${origin}/lock/`);
  await page.locator("#lock-file").setInputFiles(file(text));
  await before();
  await page.getByRole("button", { name: "Check every pin" }).click();
}

test("every pin is answered, what needs attention first, and leads to its report with its digest", async ({ page, origin, context }) => {
  await inhabit(context, origin, mixed.world);
  await check(page, origin, mixed.text);
  await expect(page.locator("#lock-says")).toHaveText("Done. Something needs attention.");
  await expect(rows(page)).toHaveCount(5);
  await expect(rows(page).nth(0)).toContainText("Failed");
  await expect(rows(page).nth(0)).toContainText("pin-agrees");
  await expect(page.locator("#lock-rows")).toContainText("commit of a git repository");
  await expect(page.locator("#lock-summary")).toHaveText(/^package-lock\.json \(package-lock\.json, version 3\) has 5 entries\. Checked: 1 failed, .*with an alarm/);
  await expect(page.locator("#lock-levels")).toContainText("Integrity: ");
  const link = page.getByRole("link", { name: "alpha 1.0.0" });
  expect(decodeURIComponent(await link.getAttribute("href"))).toMatch(/^\/#pkg:npm\/alpha@1\.0\.0\?checksum=sha512:[0-9a-f]{128}$/);
  await accessible(page);
});

test.describe("relayed", () => {
  test.use({ tolerated: [/ERR_FAILED|Failed to load/] });
  test("pins that agree with what the relay alone said are told so", async ({ page, origin, context }) => {
    const { text, world } = lockWorld([...names, "epsilon"]);
    await inhabit(context, origin, world, { direct: false });
    await check(page, origin, text);
    await expect(page.locator("#lock-shared")).toContainText("5 pins: The record came through a relay, not from the repository's own host, so it is only somebody's word.");
    await expect(page.locator("#lock-levels")).toContainText("Integrity: 5 at level 0");
  });
});

test("filters, search, order and pages of ten thousand pins", async ({ page, origin, context }) => {
  const more = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`node_modules/fork${i}`, git]));
  const many = lockWorld(names, { changed: { beta: wrong }, more });
  await inhabit(context, origin, many.world);
  await check(page, origin, many.text);
  await expect(page.locator("#lock-says")).toHaveText("Done. Something needs attention.");
  await expect(page.locator("#lock-caption")).toHaveText("All 10,004 pins");
  await expect(rows(page)).toHaveCount(100);
  await expect(rows(page).first()).toContainText("beta");
  await expect(page.locator("#lock-shared")).toContainText("10,000 pins: It is a commit of a git repository.");
  await expect(rows(page).nth(9)).toContainText("source-git as said above");
  await page.getByLabel("Search names").fill("fork9999");
  await expect(page.locator("#lock-caption")).toHaveText("1 of 10,004 pins");
  await page.getByLabel("Search names").fill("fork");
  await expect(rows(page)).toHaveCount(100); // the page never holds more
  await page.getByLabel("Search names").fill("");
  await page.getByRole("checkbox", { name: /Alarm/ }).uncheck();
  await expect(page.locator("#lock-caption")).toHaveText("1 of 10,004 pins");
  await page.getByRole("checkbox", { name: /Alarm/ }).check();
  await page.getByRole("button", { name: "Last" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("#lock-where")).toHaveText("10,001 to 10,004 of 10,004");
  await expect(page.getByRole("button", { name: "First" })).toBeFocused();
  await page.getByLabel("Order").selectOption("file");
  await expect(rows(page).first()).toContainText("alpha");
});

test("a check that is cancelled, or whose tab is closed, goes on where it ended", async ({ page, origin, context }) => {
  const many = lockWorld(Array.from({ length: 40 }, (_, i) => `pack${i}`));
  let open = 3; // how many packages the registry answers for
  let asked = [];
  const stuck = (url) => (Number(/^https:\/\/registry\.npmjs\.org\/pack([0-9]+)/.exec(url)?.[1]) >= open ? { status: 500, body: "later" } : many.world(url));
  asked = await inhabit(context, origin, stuck, { wait: () => setTimeout(300) });
  await check(page, origin, many.text);
  await expect(page.locator("#lock-title")).toHaveText(/package-lock\.json: [1-9][0-9]* of 40/);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.locator("#lock-says")).toHaveText(/^Cancelled\. [0-9]+ of 40 pins are answered\.$/);
  await expect(page.locator("#lock-summary")).toContainText("not answered");
  await expect(page.getByRole("button", { name: "Continue" })).toBeFocused();
  const answered = await rows(page).filter({ hasNotText: "Waiting" }).filter({ hasNotText: "Not answered" }).count();
  expect(answered).toBeGreaterThan(0);

  const again = await context.newPage();
  await page.close();
  await again.goto(`${origin}/lock/`);
  await expect(again.locator("#lock-says")).toHaveText(/^An earlier check was ended before its time\. [0-9]+ of 40/);
  await expect(rows(again)).toHaveCount(40);
  open = Infinity;
  asked.length = 0;
  await again.getByRole("button", { name: "Continue" }).click();
  await expect(again.locator("#lock-says")).toHaveText(/^Done\./);
  expect(asked.filter((url) => /pack[0-9]+\/1\.0\.0$/.test(url)).length).toBeLessThanOrEqual(40 - answered);
  await expect(again.locator("#lock-notes")).toContainText("Answered in an earlier check");
  await again.getByRole("button", { name: "Forget file and answers" }).click();
  await expect(again.locator("#lock-result")).toBeHidden();
  await again.reload();
  await expect(again.locator("#lock-result")).toBeHidden();
  await again.close();
});

test("only what changed since an older file is asked", async ({ page, origin, context }) => {
  const asked = await inhabit(context, origin, mixed.world);
  const older = lockWorld(["alpha", "gamma"], { more: { "node_modules/gone": git } });
  await check(page, origin, mixed.text, async () => {
    await page.getByText("Compare with an older one").click();
    await page.locator("#lock-older").setInputFiles(file(older.text));
  });
  await expect(page.locator("#lock-says")).toHaveText("Done. Something needs attention.");
  await expect(page.locator("#lock-caption")).toHaveText("All 3 pins");
  await expect(page.locator("#lock-summary")).toContainText("2 are unchanged");
  await expect(page.locator("#lock-removed")).toContainText("No longer pinned: 1");
  expect(asked.some((url) => url.includes("/alpha/"))).toBe(false);
});

test("the answers can be saved in each form", async ({ page, origin, context }) => {
  await inhabit(context, origin, mixed.world);
  await check(page, origin, mixed.text);
  await expect(page.locator("#lock-says")).toHaveText("Done. Something needs attention.");
  const dir = await mkdtemp(join(tmpdir(), "touchstone-"));
  const saved = {};
  for (const form of ["JSON", "CSV", "SARIF", "HTML"]) {
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: `Save as ${form}` }).click();
    const download = await saving;
    expect(download.suggestedFilename()).toBe(`package-lock.json.touchstone.${form.toLowerCase()}`);
    await download.saveAs(join(dir, form));
    saved[form] = await readFile(join(dir, form), "utf8");
  }
  expect(JSON.parse(saved.JSON).counts.failed).toBe(1);
  expect(saved.CSV).toMatch(/^failed,package-lock\.json,[0-9]+,beta,/m);
  expect(JSON.parse(saved.SARIF).runs[0].results.some(({ ruleId }) => ruleId === "pin-agrees")).toBe(true);
  expect(saved.HTML).toContain("default-src &#39;none&#39;");
  expect(saved.HTML).not.toContain("<script");
  const alone = await context.newPage();
  await alone.setContent(saved.HTML);
  await accessible(alone);
});

test("a lock file that is dropped or pasted at home comes here", async ({ page, origin }) => {
  await page.goto(origin);
  await dropFile(page, Buffer.from(mixed.text), "package-lock.json");
  await expect(page).toHaveURL(`${origin}/lock/`);
  await expect(page.locator("#lock-chosen")).toContainText("package-lock.json");
  await expect(page.getByRole("button", { name: "Check every pin" })).toBeFocused();

  await page.goto(origin);
  const long = lockWorld(Array.from({ length: 60 }, (_, i) => `pack${i}`)).text;
  await page.locator("#reference").evaluate((element, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, cancelable: true, bubbles: true }));
  }, long);
  await expect(page).toHaveURL(`${origin}/lock/`);
  await expect(page.locator("#lock-chosen li")).toHaveCount(1);

  await page.goto(origin);
  await page.locator("#reference").fill(mixed.text.slice(0, 700));
  await page.getByRole("button", { name: "Check all of it as a lock file" }).click();
  await expect(page).toHaveURL(`${origin}/lock/`);
});

test("what is no lock file gets an answer", async ({ page, origin }) => {
  await page.goto(`${origin}/lock/`);
  await page.getByRole("button", { name: "Check every pin" }).click();
  await expect(page.locator("#lock-says")).toHaveText("Choose a lock file, drop one here, or paste its text.");
  await page.locator("summary", { hasText: "Or paste its text" }).click();
  await page.getByLabel("The text of a lock file").fill("hello");
  await page.getByRole("button", { name: "Check every pin" }).click();
  await expect(page.locator("#lock-says")).toContainText("This is no lock file that is read here");
  await page.locator("#lock-file").setInputFiles([file(mixed.text), file("# yarn lockfile v1", "yarn.lock")]);
  await page.getByRole("button", { name: "Check every pin" }).click();
  await expect(page.locator("#lock-says")).toContainText("do not belong together");
});

test("files of a project come together, and the parts of its pins are a filter", async ({ page, origin, context }) => {
  await inhabit(context, origin, mixed.world);
  await page.goto(`${origin}/lock/`);
  const text = (name, buffer) => ({ name, mimeType: "text/plain", buffer: Buffer.from(buffer) });
  await page.locator("#lock-file").setInputFiles([text("requirements.txt", "-r base.txt\n"), text("base.txt", "a @ git+https://code.example/a/a ; sys_platform == 'linux'\nb @ git+https://code.example/b/b\n")]);
  await page.getByRole("button", { name: "Check every pin" }).click();
  await expect(page.locator("#lock-says")).toHaveText("Done. Something needs attention.");
  await expect(page.locator("#lock-rows")).toContainText("base.txt line 1 · platform");
  await page.getByLabel("Part in the project").selectOption("platform");
  await expect(page.locator("#lock-caption")).toHaveText("1 of 3 pins");
});

for (const [look, options] of Object.entries(looks)) {
  test.describe(look, () => {
    test.use(options);
    test("reads well", async ({ page, origin, context }) => {
      await inhabit(context, origin, mixed.world);
      await page.goto(`${origin}/lock/`);
      await accessible(page);
      await fits(page);
      await check(page, origin, mixed.text);
      await expect(page.locator("#lock-says")).toHaveText("Done. Something needs attention.");
      await accessible(page);
      await fits(page);
      if (process.env.TOUCHSTONE_PICTURES) await page.screenshot({ path: join(process.env.TOUCHSTONE_PICTURES, `lock-${look}.png`), fullPage: true });
    });
  });
}
