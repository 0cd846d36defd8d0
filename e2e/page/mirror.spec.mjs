// Repositories that the real tools made, on the page: whole, and as an attacker leaves
// them who has all but the keys. Their keys are anchors of the test's program alone.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuilt } from "../../wasm/build.mjs";
import { mirrors, unmade } from "../mirror.mjs";
import { anchoredFirst, inhabit, workerScript, workerServed } from "../world.mjs";
import { expect, report, test } from "./fixture.mjs";

let dir;

test.beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "touchstone-mirror-"));
  await ensureBuilt("anchored");
});
test.afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

for (const [kind, make] of Object.entries(mirrors)) {
  test(`${kind}: whole it is level 2, and tampered with at any link it is not`, async ({ page, context, origin }) => {
    test.skip(Boolean(unmade(kind)), unmade(kind));
    test.slow(); // six audits, each in a new worker
    const mirror = await make(join(dir, kind));
    let pages = mirror.pages;
    await inhabit(context, origin, (url) => (url in pages ? { status: 200, body: pages[url] } : undefined));
    const { given, script } = await anchoredFirst(context, workerScript(), mirror.anchors);
    await workerServed(context, script);
    const audited = async () => {
      await page.goto(`${origin}/principles/`); // ends the worker, and with it what it fetched
      await page.evaluate(async () => { for (const name of await caches.keys()) await caches.delete(name); });
      await page.goto(`${origin}/#${encodeURIComponent(mirror.reference)}`);
      await expect(report(page)).toBeVisible();
    };
    await audited();
    await expect(report(page)).toContainText("Integrity: level 2 of 3");
    await expect(page.locator(".verdict-failed")).toHaveCount(0);
    for (const { pages: other, says } of Object.values(mirror.tampered)) {
      pages = { ...mirror.pages, ...other };
      await audited();
      await expect(report(page)).toContainText(says);
      await expect(page.locator(".verdict-failed")).toHaveCount(1);
      await expect(report(page)).not.toContainText("Integrity: level 2");
    }
    expect(given.length).toBe(1 + Object.keys(mirror.tampered).length);
  });
}
