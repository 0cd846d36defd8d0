// Runs before the first paint. What needs scripts shows; and an address that
// asks for a package gets no home page that then jumps away. app.js takes it
// from there.
document.documentElement.classList.add("script");
if (location.hash.length > 1) document.documentElement.classList.add("asked");

// Where a script does not arrive, nothing here would answer, and who asked would see an
// empty page.
addEventListener("error", ({ target }) => {
  if (target.localName !== "script" || target.async) return;
  document.documentElement.classList.remove("script", "asked");
  document.getElementById("unloaded").hidden = false;
}, true);

// Somebody who asks on a first visit waits for the auditor longest: it is on its
// way before the scripts that start it run. They find it in the browser's cache.
if (location.hash.length > 1 && !navigator.serviceWorker?.controller) {
  fetch(document.currentScript.dataset.wasm).then((answer) => answer.body.pipeTo(new WritableStream())).catch(() => {});
}
