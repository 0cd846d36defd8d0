// Home's first script, which waits for no other: the auditor begins at once where it
// is kept, and for who comes with a question. Who comes for the first time without
// one sees the page first (app.js).
import { beginAhead } from "./begin.js";
import { wasm } from "./build.js";

// The first program, compiled while the worker's thread is made, from what the service
// worker kept under a name that holds its digest; null where it is not kept.
async function kept() {
  const answer = await caches.match(new URL(wasm.url, import.meta.url), { ignoreVary: true });
  return answer ? WebAssembly.compileStreaming(answer) : null;
}

if (navigator.serviceWorker?.controller) beginAhead(kept().catch(() => null)); // what is wrong is the worker's to tell
else if (location.hash.length > 1) beginAhead();
