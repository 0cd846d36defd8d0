// npm run e2e: the built page in Chromium, served by the edge in workerd. Needs
// npm run build and npm ci first, and a Chromium: TOUCHSTONE_CHROMIUM names it.
import { defineConfig } from "@playwright/test";
import { existsSync } from "node:fs";

const chromium = process.env.TOUCHSTONE_CHROMIUM || "/usr/bin/chromium";

export default defineConfig({
  testDir: ".",
  testMatch: "page/*.spec.mjs",
  outputDir: "../build/e2e",
  globalSetup: "./setup.mjs",
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    viewport: { width: 1280, height: 900 },
    // What a service worker answers could not be recorded; its own test lets it in.
    serviceWorkers: "block",
    launchOptions: {
      executablePath: existsSync(chromium) ? chromium : undefined,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    },
  },
});
