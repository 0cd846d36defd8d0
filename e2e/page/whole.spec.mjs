// Ecosystems that only the whole program serves: the page fetches it when one is
// asked for, says so, and goes on.
import { inhabit, mavenWorld, mintedWorld } from "../world.mjs";
import { accessible, expect, report, savedEvidence, test } from "./fixture.mjs";

const reference = "pkg:maven/com.example/thing@2.0.0";
const small = mintedWorld("thing", "1.0.0", { "package/index.js": "module.exports = 1;\n" });
const large = mavenWorld("2.0.0", { "com/example/Thing.class": "not looked at" });
const world = (url) => large(url) ?? small(url);
const second = /whole\.[0-9a-f]+\.wasm$/;

/** Counts how often the whole program is asked for. */
function counted(page) {
  const asked = [];
  page.on("request", (request) => { if (second.test(request.url())) asked.push(request.url()); });
  return asked;
}

test("the box says what is needed, and only a question fetches it", async ({ page, context, origin }) => {
  const asked = counted(page);
  await inhabit(context, origin, world);
  await page.goto(`${origin}/#pkg:npm/thing@1.0.0`);
  await expect(report(page)).toBeVisible();
  await page.locator("#reference").fill(reference);
  await expect(page.locator("#box-says")).toHaveText(/^This means com\.example[/:]thing, version 2\.0\.0, from Maven Central\. Checking it needs a second part of the program: \d\.\d MB, fetched once\.$/);
  await page.locator("#reference").fill("pkg:npm/thing@1.0.0");
  await expect(page.locator("#box-says")).toHaveText("This means thing, version 1.0.0, from npm.");
  expect(asked).toEqual([]);

  await page.locator("#reference").fill(reference);
  await page.getByRole("button", { name: "Check it" }).click();
  await expect(page.locator("#steps li", { hasText: "Second part of the program" })).toContainText("this ecosystem needs it; it is fetched once");
  await expect(report(page)).toContainText("com.example");
  await page.goBack();
  await expect(report(page)).toContainText("1.0.0");
  await page.goForward();
  await expect(report(page)).toContainText("com.example");
  await page.locator("#reference").fill("pkg:npm/thing@1.0.0");
  await expect(page.locator("#box-says")).toHaveText("This means thing, version 1.0.0, from npm.");
  await page.getByRole("button", { name: "Check it" }).click();
  await expect(report(page)).toContainText("thing");
  expect(asked.length).toBe(1);
});

test("a bookmark, and evidence that was saved", async ({ page, audit, context, origin }) => {
  const asked = counted(page);
  await audit(reference, world);
  await expect(report(page)).toContainText("com/example/Thing.class");
  const zip = await savedEvidence(page);
  expect(asked.length).toBe(1);

  await page.goto(`${origin}/check/`);
  await inhabit(context, origin, () => { throw new Error("nobody is asked"); });
  await page.getByLabel("An evidence file").setInputFiles(zip);
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await expect(page.locator("#check-says")).toContainText("Checked again: ");
  await expect(report(page)).toContainText("com.example");
  await accessible(page);
});

test.describe("a second part that does not come", () => {
  test.use({ tolerated: [/./] });

  test("is said, and asked for again", async ({ page, context, audit }) => {
    let answer = (route) => route.abort();
    await context.route(second, (route) => answer(route));
    await audit(reference, world);
    await expect(page.locator("#problem-title")).toHaveText("The auditor could not be loaded");
    await expect(page.locator("#problem-detail")).toContainText("the second part of the program: ");
    let other = 0;
    answer = (route) => {
      other++;
      return route.fulfill({ status: 200, contentType: "application/wasm", body: Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]) });
    };
    await page.getByRole("button", { name: "Try again" }).click();
    await expect.poll(() => other).toBe(1); // before that, what is read is the first answer's
    await expect(page.locator("#problem-title")).toHaveText("The auditor could not be loaded"); // another digest
    answer = (route) => route.continue();
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(report(page)).toContainText("com.example");
  });

  test("does not keep anybody who cancels", async ({ page, context, audit }) => {
    const waiting = [];
    await context.route(second, (route) => { waiting.push(route); });
    await audit(reference, world);
    await expect(page.locator("#steps li", { hasText: "Second part" })).toBeVisible();
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect(page.locator("#problem-title")).toHaveText("Cancelled", { timeout: 1000 });
    await Promise.all(waiting.map((route) => route.continue()));
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(report(page)).toContainText("com.example");
  });
});
