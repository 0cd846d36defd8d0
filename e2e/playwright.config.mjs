// npm run e2e: the built page in Chromium, served by the edge in workerd. npm
// test runs it too; by itself it needs npm run build first.
import { defineConfig } from "@playwright/test";
import { launchOptions } from "./chromium.mjs";
import { seeded } from "./seed.mjs";

// Every page is looked at wide, on a phone, and in one of these ways with each seed;
// the workers that Playwright starts get the same.
const ways = ["200% zoom", "dark", "forced colours"];
process.env.TOUCHSTONE_LOOK ||= ways[Math.floor(seeded("look")() * ways.length)];

const launch = launchOptions();
// V8's quick compiler alone: a test's few audits are over before what it would
// compile a second time, for speed, is of use. What is never called is not read.
launch.args.push("--js-flags=--liftoff-only --wasm-lazy-validation --wasm-lazy-compilation");

export default defineConfig({
  testDir: ".",
  testMatch: "page/*.spec.mjs",
  outputDir: "../build/e2e",
  globalSetup: "./setup.mjs",
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  // What fails once and not again is told as flaky.
  retries: process.env.CI ? 1 : 0,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    viewport: { width: 1280, height: 900 },
    // What a service worker answers could not be recorded; its own test lets it in.
    serviceWorkers: "block",
    launchOptions: launch,
  },
});
