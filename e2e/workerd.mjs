// Runs the built edge in real workerd, with everything that it asks answered by
// this process: no network. For the tests of the edge itself; the page's tests
// run it as npm start does (web/edge/serve.mjs).
import { createServer } from "node:http";
import { connect } from "node:net";
import { Miniflare } from "miniflare";
import { edgeOptions } from "../web/edge/options.mjs";

/**
 * Starts workerd. upstream(request, response) of node:http stands for every
 * host; without it, workerd asks the real ones. site maps paths to [type, body]
 * for the static files; replaced maps modules ("edge/relay.mjs") to other contents.
 * Resolves to {url, asked, auditor, trigger, restart, stop}; asked lists "METHOD
 * host/path" of every request that left workerd; auditor(name) is one of the
 * auditor's objects, trigger() what its clock does, and restart() takes all
 * objects away in the middle of whatever they do.
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
  const { workers, ...shared } = await edgeOptions({ replaced });
  const ASSETS = (request) => {
    const found = site[new URL(request.url).pathname];
    if (!found) return new Response("<p>not here", { status: 404, headers: { "content-type": "text/html; charset=utf-8" } });
    return new Response(request.method === "HEAD" ? null : found[1], { headers: { "content-type": found[0], etag: '"tag"' } });
  };
  const options = {
    ...shared,
    port: 0, // some port, and after a restart the same
    handleRuntimeStdio: (out, err) => { out.resume(); err.resume(); },
    workers: workers.map(({ assets, ...worker }) => ({
      ...worker,
      ...(assets ? { serviceBindings: { ...worker.serviceBindings, ASSETS } } : {}),
      ...(server ? { outboundService: { external: { address: `127.0.0.1:${server.address().port}`, http: {} } } } : {}),
    })),
  };
  const miniflare = new Miniflare(options);
  const stop = async () => {
    await miniflare.dispose();
    server?.closeAllConnections();
    await new Promise((resolve) => { if (server) server.close(resolve); else resolve(); });
  };
  const url = await miniflare.ready.then(({ origin }) => origin, async (error) => {
    await stop().catch(() => {}); // it did not start
    throw error;
  });
  return {
    url,
    asked,
    async auditor(name) {
      const objects = await miniflare.getDurableObjectNamespace("AUDITOR", workers[0].name);
      return objects.get(objects.idFromName(name));
    },
    trigger: async () => (await miniflare.getWorker(workers[1].name)).scheduled({ cron: "" }),
    async restart() {
      await miniflare.setOptions(options);
      await miniflare.ready;
    },
    stop,
  };
}

/**
 * fetch, as clients keep connections: where workerd has just closed the one that was
 * kept, a question that changes nothing is asked once more (RFC 9110, 9.2.2).
 */
export function asking(url, init) {
  return fetch(url, init).catch((error) => {
    if (error.cause?.code !== "ECONNRESET" && error.cause?.code !== "UND_ERR_SOCKET") throw error;
    return fetch(url, init);
  });
}

/** Sends one request byte for byte; resolves to the whole answer as text. workerd is slow to hang up. */
export function raw(url, lines) {
  const { hostname, port, host } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(Number(port), hostname, () => socket.write(lines.join("\r\n").replaceAll("HOST", host) + "\r\n\r\n"));
    socket.setEncoding("latin1");
    socket.on("data", (chunk) => {
      text += chunk;
      const [head, body] = text.split("\r\n\r\n", 2);
      const length = /^content-length: (\d+)$/im.exec(head)?.[1];
      if (body === undefined || (length ? body.length < Number(length) : !body.endsWith("0"))) return;
      socket.destroy();
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(text));
    socket.setTimeout(10_000, () => socket.destroy(new Error("no answer to a raw request")));
  });
}
