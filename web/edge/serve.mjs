// Builds the edge and runs it in workerd, by wrangler, with the site that is in
// build/site. Nothing is sent anywhere but what the relay is asked for.
import { spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildEdge } from "./build.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

// No metrics, no error reports, no look for updates, no look at where we are.
const quiet = {
  CI: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  NO_UPDATE_NOTIFIER: "1",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_LOG_PATH: join(root, ".wrangler", "logs"),
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_SEND_METRICS: "false",
};

/**
 * Starts wrangler with the files of the folder site. Resolves when it answers,
 * to {url, stop, ended}; stop waits until it has ended, and ended resolves to
 * its exit code.
 */
export async function serve({ port = 8787, site = join(root, "build", "site"), log = () => {} } = {}) {
  if (!await stat(site).then((s) => s.isDirectory(), () => false)) throw new Error(`serving the site: ${site} is not there; run npm run build first`);
  const wrangler = join(root, "node_modules", "wrangler", "bin", "wrangler.js");
  if (!await stat(wrangler).then(() => true, () => false)) throw new Error("serving the site: wrangler is not installed; run npm ci first");
  await buildEdge();
  const child = spawn(process.execPath, [wrangler, "dev", "--local", "--assets", site, "--ip", "127.0.0.1", "--port", String(port), "--show-interactive-dev-session=false"], {
    cwd: root, env: { ...process.env, ...quiet }, stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => { child.once("exit", (code) => resolve(code ?? 1)); });
  let said = "";
  const url = await new Promise((resolve, reject) => {
    const hear = (chunk) => {
      log(String(chunk));
      if (said === undefined) return;
      said += chunk;
      const ready = /Ready on (http:\/\/[^\s]+)/.exec(said);
      if (ready) {
        said = undefined;
        resolve(ready[1]);
      }
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("error", reject);
    ended.then((code) => reject(new Error(`serving the site: wrangler ended with ${code}:\n${said}`)));
  });
  return {
    url,
    ended,
    async stop() {
      child.kill("SIGTERM");
      const hard = setTimeout(() => child.kill("SIGKILL"), 5000);
      await ended;
      clearTimeout(hard);
    },
  };
}
