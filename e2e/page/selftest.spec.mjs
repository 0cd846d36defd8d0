// Known answers are asked for while nobody asks anything else.
import { mavenWorld, workerScript } from "../world.mjs";
import { accessible, expect, report, test } from "./fixture.mjs";

test("this browser gives the known answers", async ({ page, origin }) => {
  await page.goto(origin);
  expect(await page.evaluate(async () => {
    const { Auditor } = await import(document.querySelector('link[rel=modulepreload][href*="/auditor."]').href);
    return new Auditor().selftest();
  })).toEqual([]);
  await expect(page.locator("#unreliable")).toBeHidden();
});

test("the whole program is asked too, once it is needed", async ({ page, context, audit }) => {
  let asked = 0;
  context.on("request", (request) => { asked += /\/known\.[0-9a-f]+\.json$/.test(request.url()); });
  await audit("pkg:maven/com.example/thing@1.0.0", mavenWorld("1.0.0", {}));
  await expect(report(page)).toBeVisible();
  await expect.poll(() => asked).toBeGreaterThanOrEqual(1);
  expect(await page.evaluate(async () => {
    const { Auditor } = await import(document.querySelector('link[rel=modulepreload][href*="/auditor."]').href);
    return new Auditor({ whole: true }).selftest();
  })).toEqual([]);
  await expect(page.locator("#unreliable")).toBeHidden();
});

for (const path of ["/", "/lock/"]) test(`${path}: another answer than the known one is said wherever one is`, async ({ page, context, origin }) => {
  const { name, source } = workerScript();
  const judged = "if (trial.wrong)";
  expect(source.split(judged).length).toBe(2);
  await context.route(`**/assets/${name}`, (route) => route.fulfill({ contentType: "text/javascript", body: source.replace(judged, `if (!more) trial.wrong = "the proof of a log: a bad one was accepted";\n    ${judged}`) }));
  await page.goto(origin + path);
  if (path === "/lock/") await page.locator("#lock-file").setInputFiles({ name: "go.sum", mimeType: "text/plain", buffer: Buffer.from("") });
  await expect(page.getByRole("alert")).toHaveText("Do not rely on what this page says here: this browser gives a known question another answer (the proof of a log: a bad one was accepted). Use another browser or device.");
  await accessible(page);
});
