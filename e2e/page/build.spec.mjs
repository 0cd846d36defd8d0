// The page holds itself to a list of files that somebody brings.
import { expect, test, accessible } from "./fixture.mjs";

test.use({ tolerated: [/status of 404/] });

test("a list of one's own is compared with every file, and with what was loaded", async ({ page, origin }) => {
  const list = await (await fetch(`${origin}/build.json`)).json();
  const bring = (files) => page.locator("#compare-file").setInputFiles({ name: "build.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify({ ...list, files })) });
  await page.goto(`${origin}/build/`);
  await bring(list.files);
  await expect(page.locator("#compare-says")).toHaveText(new RegExp(`^All ${Object.keys(list.files).length} files \\(.*\\) are those of your list\\.$`));
  await accessible(page);
  const { "/sw.js": _, ...fewer } = list.files;
  await bring({ ...fewer, "/index.html": "0".repeat(64), "/assets/more.js": "0".repeat(64) });
  await expect(page.locator("#compare-list li")).toHaveText(["/assets/more.js is not here: the server answers 404.", "/index.html is another file here.", "/sw.js is here, and not in your list."]);
  await page.locator("#compare-file").setInputFiles({ name: "x", mimeType: "text/plain", buffer: Buffer.from("no JSON") });
  await expect(page.locator("#compare-says")).toContainText("could not be compared");
});
