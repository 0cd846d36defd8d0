// Live: the real registries, as far as this machine reaches them.
import { expect, report, test } from "./fixture.mjs";

const reached = (url) => fetch(url, { signal: AbortSignal.timeout(10_000) }).then((answer) => answer.ok, () => false);

test.describe("live", () => {
  // A request that fails is what this page is made for.
  test.use({ tolerated: [/Failed to load resource|ERR_|blocked by CORS policy/] });

  test("a Go module through the relay, in full", async ({ page, origin }) => {
    test.skip(!await reached("https://proxy.golang.org/github.com/pkg/errors/@v/v0.9.1.info"), "the Go module proxy cannot be reached from here");
    await page.goto(origin);
    await page.keyboard.press("/");
    await page.keyboard.type("go get github.com/pkg/errors@v0.9.1");
    await page.keyboard.press("Enter");
    await expect(report(page)).toBeVisible({ timeout: 50_000 });
    await expect(report(page)).toContainText("Integrity: level 2 of 3");
    await expect(page.locator(".card-integrity .mark").first()).toHaveText("Confirmed");
    // A second audit goes on from the head that the first one kept.
    await page.getByRole("button", { name: "Check it", exact: true }).click();
    await expect(page.locator("#working")).toBeVisible();
    await expect(report(page)).toBeVisible({ timeout: 50_000 });
    await page.locator("#checks > summary").click();
    await expect(page.locator("#checks")).toContainText("earlier visit");
  });

  test("an npm package, directly or through the relay", async ({ page, origin }) => {
    test.skip(!await reached("https://registry.npmjs.org/left-pad/1.3.0"), "the npm registry cannot be reached from here");
    await page.goto(`${origin}/#npm:left-pad@1.3.0`);
    await expect(report(page)).toBeVisible({ timeout: 50_000 });
    await expect(page.locator(".verdict-failed")).toHaveCount(0);
    await expect(page.locator(".card-integrity .mark").first()).toHaveText(/^(Confirmed|Matches its record as it came)$/);
  });
});
