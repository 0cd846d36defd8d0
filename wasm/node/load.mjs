// Loads a program under Node: the audit is the same file that the page loads.
import { setFlagsFromString } from "node:v8";
import { ask, elsewhere } from "./ask.mjs";
import { program } from "./place.mjs";

/**
 * What the Go program itself writes. Nothing of ours goes to its standard
 * output, but a library's remark does, and would stand among the answers.
 */
function writeSync(fd, bytes) {
  if (fd !== 1) process.stderr.write(bytes.slice()); // the memory behind it may change
  return bytes.length;
}

/**
 * From here on Go collects more often (runtime, environment variables): its memory
 * only grows, and a lock file of thousands of pins needs no more of it. No limit of
 * what a large package may take.
 */
const softLimit = "160MiB";

/**
 * Until there, it collects where its memory is so many percent larger than what is used
 * (in Go 100). An audit holds a few megabytes, and what a collection takes hardly depends
 * on that: a lock file of a thousand pins needed 33 of them, and needs 8.
 */
const collectAt = "400";

/**
 * How much a function of the program runs before V8 compiles it once more and well
 * (--wasm-tiering-budget; in V8 1.8 million). Compiling much that runs little took
 * 0.7 of 1 s in each short audit, and no less of long ones. With a sixth of this a thousand
 * npm pins took a twentieth more of the processor's time, with three times as much a tenth.
 */
const tieringBudget = 300_000_000;

/** What was loaded last, for another thread: { glue, module }. */
export let loaded;

const compiled = {}; // by name: a program may be started again

/** Starts a program of wasm/build.mjs and resolves to its functions; tell says that it is built first. */
export async function load(name = "touchstone", tell = undefined) {
  setFlagsFromString(`--wasm-tiering-budget=${tieringBudget}`); // what is compiled before keeps V8's own
  compiled[name] ??= program(name, tell).then(async ({ glue, wasm }) => ({ glue: String(glue), module: await WebAssembly.compile(wasm) }));
  loaded = await compiled[name];
  return start(loaded);
}

/** Starts what was loaded, and resolves to its functions. */
export async function start({ glue, module }) {
  await import(glue);
  globalThis.fs.writeSync = writeSync;
  // Who stands in for the network says so by a value of its own, even if none.
  if (!("touchstoneAsk" in globalThis) && !elsewhere()) globalThis.touchstoneAsk = ask;
  const go = new globalThis.Go();
  Object.assign(go.env, { GOMEMLIMIT: softLimit, GOGC: collectAt });
  const ready = new Promise((resolve) => { globalThis.touchstoneReady = resolve; });
  const ended = go.run(await WebAssembly.instantiate(module, go.importObject)).then(() => { throw new Error("the WebAssembly program ended"); });
  await Promise.race([ready, ended]);
  return globalThis.touchstone;
}
