// The checks of this device, newest first, as links. They stay on the device,
// until they are cleared.
import { brief, fragment } from "./question.js";

const key = "recent checks";
const most = 8;

function all() {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one?.reference === "string" && typeof one.said === "string").slice(0, most) : [];
  } catch {
    return []; // nothing can be kept here, or something else was
  }
}

function keep(list) {
  try {
    if (list.length > 0) localStorage.setItem(key, JSON.stringify(list));
    else localStorage.removeItem(key);
  } catch {
    // The list is a convenience; the page works without.
  }
}

/** Puts a check first. said is its answer in a few words. */
export function note(reference, said) {
  keep([{ reference, said }, ...all().filter((one) => one.reference !== reference)].slice(0, most));
}

/** Shows the checks in a section, which is hidden while there are none. */
export function show(section) {
  const list = all();
  section.hidden = list.length === 0;
  section.querySelector("ul").replaceChildren(...list.map((one) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = fragment(one.reference);
    const code = document.createElement("code");
    code.textContent = brief(one.reference);
    link.append(code);
    const said = document.createElement("span");
    said.textContent = brief(one.said);
    item.append(link, " ", said);
    return item;
  }));
}

/** Forgets them all. */
export function clear(section) {
  keep([]);
  show(section);
}
