// While nobody asks, the program is asked for known answers: a device that computes
// wrongly is found, and the first audit finds the program warm.
import { visible } from "./question.js";

/** Runs a function when nothing else is to be done. */
export const idle = globalThis.requestIdleCallback ?? setTimeout;

const tested = new WeakMap(); // of each Auditor, which of the two programs was asked

/** Asks an Auditor once for each of its programs: the whole one knows one mechanism more. */
export async function selftest(auditor) {
  const program = auditor.whole ? "whole" : "first";
  if (tested.get(auditor) === program) return;
  tested.set(auditor, program);
  const wrong = await auditor.selftest().catch(() => []); // not run: nothing is known
  if (wrong.length === 0) return;
  const place = document.getElementById("unreliable");
  place.hidden = false;
  place.textContent = `Do not rely on what this page says here: this browser gives a known question another answer (${visible(wrong.join("; "))}). Use another browser or device.`;
}
