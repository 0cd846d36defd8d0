// When the auditor begins, and what a visit asks the network for: counted, not timed.
import { expect, test } from "./fixture.mjs";

const worker = /\/assets\/worker\.[0-9a-f]+\.js$/;
const wasm = /\/assets\/touchstone\.[0-9a-f]+\.wasm$/;
const app = /\/assets\/app\.[0-9a-f]+\.js$/;

/** Says that nothing else is to be done only when the test does: release() in the page. */
const busy = (page) => page.addInitScript(() => {
  const waiting = [];
  globalThis.requestIdleCallback = (then) => waiting.push(then);
  globalThis.release = () => waiting.splice(0).forEach((then) => then());
});

/** Keeps the page's own script back until the test lets it come. */
async function held(context) {
  let free;
  const waits = new Promise((resolve) => { free = resolve; });
  await context.route(app, async (route) => {
    await waits;
    await route.continue();
  });
  return free;
}

/** A visit on which the service worker has everything, as far as the page sees: it is blocked here, so that requests can be held. */
const controlled = (page) => page.addInitScript(() => { Object.defineProperty(navigator.serviceWorker, "controller", { get: () => ({}) }); });

test("who comes for the first time sees the page before the auditor is fetched", async ({ page, origin }) => {
  const asked = [];
  page.on("request", (request) => { if (worker.test(request.url()) || wasm.test(request.url())) asked.push(request.url()); });
  await busy(page);
  await page.goto(origin);
  await expect.poll(() => page.evaluate(() => performance.getEntriesByName("first-contentful-paint").length)).toBe(1);
  await page.waitForLoadState("networkidle");
  expect(asked).toEqual([]);
  const fetched = page.waitForRequest(wasm);
  await page.evaluate(() => globalThis.release());
  await fetched;
});

for (const [name, path, prepare] of [["on a later visit", "/", controlled], ["for who comes with a question", "/#sigstore", async () => {}]]) {
  test(`${name} the auditor begins without the page's other scripts, and is loaded once`, async ({ page, context, origin }) => {
    const asked = [];
    page.on("request", (request) => { if (worker.test(request.url())) asked.push(request.url()); });
    await busy(page);
    await prepare(page);
    const free = await held(context);
    const [begun, fetched] = [page.waitForRequest(worker), page.waitForRequest(wasm)];
    const arrived = page.goto(origin + path);
    await begun;
    await fetched;
    free();
    await arrived;
    await page.getByRole("textbox").fill("sigstore");
    await page.keyboard.press("Enter");
    await expect(page.locator("#problem-choices a").first()).toHaveText("pkg:npm/sigstore");
    expect(asked).toHaveLength(1);
  });
}

test("a program that came from anywhere but what is kept is not run: nobody compared its digest", async ({ page, context, origin }) => {
  let asked = 0;
  const empty = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]); // a module in its form, and no program
  await context.route(wasm, (route) => (asked++ === 0 ? route.fulfill({ contentType: "application/wasm", body: empty }) : route.continue()));
  await controlled(page);
  await page.goto(origin);
  await page.getByRole("textbox").fill("lodash");
  await expect(page.locator("#box-meant a").first()).toHaveText("pkg:npm/lodash");
  expect(asked).toBe(2);
  expect(await page.workers()[0].evaluate(() => performance.getEntriesByType("mark").map(({ name }) => name))).toEqual(["given", "compiled", "instantiated", "ready"]); // the worker that waited for it, and no second one
});

test.describe("with the service worker", () => {
  test.use({ serviceWorkers: "allow" });
  test("a later visit asks the network for the page alone, and the auditor loads from what is kept", async ({ page, context, origin }) => {
    await page.goto(origin);
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      while (!navigator.serviceWorker.controller) await new Promise((resolve) => { setTimeout(resolve, 50); });
    });
    await page.getByRole("textbox").fill("sigstore"); // read by the auditor: it is there
    await expect(page.locator("#box-meant a").first()).toHaveText("pkg:npm/sigstore");
    await page.close();

    const [asked, answered] = [[], new Map()];
    context.on("request", (request) => { if (request.serviceWorker()) asked.push(new URL(request.url()).pathname); });
    context.on("response", (response) => { if (!response.request().serviceWorker()) answered.set(new URL(response.url()).pathname, response.fromServiceWorker()); });
    const again = await context.newPage();
    await busy(again); // the self-test has its own documents
    await again.goto(origin);
    await again.getByRole("textbox").fill("lodash");
    await expect(again.locator("#box-meant a").first()).toHaveText("pkg:npm/lodash");
    expect(asked).toEqual(["/"]);
    expect(await again.workers()[0].evaluate(() => performance.getEntriesByType("mark").map(({ name }) => name))).toEqual(["given", "compiled", "instantiated", "ready"]);
    expect(await again.evaluate(() => performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".wasm")).map((one) => one.workerFinalSourceType))).toEqual(["cache"]);
    expect([...answered].filter(([path, kept]) => path !== "/sw.js" && !kept)).toEqual([]);
    expect(answered.size).toBeGreaterThan(20);
  });
});
