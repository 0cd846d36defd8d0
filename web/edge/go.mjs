// What the edge's Go decides (edge.wasm): synchronous functions of JSON, of one
// instance for all requests. It never waits: workerd binds timers and streams to
// the request that made them.
import "./wasm_exec.js"; // of the toolchain that compiled the wasm
import program from "./edge.wasm";
import { basis, hosts } from "./config.mjs";

let running = false;

/** Asks a function of Go; nothing where that broke. It is started again for the next question. */
export function ask(name, question) {
  try {
    if (!running) start();
    return JSON.parse(globalThis[name](JSON.stringify(question)));
  } catch (error) {
    running = false;
    console.error(`${name}:`, error);
    return undefined;
  }
}

// Only inside a request: workerd gives the global scope no random numbers.
function start() {
  const go = new Go();
  globalThis.touchstoneHosts = hosts;
  globalThis.touchstoneBasis = JSON.stringify(basis);
  for (const name of ["touchstoneRelay", "touchstoneBadge"]) delete globalThis[name];
  // Runs until Go waits for its first call; the promise is for its end, of which
  // the next call tells.
  go.run(new WebAssembly.Instance(program, go.importObject)).catch(() => {});
  running = true;
}
