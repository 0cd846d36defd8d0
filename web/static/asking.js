// Questions as every page asks them: through its relay where a registry refuses
// browsers, from what earlier visits kept, to what the next one begins with.
import { build } from "./build.js";
import { recall, remember } from "./memory.js";

export const relay = () => new URL(build.relay, location.origin).href;

/** An audit over the network. request and options are those of Auditor.audit. */
export async function audited(auditor, request, options) {
  const began = await recall();
  const answer = await auditor.audit({ ...request, relay: relay(), ...began }, options);
  await remember(began, answer);
  return answer;
}

/** How a text that somebody is writing may go on. */
export const suggestions = async (auditor, text, signal) => auditor.suggest({ reference: text, relay: relay(), ...await recall() }, signal);

/** What a shown report asks of others; it changes nothing on the page. */
export const others = (auditor) => ({
  /** The report of another reference. */
  audit: async (reference, signal) => JSON.parse((await audited(auditor, { reference }, { signal })).json),
  /** Which versions there are of a package, and which of them a range means. */
  versions: async (reference, asked, signal) => auditor.versions({ reference, asked, relay: relay(), ...await recall() }, signal),
});
