// Home's first script, which waits for no other: the auditor begins at once where it
// is kept, and for who comes with a question. Who comes for the first time without
// one sees the page first (app.js).
import { beginAhead } from "./begin.js";
import { wasm } from "./build.js";

// The first program, compiled while the worker's thread is made, from what the service
// worker kept under a name that holds its digest; null where it is not kept. Chromium
// keeps what it compiled beside the kept bytes only where they come by fetch, and it
// tells where they came from: from anywhere else, nobody compared their digest.
async function kept() {
  const url = new URL(wasm.url, import.meta.url);
  if (!("workerFinalSourceType" in PerformanceResourceTiming.prototype)) {
    const answer = await caches.match(url, { ignoreVary: true });
    return answer ? WebAssembly.compileStreaming(answer) : null;
  }
  const module = await WebAssembly.compileStreaming(fetch(url));
  const told = performance.getEntriesByName(url.href);
  return told.length > 0 && told.every((one) => one.workerFinalSourceType === "cache") ? module : null;
}

if (navigator.serviceWorker?.controller) beginAhead(kept().catch(() => null)); // what is wrong is the worker's to tell
else if (location.hash.length > 1) beginAhead();
