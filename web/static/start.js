// Home's first script: it waits for no other, and for no style. Where the auditor is
// kept on this device, and where somebody comes with a question, the auditor begins
// at once. Who comes for the first time without one sees the page first: app.js
// fetches the auditor when nothing else is to be done.
import { beginAhead } from "./begin.js";

if (navigator.serviceWorker?.controller || location.hash.length > 1) beginAhead();
