// In the dark: 7 to 1 (WCAG 1.4.6, AAA) on home, every kind of answer, and the pages
// for lock files and evidence. What else axe looks for is the same in the light.
import { mintedWorld } from "../world.mjs";
import { contrast, expect, report, test } from "./fixture.mjs";

test.use({ colorScheme: "dark" });

const integrity = `sha512-${Buffer.alloc(64).toString("base64")}`;
const answers = {
  passed: ["npm:app@1.0.0", mintedWorld("app", "1.0.0", {}), "[data-report]"],
  failed: ["npm:app@1.0.0", mintedWorld("app", "1.0.0", {}, (record) => ({ ...record, dist: { ...record.dist, integrity } })), ".verdict-failed"],
  open: ["npm:app@1.0.0", (url) => (url.endsWith(".tgz") ? { status: 503, body: "" } : mintedWorld("app", "1.0.0", {})(url)), ".silence"],
  "not found": ["npm:app@1.0.0", () => undefined, "#problem-title"],
};

test("pages without an answer", async ({ page, origin }) => {
  for (const path of ["/", "/lock/", "/check/"]) {
    await page.goto(origin + path);
    await contrast(page);
  }
});

for (const [what, [reference, world, shown]] of Object.entries(answers)) {
  test(`an answer: ${what}`, async ({ page, audit }) => {
    await audit(reference, world);
    await expect(page.locator(shown)).toBeVisible({ timeout: 30_000 });
    for (const details of await report(page).locator("details").all()) await details.evaluate((one) => { one.open = true; });
    await contrast(page);
  });
}
