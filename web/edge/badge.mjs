// Badges and reports: what is kept near by, then what is kept, then the auditor. Go
// decides at each step (package internal/badge).
import { ask } from "./go.mjs";
import { plain } from "./site.mjs";

/** Tells whether an address is a badge's or a report's, and no page's. */
export const isBadge = (path) => /^\/badge\/.+\.(svg|json)$|^\/api\//.test(path);

export async function badge(request, env, ctx) {
  if (request.method !== "GET" && request.method !== "HEAD") return plain(405, "only GET and HEAD are served here\n", { allow: "GET, HEAD" });
  const { origin, host, pathname } = new URL(request.url);
  // No query makes another badge.
  const near = new Request(origin + pathname);
  let response = await caches.default.match(near);
  if (!response) {
    const step = await decided(request, env, ctx, { path: pathname, site: host });
    if (!step) return plain(500, "something went wrong here\n");
    const { status, header, body, keep } = step.reply;
    response = new Response(body, { status, headers: header });
    if (keep) ctx.waitUntil(caches.default.put(near, response.clone()));
  }
  const headers = new Headers(response.headers);
  for (const name of ["cf-cache-status", "age"]) headers.delete(name);
  if (response.status === 200 && request.headers.get("if-none-match")?.includes(headers.get("etag"))) {
    await response.body?.cancel();
    return new Response(null, { status: 304, headers });
  }
  return new Response(request.method === "HEAD" ? null : response.body, { status: response.status, headers });
}

/** Does what Go says, until Go has a reply. */
async function decided(request, env, ctx, question) {
  let step = ask("touchstoneBadge", question);
  if (step?.look) {
    const { verdict, anchors } = step.look;
    const kept = await env.VERDICTS.get([...new Set([verdict, anchors])]).catch(() => new Map());
    step = ask("touchstoneBadge", { ...question, then: "looked", verdict: kept.get(verdict) ?? "", anchors: kept.get(anchors) ?? "" });
  }
  if (step?.errand) step = ask("touchstoneBadge", { ...question, ...await errand(step.errand, request, env, ctx) });
  return step;
}

/** Asks an object, which goes on to the end whether or not the client still waits. */
async function errand({ object, url, wait }, request, env, ctx) {
  const asker = request.headers.get("cf-connecting-ip") ?? "somebody";
  const answer = env.AUDITOR.get(env.AUDITOR.idFromName(object)).fetch(url, { headers: { "touchstone-asker": asker } })
    .then(async (response) => ({ then: "answered", status: response.status, body: await response.text() }))
    .catch((error) => {
      console.error("asking the auditor:", error);
      return { then: "broken" };
    });
  ctx.waitUntil(answer);
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(() => resolve({ then: "late" }), wait); });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
