// What a shown report can do: copy, jump, find files, save. The report itself
// is complete without it.
import { enlivenCheckAll } from "./checkall.js";
import { enlivenCompare } from "./compare.js";
import { enlivenDependencies } from "./dependencies.js";
import { offer } from "./evidence.js";
import { enlivenFiles } from "./files.js";
import { bytes } from "./progress.js";
import { fragment, visible } from "./question.js";
import { enlivenVersions } from "./versions.js";

/** How many items are added to a list at a time. */
const page = 200;
/** How much of the raw report is added at a time, in characters. */
const piece = 100_000;

/**
 * Brings a report to life. say tells the screen reader, link gives the address
 * of this audit, or of one part of it, again repeats it, pick asks for the
 * package file, inside repeats it with the pieces that stand apart, keys asks for a key, look looks into the package and saves its evidence (see files.js
 * and evidence.js), audit gives the report of another reference, versions which
 * versions there are of a package, and which one a range means.
 */
export function enliven(root, report, json, { say, link, again, pick, inside, keys, look, audit, versions }) {
  for (const [name, can] of [["parts", inside], ["keys", keys]]) for (const button of root.querySelectorAll(`[data-${name}]`)) button.hidden = !can;
  for (const a of root.querySelectorAll("a[data-goto]")) a.href = new URL(link(a.dataset.goto)).hash;
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.copy !== undefined) copy(button, button.dataset.copy, say);
    if (button.dataset.permalink !== undefined) copy(button, link(), say);
    if (button.dataset.again !== undefined) again();
    if (button.dataset.pick !== undefined) pick();
    if (button.dataset.parts !== undefined) inside();
    if (button.dataset.keys !== undefined) keys();
    if (button.dataset.evidence !== undefined) offer(button, look, (zip) => save(zip, report.reference, "zip", say), say);
    if (button.dataset.save !== undefined) save(json, report.reference, "json", say);
  });
  root.querySelector("[data-raw]").addEventListener("toggle", (event) => raw(event.target, json), { once: true });
  for (const list of root.querySelectorAll("[data-items]")) items(list, report.topics[list.dataset.items].items);
  enlivenFiles(root, report.files, look, (button, text) => copy(button, text, say));
  enlivenCheckAll(root, report, audit, versions);
  enlivenDependencies(root, versions, say);
  const compare = enlivenCompare(root, report, audit, say, (id) => go(root, id));
  enlivenVersions(root, report, versions, (reference, version) => {
    go(root, "compare");
    compare(reference, version);
  });
  follow(root);
}

/** Marks the bookmark of the part that is being read. */
function follow(root) {
  const bookmarks = [...root.querySelectorAll(".bookmarks a")];
  const seen = new IntersectionObserver((entries) => {
    const here = entries.findLast((entry) => entry.isIntersecting)?.target.id;
    if (!here) return;
    for (const a of bookmarks) {
      if (a.dataset.goto === here) a.setAttribute("aria-current", "true");
      else a.removeAttribute("aria-current");
    }
  }, { rootMargin: "-10% 0px -60% 0px" });
  for (const a of bookmarks) seen.observe(root.querySelector(`#${a.dataset.goto}`));
}

/** What matters is open on paper, and as it was afterwards. */
const opened = new Set();
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details[data-print]:not([open])")) {
    details.open = true;
    opened.add(details);
  }
});
addEventListener("afterprint", () => {
  for (const details of opened) details.open = false;
  opened.clear();
});

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

/** Brings a part of the report into view, and the reader to its heading. */
export function go(root, id) {
  const part = root.querySelector(`#${id}`);
  part.scrollIntoView();
  part.querySelector("[tabindex='-1']").focus({ preventScroll: true });
}

/** Saves what an audit gave, named by its question. */
function save(body, reference, form, say) {
  const url = URL.createObjectURL(new Blob([body], { type: form === "zip" ? "application/zip" : "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${`touchstone ${reference.slice(0, 150)} ${new Date().toISOString().slice(0, 19)}`.replace(/[^a-z0-9.@-]+/gi, "_")}.${form}`;
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

/** A long list, of which the page holds the beginning: the rest a piece at a time. */
function items(list, all) {
  let shown = list.closest("details").previousElementSibling.childElementCount + list.childElementCount;
  const left = list.nextElementSibling;
  if (!left) return;
  const more = document.createElement("button");
  more.type = "button";
  more.className = "small";
  more.textContent = "Show more";
  more.addEventListener("click", () => {
    list.append(...all.slice(shown, shown + page).map((text) => {
      const item = document.createElement("li");
      const place = document.createElement(text.startsWith("pkg:") ? "a" : "code");
      if (place.href !== undefined) place.href = fragment(text);
      place.dir = "ltr";
      place.textContent = visible(text);
      item.append(place);
      return item;
    }));
    shown = Math.min(shown + page, all.length);
    left.textContent = `The first ${shown} of ${all.length}.`;
    if (shown === all.length) more.remove();
  });
  left.after(more);
}
