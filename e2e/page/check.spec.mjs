// Evidence is saved, and checked again without a network; folders are compared.
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { mintedWorld, inhabit } from "../world.mjs";
import { accessible, expect, report, savedEvidence, test } from "./fixture.mjs";

const files = { "package/index.js": "module.exports = 1;\n", "package/lib/a.js": "// a\n" };
const world = mintedWorld("thing", "1.0.0", files);

/** A folder as npm would leave it, with files changed, added or (null) left out. */
async function installed(changes = {}) {
  const root = join(await mkdtemp(join(tmpdir(), "touchstone-")), "node_modules");
  const all = { "package.json": JSON.stringify({ name: "thing", version: "1.0.0" }), "index.js": files["package/index.js"], "lib/a.js": files["package/lib/a.js"], ...changes };
  for (const [path, text] of Object.entries(all)) {
    if (text === null) continue;
    const place = join(root, "thing", path);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, text);
  }
  return root;
}

test("evidence that was saved is checked again without a network, with the folder", async ({ page, audit, origin, context }) => {
  await audit("pkg:npm/thing@1.0.0", world);
  const zip = await savedEvidence(page);

  await page.goto(`${origin}/check/`);
  await accessible(page);
  const asked = await inhabit(context, origin, () => { throw new Error("nobody is asked"); });
  await page.getByLabel("An evidence file").setInputFiles(zip);
  await page.getByLabel("A folder in which").setInputFiles(join(await installed({ "lib/a.js": "// b\n", "evil.js": "x", "index.js": null }), "thing"));
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await expect(page.locator("#check-says")).toContainText("Checked again: ");
  await expect(report(page)).toContainText("thing");
  await expect(page.locator("#check-packages")).toContainText("1 changed, 1 missing, 1 extra; 1 files are as published.");
  for (const line of ["changed: lib/a.js", "extra: evil.js", "missing: index.js"]) await expect(page.locator("#check-packages li", { hasText: line })).toBeVisible();
  expect(asked.length ?? 0).toBe(0);
  await accessible(page);
});

test("with a network it tells what is newest now", async ({ page, audit, origin, context }) => {
  await audit("pkg:npm/thing@1.0.0", world);
  const zip = await savedEvidence(page);
  const check = async (now) => {
    await page.goto("about:blank");
    const asked = await inhabit(context, origin, now);
    await page.goto(`${origin}/check/`);
    await page.getByLabel("An evidence file").setInputFiles(zip);
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await expect(page.locator("#check-saved")).toContainText("Newer versions and later alarms are not in it.");
    expect(asked).toEqual([]); // before somebody asks
    await page.getByRole("button", { name: "Ask what is newest now" }).click();
    return page.locator("#check-saved");
  };
  const latest = (of, version) => (url) => of(url.replace(/\/thing\/latest$/, `/thing/${version}`)) ?? world(url);
  const later = await check(latest(mintedWorld("thing", "1.1.0", files), "1.1.0"));
  await expect(later).toContainText(/Newest now: pkg:npm\/thing@1\.1\.0\. .*Integrity 1 of 3/);
  await expect(later.getByRole("link", { name: "pkg:npm/thing@1.1.0" })).toBeFocused();
  await expect(report(page)).toContainText("1.0.0"); // of the file, still
  await accessible(page);

  await expect(await check(latest(world, "1.0.0"))).toContainText(/It is the newest version now: pkg:npm\/thing@1\.0\.0\. .*Integrity 1 of 3/);
});

test("where nobody answers, what is newest is not known, and can be asked again", async ({ page, audit, origin, context }) => {
  await audit("pkg:npm/thing@1.0.0", world);
  const zip = await savedEvidence(page);
  await page.goto(`${origin}/check/`);
  await inhabit(context, origin, () => ({ status: 503, body: "" }));
  await page.getByLabel("An evidence file").setInputFiles(zip);
  await page.getByRole("button", { name: "Check", exact: true }).click();
  const button = page.getByRole("button", { name: "Ask what is newest now" });
  await button.click();
  await expect(page.locator("#check-says")).toContainText("503", { timeout: 15_000 });
  await expect(button).toBeEnabled();
});

test("what is no evidence gets an answer", async ({ page, origin }) => {
  await page.goto(`${origin}/check/`);
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await expect(page.locator("#check-says")).toContainText("Choose an evidence file");
  await page.getByLabel("An evidence file").setInputFiles({ name: "a.zip", mimeType: "application/zip", buffer: Buffer.from("PK nothing") });
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await expect(page.locator("#check-says")).toContainText("reading the evidence file: ");
});

test("a folder alone is looked up and compared", async ({ page, origin, context }) => {
  await inhabit(context, origin, world);
  await page.goto(`${origin}/check/`);
  await page.getByLabel("A folder in which").setInputFiles(await installed());
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await expect(page.locator("#check-says")).toContainText("0 of 1 packages differ from what was published.");
  await page.getByLabel("A folder in which").setInputFiles(await installed({ "evil.js": "x" }));
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await expect(page.locator("#check-says")).toContainText("1 of 1 packages differ from what was published.");
});

test("of a whole node_modules the one package is compared, and what changed in a file is shown", async ({ page, audit, origin }) => {
  await audit("pkg:npm/thing@1.0.0", world);
  const zip = await savedEvidence(page);
  const folder = await installed({ "lib/a.js": "// b <img src=x>\n" });
  await mkdir(join(folder, "other"));
  await writeFile(join(folder, "other", "package.json"), JSON.stringify({ name: "other", version: "2.0.0" }));
  await page.goto(`${origin}/check/`);
  await page.getByLabel("An evidence file").setInputFiles(zip);
  await page.getByLabel("A folder in which").setInputFiles(folder);
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await expect(page.locator("#check-saved")).toContainText("by the file’s own word");
  await expect(page.locator("#check-says")).toContainText("Compared was thing, one of 2 packages in the folder. Checked again: ");
  await expect(page.locator("#check-packages")).toContainText("1 changed; 2 files are as published.");
  await page.getByRole("button", { name: "Show what changed in lib/a.js" }).click();
  await expect(page.locator("#check-packages pre")).toHaveText("from line 1\n-// a\n+// b <img src=x>\n");
  await accessible(page);
});

test.describe("without a network", () => {
  test.use({ serviceWorkers: "allow", tolerated: [/./] });

  test("without a network the page opens, and evidence is checked", async ({ page, audit, origin, context }) => {
    await audit("pkg:npm/thing@1.0.0", world);
    const zip = await savedEvidence(page);
    const check = async () => {
      await page.getByLabel("An evidence file").setInputFiles(zip);
      await page.getByRole("button", { name: "Check", exact: true }).click();
      await expect(page.locator("#check-says")).toContainText("Checked again: ");
      await expect(report(page)).toContainText("thing");
    };
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      while (!(await caches.keys()).length || !navigator.serviceWorker.controller) await new Promise((resolve) => { setTimeout(resolve, 100); });
    });
    await page.goto(`${origin}/check/`);
    await check(); // the whole program is here from now on
    await context.setOffline(true);
    await page.goto(`${origin}/`);
    await expect(page.locator("#home")).toBeVisible();
    await expect(page.locator("#offline")).toBeVisible();
    await page.goto(`${origin}/check/`);
    await check();
  });
});
