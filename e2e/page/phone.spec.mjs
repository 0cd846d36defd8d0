// A closed report on a phone: at most five screens of it, whatever its ecosystem, and of
// npm's usual one at most 450 words; of real packages where they are beside the
// checkout, else of invented ones.
import { invented } from "../invented.mjs";
import { clocked, crateWorld, debWorld, goWorld, imageWorld, mavenWorld, npmWorld, pypiWorld, mintedCrate, recorded, signedMaven } from "../world.mjs";
import { expect, fits, report, test } from "./fixture.mjs";

test.use({ viewport: { width: 360, height: 740 } });

const screens = 5;

const reports = recorded ? {
  npm: () => ({ reference: "npm:sigstore@1.0.0", world: npmWorld("1.0.0", "valid/sigstore-1.0.0.json") }),
  Go: () => ({ reference: "github.com/pkg/errors@v0.9.1", world: goWorld() }),
  PyPI: () => ({ reference: "pkg:pypi/sampleproject@4.0.0", world: pypiWorld("sampleproject") }),
  "crates.io": () => ({ reference: "pkg:cargo/apache-avro-derive@0.21.0", world: crateWorld("apache-avro-derive", "0.21.0") }),
  Debian: debWorld,
} : {
  npm: () => invented("npm"),
  Go: () => invented("golang"),
  PyPI: () => invented("pypi"),
  "crates.io": () => ({ reference: "pkg:cargo/thing@1.0.0", world: mintedCrate("thing", "1.0.0", { "src/lib.rs": "" }) }),
  Debian: () => invented("deb"),
};
reports.Maven = () => ({ reference: "pkg:maven/com.example/thing@1.0.0", world: mavenWorld("1.0.0", { "com/example/Thing.class": "bytes" }) });
if (recorded) reports["Maven, signed by a key that nobody brought, with files beside it"] = () => ({ reference: "pkg:maven/com.example/thing@1.0.0", world: signedMaven("1.0.0") });
reports["an image"] = () => imageWorld({ "etc/motd": "hello" });

for (const [what, made] of Object.entries(reports)) {
  test(`${what}: at most ${screens} screens`, async ({ page, audit, context }) => {
    const { reference, world, time, anchors } = made();
    if (time) await clocked(context, time, { anchors });
    await audit(reference, world);
    await expect(report(page)).toBeVisible();
    await fits(page);
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    expect(height, `${(height / 740).toFixed(2)} screens`).toBeLessThanOrEqual(screens * 740);
  });
}

test("an npm package that its registry signed: at most 450 words", async ({ page, audit, context }) => {
  const { reference, world, time, anchors } = invented("signed");
  await clocked(context, time, { anchors });
  await audit(reference, world);
  await expect(page.locator(".verdict .number")).toContainText("level 2 of 3");
  const words = (await report(page).innerText()).match(/[\p{L}\p{N}]\S*/gu);
  expect(words.length, words.join(" ")).toBeLessThanOrEqual(450);
});
