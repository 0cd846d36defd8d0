// The files of a package: as a tree, found by name or digest, found by what is
// in them, and opened on demand. What a file holds is shown as text, whatever it
// is. Only what is looked at is in the page.
import { bytes } from "./progress.js";
import { visible } from "./question.js";

/** How many lines of a list, and how many characters of a file, are added at a time. */
const page = 200;
const piece = 60_000;
/** How much of a digest stands beside a file. */
const brief = 16;

/** Makes an element that holds a text. */
export function element(name, text = "", more = {}) {
  const made = Object.assign(document.createElement(name), more);
  made.textContent = text;
  return made;
}

/** Appends what a list holds, a page at a time; make makes an item's element, of the item and its number. */
export function list(parent, all, make) {
  let shown = 0;
  const more = element("button", "", { type: "button", className: "small" });
  const show = () => {
    const next = all.slice(shown, shown + page).map((item, i) => make(item, shown + i));
    shown = Math.min(shown + page, all.length);
    if (shown < all.length) {
      more.textContent = `Show more: the first ${shown} of ${all.length} are here`;
      parent.append(...next, more);
    } else {
      more.remove();
      parent.append(...next);
    }
  };
  more.addEventListener("click", show);
  show();
}

/** A folder as a Map from names to files and folders. A file and a folder of one name both stand in it. */
function grow(all) {
  const root = new Map();
  for (const file of all) {
    const parts = file.path.split("/");
    let folder = root;
    for (const part of parts.slice(0, -1)) {
      const name = `${part}/`;
      if (!folder.has(name)) folder.set(name, new Map());
      folder = folder.get(name);
    }
    const name = parts.at(-1);
    folder.set(folder.has(name) ? `${name}\0${folder.size}` : name, file);
  }
  return root;
}

/** What a folder holds, folders first. Folders that hold one folder alone are one line. */
function children(folder) {
  const entries = [...folder].map(([name, value]) => {
    while (value instanceof Map && value.size === 1) {
      const [[only, inner]] = value;
      if (!(inner instanceof Map)) break;
      [name, value] = [name + only, inner];
    }
    return [name, value];
  });
  return [...entries.filter(([, value]) => value instanceof Map), ...entries.filter(([, value]) => !(value instanceof Map))];
}

/** Lists a folder; file makes the element of one file, of it and its name. */
function tree(folder, parent, file) {
  list(parent, children(folder), ([name, value]) => {
    const item = element("li");
    if (!(value instanceof Map)) {
      item.append(file(value, value.path.split("/").at(-1)));
      return item;
    }
    const details = element("details");
    details.append(element("summary", visible(name), { dir: "auto" }));
    details.addEventListener("toggle", () => {
      const inner = element("ul");
      details.append(inner);
      tree(value, inner, file);
    }, { once: true });
    item.append(details);
    return item;
  });
}

/**
 * Brings the list of files to life. look.open gives a file's bytes, look.find
 * the lines that hold a text; copied is told what to copy.
 */
export function enlivenFiles(root, all, look, copied) {
  const find = root.querySelector("[data-files]");
  if (!find) return;
  const place = root.querySelector("[data-tree]");
  const count = root.querySelector("[data-files-count]");
  const input = find.querySelector("input");
  const inside = find.querySelector("button");
  let sought; // made when somebody searches
  let searching = null; // the AbortController of the search inside

  /** One file: closed, its name, size and digest; open, what it holds. */
  function file(one, name) {
    const details = element("details", "", { className: "file" });
    const summary = element("summary");
    const installed = one.installed ? ` (installed as ${visible(one.installed)})` : "";
    summary.append(element("span", visible(name) + installed, { dir: "auto" }), element("span", bytes(one.size), { className: "size" }), element("code", `${one.sha256.slice(0, brief)}…`));
    details.append(summary);
    details.addEventListener("toggle", () => { hold(details, one, look, copied); }, { once: true });
    return details;
  }

  function search() {
    searching?.abort();
    const words = input.value.trim().toLowerCase();
    inside.disabled = words === "";
    const top = element("ul");
    place.replaceChildren(top);
    if (words === "") {
      count.textContent = "";
      tree(grow(all), top, file);
      const only = top.querySelector(":scope > li:only-child > details:not(.file)");
      if (only) only.open = true;
      return;
    }
    sought ??= all.map((one) => `${one.path}\n${one.sha256}`.toLowerCase());
    const found = all.filter((_, i) => sought[i].includes(words));
    count.textContent = `${found.length} of ${all.length} files`;
    list(top, found, (one) => {
      const item = element("li");
      item.append(file(one, one.path));
      return item;
    });
  }

  async function searchInside() {
    searching?.abort();
    const abort = new AbortController();
    searching = abort;
    count.textContent = "Searching inside the files …";
    try {
      const { hits, whole: everything } = await look.find(input.value.trim(), abort.signal);
      if (abort.signal.aborted) return;
      count.textContent = `${hits.length} ${hits.length === 1 ? "line" : "lines"}${everything ? "" : ", and there may be more"}`;
      const top = element("ul");
      place.replaceChildren(top);
      list(top, hits, (hit) => {
        const item = element("li");
        const one = all.find((candidate) => candidate.path === hit.path);
        item.append(one ? file(one, `${hit.path}, line ${hit.line}`) : visible(hit.path), element("pre", hit.text.replace(/[^\t]+/g, visible), { dir: "ltr" }));
        return item;
      });
    } catch (error) {
      if (!abort.signal.aborted) count.textContent = visible(error.message);
    }
  }

  find.hidden = false;
  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => { if (event.key === "Enter" && !inside.disabled) searchInside(); });
  inside.addEventListener("click", searchInside);
  find.closest("details").addEventListener("toggle", search, { once: true });
}

/** Opens a file: its digest, and what it holds. */
async function hold(details, one, look, copied) {
  const digest = element("p", "SHA-256 ");
  const button = element("button", "Copy", { type: "button", className: "small", ariaLabel: "Copy the SHA-256" });
  button.addEventListener("click", () => copied(button, one.sha256));
  digest.append(element("code", one.sha256), " ", button);
  const said = element("p", "Opening …", { role: "status" });
  details.append(digest, said);
  try {
    const raw = await look.open(one);
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(whole(raw, one));
    if (text.includes("\0")) throw new TypeError("zero bytes");
    said.textContent = raw.length < one.size ? `The first ${bytes(raw.length)} of ${bytes(one.size)}.` : one.size === 0 ? "The file is empty." : "";
    if (text !== "") show(details, text);
  } catch (error) {
    said.textContent = error instanceof TypeError ? "This is no text: it is not shown." : visible(error.message);
  }
}

/** Bytes that end inside a character, because they were cut, without that character. */
function whole(raw, one) {
  if (raw.length === one.size) return raw;
  let end = raw.length;
  while (end > 0 && (raw[end - 1] & 0xc0) === 0x80) end--;
  return raw.subarray(0, Math.max(0, end - 1));
}

/** A text, a piece at a time; what hides in it is shown. */
function show(details, text) {
  const pre = element("pre", "", { dir: "ltr", tabIndex: 0 });
  const more = element("button", "Show more", { type: "button", className: "small" });
  let shown = 0;
  const next = () => {
    pre.append(text.slice(shown, shown + piece).replace(/[^\n\t\r]+/g, visible));
    shown += piece;
    if (shown >= text.length) more.remove();
  };
  more.addEventListener("click", next);
  details.append(pre, more);
  next();
}
