// The static site: its files, compressed where the client takes that, under the
// header fields that all of them have.
import { security } from "./config.mjs";

const local = new Set(["localhost", "127.0.0.1", "[::1]"]);
// name.HASH.ext: such a file never changes.
const immutable = /\.[0-9a-f]{16,64}\.[a-z0-9]+$/;
const types = { wasm: "application/wasm", js: "text/javascript; charset=utf-8", mjs: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8", json: "application/json; charset=utf-8", svg: "image/svg+xml; charset=utf-8" };
const text = /^(text\/|image\/svg\+xml|application\/(javascript|json|manifest\+json|xml))/;

/** Serves a file of the site, compressed where the client takes that. */
export async function page(request, env) {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return plain(405, "only GET and HEAD are served here\n", { allow: "GET, HEAD" });
  }
  // What the client itself takes; Cloudflare's front asks for everything it knows.
  const accepted = encodings(request.cf?.clientAcceptEncoding ?? request.headers.get("accept-encoding"));
  const { hostname, pathname } = new URL(request.url);
  const type = types[/\.([a-z0-9]+)$/.exec(pathname)?.[1]];
  let file;
  let encoding;
  if (type && accepted.has("br")) { // compressed when the site was built
    file = await env.ASSETS.fetch(beside(request, ".br"));
    if (file.status === 200 || file.status === 304) encoding = "br";
    else await file.body?.cancel();
  }
  if (!encoding) file = await env.ASSETS.fetch(request);
  let inflated = false;
  if (type && file.status === 404) { // too large to be kept as it is
    const packed = await env.ASSETS.fetch(beside(request, ".gz"));
    inflated = packed.status === 200 || packed.status === 304;
    await (inflated ? file : packed).body?.cancel();
    if (inflated) file = packed;
  }

  const headers = new Headers(file.headers);
  for (const [name, value] of Object.entries(security)) headers.set(name, value);
  const found = file.status === 200 || file.status === 304;
  headers.set("cache-control", found && immutable.test(pathname) ? "public, max-age=31536000, immutable" : "no-cache");
  if (encoding || inflated) headers.set("content-type", type);
  if (inflated) {
    headers.delete("content-length");
    weaken(headers);
  }
  const varies = type !== undefined || text.test(headers.get("content-type") ?? "");
  if (varies) headers.set("vary", "accept-encoding");
  if (!encoding && file.status !== 304 && file.body && accepted.has("gzip") && text.test(headers.get("content-type") ?? "")) {
    encoding = "gzip";
  }
  if (!encoding || !file.body) return new Response(inflated ? file.body?.pipeThrough(new DecompressionStream("gzip")) : file.body, { status: file.status, headers });
  if (encoding === "br") {
    // wrangler's local front compresses anew what it reads as "br", by the first
    // coding that the client names. Codings may be written in any case (RFC 9110
    // section 8.4.1), and it knows one.
    headers.set("content-encoding", local.has(hostname) ? "BR" : "br");
    return new Response(file.body, { status: file.status, headers, encodeBody: "manual" });
  }
  headers.set("content-encoding", "gzip"); // workerd does it on the way out
  headers.delete("content-length");
  weaken(headers);
  return new Response(file.body, { status: file.status, headers });
}

/** A reply in our own words. */
export function plain(status, body, more = {}) {
  return new Response(body, { status, headers: { ...security, "cache-control": "no-store", "content-type": "text/plain; charset=utf-8", ...more } });
}

/** Says of the entity's tag that the bytes on the way may be others: another coding. */
function weaken(headers) {
  const tag = headers.get("etag");
  if (tag && !tag.startsWith("W/")) headers.set("etag", `W/${tag}`);
}

/** The same request for the file whose name ends on more. */
function beside(request, more) {
  const url = new URL(request.url);
  url.pathname += more;
  return new Request(url, request);
}

/** The content codings that an Accept-Encoding names and does not weigh 0. */
function encodings(header) {
  const names = (header ?? "").split(",").map((one) => one.trim().toLowerCase().split(/\s*;\s*q=/));
  return new Set(names.filter(([, weight]) => weight === undefined || Number(weight) > 0).map(([name]) => name));
}
