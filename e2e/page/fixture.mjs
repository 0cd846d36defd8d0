// Every test: no error on the console, no report of the content security
// policy, no request to a host that nobody declared.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test as base } from "@playwright/test";
import axe from "axe-core";
import { security } from "../../build/edge/config.mjs";
import { inhabit } from "../world.mjs";

const declared = security["content-security-policy"].match(/connect-src ([^;]+)/)[1].split(" ").filter((s) => s.startsWith("https://"));

export const test = base.extend({
  /** The site's origin. */
  origin: [async ({}, use) => { await use(process.env.TOUCHSTONE_E2E_URL); }, { scope: "test" }],

  /** What may go wrong on the console in this test, as regular expressions. */
  tolerated: [[], { option: true }],

  page: async ({ page, origin, tolerated }, use) => {
    const complaints = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type()) && !/Service Worker registration blocked by Playwright/.test(message.text())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.stack));
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (["http:", "https:"].includes(url.protocol) && url.origin !== origin && !declared.includes(url.origin)) complaints.push(`asked ${url}`);
    });
    page.on("filechooser", () => {}); // from the beginning: what opens one may come before who waits for it is known
    await use(page);
    expect(complaints.filter((text) => !tolerated.some((pattern) => pattern.test(text)))).toEqual([]);
  },

  /** Opens the audit of a reference in a world of recorded answers. */
  audit: async ({ page, context, origin }, use) => {
    await use(async (reference, world, options) => {
      const asked = await inhabit(context, origin, world, options);
      await page.goto(`${origin}/#${encodeURIComponent(reference)}`);
      return asked;
    });
  },
});

export { expect };

const others = {
  "200% zoom": { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 },
  dark: { colorScheme: "dark" },
  "forced colours": { forcedColors: "active" },
};

/**
 * How people may look at a page: wide, on a phone, and in one other way, another in
 * every run (see playwright.config.mjs); TOUCHSTONE_ALL=1 tries all, TOUCHSTONE_LOOK
 * names one.
 */
export const looks = {
  wide: {},
  "360 px": { viewport: { width: 360, height: 740 } },
  ...(process.env.TOUCHSTONE_ALL ? others : { [process.env.TOUCHSTONE_LOOK]: others[process.env.TOUCHSTONE_LOOK] }),
};

/**
 * Fails on anything that axe finds wrong, and on text of less contrast than 7 to 1
 * (WCAG 1.4.6, AAA). What has that contrast has AA's: axe measures once.
 */
export const accessible = (page) => finds(page, { rules: { "color-contrast-enhanced": { enabled: true }, "color-contrast": { enabled: false } } });

/** Fails on text of less contrast than that alone: what other colours change. */
export const contrast = (page) => finds(page, { runOnly: ["color-contrast-enhanced"] });

async function finds(page, options) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate((asked) => window.axe.run(asked), { ...options, resultTypes: ["violations"] });
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`)).toEqual([]);
}

/** Fails where the page would have to be scrolled sideways. */
export async function fits(page) {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  expect(content).toBeLessThanOrEqual(window);
}

export const report = (page) => page.locator("[data-report]");

/** Saves the evidence of the report that is shown, with the package; gives the file's path. */
export async function savedEvidence(page) {
  await page.getByRole("button", { name: "Save the evidence" }).click();
  await expect(page.getByRole("button", { name: /^Without the package: / })).toBeFocused();
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: /^With the package: / }).click();
  const zip = join(await mkdtemp(join(tmpdir(), "touchstone-")), "evidence.zip");
  await (await saving).saveAs(zip);
  return zip;
}

/** Drops a file on the page. */
export async function dropFile(page, bytes, name) {
  await page.evaluate(([bytes, name]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([Uint8Array.from(bytes)], name));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }, [[...bytes], name]);
}
