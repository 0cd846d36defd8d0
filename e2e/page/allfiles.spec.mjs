import { invented } from "../invented.mjs";
import { accessible, expect, fits, report, test } from "./fixture.mjs";

const source = "thing-4.0.0.tar.gz";

/** A version with a wheel and a source distribution, perhaps with one byte of the last changed. */
function version(damaged) {
  const { reference, pages, world } = invented("pypi");
  if (damaged) pages[Object.keys(pages).find((url) => url.endsWith(source))][100] ^= 1;
  return [reference, world];
}

for (const [name, damaged, line, whole] of [
  ["sound files", false, /^thing-4\.0\.0\.tar\.gz: Integrity 1 of 3/, /^The whole version, by its weakest file: Integrity 1 of 3/],
  ["one damaged file", true, /: FAILED$/, /^The whole version, by its weakest file: FAILED, with 1 of 2 files\.$/],
]) {
  test(`all files of a version, ${name}`, async ({ page, audit }) => {
    await audit(...version(damaged));
    await expect(report(page)).toBeVisible();
    const place = page.locator("[data-check-all=files]");
    await place.getByRole("button", { name: "Check them all" }).click();
    await expect(place.getByRole("status")).toHaveText(whole);
    await expect(place.locator("li")).toHaveCount(2);
    await expect(place.locator("li").last()).toHaveText(line);
    await accessible(page);
    await fits(page);
    await place.getByRole("link", { name: source }).click();
    await expect(page.locator("[data-heading]")).toBeVisible();
    await expect(page).toHaveURL(/file_name=thing-4\.0\.0\.tar\.gz/);
    await expect(page).toHaveTitle(damaged ? /^FAILED/ : /^Integrity 1 of 3/);
  });
}

test("cancelled, nothing is said about the version, and it can be asked again", async ({ page, audit }) => {
  await audit(...version(false));
  await expect(report(page)).toBeVisible();
  const place = page.locator("[data-check-all=files]");
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await page.context().route(`**/${source}`, async (route) => { await held; await route.fallback(); });
  await place.getByRole("button", { name: "Check them all" }).click();
  await expect(place.getByRole("status")).toHaveText(/^1 of 2\. So far: Integrity/);
  await place.getByRole("button", { name: "Cancel" }).click();
  await expect(place.getByRole("status")).toHaveText("Cancelled: 1 file of 2 did not answer, so nothing is said about the whole version.");
  await expect(place.getByRole("button", { name: "Check them all" })).toBeFocused();
  release();
  await place.getByRole("button", { name: "Check them all" }).click();
  await expect(place.getByRole("status")).toHaveText(/^The whole version/);
});
