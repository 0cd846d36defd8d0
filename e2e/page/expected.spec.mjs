// From where a package is expected: said beside the box, kept by the address,
// compared. What a file says that it is.
import { mintedWorld } from "../world.mjs";
import { accessible, dropFile, expect, report, test } from "./fixture.mjs";

const manifest = { name: "thing", version: "1.0.0", repository: "https://github.com/maker/thing" };
const world = mintedWorld("thing", "1.0.0", { "package/package.json": JSON.stringify(manifest) }, (record) => ({ ...record, repository: manifest.repository }));

test("another source than the expected one fails, and the link says so again", async ({ page, audit }) => {
  await audit("", world);
  await page.getByText("Say from where you expect it").click();
  await page.getByLabel("I expect it from").fill("github.com/other/thing");
  await accessible(page);
  await page.locator("#reference").fill("npm:thing@1.0.0");
  await page.locator("#reference").press("Enter");
  await expect(page).toHaveTitle(/^FAILED/);
  await expect(report(page)).toContainText("You expect it from");
  await expect(page).toHaveURL(/#pkg:npm\/thing@1\.0\.0#from=github\.com\/other\/thing$/);
  await page.reload();
  await expect(page).toHaveTitle(/^FAILED/);
  await expect(page.getByLabel("I expect it from")).toHaveValue("github.com/other/thing");
  // The stated one is no failure, and proves nothing.
  await page.getByLabel("I expect it from").fill("github.com/maker/thing");
  await page.locator("#reference").press("Enter");
  await expect(page).toHaveTitle(/Integrity 1 of 3/);
  await page.goBack();
  await expect(page).toHaveTitle(/^FAILED/);
  // What is no address of a repository is refused.
  await page.getByLabel("I expect it from").fill("maker");
  await page.locator("#reference").press("Enter");
  await expect(page.locator("#problem-detail")).toContainText("is no address of a repository");
});

test("what a link expects is no word of the reader's, until they ask with it", async ({ page, audit, origin }) => {
  await audit("", world);
  await page.goto(`${origin}/#pkg:npm/thing@1.0.0#from=github.com/other/thing`);
  await expect(page).toHaveTitle(/^1 alarm, Integrity 1 of 3/);
  await expect(report(page)).toContainText("The link that you followed expects it from");
  await page.locator("#reference").press("Enter");
  await expect(page).toHaveTitle(/^FAILED/);
  await expect(report(page)).toContainText("You expect it from");
});

test("a package file that is dropped says which package it is, and is audited as that", async ({ page, audit }) => {
  await audit("", world);
  await dropFile(page, [0x1f, 0x8b, 0], "nothing.tgz");
  await expect(page.locator("#status")).toContainText("does not say which package it is");
  await dropFile(page, world("https://registry.npmjs.org/thing/-/thing-1.0.0.tgz").body, "renamed.tgz");
  await expect(page).toHaveTitle(/Integrity 1 of 3: your file “renamed\.tgz” as thing 1\.0\.0/);
  await expect(page).toHaveURL(/#pkg:npm\/thing@1\.0\.0$/);
});
