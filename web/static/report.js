// What a shown report can do: copy, jump, find files, save. The report itself
// is complete without it.
import { bytes } from "./progress.js";
import { visible } from "./question.js";

/** How many files are added to the list at a time. */
const page = 200;
/** How much of the raw report is added at a time, in characters. */
const piece = 100_000;

/**
 * Brings a report to life. say tells the screen reader, link gives the address
 * of this audit, again repeats it, pick asks for the package file.
 */
export function enliven(root, report, json, { say, link, again, pick }) {
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.copy !== undefined) copy(button, button.dataset.copy, say);
    if (button.dataset.goto !== undefined) go(root, button.dataset.goto);
    if (button.dataset.permalink !== undefined) copy(button, link(), say);
    if (button.dataset.again !== undefined) again();
    if (button.dataset.pick !== undefined) pick();
    if (button.dataset.save !== undefined) save(report, json, say);
  });
  root.querySelector("[data-raw]").addEventListener("toggle", (event) => raw(event.target, json), { once: true });
  files(root, report.files);
}

async function copy(button, text, say) {
  const before = button.textContent;
  let word = "Copied";
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    word = "Could not copy";
  }
  button.textContent = word;
  say(word);
  setTimeout(() => { button.textContent = before; }, 2000);
}

function go(root, id) {
  const section = root.querySelector(`#${id}`);
  section.scrollIntoView();
  section.querySelector("[tabindex='-1']").focus({ preventScroll: true });
}

function save(report, json, say) {
  const url = URL.createObjectURL(new Blob([json], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `touchstone ${report.reference} ${report.time}.json`.replace(/[^a-z0-9.@-]+/gi, "_");
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  say("Saved");
}

/** The raw report, a piece at a time: it may have many megabytes. */
function raw(details, json) {
  const text = details.querySelector("[data-raw-text]");
  const more = document.createElement("button");
  more.type = "button";
  more.className = "small";
  let shown = 0;
  const show = () => {
    text.append(json.slice(shown, shown + piece));
    shown = Math.min(shown + piece, json.length);
    more.textContent = `Show more: ${bytes(json.length - shown)} are left`;
    if (shown === json.length) more.remove();
  };
  more.addEventListener("click", show);
  details.append(more);
  show();
}

/** Only what is looked at is in the page: a package may have many thousand files. */
function files(root, all) {
  const find = root.querySelector("[data-files]");
  if (!find) return;
  const rows = root.querySelector("[data-files-rows]");
  const more = root.querySelector("[data-files-more]");
  const count = root.querySelector("[data-files-count]");
  const input = find.querySelector("input");
  let sought; // made when somebody searches
  let found = all;
  let shown = 0;

  function show(n) {
    rows.append(...found.slice(shown, n).map(row));
    shown = Math.min(n, found.length);
    more.replaceChildren();
    if (shown >= found.length) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small";
    button.textContent = "Show more";
    button.addEventListener("click", () => show(shown + page));
    more.append(button, ` The first ${shown} of ${found.length} files.`);
  }

  function search() {
    const words = input.value.trim().toLowerCase();
    sought ??= all.map((file) => `${file.path}\n${file.sha256}`.toLowerCase());
    found = words === "" ? all : all.filter((_, i) => sought[i].includes(words));
    shown = 0;
    rows.replaceChildren();
    show(page);
    count.textContent = words === "" ? "" : `${found.length} of ${all.length} files`;
  }

  find.hidden = false;
  input.addEventListener("input", search);
  find.closest("details").addEventListener("toggle", search, { once: true });
}

function row(file) {
  const tr = document.createElement("tr");
  const [path, size, digest] = [document.createElement("td"), document.createElement("td"), document.createElement("td")];
  path.dir = "auto";
  path.textContent = visible(file.path);
  size.textContent = bytes(file.size);
  const code = document.createElement("code");
  code.textContent = file.sha256;
  digest.append(code);
  tr.append(path, size, digest);
  return tr;
}
