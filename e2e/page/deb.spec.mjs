// A package of Debian's archive on the page: the real signed index, list and file.
// The list is kept on the device.
import { clocked, debWorld, recorded } from "../world.mjs";
import { expect, report, test } from "./fixture.mjs";

test.skip(!recorded, "the real cases are not beside this checkout (../shared/corpus)");

const reference = "pkg:deb/debian/libopenh264-cisco7@2.3.1%2Bdfsg-3%2Bdeb12u1?arch=amd64&distro=bookworm-security";

test("it is level 2, its script's download is shown, and its list is fetched once", async ({ page, audit, context, origin }) => {
  const pages = debWorld();
  const [list] = Object.keys(pages).filter((url) => url.includes("/by-hash/"));
  await clocked(context, "2026-11-26T12:00:00Z");
  const asked = await audit(reference, (url) => (url in pages ? { status: 200, body: pages[url] } : undefined));
  await expect(report(page)).toContainText("Integrity: level 2 of 3");
  await expect(report(page)).toContainText("wget -T 60");
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
