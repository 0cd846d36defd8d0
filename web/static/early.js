// Runs before the first paint. What needs scripts shows; and an address that
// asks for a package gets no home page that then jumps away. app.js takes it
// from there.
document.documentElement.classList.add("script");
if (location.hash.length > 1) document.documentElement.classList.add("asked");

// Somebody who asks waits for the auditor longest: it is on its way, and compiled,
// before the scripts that start it run. auditor.js gives it to the worker, which
// loads it itself where this comes to nothing.
if (location.hash.length > 1) {
  const { wasm, integrity } = document.currentScript.dataset;
  globalThis.touchstoneProgram = (async () => {
    try {
      // What the service worker keeps was held to its digest when it was put there.
      const kept = await globalThis.caches?.match(new URL(wasm, location.href), { ignoreVary: true }).catch(() => {});
      return await WebAssembly.compileStreaming(kept ?? fetch(wasm, { integrity }));
    } catch {
      return undefined;
    }
  })();
}
