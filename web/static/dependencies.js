// The packages that installing pulls. Each is asked for by a range of versions: a
// link leads to the version that an installer would choose now.
import { inWords, weakest } from "../../wasm/shared/allfiles.js";
import { fragment, visible } from "./question.js";

/** The reference of what would be installed; the given one where that could not be learned. */
export async function chosen(reference, asked, versions, signal) {
  if (!asked) return reference;
  try {
    return (await versions(reference, asked, signal)).fits || reference;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return reference;
  }
}

/** What all packages are worth that a topic names. */
export function ofPackages(topic, versions) {
  const words = (all) => inWords(weakest(all), "package");
  return {
    count: () => topic.items.length,
    async *answers(_, audit, signal) {
      for (const named of topic.items) {
        let reference = named;
        let answer;
        try {
          reference = await chosen(named, topic.asked?.[named], versions, signal);
          answer = { reference, report: await audit(reference, signal) };
          answer.reference = answer.report.reference;
        } catch (error) {
          answer = { reference, error };
        }
        if (signal.aborted) return;
        yield answer;
      }
    },
    name: ({ reference }) => reference,
    words,
    whole: (all) => `All that it pulls directly, by the weakest: ${words(all)}. What these pull in turn was not checked.`,
    cancelled: (left, total) => `Cancelled: ${left} of ${total} did not answer.`,
  };
}

/** Leads a link to the version that would be installed. */
export function enlivenDependencies(root, versions, say) {
  root.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-asked]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0) return;
    event.preventDefault();
    const named = decodeURIComponent(new URL(link.href).hash.slice(1));
    say(`Asking which version of ${visible(named)} would be installed`);
    const reference = await chosen(named, link.dataset.asked, versions, AbortSignal.timeout(10_000)).catch(() => named);
    if (link.isConnected && link.getClientRects().length > 0) location.hash = fragment(reference);
  });
}
