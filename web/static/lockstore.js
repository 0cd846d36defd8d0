// What this browser keeps of a lock file: the file, how it is checked and every
// answer, until somebody presses "Forget". A closed tab loses nothing. Where
// nothing can be kept, each function says so by an error or by nothing.
import * as store from "./store.js";

const within = (mode, work) => store.within("touchstone-lock", ["job", "lines"], mode, work);

/** Hands a lock file over to the page /lock/. Rejects where nothing can be kept. */
export const hand = (file) => within("readwrite", (job) => { job.put(file, "handed"); });

/** The file that another page handed over; it is given once. */
export const handed = () => within("readwrite", (job, _, result) => {
  const request = job.get("handed");
  request.onsuccess = () => { result.value = request.result; };
  job.delete("handed");
}).catch(() => undefined);

/** Begins a check: it takes the place of the one before. */
export const begin = (now) => within("readwrite", (job, lines) => {
  job.put(now, "now");
  lines.clear();
}).catch(() => {});

/** Does work only if the check with this id is still the one that is kept. */
const ifOurs = (id, work) => within("readwrite", (job, lines) => {
  const request = job.get("now");
  request.onsuccess = () => { if (request.result?.id === id) work(job, lines, request.result); };
}).catch(() => {});

/** Keeps lines: [{ at, line, when }]. */
export const keep = (id, all) => ifOurs(id, (_, lines) => { for (const one of all) lines.put({ line: one.line, when: one.when }, one.at); });

/** Keeps what is said of the whole file. */
export const note = (id, more) => ifOurs(id, (job, _, now) => { job.put({ ...now, ...more }, "now"); });

/** The check that is kept: { job, lines: [{ line, when }] }; undefined for none. */
export const recall = () => within("readonly", (job, lines, result) => {
  const now = job.get("now");
  now.onsuccess = () => {
    if (!now.result) return;
    const all = lines.getAll();
    all.onsuccess = () => { result.value = { job: now.result, lines: all.result }; };
  };
}).catch(() => undefined);

/** Forgets everything. */
export const forget = () => within("readwrite", (job, lines) => {
  job.clear();
  lines.clear();
}).catch(() => {});
