// The browser of the tests: a Chromium that is installed, or one that this puts
// there, from Debian's packages or by Playwright's own download.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

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

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
    child.once("error", () => resolve(-1));
    child.once("close", resolve);
  });
}

export async function ensureChromium() {
  if (chromiumPath()) return;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    process.stdout.write("installing Chromium from Debian's packages …\n");
    await run("apt-get", ["update", "-qq"]);
    await run("apt-get", ["install", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"]);
    if (chromiumPath()) return;
  }
  process.stdout.write("asking Playwright for a Chromium …\n");
  if (await run(process.execPath, ["node_modules/@playwright/test/cli.js", "install", "chromium"]) !== 0) {
    throw new Error("no Chromium is here and none could be installed: install one, and name it by TOUCHSTONE_CHROMIUM where it is in no usual place");
  }
}
