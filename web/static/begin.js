// Makes the auditor's worker: home begins one before its other scripts are there.
import { workerURL } from "./policy.js";

let ahead = null; // what was begun before anybody asked for it

/** Makes a worker of a program, "first" or "whole"; it may be given that, as a promise of a module or null. Throws where the browser makes none. */
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
  // Who calls this is done before the early ones come.
  const listen = (listener) => {
    if (early.length === 0) hear = listener;
    else queueMicrotask(() => {
      hear = listener;
      early.forEach(listener);
    });
  };
  return { worker, name, listen };
}

/** Begins a worker of the first program, for the next who wants one. */
export function beginAhead(given) {
  try {
    ahead = made("first", given);
  } catch {
    // Who wants one tells why it cannot be.
  }
}

/** { worker, name, listen }: the worker that was begun ahead, or a new one. */
export function begun(program) {
  const had = program === "first" ? ahead : null;
  if (had) ahead = null;
  return had ?? made(program);
}
