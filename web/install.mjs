// Installs what package-lock.json pins, where it is not there yet. A fresh clone
// needs no command beside npm start and npm test.
import { spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

export async function ensureInstalled() {
  const changed = async (path) => (await stat(join(root, path)).catch(() => undefined))?.mtimeMs ?? 0;
  // npm writes this file last, so an installation that was broken off is none.
  if (await changed("node_modules/.package-lock.json") >= await changed("package-lock.json")) return;
  process.stderr.write("installing what package-lock.json pins …\n");
  // No script of a package runs: wrangler and Playwright need none.
  const npm = spawn("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root, stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" });
  const code = await new Promise((resolve, reject) => {
    npm.once("error", reject);
    npm.once("close", resolve);
  });
  if (code !== 0) throw new Error(`installing what package-lock.json pins: npm ci ended with ${code}; it needs a network the first time`);
}
