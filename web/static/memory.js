// What is kept between visits: the newest signed head of each log, and the
// versions of the trust anchors seen. They make a log that shows two histories
// visible. Without IndexedDB every visit is a first one.
import * as store from "./store.js";

/** Gives work what was kept, and where to keep more; resolves to its answer. */
const within = (mode, work) => store.within("touchstone", ["kept"], mode, (kept, result) => {
  const request = kept.get("all");
  request.onsuccess = () => { result.value = work(request.result, kept); };
});

/** Of what was kept, what has the form in which it was: the rest would end every audit. */
const usable = (kept) => ({
  heads: Object.fromEntries(Object.entries(kept?.heads ?? {}).filter(([, head]) => typeof head === "string")),
  memory: typeof kept?.memory === "string" ? kept.memory : "",
});

/** What was kept; nothing where nothing can be. */
export async function recall() {
  try {
    return await within("readonly", usable);
  } catch {
    return { heads: {}, memory: "" };
  }
}

/**
 * Keeps what an audit proved beyond what it began with. Where another tab was
 * quicker, its newer values stay: what is kept never goes back.
 */
export async function remember(began, now) {
  try {
    await within("readwrite", (raw, store) => {
      const kept = usable(raw);
      const next = { heads: { ...kept.heads }, memory: kept.memory };
      for (const [log, head] of Object.entries(now.heads)) {
        if (kept.heads[log] === began.heads[log]) next.heads[log] = head;
      }
      if (kept.memory === began.memory && now.memory) next.memory = now.memory;
      store.put(next, "all");
    });
  } catch {
    // The next visit begins where this one did.
  }
}
