// Builds the edge and runs it in workerd, on this machine only. Nothing is sent
// anywhere but what the relay is asked for.
//
// wrangler reads its configuration, and Miniflare, which wrangler is built on,
// runs it. "wrangler dev" itself puts a second workerd in front, to change the
// code while it runs: a connection between the two that breaks ends the whole
// server with an empty error (workers-sdk issues 15317 and 15451). Here there is
// one workerd, and one that ends is started again.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureEdge } from "./build.mjs";
import { edgeOptions } from "./options.mjs";
import { free } from "./port.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

// So often within a minute; then something is wrong that no restart mends.
const maxRestarts = 5;

/**
 * Serves the folder site. Resolves when it answers, to {url, stop, ended}; ended
 * rejects where workerd ends again and again, and resolves after stop. say gets
 * lines for people.
 */
export async function serve({ port = 8787, site = join(root, "build", "site"), say = () => {} } = {}) {
  if (!await stat(site).then((s) => s.isDirectory(), () => false)) throw new Error(`serving the site: ${site} is not there; run npm run build first`);
  const [, { Miniflare }] = await Promise.all([ensureEdge(), import("miniflare").catch(() => { throw new Error("serving the site: wrangler is not installed; run npm ci first"); })]);
  await free(port); // workerd would say so in a trace of its own
  const options = { ...await edgeOptions({ site }), host: "127.0.0.1", port };
  return supervise(Miniflare, options, say);
}

async function supervise(Miniflare, options, say) {
  const restarts = []; // when
  let stopping = false;
  let settle;
  const ended = new Promise((resolve, reject) => { settle = { resolve, reject }; });
  ended.catch(() => {}); // whoever waits for it sees it

  const miniflare = new Miniflare({ ...options, handleRuntimeStdio });
  function handleRuntimeStdio(out, err) {
    for (const stream of [out, err]) stream.on("data", (chunk) => say(String(chunk).trimEnd()));
    out.once("end", () => { if (!stopping) restart().catch(settle.reject); });
  }
  async function restart() {
    restarts.push(Date.now());
    if (restarts.length > maxRestarts && restarts.at(-1 - maxRestarts) > Date.now() - 60_000) {
      await quit();
      throw new Error(`serving the site: workerd ended ${maxRestarts + 1} times within a minute`);
    }
    say("workerd ended by itself; starting it again …");
    await miniflare.setOptions({ ...options, handleRuntimeStdio });
    say("workerd is back");
  }
  async function quit() {
    stopping = true;
    await miniflare.dispose();
  }
  const stop = () => quit().then(settle.resolve);

  try {
    return { url: (await miniflare.ready).origin, ended, stop };
  } catch (error) {
    stopping = true;
    throw new Error(`serving the site: ${error.message}`);
  }
}
