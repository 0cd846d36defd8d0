// What a text in the box may become, as somebody types: names like it, versions
// of what stands before an "@". A list beside the box that the arrow keys walk
// through, while the focus stays in the box (ARIA Authoring Practices, combobox
// with a list; the box is a text of several lines, which may not have that role).
import { visible } from "./question.js";

const $ = (id) => document.getElementById(id);
const key = "suggestions";
/** How long nobody types before a registry is asked, in milliseconds. */
const pause = 350;

const box = $("reference");
const place = $("suggests");
const [by, list] = [place.querySelector("p"), place.querySelector("ul")];
let active = -1; // the option that Enter takes; -1 for none
let asking = null; // the AbortController of the question under way
let waiting = 0;
let taken = ""; // the text that was taken from the list: it needs no other

// What is typed is sent to nobody before somebody asks for that: a private name
// cannot be told from a public one.
function wanted() {
  try {
    return localStorage.getItem(key) !== null;
  } catch {
    return false;
  }
}

/** Takes the list away, and stops asking. */
export function close() {
  clearTimeout(waiting);
  asking?.abort();
  asking = null;
  active = -1;
  place.hidden = true;
  by.textContent = "";
  list.replaceChildren();
  box.removeAttribute("aria-activedescendant");
}

function choose(at) {
  const options = [...list.children];
  active = (at + options.length) % options.length;
  options.forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
  box.setAttribute("aria-activedescendant", options[active].id);
  options[active].scrollIntoView({ block: "nearest" });
}

function take(reference) {
  taken = reference;
  box.value = reference;
  close();
  box.focus();
  box.dispatchEvent(new Event("input")); // says what it means
}

function show({ by: who, relayed, all }) {
  close();
  if (all.length === 0) return;
  list.replaceChildren(...all.map(({ reference, about }, i) => {
    const option = document.createElement("li");
    option.id = `suggest-${i}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const code = document.createElement("code");
    code.dir = "ltr";
    code.textContent = visible(reference);
    option.append(code, about ? ` ${visible(about)}` : "");
    option.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the box
    option.addEventListener("click", () => take(reference));
    return option;
  }));
  place.hidden = false;
  by.textContent = `${all.length === 1 ? "1 suggestion" : `${all.length} suggestions`} by the ${who}${relayed ? ", asked through our relay" : ""}. The arrow keys choose one.`;
}

/**
 * Begins to listen, before the box does: Enter takes what is chosen. ask gives
 * what the auditor says of a text.
 */
export function listen(ask) {
  const control = $("suggest");
  control.checked = wanted();
  control.addEventListener("change", () => {
    close();
    try {
      if (control.checked) localStorage.setItem(key, "1");
      else localStorage.removeItem(key);
    } catch {
      // It holds for this visit.
    }
  });
  box.addEventListener("input", () => {
    close();
    const text = box.value.trim();
    if (!control.checked || !navigator.onLine || navigator.connection?.saveData || text.length < 2 || text.length > 200 || text === taken) return;
    waiting = setTimeout(async () => {
      const asked = new AbortController();
      asking = asked;
      try {
        const answer = await ask(text, asked.signal);
        if (asking === asked && document.activeElement === box) show(answer);
      } catch {
        // Nothing is suggested; the box works without.
      }
    }, pause);
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (place.hidden) {
      if (event.key === "Enter") close(); // asked: what comes later is too late
      return;
    }
    if (event.key === "ArrowDown") choose(active + 1);
    else if (event.key === "ArrowUp") choose(active < 0 ? -1 : active - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0 && !event.shiftKey) list.children[active].click();
    else {
      if (event.key === "Enter") close();
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  box.addEventListener("blur", close);
  $("ask").addEventListener("submit", close);
}
