// A package of Debian's archive on the page: an invented one, and where it is beside
// the checkout a real one. The list is kept on the device.
import { invented } from "../invented.mjs";
import { clocked, debWorld, recorded } from "../world.mjs";
import { expect, report, test } from "./fixture.mjs";

for (const [which, made, script] of [["an invented one", () => invented("deb"), "wget http://example.com/more.bin"], ...(recorded ? [["a real one", debWorld, "wget -T 60"]] : [])]) {
  test(`${which} is level 2, its script's download is shown, and its list is fetched once`, async ({ page, audit, context, origin }) => {
    const { reference, time, anchors, pages, world } = made();
    const [list] = Object.keys(pages).filter((url) => url.includes("/by-hash/"));
    await clocked(context, time, { anchors });
    const asked = await audit(reference, world);
    await expect(report(page)).toContainText("Integrity: level 2 of 3");
    await expect(report(page)).toContainText(script);
    const lists = () => asked.filter((url) => url === list).length;
    expect(lists()).toBe(1);
    await page.goto(`${origin}/principles/`); // ends the worker
    await page.goto(`${origin}/#${encodeURIComponent(reference)}`);
    await expect(report(page)).toContainText("Integrity: level 2 of 3");
    expect(lists()).toBe(1);

    // Another list in its place, here and at the archive: it is hashed before it is used.
    pages[list] = Buffer.concat([pages[list], Buffer.from("x")]);
    await page.evaluate(async () => {
      const cache = await caches.open("kept-documents");
      for (const key of await cache.keys()) await cache.put(key, new Response("damaged"));
    });
    await page.goto(`${origin}/principles/`);
    await page.goto(`${origin}/#${encodeURIComponent(reference)}`);
    await expect(report(page)).toContainText("FAILED");
    expect(lists()).toBe(2);
  });
}
