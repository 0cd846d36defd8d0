// Large documents whose SHA-256 is known before they are asked for, kept on this
// device between visits. What is kept is hashed again before it is used; damaged, it
// is fetched anew.
const name = "kept-documents";
const most = 6; // the oldest goes first

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** What fetch gives for an address that is asked for by a digest. */
export async function keptFetch(url, init, sum) {
  const cache = await globalThis.caches?.open(name).catch(() => undefined);
  const had = await cache?.match(url, { ignoreVary: true }).catch(() => undefined);
  if (had) {
    const body = await had.arrayBuffer();
    if (hex(await crypto.subtle.digest("SHA-256", body)) === sum) return new Response(body, { headers: had.headers });
    await cache.delete(url, { ignoreVary: true });
  }
  const got = await fetch(url, init);
  if (cache && got.status === 200 && !got.redirected) keep(cache, url, got.clone()).catch(() => {}); // there may be no room
  return got;
}

async function keep(cache, url, answer) {
  const body = await answer.arrayBuffer(); // of one that was cut off nothing is kept
  await cache.put(url, new Response(body, { headers: answer.headers }));
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(keys.length - most, 0)).map((key) => cache.delete(key)));
}
