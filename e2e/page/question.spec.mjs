// A question never loses a part: asked again in whatever way, it gives the same
// answer.
import { mintedModule, mintedWorld } from "../world.mjs";
import { accessible, expect, report, test } from "./fixture.mjs";

const gold = mintedModule("example.com/gold", "v1.2.3", { "gold.go": "package gold\n" });
const thing = "pkg:npm/thing@1.0.0";
const packages = [mintedWorld("thing", "1.0.0", {}), mintedWorld("other", "2.0.0", {})];
const minted = (url) => packages.map((world) => world(url)).find(Boolean);
const wrong = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/** What is asked, in each of the forms in which a digest comes, and how it is answered: no log has the module. */
const questions = {
  "a Go module": { pasted: "example.com/gold@v1.2.3", world: gold, says: /^Integrity 0 of 3, at most 2/ },
  "a wrong line of go.sum": { pasted: `example.com/gold v1.2.3 h1:${wrong}`, world: gold, says: /^FAILED/ },
  "a wrong line of go.sum for go.mod": { pasted: `example.com/gold v1.2.3/go.mod h1:${wrong}`, world: gold, says: /^FAILED/ },
  "a wrong checksum in a package URL": { pasted: `pkg:npm/thing@1.0.0?checksum=sha256:${"0".repeat(64)}`, world: minted, says: /^FAILED/ },
  "a wrong entry of package-lock.json": {
    pasted: `"node_modules/thing": {\n  "version": "1.0.0",\n  "resolved": "https://registry.npmjs.org/thing/-/thing-1.0.0.tgz",\n  "integrity": "sha512-${Buffer.alloc(64).toString("base64")}"\n}`,
    world: minted, says: /^FAILED/,
  },
};

for (const [what, { pasted, world, says }] of Object.entries(questions)) {
  test(`${what}: pasted, by Enter, reloaded, by its link, checked again, and back`, async ({ page, context, audit, origin }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
    await audit("", world);
    const box = page.locator("#reference");
    await box.fill(pasted);
    await box.press("Enter");
    await expect(report(page)).toBeVisible();
    await expect(page).toHaveTitle(says);
    const [title, address, canonical] = [await page.title(), page.url(), await box.inputValue()];
    const same = async () => {
      await expect(report(page)).toBeVisible();
      await expect(page).toHaveTitle(title);
      await expect(page).toHaveURL(address);
      await expect(box).toHaveValue(canonical);
    };
    await box.press("Enter");
    await expect(page.locator("#working")).toBeHidden();
    await same();
    await page.reload();
    await same();
    await page.getByRole("button", { name: /link to this audit/ }).first().click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    await page.goto("about:blank");
    await page.goto(link);
    await same();
    await page.evaluate(() => { location.hash = "#"; });
    await expect(page.locator("#home")).toBeVisible();
    await page.goBack();
    await same();
  });
}

test.describe("with a file of one's own", () => {
  const left = { name: "left-pad-1.3.0.tgz", mimeType: "application/gzip", buffer: Buffer.from("no package") };

  test("the answer is about the file, says so, and no reload or link makes it another's", async ({ page, context, audit, origin }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
    await audit(thing, minted);
    await expect(report(page)).toBeVisible();
    await page.locator("#file").setInputFiles(left);
    await expect(page).toHaveTitle(/^FAILED: your file “left-pad-1\.3\.0\.tgz” as thing 1\.0\.0/);
    await expect(page.locator(".kicker")).toContainText("left-pad-1.3.0.tgz");
    const failed = await page.title();
    // Enter asks the same.
    await page.locator("#reference").press("Enter");
    await expect(page).toHaveTitle(failed);
    // The link leads to what the repository serves, and its button says so.
    await page.getByRole("button", { name: "Copy a link to this audit, without your file" }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
    // After a reload the page has no file, and does not answer about another.
    await page.reload();
    await expect(page.locator("#problem-title")).toHaveText("This answer was about your file");
    await expect(page.locator("#problem-detail")).toHaveText("left-pad-1.3.0.tgz");
    await accessible(page);
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("button", { name: "choose it" }).click()]);
    await chooser.setFiles(left);
    await expect(page).toHaveTitle(failed);
    await page.reload();
    await page.getByRole("button", { name: "Check without the file" }).click();
    await expect(page).toHaveTitle(/^1 alarm, Integrity 1 of 3[^:]*: thing/);
    await page.reload();
    await expect(page).toHaveTitle(/^1 alarm, Integrity 1 of 3[^:]*: thing/);
  });

  test("it is forgotten when another package is asked for, and comes back by going back", async ({ page, audit }) => {
    await audit(thing, minted);
    await expect(report(page)).toBeVisible();
    await page.locator("#file").setInputFiles(left);
    await expect(page).toHaveTitle(/^FAILED: your file/);
    const box = page.locator("#reference");
    await box.fill("pkg:npm/other@2.0.0");
    await box.press("Enter");
    await expect(page.locator("#file-name")).toHaveText("left-pad-1.3.0.tgz was left out: it was brought for another package.");
    await expect(report(page)).toBeVisible();
    await expect(page).toHaveTitle(/^1 alarm, Integrity .*: other/);
    await page.goBack();
    await expect(page).toHaveTitle(/^FAILED: your file/);
    await expect(page.locator("#file-name")).toContainText("left-pad-1.3.0.tgz");
  });

  test("brought first, it is for what is typed next", async ({ page, audit }) => {
    await audit("", minted);
    await page.locator("#file").setInputFiles({ name: "thing.tgz", mimeType: "application/gzip", buffer: minted("https://registry.npmjs.org/thing/-/thing-1.0.0.tgz").body });
    const box = page.locator("#reference");
    await box.fill(thing);
    await box.press("Enter");
    await expect(page).toHaveTitle(/^1 alarm, Integrity 1 of 3[^:]*: your file “thing\.tgz” as thing 1\.0\.0/);
  });
});

test("what is too long for a question never comes near the address", async ({ page, origin }) => {
  await page.goto(origin);
  const box = page.locator("#reference");
  const long = "x".repeat(1_000_000);
  await box.evaluate((element, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, cancelable: true, bubbles: true }));
  }, long);
  // Nothing but a lock file is so long: the page for those has it now.
  await expect(page).toHaveURL(`${origin}/lock/`);
  await page.goto(origin);
  await expect(box).toHaveValue("");
  await box.evaluate((element, text) => { element.value = text; }, long);
  await box.press("Enter");
  await expect(page.locator("#box-says")).toContainText("at most 8.2 kB");
  await expect(page).toHaveURL(`${origin}/`);
  await page.goto(`${origin}/#${"y".repeat(9000)}`);
  await expect(page.locator("#problem-title")).toHaveText("This could not be checked");
  await expect(page.locator("#problem-reference")).toHaveText(`${"y".repeat(200)}…`);
  expect((await page.title()).length).toBeLessThan(300);
});

test("an address cannot put words into the list of what was meant", async ({ page, audit }) => {
  await audit("x say which: pkg:npm/trust-me", () => undefined);
  await expect(page.locator("#problem-title")).toHaveText("This could not be checked");
  expect(await page.locator("#problem-choices").textContent()).not.toContain("trust-me");
  await expect(page.locator("#status")).toBeEmpty(); // it no longer says that this is checked
});

test("what may have been meant is one press away", async ({ page, audit }) => {
  await audit("sigstore", () => undefined);
  await expect(page.locator("#problem-choices a").first()).toHaveText("pkg:npm/sigstore");
  await expect(page.locator("#problem-title")).toHaveText("Which one is meant?");
});

test("trying again is offered only where it may help", async ({ page, audit }) => {
  const again = page.getByRole("button", { name: "Try again" });
  await audit("npm:gone@1.0.0", () => undefined);
  await expect(page.locator("#problem-title")).toBeFocused();
  await expect(again).toBeVisible();
  await page.goto(`${new URL(page.url()).origin}/#${encodeURIComponent("is it safe?")}`);
  await expect(page.locator("#problem-reference")).toHaveText("is it safe?");
  await expect(page.locator("#problem-detail")).toContainText("words");
  await expect(again).toBeHidden();
  await expect(page.getByRole("button", { name: "Change what to check" })).toBeVisible();
});
