// Installs what package-lock.json pins, where it is not there yet. A fresh clone
// needs no command beside npm start and npm test.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Tells whether a folder holds what its package-lock.json pins: npm writes down
 * last what it installed, so one that was broken off is none. What is optional
 * may be for other machines.
 */
export async function installed(folder) {
  const packages = async (name) => JSON.parse(await readFile(join(folder, name), "utf8").catch(() => "{}")).packages ?? {};
  const [pinned, here] = await Promise.all(["package-lock.json", "node_modules/.package-lock.json"].map(packages));
  return Object.entries(pinned).every(([path, { integrity, optional }]) => path === "" || here[path]?.integrity === integrity || (optional && !here[path]));
}

export async function ensureInstalled() {
  if (await installed(root)) return;
  process.stderr.write("installing what package-lock.json pins …\n");
  // No script of a package runs: wrangler and Playwright need none.
  const npm = spawn("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root, stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" });
  const code = await new Promise((resolve, reject) => {
    npm.once("error", reject);
    npm.once("close", resolve);
  });
  if (code !== 0) throw new Error(`installing what package-lock.json pins: npm ci ended with ${code}; it needs a network the first time`);
}
