// Makes the auditor's worker. It imports next to nothing: home begins one before its
// other scripts are there (start.js).
import { workerURL } from "./policy.js";

let ahead = null; // what was begun before anybody asked for it

/**
 * Makes a worker that begins with a program: "first" or "whole". It may be given that,
 * compiled: a promise of a module, or of null, which never rejects. Throws where the
 * browser makes no worker.
 */
function made(program, given) {
  const name = `${program} ${given ? "given " : ""}${crypto.randomUUID()}`;
  const worker = new Worker(workerURL(), { type: "module", name });
  given?.then((module) => worker.postMessage({ type: "given", module }));
  const early = []; // what it said before anybody listened
  let hear = (event) => { early.push(event); };
  for (const type of ["message", "error"]) {
    worker.addEventListener(type, (event) => {
      event.preventDefault(); // an error is told by who listens
      hear(event);
    });
  }
  /** Listens to all that it says. What it said already comes when the one who calls this is done, and before the rest. */
  const listen = (listener) => {
    if (early.length === 0) hear = listener;
    else queueMicrotask(() => {
      hear = listener;
      early.forEach(listener);
    });
  };
  return { worker, name, listen };
}

/** Begins a worker of the first program, for the next who wants one; it may be given that as above. */
export function beginAhead(given) {
  try {
    ahead = made("first", given);
  } catch {
    // Who wants one makes one, and tells why it cannot be.
  }
}

/** A worker that begins with a program, { worker, name, listen }: the one that was begun ahead, or a new one. */
export function begun(program) {
  const had = program === "first" ? ahead : null;
  if (had) ahead = null;
  return had ?? made(program);
}
