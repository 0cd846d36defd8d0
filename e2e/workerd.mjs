// Runs the built edge in real workerd, with everything that it asks answered by
// this process: no network. For the tests of the edge itself; the page's tests
// run against wrangler (web/edge/serve.mjs).
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Miniflare } from "miniflare";

const root = fileURLToPath(new URL("..", import.meta.url));
const built = join(root, "build", "edge");

async function modules(replaced) {
  const types = { "worker.mjs": "ESModule", "config.mjs": "ESModule", "wasm_exec.js": "ESModule", "relay.wasm": "CompiledWasm" };
  return Promise.all(Object.entries(types).map(async ([name, type]) => ({
    type, path: join(built, name), contents: replaced[name] ?? await readFile(join(built, name)),
  })));
}

/** The compatibility date that wrangler.jsonc sets. */
async function compatibilityDate() {
  return /"compatibility_date":\s*"([0-9-]+)"/.exec(await readFile(join(root, "wrangler.jsonc"), "utf8"))[1];
}

/**
 * Starts workerd. upstream(request, response) of node:http stands for every
 * host; without it, workerd asks the real ones. site maps paths to [type, body]
 * for the static files; replaced maps names of modules to other contents.
 * Resolves to {url, asked, stop}; asked lists "METHOD host/path" of every
 * request that left workerd.
 */
export async function workerd({ upstream, site = {}, replaced = {} } = {}) {
  const asked = [];
  let server;
  if (upstream) {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.headers.host}${request.url}`);
      upstream(request, response);
    });
    await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  }
  const miniflare = new Miniflare({
    modules: await modules(replaced),
    modulesRoot: built,
    compatibilityDate: await compatibilityDate(),
    cf: false,
    handleRuntimeStdio: (out, err) => { out.resume(); err.resume(); },
    serviceBindings: {
      ASSETS: (request) => {
        const found = site[new URL(request.url).pathname];
        if (!found) return new Response("<p>not here", { status: 404, headers: { "content-type": "text/html; charset=utf-8" } });
        return new Response(request.method === "HEAD" ? null : found[1], { headers: { "content-type": found[0], etag: '"tag"' } });
      },
    },
    ...(server ? { outboundService: { external: { address: `127.0.0.1:${server.address().port}`, http: {} } } } : {}),
  });
  const url = (await miniflare.ready).origin;
  return {
    url,
    asked,
    async stop() {
      await miniflare.dispose();
      server?.closeAllConnections();
      await new Promise((resolve) => { if (server) server.close(resolve); else resolve(); });
    },
  };
}
