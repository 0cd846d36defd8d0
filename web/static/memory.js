// What is kept between visits: the newest signed head of each log, and the
// versions of the trust anchors seen. They make a log that shows two histories
// visible. Without IndexedDB every visit is a first one.

/** How long the store may take to open, in milliseconds: some browsers never say that it does not. */
const patience = 2000;

function open() {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("the store does not open")), patience);
    const request = indexedDB.open("touchstone", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("kept");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("the store is in use"));
  });
}

async function within(mode, work) {
  const db = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction("kept", mode);
      let result;
      const store = transaction.objectStore("kept");
      const request = store.get("all");
      request.onsuccess = () => { result = work(request.result, store); };
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
}

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
