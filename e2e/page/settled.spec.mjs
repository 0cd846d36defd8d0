// Audits at a time when the anchors were young: nothing is left open by their age, so
// this is how a package with provenance reads. Of real packages, where they are beside
// the checkout, by the anchors that are built in; of invented ones by theirs.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { invented } from "../invented.mjs";
import { commandLine } from "../mirror.mjs";
import { clocked, goWorld, inhabit, npmWorld, recorded } from "../world.mjs";
import { accessible, expect, fits, report, test } from "./fixture.mjs";

const time = "2026-10-20T12:00:00Z";
const cli = fileURLToPath(new URL("../../wasm/node/audit.mjs", import.meta.url));

const real = {
  npm: () => ({ reference: "npm:sigstore@1.0.0", world: npmWorld("1.0.0", "valid/sigstore-1.0.0.json"), time, source: "sigstore/sigstore-js", workflow: "publish.yml" }),
  golang: () => ({ reference: "github.com/pkg/errors@v0.9.1", world: goWorld(), time }),
  foreign: () => ({ reference: "npm:sigstore@2.3.1", world: npmWorld("2.3.1", "valid/sigstore-1.0.0.json"), time }),
};
const own = {
  npm: () => ({ ...invented("npm"), source: "example/thing", workflow: "release.yml" }),
  golang: () => invented("golang"),
  foreign: () => invented("foreign"),
};
const kinds = { invented: own, ...(recorded ? { real } : {}) };

for (const [kind, made] of Object.entries(kinds)) {
  test(`${kind}: who built it, from what, and where that is logged`, async ({ page, context, audit }) => {
    const { reference, world, time, anchors, source, workflow } = made.npm();
    await clocked(context, time, { anchors });
    await audit(reference, world);
    await expect(page.locator("[data-headline]")).toContainText("Built");
    await expect(page.locator(".verdict .number")).toContainText("Integrity: level 3 of 3");
    // A source that a card calls confirmed is not called unconfirmed beside it.
    await expect(page.locator(".card-source")).toContainText("Confirmed");
    await expect(page.locator(".answer .beside")).not.toContainText(/nobody|unconfirmed/);
    for (const card of await page.locator(".card > summary").all()) await card.click();
    await expect(page.locator(".card-build .signed")).toHaveText(new RegExp(`^Built from github\\.com/${source} at commit [0-9a-f]{12} by \\.github/workflows/${workflow}`));
    await expect(page.locator(".card-attestation .signed").first()).toHaveText(new RegExp(`^Signed by https://github\\.com/${source}/`));
    await expect(page.getByText("It does not say that the code is good.")).toBeVisible();
    await page.locator(".card-attestation details summary").first().click();
    await page.locator(".card-attestation .finding details summary").first().click();
    await expect(page.locator(".card-attestation .finding pre").first()).toBeVisible();
    await page.locator("[data-raw] summary").click();
    await expect(page.locator("[data-raw-text]")).toContainText('"signer-identity"');
    await fits(page);
    await accessible(page);
  });

  test(`${kind}: somebody else's genuine attestation fails`, async ({ page, context, audit }) => {
    const { reference, world, time, anchors } = made.foreign();
    await clocked(context, time, { anchors });
    await audit(reference, world);
    await expect(page.locator(".verdict-failed")).toHaveText("FAILED");
    await expect(page.locator(".failure").first()).toContainText("not about this version");
    await expect(page.getByRole("region", { name: /^Why not level/ })).toHaveCount(0);
    await accessible(page);
  });
}

for (const type of ["npm", "golang"]) {
  test(`${type}: Chromium and Node write the same report, byte for byte`, async ({ page, context, origin }, info) => {
    const { reference, world, time, anchors } = (recorded ? real : own)[type]();
    await clocked(context, time, { anchors });
    await inhabit(context, origin, world);
    await page.goto(origin);
    const har = await page.evaluate(async (text) => {
      const module = document.querySelector('link[rel=modulepreload][href*="/auditor."]').href;
      const { Auditor } = await import(module);
      const answer = await new Auditor().audit({ reference: text, relay: `${location.origin}/relay`, record: true, heads: {}, memory: "" }, { progress() {}, ready() {}, signal: new AbortController().signal });
      return [...(typeof answer.har === "string" ? new TextEncoder().encode(answer.har) : answer.har)];
    }, reference);
    const file = info.outputPath("audit.har");
    await writeFile(file, Buffer.from(har));
    const given = info.outputPath("anchors.mjs");
    await writeFile(given, anchors ? `globalThis.touchstoneTestAnchors = ${JSON.stringify(anchors)};\n` : "");
    const program = anchors ? await commandLine(info.outputPath("program")) : cli;
    const node = await promisify(execFile)(process.execPath, ["--liftoff-only", `--import=${pathToFileURL(given)}`, program, reference, "--json", "--replay", file, "--time", time], { maxBuffer: 64 << 20, env: { ...process.env, INIT_CWD: "", XDG_STATE_HOME: info.outputPath("state") } });

    await context.unrouteAll({ behavior: "ignoreErrors" });
    const asked = await inhabit(context, origin, () => undefined);
    await clocked(context, time, { archive: readFileSync(file), anchors });
    await page.goto("about:blank");
    await page.goto(`${origin}/#${encodeURIComponent(reference)}`);
    await expect(report(page)).toBeVisible();
    expect(asked).toEqual([]);
    await page.locator("[data-raw] summary").click();
    await expect(page.locator("[data-raw-text]")).not.toBeEmpty();
    expect(await page.locator("[data-raw-text]").textContent()).toBe(node.stdout);
  });
}

// The README's picture. Each run makes it anew; TOUCHSTONE_SCREENSHOT says where
// it goes, e2e/screenshot.png to renew the committed one.
test("the README's picture", async ({ page, context, audit }) => {
  test.skip(!recorded, "the picture shows a real package, which is not beside this checkout (../shared/corpus)");
  const path = process.env.TOUCHSTONE_SCREENSHOT || fileURLToPath(new URL("../../build/screenshot.png", import.meta.url));
  await page.setViewportSize({ width: 1100, height: 1000 });
  await clocked(context, time);
  await audit("npm:sigstore@1.0.0", npmWorld("1.0.0", "valid/sigstore-1.0.0.json"));
  await expect(report(page)).toBeVisible();
  const picture = await page.screenshot({ path });
  expect(picture.length).toBeGreaterThan(20_000);
});
