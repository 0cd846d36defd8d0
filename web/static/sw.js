// Keeps the site for the next visit without a network. What it keeps are files
// of this origin under names that hold their digests, and the pages; never an
// answer of a registry or of the relay.
const name = "site-VERSION";
const assets = {}; // path → integrity
const later = {}; // the same, of what few need: kept once somebody did
const pages = [];

addEventListener("install", (event) => {
  // A browser that can takes what is kept out of the cache without asking this script,
  // and the newest page from the network without waiting until it runs.
  event.addRoutes?.([
    { condition: { or: Object.keys(assets).map((path) => ({ urlPattern: path })) }, source: { cacheName: name } },
    { condition: { requestMode: "navigate" }, source: "race-network-and-fetch-handler" },
  ])?.catch(() => {}); // else it asks
  event.waitUntil((async () => {
    const cache = await caches.open(name);
    // A file with another digest would be kept for as long as this version is,
    // and refused by the page each time.
    await cache.addAll([...pages, ...Object.entries(assets).map(([path, integrity]) => new Request(path, { integrity }))]);
    for (const path of Object.keys(later)) {
      const kept = await caches.match(path, { ignoreVary: true }); // by the version before
      if (kept) await cache.put(path, kept);
    }
    // No skipWaiting: open pages of the version before load their worker and the
    // WebAssembly late, and the server no longer has them.
  })());
});

addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const key of await caches.keys()) if (key !== name && key !== "kept-documents") await caches.delete(key);
    // A page is asked for while this script starts.
    await registration.navigationPreload?.enable().catch(() => {}); // else after it
    await clients.claim();
  })());
});

addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (Object.hasOwn(assets, url.pathname)) event.respondWith(asset(event.request));
  else if (Object.hasOwn(later, url.pathname)) event.respondWith(needed(event, url.pathname));
  else if (event.request.mode === "navigate" || pages.includes(url.pathname)) event.respondWith(page(event, url.pathname));
});

/** Immutable: what is kept is what the server has. */
async function asset(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

/** The same, kept from now on: with its digest only, as the rest. */
async function needed(event, path) {
  const kept = await caches.match(path, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(new Request(path, { integrity: later[path] }));
  if (answer.ok) {
    const copy = answer.clone();
    event.waitUntil(caches.open(name).then((cache) => cache.put(path, copy)).catch(() => {})); // there may be no room
  }
  return answer;
}

/** The newest page where there is a network, else the kept one. */
async function page(event, path) {
  try {
    const answer = await event.preloadResponse ?? await fetch(event.request);
    if (answer.ok || !pages.includes(path)) return answer;
    throw new Error(`the server answered ${answer.status}`);
  } catch (error) {
    const kept = await caches.match(path, { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}
