import { mintedCrate } from "../world.mjs";
import { expect, report, test } from "./fixture.mjs";

const thing = "pkg:cargo/thing@1.0.0";
const world = mintedCrate("thing", "1.0.0", { "src/lib.rs": "" });
const title = (page) => page.locator("#problem-title");

/** Makes the store of earlier visits open late (after so many milliseconds), or never. */
function slowStore(page, ms) {
  return page.addInitScript((ms) => {
    const open = IDBFactory.prototype.open;
    window.opened = 0;
    IDBFactory.prototype.open = function (...args) {
      window.opened++;
      const stand = {};
      if (ms !== undefined) setTimeout(() => {
        const real = open.apply(this, args);
        for (const event of ["onupgradeneeded", "onsuccess", "onerror"]) real[event] = () => { stand.result = real.result; stand.error = real.error; stand[event]?.(); };
      }, ms);
      return stand;
    };
  }, ms);
}

test("cancelled before it began, it stays cancelled", async ({ page, audit }) => {
  await slowStore(page, 800);
  const asked = await audit(thing, world);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(title(page)).toHaveText("Cancelled");
  await page.waitForTimeout(1500);
  await expect(title(page)).toHaveText("Cancelled");
  expect(asked).toEqual([]);
});

test("a late answer does not take the place of what was asked since", async ({ page, audit, origin }) => {
  await slowStore(page, 1000);
  await audit(thing, world);
  await page.waitForFunction(() => window.opened === 2); // the first answer is being kept
  await page.evaluate(() => { location.hash = "#sigstore"; });
  await expect(title(page)).toHaveText("Which one is meant?");
  await page.waitForTimeout(500);
  await expect(page).toHaveURL(`${origin}/#sigstore`);
  await expect(page.getByRole("textbox")).toHaveValue("sigstore");
});

test("a late refusal does not take the place of what was asked since", async ({ page, audit, origin }) => {
  await slowStore(page, 800);
  await audit("sigstore", world);
  await page.evaluate((next) => { location.hash = next; }, `#${thing}`); // while the first waits for the store
  await expect(report(page)).toBeVisible();
  await expect(page).toHaveURL(`${origin}/#pkg:cargo/thing@1.0.0`);
});

test("a store that never opens holds nothing up", async ({ page, audit }) => {
  await slowStore(page, undefined);
  await audit(thing, world);
  await expect(report(page)).toBeVisible();
});

test("a damaged store is a first visit", async ({ page, audit, origin }) => {
  await page.goto(`${origin}/how/`);
  await page.evaluate(() => new Promise((resolve, reject) => {
    const request = indexedDB.open("touchstone", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("kept");
    request.onerror = reject;
    request.onsuccess = () => {
      const transaction = request.result.transaction("kept", "readwrite");
      transaction.objectStore("kept").put({ heads: { "sum.golang.org": 5, "other.example": { evil: true }, "third.example": "no head" }, memory: ["x"] }, "all");
      transaction.oncomplete = () => { request.result.close(); resolve(); };
    };
  }));
  await audit(thing, world);
  await expect(page.locator(".verdict .number")).toContainText("Integrity: level 1 of 3");
});

test("a file that is too large leaves the one before it out too", async ({ page, audit }) => {
  await audit("", world);
  await page.locator("#bring summary").click();
  await page.locator("#file").setInputFiles({ name: "small.zip", mimeType: "application/zip", buffer: Buffer.from("PK") });
  await expect(page.locator("#file-name")).toContainText("small.zip");
  await page.evaluate(() => {
    const drop = Object.assign(new Event("drop"), { dataTransfer: { types: ["Files"], files: [{ name: "large.zip", size: 300 * 2 ** 20 }] } });
    dispatchEvent(drop);
  });
  await expect(page.locator("#file-name")).toContainText("large.zip is larger than");
  await page.getByRole("textbox").fill(thing);
  await page.keyboard.press("Enter");
  await expect(page.locator(".verdict .number")).toContainText("Integrity: level 1 of 3", { timeout: 20_000 });
});

test("a file that is gone is said to be gone", async ({ page, audit }) => {
  await page.addInitScript(() => {
    const Real = Worker;
    // The worker gets a file whose bytes the disk no longer has.
    window.Worker = class extends Real {
      postMessage(message) {
        super.postMessage(message.file ? { ...message, file: { name: message.file.name } } : message);
      }
    };
  });
  await audit(thing, world);
  await expect(report(page)).toBeVisible();
  await page.locator("#file").setInputFiles({ name: "gone.zip", mimeType: "application/zip", buffer: Buffer.from("PK") });
  await expect(title(page)).toHaveText("The file could not be read");
  await expect(page.locator("#problem-detail")).toContainText("gone.zip");
});
