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
  #pending = new Map(); // id → { message, resolve, reject, progress, ready }
  #last = 0;
  #ready = false;
  #stopping = new Map(); // id of an audit that was cancelled → timer

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
    if (signal.aborted) return Promise.reject(failure("AbortError", "cancelled"));
    this.warm();
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      const message = { type: "audit", id, request, file };
      this.#pending.set(id, { message, resolve, reject, progress, ready });
      signal.addEventListener("abort", () => this.#cancel(id), { once: true });
      if (this.#ready) ready();
      this.#worker?.postMessage(message);
    });
  }

  #cancel(id) {
    const waiting = this.#pending.get(id);
    if (!waiting) return;
    this.#pending.delete(id);
    waiting.reject(failure("AbortError", "cancelled"));
    this.#worker?.postMessage({ type: "cancel", id });
    // A worker that is busy computing does not hear; the next audit must not
    // wait for it.
    if (this.#ready) this.#stopping.set(id, setTimeout(() => this.#restart(), patience));
  }

  #hear(data) {
    if (data.type !== "progress") {
      clearTimeout(this.#stopping.get(data.id));
      this.#stopping.delete(data.id);
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

  #end() {
    this.#worker?.terminate();
    this.#worker = null;
    this.#ready = false;
    for (const timer of this.#stopping.values()) clearTimeout(timer);
    this.#stopping.clear();
  }

  /** Ends the worker; everything that waits for it fails with the error. */
  #bury(error) {
    this.#end();
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const each of waiting) each.reject(error);
  }

  /** Ends the worker; everything that waits for it is asked of a new one. */
  #restart() {
    this.#end();
    this.warm();
    for (const { message } of this.#pending.values()) this.#worker?.postMessage(message);
  }
}
