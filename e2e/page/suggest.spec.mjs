// What a text in the box may become: by keyboard, by pointer, and switched off.
import { inhabit } from "../world.mjs";
import { accessible, expect, fits, test } from "./fixture.mjs";

const body = Buffer.from(JSON.stringify({ objects: [{ package: { name: "left-pad", description: "<b>String</b> left pad" } }, { package: { name: "left-pad-2" } }] }));
const list = Buffer.from(JSON.stringify({ name: "left-pad", "dist-tags": { latest: "1.3.0" }, versions: { "1.3.0": { name: "left-pad", version: "1.3.0" }, "1.2.0": { name: "left-pad", version: "1.2.0" } } }));
const world = (url) => (url === "https://registry.npmjs.org/-/v1/search?size=8&text=left-p" ? { status: 200, body } : url === "https://registry.npmjs.org/left-pad" ? { status: 200, body: list } : undefined);

test.use({ tolerated: [/404/] });

test("names and versions are suggested as one types, where somebody asked for that", async ({ page, context, origin }) => {
  const asked = await inhabit(context, origin, world);
  await page.goto(origin);
  const box = page.getByRole("textbox", { name: /^A package URL/ });
  const options = page.getByRole("option");
  // Nobody sees what is typed before that is asked for.
  await box.fill("left-p");
  await expect(page.locator("#box-says")).toContainText("does not say which ecosystem");
  await page.waitForTimeout(500);
  expect(asked).toEqual([]);
  await page.getByRole("checkbox", { name: /^Suggest names/ }).check();
  await page.reload(); // it is remembered
  await box.pressSequentially("left-p");
  await expect(options).toHaveText(["pkg:npm/left-pad <b>String</b> left pad", "pkg:npm/left-pad-2"]);
  await expect(page.locator("#suggests p")).toHaveText("2 suggestions by the npm registry. The arrow keys choose one.");
  await accessible(page);
  await fits(page);
  await box.press("ArrowUp");
  await expect(options.last()).toHaveAttribute("aria-selected", "true");
  await box.press("ArrowDown");
  await expect(box).toHaveAttribute("aria-activedescendant", "suggest-0");
  await accessible(page);
  await box.press("Enter"); // takes it, and asks nothing yet
  await expect(box).toHaveValue("pkg:npm/left-pad");
  await expect(options).toHaveCount(0);
  await expect(page.locator("#box-says")).toHaveText("This means left-pad, the newest version, from npm.");
  await box.pressSequentially("@1.");
  await expect(options).toHaveText(["pkg:npm/left-pad@1.3.0 newest", "pkg:npm/left-pad@1.2.0"]);
  await box.press("Escape");
  await expect(options).toHaveCount(0);
  await box.pressSequentially("2");
  await options.first().click();
  await expect(box).toHaveValue("pkg:npm/left-pad@1.2.0");
  await expect(box).toBeFocused();
  expect(asked).toEqual(["https://registry.npmjs.org/-/v1/search?size=8&text=left-p", "https://registry.npmjs.org/left-pad"]);
  // Switched off, and without a network, nobody is asked.
  await page.getByRole("checkbox", { name: /^Suggest names/ }).uncheck();
  await page.reload();
  await box.fill("left-p");
  await expect(page.locator("#box-says")).toContainText("does not say which ecosystem");
  await page.getByRole("checkbox", { name: /^Suggest names/ }).check();
  await context.setOffline(true);
  await box.fill("left-pa");
  await expect(page.locator("#box-says")).toContainText("left-pa");
  await page.waitForTimeout(400);
  expect(asked.length).toBe(2);
});
