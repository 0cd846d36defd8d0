import { readFileSync } from "node:fs";
import { invented } from "../invented.mjs";
import { clocked, mintedCrate, mintedWorld } from "../world.mjs";
import { accessible, expect, fits, looks, report, test } from "./fixture.mjs";

const thing = "pkg:cargo/thing@1.0.0";
const files = {
  LICENSE: "An invented licence.\n", "README.md": "# thing\n", "src/lib.rs": "pub fn wrap() {}\n", "src/more.rs": "pub fn more() {}\n",
};
const sound = mintedCrate("thing", "1.0.0", files);
/** The same, with one byte of its file changed. */
const damaged = mintedCrate("thing", "1.0.0", files, (file) => {
  const body = Buffer.from(file);
  body[body.length >> 1] ^= 1;
  return body;
});

test("a Go module, through the relay", async ({ page, context, audit, origin }) => {
  const { reference, time, anchors, world } = invented("golang");
  await clocked(context, time, { anchors });
  const asked = await audit(reference, world);
  await expect(report(page)).toBeVisible();
  expect(asked.every((url) => url.startsWith("https://proxy.golang.org/"))).toBe(true);
  await expect(page.locator(".verdict .number")).toContainText("Integrity: level 2 of 3");
  await expect(page.locator("[data-heading]")).toBeFocused();
  await expect(page).toHaveTitle(/^Integrity 2 of 3.*: example\.com\/gold v1\.2\.3$/);
  await expect(page).toHaveURL(`${origin}/#${reference}`);
  await expect(page.locator("#status")).toContainText("Integrity 2 of 3");
  await expect(page.getByText("Some answers came through our relay")).toBeVisible();
  await expect(page.getByRole("region", { name: "Why not level 3?" })).toContainText("could:");
});

test("an npm package, directly and through the relay", async ({ page, context, audit }) => {
  const { reference, time, anchors, world } = invented("npm");
  await clocked(context, time, { anchors });
  const asked = await audit(reference, world);
  await expect(report(page)).toBeVisible();
  expect(asked).toContain("https://registry.npmjs.org/thing/1.2.3");
  await expect(page.locator(".verdict .number")).toContainText("level 3 of 3");
  for (const title of ["Source", "Build", "Integrity", "Attestation"]) {
    await expect(page.locator(".card").getByRole("heading", { name: title, exact: true })).toBeVisible();
  }
  expect(await page.locator(".card h3").allTextContents()).toEqual(["Source", "Build", "Integrity", "Attestation"]);
});

test.describe("relayed", () => {
  test.use({ tolerated: [/ERR_FAILED|Failed to load/] });
  test("what came by the relay alone is left open", async ({ page, audit }) => {
    await audit("npm:minted@1.0.0", mintedWorld("minted", "1.0.0", {}), { direct: false });
    await expect(page.locator(".verdict .number")).toContainText(/Integrity: level 0 of 3\s*at most 3/);
  });
});

test("a failed verdict cannot be missed", async ({ page, audit }) => {
  await audit(thing, damaged);
  await expect(page.locator(".verdict-failed")).toHaveText("FAILED");
  await expect(page.locator(".verdict-failed")).toBeInViewport();
  await expect(page).toHaveTitle(/^FAILED/);
  await expect(page.locator("#status")).toContainText("Do not use it");
});

for (const [name, look] of Object.entries(looks)) {
  test.describe(name, () => {
    test.use(look);
    test("a report and a failed one fit, and have nothing that axe finds", async ({ page, context, audit }) => {
      await audit(thing, sound);
      await expect(report(page)).toBeVisible();
      for (const details of await page.locator("[data-report] details").all()) await details.evaluate((d) => { d.open = true; });
      await fits(page);
      await accessible(page);
      await page.evaluate(() => { document.body.dir = "rtl"; });
      await fits(page);
      await context.unrouteAll();
      await page.goto("about:blank");
      await audit(thing, damaged);
      await expect(page.locator(".verdict-failed")).toBeVisible();
      await fits(page);
      await accessible(page);
    });
  });
}

test("where a document is turned by force, its English keeps its direction", async ({ page, audit }) => {
  await audit(thing, sound);
  await page.evaluate(() => { document.documentElement.dir = "rtl"; });
  const [stop, before] = await page.locator(".answer .limit").evaluate((p) => [1, 2].map((back) => {
    const text = document.createTreeWalker(p, NodeFilter.SHOW_TEXT).nextNode();
    const range = new Range();
    range.setStart(text, text.data.length - back);
    range.setEnd(text, text.data.length - back + 1);
    return { says: range.toString(), left: range.getBoundingClientRect().left };
  }));
  expect(stop.says).toBe(".");
  expect(stop.left).toBeGreaterThan(before.left);
});

test("states differ by word and by sign", async ({ page, context, audit }) => {
  const { reference, time, anchors, world } = invented("golang");
  await clocked(context, time, { anchors });
  await audit(reference, (url) => (url.endsWith(".info") ? { status: 503, body: "busy" } : world(url)));
  await expect(report(page)).toBeVisible();
  const signs = await page.locator(".requirement").evaluateAll((all) => all.map((e) => [e.querySelector(".mark span").textContent, e.querySelector(".mark svg").innerHTML]));
  const bySign = new Map(signs.map(([word, sign]) => [sign, word]));
  expect(new Set(signs.map(([word]) => word)).size).toBeGreaterThanOrEqual(4);
  for (const [word, sign] of signs) expect(bySign.get(sign)).toBe(word);
});

test("back and forward keep their answers", async ({ page, audit, origin }) => {
  await page.goto(origin);
  const asked = await audit(thing, sound);
  await expect(report(page)).toBeVisible();
  const before = asked.length;
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Is this the package they published?" })).toBeVisible();
  await page.goForward();
  await expect(report(page)).toBeVisible();
  expect(asked.length).toBe(before);
});

test("only with the keyboard: ask, read, open the evidence", async ({ page, audit }) => {
  await audit("", sound);
  await page.keyboard.press("/");
  await page.keyboard.type(thing);
  await page.keyboard.press("Enter");
  await expect(report(page)).toBeVisible();
  const summary = page.locator(".card-integrity summary").first();
  await summary.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.locator(".card-integrity details summary").first().press("Enter");
  await expect(page.locator(".card-integrity .finding").first()).toBeVisible();
  await page.getByRole("link", { name: "Files", exact: true }).press("Enter");
  await expect(page.locator("#files-title")).toBeFocused();
  await expect(page).toHaveURL(/#pkg:cargo\/thing@1\.0\.0#!files$/);
  await page.reload();
  await expect(page.locator("#files-title")).toBeFocused();
});

test("files are a tree, found by name and by digest, and open as text", async ({ page, audit }) => {
  await audit(thing, sound);
  await page.getByText("Show the files").click();
  const files = page.locator("[data-tree] .file");
  await expect(files.first()).toBeVisible();
  const all = Number(/^(\d+) files/.exec(await page.locator("#files p").first().innerText())[1]);
  const search = page.getByRole("searchbox");
  await search.fill("LICENSE");
  await expect(files).toHaveCount(1);
  const digest = (await files.locator("summary code").textContent()).slice(0, 16);
  await search.fill(digest);
  await expect(files.first()).toContainText("LICENSE");
  await expect(page.locator("[data-files-count]")).toHaveText(`1 of ${all} files`);
  await files.first().locator("summary").press("Enter");
  await expect(files.first().locator("pre")).toContainText("An invented licence.");
  await search.fill("pub fn wrap");
  await page.getByRole("button", { name: "Search inside the files" }).press("Enter");
  await expect(page.locator("[data-files-count]")).toHaveText(/^\d+ lines?$/);
  await expect(page.locator("[data-tree]")).toContainText("lib.rs, line");
  await accessible(page);
  await search.fill("");
  await expect(page.locator("[data-files-count]")).toHaveText("");
});

test("another version is compared file by file, and the shown one can still be looked into", async ({ page, audit }) => {
  const [one, two] = [mintedWorld("minted", "1.0.0", { "package/a.js": "1", "package/b.js": "same" }), mintedWorld("minted", "2.0.0", { "package/a.js": "2", "package/b.js": "same", "package/<b>.js": "new" })];
  await audit("npm:minted@1.0.0", (url) => one(url) ?? two(url));
  const place = page.getByRole("region", { name: "Compare with another version" });
  await place.getByRole("textbox", { name: "Version" }).fill("2.0.0");
  await place.getByRole("textbox", { name: "Version" }).press("Enter");
  await expect(place).toContainText("Files changed: 2"); // package.json names the version
  await expect(place).toContainText("Files added: 1");
  await place.getByText("Files added: 1").click();
  await expect(place.locator("li").last()).toHaveText("<b>.js");
  await expect(place.getByRole("link", { name: "Open the report of 2.0.0" })).toHaveAttribute("href", "#pkg:npm/minted@2.0.0");
  await accessible(page);
  await place.getByRole("textbox", { name: "Version" }).fill("3.0.0");
  await place.getByRole("button", { name: "Compare" }).click();
  await expect(place.locator("[data-compare-says]")).not.toBeEmpty();
  await page.getByText("Show the files").click();
  await page.locator("[data-tree] .file", { hasText: "a.js" }).locator("summary").click();
  await expect(page.locator(".file pre")).toHaveText("1");
});

test("of one's own file it is shown which files differ from the repository's copy", async ({ page, audit }) => {
  const other = mintedWorld("minted", "1.0.0", { "package/a.js": "mine", "package/b.js": "same" })("https://registry.npmjs.org/minted/-/minted-1.0.0.tgz").body;
  await audit("npm:minted@1.0.0", mintedWorld("minted", "1.0.0", { "package/a.js": "1", "package/b.js": "same" }));
  await expect(report(page)).toBeVisible();
  await page.locator("#file").setInputFiles({ name: "mine.tgz", mimeType: "application/gzip", buffer: other });
  await expect(page).toHaveTitle(/^FAILED: your file/);
  await page.getByRole("button", { name: "Show which files differ from the repository’s copy" }).press("Enter");
  const place = page.getByRole("region", { name: "Compare with another version" });
  await expect(place).toContainText("Files changed: 1");
  await expect(place.getByRole("columnheader", { name: "your file" }).first()).toBeVisible();
  await expect(place.getByRole("link", { name: "Open the report of the repository’s copy" })).toHaveAttribute("href", "#pkg:npm/minted@1.0.0");
});

test("what files hold is text, whatever it is; what is none is not shown", async ({ page, audit }) => {
  const evil = `<img src=x onerror="document.title='owned'">\u202eend`;
  await audit("npm:minted@1.0.0", mintedWorld("minted", "1.0.0", { "package/a.html": evil, "package/b.bin": "a\0b", "package/c.txt": "" }));
  await page.getByText("Show the files").click();
  for (const name of ["a.html", "b.bin", "c.txt"]) await page.locator("[data-tree] .file", { hasText: name }).locator("summary").click();
  await expect(page.locator(".file pre")).toHaveText(evil.replace("\u202e", "\\u202e"));
  await expect(page.locator("[data-tree]")).toContainText("This is no text: it is not shown.");
  await expect(page.locator("[data-tree]")).toContainText("The file is empty.");
  await page.getByRole("searchbox").fill("onerror=");
  await page.getByRole("searchbox").press("Enter");
  await expect(page.locator("[data-files-count]")).toHaveText("1 line");
  expect(await page.locator("[data-report] img").count()).toBe(0);
  expect(await page.title()).not.toContain("owned");
});

test("what is copied and saved is what is shown", async ({ page, context, audit, origin }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
  await audit(thing, sound);
  await page.locator("#again summary").first().click();
  await page.getByRole("button", { name: "Copy the command" }).first().click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await page.locator(".command code").first().textContent());
  await page.getByRole("button", { name: "Copy a link" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save the report" }).click()]);
  const saved = readFileSync(await download.path(), "utf8");
  expect(JSON.parse(saved).reference).toBe(thing);
  await page.locator("[data-raw] > summary").click();
  await expect(page.locator("[data-raw-text]")).toHaveText(saved, { useInnerText: false });
});

for (const [what, edit] of Object.entries({
  "a record": (manifest, evil) => ({
    ...manifest, deprecated: evil, description: evil, gitHead: evil, bugs: { url: `javascript:document.title='owned'` }, homepage: evil,
    repository: { url: `javascript:alert(1)//${evil}` }, dependencies: { [evil]: "1" }, scripts: { postinstall: evil },
  }),
  "another package's record": (manifest, evil) => ({ ...manifest, name: evil }),
})) {
  test(`everything from outside is text: ${what}`, async ({ page, audit }) => {
    const evil = `<img src=x onerror="document.title='owned'">\u202e\u200b`;
    const world = mintedWorld("minted", "1.0.0", {}, (record) => edit(record, evil));
    const list = JSON.stringify({ name: "minted", "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": { name: "minted", version: "1.0.0" } } });
    await audit("npm:minted@1.0.0", (url) => (url === "https://registry.npmjs.org/minted" ? { status: 200, body: list } : world(url)));
    await expect(report(page)).toBeVisible();
    await expect(report(page)).toContainText("<img src=x onerror=");
    expect(await page.locator("[data-report] img, [data-report] script, [data-report] iframe, [data-report] [onerror], [data-report] [style]").count()).toBe(0);
    for (const href of await page.locator("[data-report] a").evaluateAll((all) => all.map((a) => a.getAttribute("href")))) expect(href).toMatch(/^(https:\/\/|(\/badge\/)?#pkg:|\/how\/|\/principles\/[a-z]+\/#[a-z-]+$)/);
    expect(await page.title()).not.toContain("owned");
    expect(await page.locator("body").innerText()).not.toMatch(/[\u202e\u200b]/);
  });
}

test("file names from outside are text, in the list and in what is found", async ({ page, audit }) => {
  const names = [`<img src=x onerror="document.title='owned'">.js`, "a\u202etxt.js", "\u200bhidden.js", "&lt;b&gt;.js", "'\"><svg onload=alert(1)>"];
  await audit("npm:minted@1.0.0", mintedWorld("minted", "1.0.0", Object.fromEntries(names.map((name, i) => [`package/${name}`, `${i}`]))));
  await expect(report(page)).toBeVisible();
  await page.getByText("Show the files").click();
  await page.getByRole("searchbox").fill(".js");
  for (const details of await page.locator("[data-report] details").all()) await details.evaluate((d) => { d.open = true; });
  const list = await page.locator("[data-tree]").innerText();
  for (const shown of ["<img src=x onerror=", "a\\u202etxt.js", "\\u200bhidden.js", "&lt;b&gt;.js"]) expect(list).toContain(shown);
  expect(await page.locator("[data-report] img, [data-report] script, [data-report] [onerror], [data-report] [onload]").count()).toBe(0);
  expect(await page.title()).not.toContain("owned");
  expect(await page.locator("body").innerText()).not.toMatch(/[\u202e\u200b]/);
  await accessible(page);
});

test("of thousands of files only those stand in the page that are looked at", async ({ page, audit }) => {
  const files = Object.fromEntries(Array.from({ length: 6000 }, (_, i) => [`package/lib/${i}.js`, `export default ${i};`]));
  await audit("npm:minted@1.0.0", mintedWorld("minted", "1.0.0", files));
  await expect(report(page)).toBeVisible();
  await page.getByText("Show the files").click();
  await page.locator("[data-tree] summary", { hasText: "lib/" }).click();
  const shown = page.locator("[data-tree] .file");
  expect(await shown.count()).toBeLessThanOrEqual(201);
  await page.getByRole("searchbox").fill("lib/5999.js");
  await expect(shown).toHaveCount(1);
});

test("a link to another package runs its audit", async ({ page, audit }) => {
  await audit("npm:minted@1.0.0", mintedWorld("minted", "1.0.0", { "package/package.json": JSON.stringify({ name: "minted", version: "1.0.0", dependencies: { "tuf-js": "^1.0.0" } }) }));
  await page.getByRole("link", { name: "pkg:npm/tuf-js" }).first().click();
  await expect(page.locator("#problem-title")).toHaveText("This could not be checked");
  await expect(page.getByRole("textbox", { name: /package URL/ })).toHaveValue("pkg:npm/tuf-js");
  await accessible(page);
});
