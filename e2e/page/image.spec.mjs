// A container image: what is fetched for who asks for it, and a key that is brought.
import { imageWorld } from "../world.mjs";
import { accessible, expect, fits, report, test } from "./fixture.mjs";

test("its layers, and a key that the reader brings", async ({ page, audit }) => {
  const image = imageWorld({ "etc/thing.conf": "gold\n", "bin/.wh.old": "" }, { size: 100_000_000 }); // as large as one that is read as it comes
  const asked = await audit(image.reference, image.world);
  await expect(report(page)).toContainText("Nobody vouches here for whose that is");
  await expect(report(page)).not.toContainText("etc/thing.conf");
  const before = asked.length;

  await page.getByRole("button", { name: "Bring a key" }).click();
  await expect(page.getByLabel("Key file")).toBeFocused();
  await page.getByLabel("Key file").setInputFiles({ name: "cosign.pub", mimeType: "text/plain", buffer: Buffer.from(image.key) });
  await expect(page.locator("#keys-chosen")).toHaveText("A signature by cosign.pub is expected. Whose that key is rests on your word. Leave the key out");
  await page.getByRole("button", { name: "Look inside: fetch 1 layer, 100 MB" }).click();
  await expect(report(page)).toContainText("You brought that key");
  await expect(report(page)).toContainText("etc/thing.conf");
  expect(asked.length).toBeGreaterThan(before);
  await accessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page);

  // The address says what it was asked with, but for the key: that is the reader's.
  expect(new URL(page.url()).hash).toMatch(/#with=inside,key$/);
  await page.reload();
  await expect(report(page)).toContainText("etc/thing.conf");
  await expect(report(page)).toContainText("Nobody vouches here for whose that is");
  await expect(page.locator("#keys-name")).toContainText("a key that this page does not have");
  expect(new URL(page.url()).hash).toMatch(/#with=inside,key$/);

  await page.getByRole("button", { name: "Leave the key out" }).click();
  expect(new URL(page.url()).hash).toMatch(/#with=inside$/);
  await page.locator("[data-again]").first().click();
  await expect(report(page)).toContainText("Nobody vouches here for whose that is");
});
