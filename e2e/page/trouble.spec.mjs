import { inhabit, mintedCrate, mintedWorld } from "../world.mjs";
import { accessible, expect, report, test } from "./fixture.mjs";

const errors = "github.com/pkg/errors@v0.9.1";
const nothing = () => undefined;
const title = (page) => page.locator("#problem-title");

test("a word that may be several packages becomes a choice", async ({ page, audit }) => {
  await audit("sigstore", nothing);
  await expect(title(page)).toBeFocused();
  await expect(page.locator("#problem-choices a").first()).toHaveText("pkg:npm/sigstore");
  await accessible(page);
});

test("an ecosystem that is not served is refused by name", async ({ page, audit }) => {
  await audit("pkg:gem/rails@7.0.0", nothing);
  await expect(page.locator("#problem-detail")).toContainText("RubyGems packages can't be checked here yet");
  await expect(page.getByRole("textbox")).toHaveValue("pkg:gem/rails@7.0.0");
});

test("a broken fragment is a refused reference", async ({ page, origin }) => {
  await page.goto(`${origin}/#%E0%A4%A`);
  await expect(title(page)).toHaveText("This could not be checked");
});

test("cancel stops at once and keeps the reference; again goes on", async ({ page, context, origin, audit }) => {
  const thing = "pkg:npm/thing@1.0.0";
  const world = mintedWorld("thing", "1.0.0", {});
  await audit(thing, world, { wait: () => new Promise(() => {}) }); // nobody answers, however long the page is looked at
  await expect(page.locator("#steps li").first()).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(title(page)).toHaveText("Cancelled", { timeout: 1000 });
  await expect(page.getByRole("textbox")).toHaveValue(thing);
  await context.unrouteAll({ behavior: "ignoreErrors" });
  await inhabit(context, origin, world);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(report(page)).toBeVisible();
});

test.describe("a loader that does not load", () => {
  test.use({ tolerated: [/./] });

  for (const name of ["app", "report"]) {
    test(`a page whose ${name}.js does not arrive says so, and offers no box that would not answer`, async ({ page, context, origin }) => {
      await context.route(new RegExp(`assets/${name}\\.[0-9a-f]+\\.js$`), (route) => route.abort());
      await page.goto(`${origin}/#${errors}`);
      await expect(page.locator("#unloaded")).toContainText("Load the page again");
      await expect(page.locator("#ask")).toBeHidden();
      await expect(page.locator("#home")).toBeVisible();
    });
  }

  test("an auditor with another digest is refused", async ({ page, context, audit }) => {
    await context.route(/touchstone\.[0-9a-f]+\.wasm$/, (route) => route.fulfill({ status: 200, contentType: "application/wasm", body: Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]) }));
    await audit(errors, nothing);
    await expect(title(page)).toHaveText("The auditor could not be loaded");
    await expect(page.getByRole("textbox")).toHaveValue(errors);
    await accessible(page);
  });

  test("an auditor that did not arrive is asked for again", async ({ page, context, audit }) => {
    let lost = true;
    await context.route(/touchstone\.[0-9a-f]+\.wasm$/, (route) => (lost ? route.abort() : route.continue()));
    await audit("sigstore", nothing);
    await expect(title(page)).toHaveText("The auditor could not be loaded");
    lost = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(title(page)).toHaveText("Which one is meant?");
  });

  test("a panic is an apology that keeps the reference", async ({ page, context, audit }) => {
    await context.route(/assets\/worker\.[0-9a-f]+\.js$/, (route) => route.fulfill({
      contentType: "text/javascript",
      body: `postMessage({type:"ready"}); onmessage = ({data}) => postMessage({type:"error", id:data.id, name:"PanicError", message:"the audit stopped on a fault of its own: boom", stack:"goroutine 1"});`,
    }));
    await audit(errors, nothing);
    await expect(title(page)).toHaveText("Sorry, the auditor broke");
    await expect(page.locator("#problem-reference")).toHaveText(errors);
    await page.getByText("What broke").click();
    await expect(page.locator("#problem-trace pre")).toHaveText("goroutine 1");
    await accessible(page);
  });

  test("a worker that dies is replaced", async ({ page, context, audit }) => {
    let first = true;
    await context.route(/assets\/worker\.[0-9a-f]+\.js$/, (route) => {
      if (!first) return route.continue();
      first = false;
      return route.fulfill({ contentType: "text/javascript", body: `postMessage({type:"ready"}); onmessage = () => { throw new Error("died"); };` });
    });
    await audit("sigstore", nothing);
    await expect(title(page)).toHaveText("Sorry, the auditor stopped");
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(title(page)).toHaveText("Which one is meant?");
  });

  test("a worker that ends without a word is noticed at once, and replaced", async ({ page, context, audit }) => {
    let first = true;
    await context.route(/assets\/worker\.[0-9a-f]+\.js$/, (route) => {
      if (!first) return route.continue();
      first = false;
      return route.fulfill({ contentType: "text/javascript", body: `navigator.locks.request(self.name, () => { postMessage({type:"held"}); postMessage({type:"ready"}); return new Promise(() => {}); }); onmessage = () => setTimeout(() => self.close(), 300);` });
    });
    await audit("sigstore", nothing);
    await expect(title(page)).toHaveText("Sorry, the auditor stopped");
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(title(page)).toHaveText("Which one is meant?");
  });

  test("a worker that hangs does not hold up the next audit", async ({ page, context, audit }) => {
    let first = true;
    await context.route(/assets\/worker\.[0-9a-f]+\.js$/, (route) => {
      if (!first) return route.continue();
      first = false;
      return route.fulfill({ contentType: "text/javascript", body: `postMessage({type:"ready"}); onmessage = () => { for (;;); };` });
    });
    await audit("sigstore", nothing);
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect(title(page)).toHaveText("Cancelled");
    await page.waitForTimeout(2000);
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(title(page)).toHaveText("Which one is meant?");
  });

  test("with the relay down, a file that the person has is checked", async ({ page, context, origin, audit }) => {
    const world = mintedCrate("thing", "1.0.0", { "src/lib.rs": "" });
    const buffer = world("https://static.crates.io/crates/thing/thing-1.0.0.crate").body;
    await audit("pkg:cargo/thing@1.0.0", nothing, { relay: false, direct: false });
    await expect(page.getByRole("heading", { name: "The package did not arrive" })).toBeInViewport();
    await expect(page.locator(".verdict .number")).toContainText("at most 1");
    await accessible(page);
    // The record answers now, the package still does not come.
    await context.unrouteAll({ behavior: "ignoreErrors" });
    await inhabit(context, origin, (url) => (url.endsWith(".crate") ? undefined : world(url)));
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("button", { name: "Check the package file that I have" }).click()]);
    await chooser.setFiles({ name: "thing.crate", mimeType: "application/gzip", buffer });
    await expect(page.locator(".verdict .number")).toContainText("Integrity: level 1 of 3");
    await expect(page.locator("#file-name")).toContainText("thing.crate");
    await expect(page.locator(".kicker")).toHaveText("Your file thing.crate is checked as:");
  });
});

test.describe("without a network", () => {
  test.use({ serviceWorkers: "allow", tolerated: [/./] });
  test("the page opens on a second visit, says so, and still reads references", async ({ page, context, origin }) => {
    await page.goto(origin);
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      while (!(await caches.keys()).length || !navigator.serviceWorker.controller) await new Promise((resolve) => { setTimeout(resolve, 100); });
    });
    await context.setOffline(true);
    await page.reload();
    await expect(page.getByText("There is no network.")).toBeVisible();
    await page.getByRole("textbox").fill("sigstore");
    await page.keyboard.press("Enter");
    await expect(page.locator("#problem-choices a").first()).toHaveText("pkg:npm/sigstore");
    await accessible(page);
  });
});
