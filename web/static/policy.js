// The one Trusted Types policy of this site. Nothing else may turn text into
// HTML or into the address of a script.

const worker = new URL("./worker.js", import.meta.url).href;
const serviceWorker = new URL("/sw.js", import.meta.url).href;

const rules = {
  // Only the report comes this way: templ wrote it, in the WebAssembly whose
  // digest the loader pins, and everything from outside is text in it.
  createHTML: (html) => html,
  createScriptURL(url) {
    if (url !== worker && url !== serviceWorker) throw new TypeError(`${url} is no script of this page`);
    return url;
  },
};
const policy = globalThis.trustedTypes ? globalThis.trustedTypes.createPolicy("auditor-loader", rules) : rules;

export const workerURL = () => policy.createScriptURL(worker);
export const serviceWorkerURL = () => policy.createScriptURL(serviceWorker);

/** Shows a report's HTML inside an element. */
export function showReport(element, html) {
  element.innerHTML = policy.createHTML(html);
}
