// A lock file's check in parts: two programs on two threads answer twice as many pins
// in the same time. Each reads the same files and audits its part of the packages; the
// first then writes down what both found.
import { availableParallelism } from "node:os";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { loaded, start } from "./load.mjs";

/** From how many packages on a second program is worth its start. */
const enough = 200;

/** How many bytes of a lock file stand for one package, at the least. */
const least = 100;

/**
 * Starts a second program where a lock file is so long that it may be wanted, while the
 * first still reads that; undefined elsewhere. A go.sum is never divided. No more than two
 * programs take 400 MB.
 */
export function second(name, bytes) {
  if (availableParallelism() < 2 || bytes < enough * least || name.endsWith(".sum")) return undefined;
  const worker = new Worker(new URL(import.meta.url), { workerData: { loaded } });
  const over = new Promise((resolve) => { worker.once("error", resolve).once("exit", resolve); });
  return { worker, over };
}

/**
 * Checks a lock file as touchstone.lock does; where it has many packages in two parts,
 * with the second program. What that did not answer, because it broke, this one asks for
 * itself.
 */
export async function lockInParts(touchstone, other, asked, files, base, tell, signal) {
  if (!other || await touchstone.divisible(files) < enough) {
    await other?.worker.terminate();
    return touchstone.lock(JSON.stringify(asked), files, base, undefined, tell, signal);
  }
  const given = []; // what the other program answered
  const [mine, its] = [0, 1].map((part) => JSON.stringify({ ...asked, part, of: 2, perHost: Math.ceil(asked.perHost / 2) }));
  const stop = () => other.worker.terminate();
  signal?.addEventListener("abort", stop, { once: true });
  other.worker.on("message", ({ line, i, of }) => {
    given.push(`"${i}":${line}`);
    tell(line, i, of, true);
  });
  other.worker.postMessage({ request: its, files, base });
  try {
    await Promise.all([other.over, touchstone.lock(mine, files, base, undefined, tell, signal)]);
  } finally {
    signal?.removeEventListener("abort", stop);
    await stop();
  }
  const request = `${JSON.stringify({ ...asked, joined: true }).slice(0, -1)},"given":{${given.join()}}}`;
  return touchstone.lock(request, files, base, undefined, tell, signal);
}

if (!isMainThread && workerData?.loaded) {
  const touchstone = await start(workerData.loaded);
  parentPort.once("message", async ({ request, files, base }) => {
    await touchstone.lock(request, files, base, undefined, (line, i, of, answered) => { if (answered) parentPort.postMessage({ line, i, of }); });
    process.exit(0);
  });
}
