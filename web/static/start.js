// Home's first script: it waits for no other, and for no style. Where the auditor is
// kept on this device, and where somebody comes with a question, the auditor begins
// at once. Who comes for the first time without one sees the page first: app.js
// fetches the auditor when nothing else is to be done.
import { beginAhead } from "./begin.js";
import { wasm } from "./build.js";

/**
 * The first program, compiled from what the service worker kept, under a name that
 * holds its digest, while the worker's thread is made. null where it is not kept: then
 * the worker fetches it.
 */
async function kept() {
  const answer = await caches.match(new URL(wasm.url, import.meta.url), { ignoreVary: true });
  return answer ? WebAssembly.compileStreaming(answer) : null;
}

if (navigator.serviceWorker?.controller) beginAhead(kept().catch(() => null)); // what is wrong is the worker's to tell
else if (location.hash.length > 1) beginAhead();
