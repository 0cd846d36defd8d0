// What this browser keeps for the site, in IndexedDB.

/** How long a store may take to open, in milliseconds: some browsers never say that it does not. */
const patience = 2000;

function open(name, parts) {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("the store does not open")), patience);
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => { for (const part of parts) request.result.createObjectStore(part); };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("the store is in use"));
  });
}

/**
 * Runs work in one transaction over the parts of a store. It gets each part and
 * an object; resolves to the value that it put there. Rejects where nothing can
 * be kept.
 */
export async function within(name, parts, mode, work) {
  const db = await open(name, parts);
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(parts, mode);
      const result = {};
      work(...parts.map((part) => transaction.objectStore(part)), result);
      transaction.oncomplete = () => resolve(result.value);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
}
