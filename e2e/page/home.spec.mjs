import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { inhabit } from "../world.mjs";
import { accessible, expect, fits, looks, test } from "./fixture.mjs";

const pages = ["/", "/how/", "/privacy/", "/about/"];

for (const [name, look] of Object.entries({ ...looks, "reduced motion": { reducedMotion: "reduce" } })) {
  test.describe(name, () => {
    test.use(look);
    for (const path of pages) {
      test(`${path} fits and has nothing that axe finds`, async ({ page, origin }) => {
        await page.goto(origin + path);
        await fits(page);
        await accessible(page);
      });
    }
  });
}

test("right to left, nothing runs out of the page", async ({ page, origin }) => {
  for (const path of pages) {
    await page.goto(origin + path);
    await page.evaluate(() => { document.body.dir = "rtl"; });
    await fits(page);
  }
});

test("on paper it keeps its heading and its box", async ({ page, origin }) => {
  await page.goto(origin);
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "A package URL" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Check it" })).toBeHidden();
});

test.describe("without script", () => {
  test.use({ javaScriptEnabled: false });
  test("the first page reads well, and says what needs it", async ({ page, origin }) => {
    await page.goto(origin);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Is this the package they published?");
    // Playwright stops scripts after Chromium decided not to read this element.
    expect(await (await page.request.get(origin)).text()).toMatch(/<noscript>.*Checking packages needs JavaScript/);
    await expect(page.getByRole("heading", { name: "Integrity" })).toBeVisible();
  });
});

test("the slash key brings the box, unless it is switched off", async ({ page, origin }) => {
  const wasm = page.waitForRequest(/touchstone\.[0-9a-f]+\.wasm$/); // nobody has to ask for it
  await page.goto(origin);
  await page.keyboard.press("/");
  await expect(page.getByRole("textbox")).toBeFocused();
  await page.keyboard.type("x/y");
  await expect(page.getByRole("textbox")).toHaveValue("x/y");
  await wasm;
  await page.getByRole("checkbox", { name: /key brings you back/ }).uncheck();
  await page.reload();
  await page.locator("#main").focus();
  await page.keyboard.press("/");
  await expect(page.getByRole("textbox")).not.toBeFocused();
});

test("the first link leads over the header without asking for a package", async ({ page, origin }) => {
  await page.goto(origin);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#main")).toBeFocused();
  await expect(page).toHaveURL(`${origin}/`);
});

test("an empty box is no question", async ({ page, origin }) => {
  await page.goto(origin);
  await page.getByRole("textbox").fill("   ");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("textbox")).toBeFocused();
  await expect(page.getByText("There is nothing in the box yet.")).toBeVisible();
  await expect(page.getByRole("textbox")).toHaveAttribute("aria-invalid", "true");
  await accessible(page);
  await expect(page.locator("#working")).toBeHidden();
});

test("every example is one click away", async ({ page, origin }) => {
  await page.goto(origin);
  for (const link of await page.locator("[data-example]").all()) {
    const text = await link.locator("code").textContent();
    expect(decodeURIComponent((await link.getAttribute("href")).slice(1))).toBe(text);
  }
});

test("at most 55 KB of text and 60 KB of typefaces come before the WebAssembly", () => {
  const site = fileURLToPath(new URL("../../build/site/", import.meta.url));
  let weight = gzipSync(readFileSync(`${site}index.html`)).length; // as the edge sends it
  let faces = 0;
  // The known answers of the self-test are fetched when nobody waits.
  const all = readdirSync(`${site}assets`).filter((name) => !/\.(br|wasm|json)$/.test(name));
  // What the home page names, what that names, and so on: what other pages load is theirs.
  const [waiting, loaded] = [[readFileSync(`${site}index.html`, "utf8")], new Set()];
  while (waiting.length > 0) {
    const text = waiting.pop();
    for (const name of all.filter((one) => !loaded.has(one) && text.includes(one))) {
      loaded.add(name);
      if (name.endsWith(".woff2")) faces += readFileSync(`${site}assets/${name}`).length;
      else {
        weight += readFileSync(`${site}assets/${name}.br`).length;
        waiting.push(readFileSync(`${site}assets/${name}`, "utf8"));
      }
    }
  }
  expect([...loaded].some((name) => name.startsWith("worker."))).toBe(true);
  expect(weight).toBeGreaterThan(5_000);
  expect(weight).toBeLessThanOrEqual(55_000);
  expect(faces).toBeGreaterThan(10_000);
  expect(faces).toBeLessThanOrEqual(60_000);
});

test("the box says what it understood before anything is asked", async ({ page, origin, context }) => {
  const asked = await inhabit(context, origin, () => undefined);
  await page.goto(origin);
  const box = page.getByRole("textbox");
  await page.getByRole("checkbox", { name: /^Suggest names/ }).uncheck();
  await box.fill("npm install --save-dev lodash@4.17.21");
  await expect(page.locator("#box-says")).toHaveText("This means lodash, version 4.17.21, from npm.");
  await box.fill("lodash");
  await expect(page.locator("#box-meant a").first()).toHaveText("pkg:npm/lodash");
  await box.fill("github.com/pkg/errors v0.9.1 h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
  await expect(page.locator("#box-says")).toContainText("compared with the digest that you gave");
  expect(asked).toEqual([]);
  await accessible(page);
});

test("a dropped text goes into the box, lines and all; a package file is kept for the question", async ({ page, origin }) => {
  await page.goto(origin);
  const drop = (name, text) => page.evaluate(([name, text]) => {
    const dataTransfer = new DataTransfer();
    if (name) dataTransfer.items.add(new File([Uint8Array.from(text, (c) => c.charCodeAt(0))], name));
    else dataTransfer.setData("text/plain", text);
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }, [name, text]);
  await drop("", "lodash@^4.17.21:\n  version \"4.17.21\"\n");
  await expect(page.getByRole("textbox")).toHaveValue('lodash@^4.17.21:\n  version "4.17.21"');
  await drop("entry.txt", "github.com/pkg/errors v0.9.1 h1:x=\n");
  await expect(page.getByRole("textbox")).toHaveValue("github.com/pkg/errors v0.9.1 h1:x=");
  await drop("lodash.tgz", "\x1f\x8b\x00\x00");
  await expect(page.locator("#file-name")).toContainText("lodash.tgz");
  await drop("package-lock.json", "{}".padEnd(20_000));
  await expect(page).toHaveURL(`${origin}/lock/`);
});

test("what was checked on this device is a press away, until it is cleared", async ({ page, origin }) => {
  await page.addInitScript(() => localStorage.setItem("recent checks", JSON.stringify([{ reference: "pkg:npm/a@1.0.0", said: "Integrity 2 of 3: a 1.0.0" }, { broken: true }])));
  await page.goto(origin);
  await expect(page.getByRole("link", { name: "pkg:npm/a@1.0.0" })).toHaveAttribute("href", "#pkg:npm/a@1.0.0");
  await accessible(page);
  await page.getByRole("button", { name: "Clear the list" }).press("Enter");
  await expect(page.locator("#recent")).toBeHidden();
  expect(await page.evaluate(() => localStorage.getItem("recent checks"))).toBeNull();
});

test("that there is no network stands where the text does", async ({ page, origin, context }) => {
  await page.goto(origin);
  await context.setOffline(true);
  const note = page.locator("#offline");
  await expect(note).toBeVisible();
  const [at, text] = [await note.boundingBox(), await page.locator("#examples-title").boundingBox()];
  expect(Math.abs(at.x - text.x)).toBeLessThanOrEqual(1);
  await fits(page);
  await accessible(page);
});

test("what axe looks for, it finds", async ({ page, origin }) => {
  await page.goto(`${origin}/privacy/`);
  await page.evaluate(() => { document.querySelector("h1").style.color = "#777"; });
  await expect(accessible(page)).rejects.toThrow("color-contrast-enhanced");
});
