// The page's side of the worker. One worker is kept warm; one that hangs,
// breaks or cannot load is replaced.
import { workerURL } from "./policy.js";

/** How long a cancelled audit may take to stop before its worker is ended, in milliseconds. */
const patience = 1500;

function failure(name, message, stack = "") {
  const error = new Error(message);
  error.name = name;
  error.stack = stack;
  return error;
}

export class Auditor {
  #worker = null;
  #pending = new Map(); // id → { resolve, reject, progress, ready }
  #last = 0;
  #ready = false;
  #stopping = null; // { id, timer } of an audit that was cancelled last

  get ready() { return this.#ready; }

  /** Loads the auditor, if it is not there yet. */
  warm() {
    if (this.#worker) return;
    let worker;
    try {
      worker = new Worker(workerURL(), { type: "module", name: "auditor" });
    } catch (error) {
      queueMicrotask(() => this.#bury(failure("LoadError", error.message)));
      return;
    }
    this.#worker = worker;
    worker.addEventListener("message", ({ data }) => { if (worker === this.#worker) this.#hear(data); });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#bury(failure(this.#ready ? "DeadError" : "LoadError", event.message || "the worker did not start"));
    });
  }

  /**
   * Runs one audit. Rejects with an Error whose name is RefusedError (the
   * question could not be asked), AbortError, LoadError (the auditor is not
   * here), PanicError or DeadError (a fault of ours).
   */
  audit(request, { file, progress, ready, signal }) {
    this.warm();
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, progress, ready });
      signal.addEventListener("abort", () => this.#cancel(id), { once: true });
      if (this.#ready) ready();
      this.#worker?.postMessage({ type: "audit", id, request, file });
    });
  }

  #cancel(id) {
    const waiting = this.#pending.get(id);
    if (!waiting) return;
    this.#pending.delete(id);
    waiting.reject(failure("AbortError", "cancelled"));
    const worker = this.#worker;
    worker?.postMessage({ type: "cancel", id });
    // A worker that is busy computing does not hear; the next audit must not
    // wait for it.
    if (this.#ready) this.#stopping = { id, timer: setTimeout(() => { if (worker === this.#worker) this.#restart(); }, patience) };
  }

  #hear(data) {
    if (this.#stopping && this.#stopping.id === data.id && data.type !== "progress") {
      clearTimeout(this.#stopping.timer);
      this.#stopping = null;
    }
    const waiting = this.#pending.get(data.id);
    switch (data.type) {
      case "ready":
        this.#ready = true;
        for (const each of this.#pending.values()) each.ready();
        break;
      case "unloaded":
        this.#bury(failure("LoadError", data.message));
        break;
      case "dead":
        this.#bury(failure("DeadError", data.message));
        break;
      case "progress":
        waiting?.progress(data.step);
        break;
      case "done":
        this.#pending.delete(data.id);
        waiting?.resolve(data.answer);
        break;
      case "error":
        this.#pending.delete(data.id);
        waiting?.reject(failure(data.name, data.message, data.stack));
        if (data.name === "PanicError") this.#restart(); // what it left behind is not trusted
        break;
    }
  }

  /** Ends the worker; everything that waits for it fails with the error. */
  #bury(error) {
    this.#worker?.terminate();
    this.#worker = null;
    this.#ready = false;
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const each of waiting) each.reject(error);
  }

  #restart() {
    this.#bury(failure("DeadError", "the auditor was restarted"));
    this.warm();
  }
}
