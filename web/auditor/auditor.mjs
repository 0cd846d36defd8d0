// The auditor: a Durable Object that holds one instance of Go. It is reached by
// the edge's own Worker only.
import "./wasm_exec.js"; // of the toolchain that compiled the wasm
import { connect } from "cloudflare:sockets";
import { DurableObject } from "cloudflare:workers";
import program from "./auditor.wasm";
import { build } from "./config.mjs";

// An object that was taken away while it audited finds here what it owes.
const owed = "owed ";
const patience = 60_000;

export class Auditor extends DurableObject {
  #running; // {binding, ended}: one instance of Go

  async fetch(request) {
    const key = owed + new URL(request.url).search;
    await this.ctx.storage.put(key, request.url);
    await this.ctx.storage.setAlarm(Date.now() + patience);
    try {
      return await this.#ask(request);
    } finally {
      await this.ctx.storage.delete(key);
    }
  }

  /** Ends what was begun, so that who asks next finds it. */
  async alarm() {
    for (const [key, url] of await this.ctx.storage.list({ prefix: owed, limit: 32 })) {
      const answer = await this.#ask(new Request(url));
      await answer.body?.cancel();
      await this.ctx.storage.delete(key);
    }
  }

  /** Asks Go. One that ended leaves whoever waits for it without a word. */
  #ask(request) {
    this.#running ??= this.#start();
    const { binding, ended } = this.#running;
    return Promise.race([binding.handleRequest(request), ended]);
  }

  #start() {
    const go = new Go();
    const binding = {};
    let ready = false;
    const { storage } = this.ctx;
    const OWN = { get: async (name) => await storage.get(`own ${name}`) ?? null, put: (name, value) => storage.put(`own ${name}`, value) };
    const LIMIT = { get: async (key) => ((await this.env.NEW_AUDITS.limit({ key })).success ? "yes" : null) };
    const instance = new WebAssembly.Instance(program, { ...go.importObject, workers: { ready: () => { ready = true; } } });
    // Read once, when Go's packages are set up.
    globalThis.context = { env: { ...this.env, OWN, LIMIT, BUILD: build }, ctx: this.ctx, connect, binding };
    const ended = go.run(instance).then(() => { throw new Error("the auditor ended"); }); // go.run returns where Go waits
    delete globalThis.context;
    const running = { binding, ended };
    ended.catch((error) => {
      console.error("the auditor:", error);
      if (this.#running === running) this.#running = undefined;
    });
    if (!ready) throw new Error("the auditor did not start");
    return running;
  }
}

/** By the trigger in auditor.jsonc. */
async function refresh(env) {
  const answer = await env.AUDITOR.get(env.AUDITOR.idFromName("auditor-0")).fetch("https://auditor/refresh");
  if (!answer.ok) console.error("refreshing the anchors:", await answer.text());
}

export default {
  fetch: () => new Response("nothing here\n", { status: 404 }),
  scheduled: (_, env) => refresh(env),
};
