// Other versions of a package, and the packages that it pulls, in an invented registry.
import { mintedWorld } from "../world.mjs";
import { accessible, expect, fits, report, test } from "./fixture.mjs";

const npm = "https://registry.npmjs.org/";

/** A package's list of versions. */
function listed(name, versions, latest, deprecated = []) {
  const body = Buffer.from(JSON.stringify({ name, "dist-tags": { latest }, versions: Object.fromEntries(versions.map((version) => [version, { name, version, dist: {}, ...(deprecated.includes(version) ? { deprecated: "old" } : {}) }])) }));
  return (url) => (url === npm + name ? { status: 200, body } : undefined);
}

const manifest = { name: "app", version: "1.0.0", dependencies: { lib: "^1.0.0", other: "2.0.0" } };
const worlds = [
  mintedWorld("app", "1.0.0", { "package/package.json": JSON.stringify(manifest) }),
  mintedWorld("app", "1.1.0", { "package/new.js": "1" }),
  mintedWorld("lib", "1.4.0", {}),
  mintedWorld("lib", "2.0.0", {}),
  mintedWorld("other", "2.0.0", {}),
  listed("app", ["1.0.0", "1.1.0", "0.9.0"], "1.1.0", ["0.9.0"]),
  listed("lib", ["1.0.0", "1.4.0", "2.0.0"], "2.0.0"),
];
const world = (url) => worlds.map((of) => of(url)).find(Boolean) ?? { status: 404, body: Buffer.from("{}") };

test("another version is chosen from the list, or compared with", async ({ page, audit }) => {
  await audit("npm:app@1.0.0", world);
  await expect(report(page)).toBeVisible();
  await page.getByRole("button", { name: "Other versions" }).click();
  const choice = page.getByLabel("Version", { exact: true }).first();
  await expect(choice).toBeFocused();
  await expect(choice.locator("option")).toHaveText(["1.1.0 (newest)", "1.0.0", "0.9.0 (withdrawn)"]);
  await expect(choice).toHaveValue("pkg:npm/app@1.0.0");
  await accessible(page);
  await fits(page);
  await choice.selectOption("1.1.0 (newest)");
  await page.getByRole("button", { name: "Compare with it" }).click();
  await expect(page.locator("[data-compared]")).toContainText("Files added: 1");
  await page.getByRole("button", { name: "Check this version" }).click();
  await expect(page.locator("[data-heading]")).toContainText("1.1.0");
  await expect(page).toHaveURL(/#pkg:npm\/app@1\.1\.0$/);
});

test("a list that does not come is said", async ({ page, audit }) => {
  await audit("npm:app@1.0.0", (url) => (url === `${npm}app` ? { status: 503, body: Buffer.from("") } : world(url)));
  await expect(report(page)).toBeVisible();
  await page.getByRole("button", { name: "Other versions" }).click();
  await expect(page.locator("#versions [role=status]")).toContainText("503", { timeout: 15_000 });
  await expect(page.getByRole("button", { name: "Check this version" })).toBeHidden();
});

test("what it pulls leads to the version that would be installed, and can be checked at once", async ({ page, audit }) => {
  await audit("npm:app@1.0.0", world);
  await expect(report(page)).toBeVisible();
  const place = page.locator("[data-check-all=packages]");
  await place.getByRole("button", { name: "Check them all" }).click();
  await expect(place.getByRole("status")).toHaveText(/^All that it pulls directly, by the weakest: .*What these pull in turn was not checked\.$/, { timeout: 20_000 });
  await expect(place.locator("li")).toHaveText([/^pkg:npm\/lib@1\.4\.0: Integrity/, /^pkg:npm\/other@2\.0\.0: Integrity/]);
  await accessible(page);
  await page.locator("a[data-asked]", { hasText: "pkg:npm/lib" }).click();
  await expect(page).toHaveURL(/#pkg:npm\/lib@1\.4\.0$/);
});

test("a range is refused with the newest that fits", async ({ page, audit }) => {
  await audit("npm:lib@^1.0.0", world);
  await expect(page.locator("#problem-choices a").first()).toHaveText("pkg:npm/lib@1.4.0");
  await expect(page.locator("#problem-choices li").first()).toContainText("the newest that fits");
  await page.locator("#problem-choices a").first().click();
  await expect(page.locator("[data-heading]")).toContainText("1.4.0");
});
