// The page's side of the worker. One worker is kept warm; one that hangs,
// breaks, ends or cannot load is replaced.
import { begun } from "./begin.js";

/** How long a cancelled audit may take to stop before its worker is ended, in milliseconds. */
const patience = 1500;
/** How often a worker that works is asked for a sign of life, in milliseconds. */
const pulse = 5000;
/**
 * How many times in a row it may not answer. Computing, it hears nothing; the
 * largest packages take it a minute. Counted in questions, not by the clock: a
 * device that slept asked none.
 */
const unheard = 60;
/** The same before it said that it holds its lock, which is the first that it does. */
const unborn = 12;

function failure(name, message, more = {}) {
  return Object.assign(new Error(message), { name, stack: "", refused: null, ...more });
}

export class Auditor {
  #worker = null;
  #pending = new Map(); // id → { message, resolve, reject, progress, ready }
  #last = 0;
  #ready = false;
  #stopping = new Map(); // id of an audit that was cancelled → timer
  #pulse = null; // the timer of the signs of life
  #silent = 0; // how many of them were not answered
  #holds = ""; // the name of the lock that the worker holds
  #whole; // whether the whole program is needed

  /** whole tells that the whole program is needed from the beginning: for lock files. */
  constructor({ whole = false } = {}) {
    this.#whole = whole;
  }

  get ready() { return this.#ready; }

  /** Whether the whole program is there, or comes with the next worker. */
  get whole() { return Boolean(this.#whole); }

  /** Loads the auditor, if it is not there yet. */
  warm() {
    if (this.#worker) return;
    let one;
    try {
      one = begun(this.#whole ? "whole" : "first");
    } catch (error) {
      queueMicrotask(() => this.#bury(failure("LoadError", error.message)));
      return;
    }
    const { worker, name } = one;
    this.#worker = worker;
    one.listen((event) => {
      if (worker !== this.#worker) return; // another took its place
      if (event.type === "message") this.#hear(event.data, name);
      else this.#bury(failure(this.#ready ? "DeadError" : "LoadError", event.message || "the worker did not start"));
    });
  }

  /**
   * Runs one audit; with an evidence file, of what that says, without a network.
   * Rejects with an Error whose name is RefusedError (the
   * question could not be asked; refused says it as data),
   * AbortError, LoadError (the auditor is not here), PanicError or DeadError
   * (a fault of ours).
   */
  audit(request, { file, evidence, progress, ready, signal } = {}) {
    return this.#ask({ type: "audit", request, file, evidence }, { progress, ready, signal });
  }

  /**
   * Audits a lock file, with what belongs to it. Progress gets { head } once, the result without its lines,
   * and { lines }: places and lines, first all as the file has them, then each once
   * it is answered.
   */
  lock(request, { files, older, progress, ready, signal }) {
    return this.#ask({ type: "lock", request, files, older }, { progress, ready, signal });
  }

  /** A lock file's result in a format: { text, summary }. */
  written(format, result, site) {
    return this.#ask({ type: "written", format, result, site });
  }

  /** Finds packages in a folder (see folder.js). */
  packages(folder) {
    return this.#ask({ type: "packages", folder });
  }

  /** The references that a package file says that it is; needs the whole program. */
  identify(file) {
    return this.#ask({ type: "identify", file });
  }

  /** The names of the files by which packages are found. */
  named() {
    return this.#ask({ type: "named" });
  }

  /** Which versions there are of the package that a request names, and which of them what request.asked asks for means. */
  versions(request, signal) {
    return this.#ask({ type: "versions", request }, { signal });
  }

  /** Which known answers the program gives otherwise, in words: none where it can be relied on. */
  selftest() {
    return this.#ask({ type: "selftest" });
  }

  /** How a text that somebody is writing may go on: { by, relayed, all: [{ reference, about }] }. */
  suggest(request, signal) {
    return this.#ask({ type: "suggest", request }, { signal });
  }

  /** What the auditor understands of a text, without asking anybody. */
  read(text, signal) {
    return this.#ask({ type: "read", text }, { signal });
  }

  /** Looks into the package of an audit, while it is the newest. */
  look(reference) {
    const ask = (type, more, signal) => this.#ask({ type, reference, ...more }, { signal });
    return {
      open: ({ path, sha256 }) => ask("open", { path, sha256 }),
      find: (text, signal) => ask("find", { text }, signal),
      sizes: () => ask("sizes"),
      evidence: (withPackage) => ask("evidence", { withPackage }),
      differ: (path, file) => ask("differ", { path, file }),
    };
  }

  #ask(question, { progress = () => {}, ready = () => {}, signal = new AbortController().signal } = {}) {
    if (signal.aborted) return Promise.reject(failure("AbortError", "cancelled"));
    this.warm();
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      const message = { ...question, id };
      this.#pending.set(id, { message, resolve, reject, progress, ready });
      signal.addEventListener("abort", () => this.#cancel(id), { once: true });
      if (this.#ready) ready();
      this.#worker?.postMessage(message);
      this.#listen();
    });
  }

  /** Asks for signs of life as long as anybody waits. */
  #listen() {
    this.#pulse ??= setInterval(() => {
      if (this.#pending.size === 0 || !this.#worker) {
        clearInterval(this.#pulse);
        this.#pulse = null;
        this.#silent = 0;
      } else if (this.#silent++ >= (this.#holds || !globalThis.navigator?.locks ? unheard : unborn)) {
        this.#bury(failure("DeadError", "the worker gave no sign of life"));
      } else {
        this.#worker.postMessage({ type: "ping" });
      }
    }, pulse);
  }

  /**
   * Waits for the lock that a worker holds as long as it lives: a browser says
   * by no event that a worker ended itself, or was ended for want of memory.
   */
  #outlive(name) {
    globalThis.navigator?.locks?.request(name, () => {
      if (this.#holds === name) this.#bury(failure("DeadError", "the worker ended"));
    });
  }

  #cancel(id) {
    const waiting = this.#pending.get(id);
    if (!waiting) return;
    this.#pending.delete(id);
    waiting.reject(failure("AbortError", "cancelled"));
    if (waiting.message.type === "read") return; // over in a moment
    this.#worker?.postMessage({ type: "cancel", id });
    // A worker that is busy computing does not hear; the next audit must not
    // wait for it.
    if (this.#ready && ["audit", "lock"].includes(waiting.message.type)) this.#stopping.set(id, setTimeout(() => this.#restart(), patience));
  }

  #hear(data, name) {
    this.#silent = 0;
    if (data.type !== "progress") {
      clearTimeout(this.#stopping.get(data.id));
      this.#stopping.delete(data.id);
    }
    const waiting = this.#pending.get(data.id);
    switch (data.type) {
      case "held":
        this.#holds = name;
        this.#outlive(name);
        break;
      case "ready":
        this.#ready = true;
        for (const each of this.#pending.values()) each.ready();
        break;
      case "whole":
        this.#whole = true; // one that takes this one's place begins with it
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
        waiting?.reject(failure(data.name, data.message, { stack: data.stack, refused: data.refused ?? null }));
        if (data.name === "PanicError") this.#restart(); // what it left behind is not trusted
        break;
    }
  }

  #end() {
    this.#worker?.terminate();
    this.#worker = null;
    this.#ready = false;
    this.#holds = "";
    this.#silent = 0;
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
