// Everything by the keyboard alone: nothing here is clicked, and the focus is only
// moved by keys. Where it is, is to be seen at each step.
import { mintedWorld } from "../world.mjs";
import { expect, report, test } from "./fixture.mjs";

const npm = "https://registry.npmjs.org/";
const list = Buffer.from(JSON.stringify({ name: "app", "dist-tags": { latest: "1.1.0" }, versions: { "1.0.0": { name: "app", version: "1.0.0", dist: {} }, "1.1.0": { name: "app", version: "1.1.0", dist: {} } } }));
const worlds = [
  mintedWorld("app", "1.0.0", { "package/lib/index.js": "const answer = 42;", "package/LICENSE": "As is." }),
  mintedWorld("app", "1.1.0", { "package/lib/index.js": "const answer = 43;" }),
  (url) => (url === `${npm}app` ? { status: 200, body: list } : undefined),
];
const world = (url) => worlds.map((of) => of(url)).find(Boolean);

// What scrolls smoothly comes into sight a little later.
test.beforeEach(({ page }) => page.emulateMedia({ reducedMotion: "reduce" }));

/** How many stops there may be between two that are used one after the other. */
const furthest = 80;

/** Whether what has the focus can be seen to have it. */
const seen = (page) => page.evaluate(() => {
  const at = document.activeElement;
  if (!at || at === document.body) return "nothing";
  const [box, style] = [at.getBoundingClientRect(), getComputedStyle(at)];
  if (box.width < 2 || box.height < 2 || box.bottom <= 0 || box.top >= innerHeight) return `${at.outerHTML.slice(0, 120)} stands outside of what is seen`;
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 ? "" : `${at.outerHTML.slice(0, 120)} has no outline`;
});

/** Goes on with the Tab key until a control has the focus. */
async function reach(page, control, key = "Tab") {
  for (let i = 0; i < furthest; i++) {
    await page.keyboard.press(key);
    await expect.poll(() => seen(page)).toBe("");
    if (await control.evaluate((one) => one === document.activeElement)) return;
  }
  throw new Error(`${control} is not reached by ${furthest} presses of ${key}`);
}

const role = (page, kind, name) => page.getByRole(kind, { name, exact: typeof name === "string" });
const focused = (page, selector) => expect(page.locator(selector)).toBeFocused();

/** Begins at the top of the page, as who has just come does. */
async function begin(page) {
  await page.evaluate(() => { document.activeElement.blur(); getSelection().removeAllRanges(); scrollTo(0, 0); });
}

test("the first page: box, settings, key, expectation, recent checks", async ({ page, audit }) => {
  await audit("", world);
  await begin(page);
  await reach(page, role(page, "link", "Skip to the content"));
  await reach(page, role(page, "link", "Privacy"));
  await reach(page, page.locator("#reference"));
  // Settings and controls that are opened.
  await reach(page, page.locator("#suggest"));
  await page.keyboard.press("Space");
  await expect(page.locator("#suggest")).toBeChecked();
  await page.keyboard.press("Space");
  await reach(page, page.locator("#shortcut"));
  await page.keyboard.press("Space");
  await expect(page.locator("#shortcut")).not.toBeChecked();
  await page.keyboard.press("/");
  await focused(page, "#shortcut");
  await page.keyboard.press("Space");
  await page.keyboard.press("/");
  await focused(page, "#reference");
  await reach(page, page.locator("#expect > summary"));
  await page.keyboard.press("Enter");
  await reach(page, page.locator("#expected"));
  await page.keyboard.type("github.com/example/app");
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  await reach(page, page.locator("#bring-keys > summary"));
  await page.keyboard.press("Enter");
  await reach(page, page.locator("#keys"));
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Space")]);
  await chooser.setFiles({ name: "a.pub", mimeType: "text/plain", buffer: Buffer.from("key") });
  await expect(page.locator("#keys-chosen")).toBeVisible();
  await reach(page, page.locator("#keys-remove"));
  await page.keyboard.press("Enter");
  await expect(page.locator("#keys-chosen")).toBeHidden();
  await expect.poll(() => seen(page)).toBe("");
  await reach(page, page.locator("#bring > summary"));
  await page.keyboard.press("Enter");
  await reach(page, page.locator("#file"));
  // Backwards to the box: what was typed is taken out, and something else is asked.
  await reach(page, page.locator("#reference"), "Shift+Tab");
  await page.keyboard.type("npm:other");
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  await page.keyboard.type("npm:app@1.0.0");
  await reach(page, role(page, "button", "Check it"));
  await page.keyboard.press("Enter");
  await focused(page, "[data-heading]");
  // Home again: the check is remembered, asked again, and forgotten.
  await reach(page, page.locator(".brand"), "Shift+Tab");
  await page.keyboard.press("Enter");
  const recent = page.locator("#recent a").first();
  await expect(recent).toBeVisible();
  await begin(page);
  await reach(page, recent);
  await page.keyboard.press("Enter");
  await focused(page, "[data-heading]");
  await reach(page, page.locator(".brand"), "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(recent).toBeVisible();
  await begin(page);
  await reach(page, page.locator("#recent-clear"));
  await page.keyboard.press("Enter");
  await focused(page, "#reference");
});

test("a report: evidence, saving, versions, requirements, files, commands", async ({ page, audit, context, origin }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
  await audit("npm:app@1.0.0", world);
  await focused(page, "[data-heading]");
  const opens = async (summary, what) => {
    await reach(page, summary);
    await page.keyboard.press("Enter");
    await expect(what).toBeVisible();
    await expect(summary).toBeFocused();
  };
  await opens(page.locator(".card-integrity > summary"), page.locator(".card-integrity dl").first());
  await opens(page.locator(".card-integrity details > summary").first(), page.locator(".card-integrity .finding").first());
  await reach(page, role(page, "button", "Copy a link to this audit"));
  await page.keyboard.press("Enter");
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain("#pkg:npm/app@1.0.0");
  await reach(page, role(page, "button", "Save the report"));
  await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  await reach(page, page.locator("[data-evidence]"));
  await page.keyboard.press("Space");
  await expect(role(page, "button", /^Without the package: /)).toBeFocused();
  await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  await focused(page, "[data-evidence]");
  await reach(page, role(page, "link", "Badge"));
  await reach(page, role(page, "button", "Check again"));
  await page.keyboard.press("Enter");
  await focused(page, "[data-heading]");
  // Another version.
  await reach(page, page.locator("[data-versions]"));
  await page.keyboard.press("Enter");
  await focused(page, "#version-choice");
  await page.keyboard.press("ArrowUp");
  await expect(page.locator("#version-choice")).toHaveValue("pkg:npm/app@1.1.0");
  await reach(page, role(page, "button", "Check this version"));
  await reach(page, role(page, "button", "Compare with it"));
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-compared]")).toContainText("Files changed: 2");
  await focused(page, "#compare-title");
  // The parts, by their bookmarks.
  await reach(page, page.locator('.bookmarks a[data-goto="requirements"]'), "Shift+Tab");
  await page.keyboard.press("Enter");
  await focused(page, "#requirements-title");
  const met = page.locator(".requirement.is-met").first();
  await opens(met.locator("> summary"), met.locator("details > summary"));
  await opens(met.locator("details > summary"), met.getByText("Why:"));
  await opens(page.locator("#files details > summary").first(), page.getByRole("searchbox"));
  await reach(page, page.getByRole("searchbox"));
  await page.keyboard.type("answer");
  await reach(page, role(page, "button", "Search inside the files"));
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-tree]")).toContainText("index.js, line 1");
  await expect.poll(() => seen(page)).toBe("");
  await reach(page, page.getByRole("searchbox"), "Shift+Tab");
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  await expect(page.locator("[data-files-count]")).toHaveText("");
  const folder = page.locator("[data-tree] summary", { hasText: "lib/" });
  await reach(page, folder);
  if (!await folder.evaluate((one) => one.parentElement.open)) await page.keyboard.press("Enter");
  await expect(page.locator("[data-tree] .file > summary", { hasText: "index.js" })).toBeVisible(); // the next stop
  await opens(page.locator("[data-tree] .file > summary", { hasText: "index.js" }), page.getByText("const answer = 42;"));
  await opens(page.locator(".commands summary").first(), page.locator(".commands pre").first());
  await reach(page, role(page, "button", "Copy the command").first());
  await page.keyboard.press("Enter");
  await opens(page.locator("#sources summary").first(), page.locator("table.sources"));
  await opens(page.locator("#checks > summary"), page.locator("#checks .finding").first());
  await opens(page.locator("[data-raw] > summary"), page.locator("[data-raw-text]"));
  await expect(report(page)).toBeVisible();
});
