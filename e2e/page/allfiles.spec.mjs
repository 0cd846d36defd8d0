import { pypiWorld, recorded } from "../world.mjs";
import { accessible, expect, fits, report, test } from "./fixture.mjs";

test.skip(!recorded, "the real cases are not beside this checkout (../shared/corpus)");

const reference = "pkg:pypi/sampleproject@4.0.0";
const source = "sampleproject-4.0.0.tar.gz";

/** A source distribution with one byte changed. */
function damaged() {
  const body = Buffer.from(pypiWorld("sampleproject")(`https://files.pythonhosted.org/${source}`).body);
  body[3000] ^= 1;
  return { [source]: { status: 200, body } };
}

for (const [name, changed, line, whole] of [
  ["sound files", {}, /^sampleproject-4\.0\.0\.tar\.gz: Integrity 1 of 3/, /^The whole version, by its weakest file: Integrity 1 of 3/],
  ["one damaged file", damaged(), /: FAILED$/, /^The whole version, by its weakest file: FAILED, with 1 of 2 files\.$/],
]) {
  test(`all files of a version, ${name}`, async ({ page, audit }) => {
    await audit(reference, pypiWorld("sampleproject", changed));
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
    await expect(page).toHaveURL(/file_name=sampleproject-4\.0\.0\.tar\.gz/);
    await expect(page).toHaveTitle(changed[source] ? /^FAILED/ : /^Integrity 1 of 3/);
  });
}

test("cancelled, nothing is said about the version, and it can be asked again", async ({ page, audit }) => {
  await audit(reference, pypiWorld("sampleproject"));
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
