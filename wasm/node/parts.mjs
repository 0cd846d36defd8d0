// A lock file's check in parts: two programs on two threads answer twice as many pins
// in the same time. Each reads the same files and audits its part of the packages; the
// first then writes down what both found.
import { availableParallelism } from "node:os";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { loaded, start } from "./load.mjs";

/** From how many packages on a second program is worth its start. */
const enough = 200;

/** How many programs answer a check: no more than two, which take 400 MB. */
export async function partsFor(touchstone, files) {
  if (availableParallelism() < 2) return 1;
  return await touchstone.divisible(files) < enough ? 1 : 2;
}

/**
 * Checks a lock file as touchstone.lock does, in two parts. What the other program did
 * not answer, because it broke, this one asks for itself.
 */
export async function lockInParts(touchstone, asked, files, base, tell, signal) {
  const given = {};
  const [first, second] = [0, 1].map((part) => JSON.stringify({ ...asked, part, of: 2, perHost: Math.ceil(asked.perHost / 2) }));
  const worker = new Worker(new URL(import.meta.url), { workerData: { request: second, files, base, loaded } });
  const stop = () => worker.terminate();
  signal?.addEventListener("abort", stop, { once: true });
  const elsewhere = new Promise((resolve) => {
    worker.on("message", ({ line, i, of }) => {
      given[i] = line;
      tell(line, i, of, true);
    });
    worker.once("error", resolve);
    worker.once("exit", resolve);
  });
  try {
    await Promise.all([elsewhere, touchstone.lock(first, files, base, undefined, (line, i, of, answered) => {
      if (!answered) return;
      given[i] = line;
      tell(line, i, of, true);
    }, signal)]);
  } finally {
    signal?.removeEventListener("abort", stop);
    await worker.terminate();
  }
  const all = `{${Object.entries(given).map(([i, line]) => `"${i}":${line}`).join()}}`;
  const request = `${JSON.stringify(asked).slice(0, -1)},"given":${all}}`;
  return touchstone.lock(request, files, base, undefined, (line, i, of, answered) => { if (!(i in given)) tell(line, i, of, answered); }, signal);
}

if (!isMainThread && workerData?.request) {
  const { request, files, base } = workerData;
  const touchstone = await start(workerData.loaded);
  await touchstone.lock(request, files, base, undefined, (line, i, of, answered) => { if (answered) parentPort.postMessage({ line, i, of }); });
  process.exit(0);
}
