// A closed report on a phone: at most five screens of it, whatever its ecosystem.
import { clocked, crateWorld, debWorld, goWorld, imageWorld, mavenWorld, npmWorld, pypiWorld, recorded } from "../world.mjs";
import { expect, fits, report, test } from "./fixture.mjs";

test.skip(!recorded, "the real cases are not beside this checkout (../shared/corpus)");
test.use({ viewport: { width: 360, height: 740 } });

const screens = 5;

const image = recorded ? imageWorld({ "etc/motd": "hello" }) : {};
const deb = recorded ? debWorld() : {};
const reports = {
  npm: ["npm:sigstore@1.0.0", () => npmWorld("1.0.0", "valid/sigstore-1.0.0.json")],
  Go: ["github.com/pkg/errors@v0.9.1", goWorld],
  PyPI: ["pkg:pypi/sampleproject@4.0.0", () => pypiWorld("sampleproject")],
  "crates.io": ["pkg:cargo/apache-avro-derive@0.21.0", () => crateWorld("apache-avro-derive", "0.21.0")],
  Maven: ["pkg:maven/com.example/thing@1.0.0", () => mavenWorld("1.0.0", { "com/example/Thing.class": "bytes" })],
  Debian: ["pkg:deb/debian/libopenh264-cisco7@2.3.1%2Bdfsg-3%2Bdeb12u1?arch=amd64&distro=bookworm-security", () => (url) => (url in deb ? { status: 200, body: deb[url] } : undefined), "2026-11-26T12:00:00Z"],
  "an image": [image.reference, () => image.world],
};

for (const [what, [reference, world, time]] of Object.entries(reports)) {
  test(`${what}: at most ${screens} screens`, async ({ page, audit, context }) => {
    if (time) await clocked(context, time);
    await audit(reference, world());
    await expect(report(page)).toBeVisible();
    await fits(page);
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    expect(height, `${(height / 740).toFixed(2)} screens`).toBeLessThanOrEqual(screens * 740);
  });
}
