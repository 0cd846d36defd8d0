// The browser of the tests: a Chromium that is installed, or one that this puts
// there, from Debian's packages or by Playwright's own download.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { install, run } from "./debian.mjs";

const usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

/** The path of an installed Chromium; undefined leaves the choice to Playwright. */
export function chromiumPath() {
  const named = process.env.TOUCHSTONE_CHROMIUM;
  if (named && !existsSync(named)) throw new Error(`starting Chromium: TOUCHSTONE_CHROMIUM names ${named}, which is not there`);
  return named || usual.find((path) => existsSync(path));
}

/** Options for Chromium on a machine that has no desktop and reaches few hosts. */
export const launchOptions = () => ({
  executablePath: chromiumPath(),
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

const root = fileURLToPath(new URL("..", import.meta.url));

export async function ensureChromium() {
  if (chromiumPath()) return;
  process.stdout.write("installing Chromium from Debian's packages …\n");
  if (await install(["chromium", "fonts-dejavu-core"]) && chromiumPath()) return;
  process.stdout.write("asking Playwright for a Chromium …\n");
  if (await run(process.execPath, ["node_modules/@playwright/test/cli.js", "install", "chromium"], { cwd: root }) !== 0) {
    throw new Error("no Chromium is here and none could be installed: install one, and name it by TOUCHSTONE_CHROMIUM where it is in no usual place");
  }
}
