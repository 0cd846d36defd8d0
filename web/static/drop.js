// What is dropped on the page: a text goes into the box, a package file is
// checked in place of a download.

/** How much of a file tells whether it is text, in bytes. */
const sample = 4096;

/** Tells whether a file is text: UTF-8 without zero bytes, as far as its beginning shows. */
async function isText(file) {
  const head = new Uint8Array(await file.slice(0, sample).arrayBuffer());
  if (head.includes(0)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return head.length > 0;
  } catch {
    return false;
  }
}

/** Begins to listen. text gets a dropped text, file a dropped package file; lock gets a file for which isLock says so. */
export function listen({ text, file, lock, isLock }) {
  const outline = (on) => document.body.classList.toggle("dropping", on);
  addEventListener("dragover", (event) => {
    const types = [...event.dataTransfer.types];
    if (!types.includes("Files") && (!types.includes("text/plain") || event.target.closest?.("textarea"))) return;
    event.preventDefault();
    outline(true);
  });
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) outline(false); });
  addEventListener("drop", async (event) => {
    outline(false);
    const [dropped] = event.dataTransfer.files;
    if (dropped) {
      event.preventDefault();
      if (isLock(dropped.name)) lock(dropped);
      else if (await isText(dropped).catch(() => false)) text(await dropped.text());
      else file(dropped);
    } else if (!event.target.closest?.("textarea")) {
      event.preventDefault();
      text(event.dataTransfer.getData("text/plain"));
    }
  });
}
