// The table of pins: filtered, sorted and shown page by page, so that ten
// thousand of them do not make a browser slow.
import { element } from "./files.js";
import { fragment, visible } from "./question.js";

/** How many rows a page has. */
const rows = 100;

/** The states, those that need attention first: sign and word. No state means that it is not answered yet. */
export const states = new Map([
  ["failed", ["✗", "Failed"]], ["alarm", ["!", "Alarm"]], ["open", ["?", "Not answered"]], ["warning", ["△", "Warning"]],
  ["note", ["i", "Note"]], ["ok", ["–", "Nothing to say"]], ["", ["…", "Waiting"]],
]);
const ranks = new Map([...states.keys()].map((state, i) => [state, i]));

/** Within a state, what its rule puts first does come first: what lost its provenance. */
const rank = ({ state, findings }) => 2 * ranks.get(state) + (findings?.some(({ first }) => first) ? 0 : 1);

const orders = {
  attention: (a, b) => rank(a.line) - rank(b.line) || a.at - b.at,
  file: (a, b) => a.at - b.at,
  name: (a, b) => (a.line.name < b.line.name ? -1 : a.line.name > b.line.name ? 1 : a.at - b.at),
};

export const number = (n) => n.toLocaleString("en");

/** What a line reaches, a sentence for each track: [{ id, name }]. */
const reached = (levels, tracks) => tracks.filter(({ id }) => levels?.[id])
  .map(({ id, name }) => `${name} ${levels[id].level}${levels[id].atMost > levels[id].level ? `, at most ${levels[id].atMost}` : ""}`);

/** A finding by what it says: two pins that have the same are told of it once. */
const same = ({ rule, text }) => `${rule}\n${text}`;

/** The findings that many lines have in the same words, by what they say: { finding, count }, as pins.Result has them for HTML. What is allowed stands beside its pin alone. */
export function sharedBy(lines, several) {
  const all = new Map();
  for (const { line } of lines) {
    for (const finding of line.findings ?? []) {
      if (finding.allowed) continue;
      const one = all.get(same(finding));
      if (one) one.count += 1;
      else all.set(same(finding), { finding, count: 1 });
    }
  }
  return new Map([...all].filter(([, { count }]) => count >= several).sort(([, a], [, b]) => ranks.get(a.finding.state) - ranks.get(b.finding.state) || b.count - a.count));
}

export class Table {
  #lines = []; // { at, line, text }: text is what is searched
  #shown = [];
  #page = 0;
  #$;
  /** The tracks that levels are of, in reading order: [{ id, name }]. */
  tracks = [];

  /** $ finds an element by its id. */
  constructor($) {
    this.#$ = $;
    $("lock-filter").addEventListener("input", () => this.#turn(0));
    $("lock-filter").addEventListener("submit", (event) => event.preventDefault());
    $("lock-pages").addEventListener("click", ({ target }) => {
      const to = { first: 0, back: this.#page - 1, on: this.#page + 1, last: this.#last }[target.dataset?.turn];
      if (to === undefined) return;
      this.#turn(to);
      $("lock-caption").scrollIntoView();
      if (target.disabled) target.parentElement.querySelector("button:enabled")?.focus();
    });
    // What is being read is not taken away: the rows wait until the focus leaves them.
    $("lock-rows").addEventListener("focusout", ({ relatedTarget }) => { if (!$("lock-rows").contains(relatedTarget)) this.draw(); });
  }

  get #last() { return Math.max(0, Math.ceil(this.#shown.length / rows) - 1); }

  get lines() { return this.#lines.map(({ line }) => line); }

  clear() {
    this.#lines = [];
    this.#page = 0;
  }

  put(at, line) {
    const text = [line.name, line.version, line.key, ...line.findings ?? []].map((part) => (part?.text ? `${part.rule} ${part.text}` : part)).join("\n").toLowerCase();
    this.#lines[at] = { at, line, text };
  }

  #turn(page) {
    this.#page = page;
    this.draw(true);
  }

  /** Shows what is there now. */
  draw(forced = false) {
    const $ = this.#$;
    this.#count();
    const wanted = new Set([...$("lock-states").querySelectorAll("input:checked")].map(({ value }) => value));
    const search = $("lock-search").value.trim().toLowerCase();
    const part = $("lock-part").value;
    this.#shown = this.#lines.filter(({ line, text }) => wanted.has(line.state) && (!part || line.flags?.includes(part)) && text.includes(search)).sort(orders[$("lock-order").value]);
    this.#page = Math.min(Math.max(0, this.#page), this.#last);
    const shared = sharedBy(this.#lines, Number($("lock-shared").dataset.several));
    this.#say(shared);
    const from = this.#page * rows;
    if (forced || !$("lock-rows").contains(document.activeElement)) $("lock-rows").replaceChildren(...this.#shown.slice(from, from + rows).map(({ line }) => row(line, this.tracks, shared)));
    const caption = this.#shown.length === this.#lines.length ? this.#lines.length === 1 ? "1 pin" : `All ${number(this.#lines.length)} pins` : `${number(this.#shown.length)} of ${number(this.#lines.length)} pins`;
    $("lock-caption").textContent = caption;
    $("lock-pages").hidden = this.#last === 0;
    const where = this.#shown.length === 0 ? "" : `${number(from + 1)} to ${number(Math.min(from + rows, this.#shown.length))} of ${number(this.#shown.length)}`;
    if ($("lock-where").textContent !== where) $("lock-where").textContent = where;
    for (const button of $("lock-pages").querySelectorAll("button")) button.disabled = ["first", "back"].includes(button.dataset.turn) ? this.#page === 0 : this.#page === this.#last;
  }

  /** Says once, above the table, what many pins have. */
  #say(shared) {
    this.#$("lock-shared").replaceChildren(...[...shared.values()].map(({ finding, count }) => {
      const li = element("li", "", { dir: "auto" });
      li.append(element("strong", `${number(count)} pins: `, { className: `state-${finding.state}` }), ...told(finding));
      return li;
    }));
  }

  /** Counts the states beside their boxes, which stay where they are. */
  #count() {
    for (const option of this.#$("lock-part").options) {
      if (!option.value) continue;
      const n = this.#lines.filter(({ line }) => line.flags?.includes(option.value)).length;
      option.hidden = option.disabled = n === 0;
      option.textContent = `${option.dataset.word} (${number(n)})`;
    }
    const counts = new Map();
    for (const { line } of this.#lines) counts.set(line.state, (counts.get(line.state) ?? 0) + 1);
    const place = this.#$("lock-states");
    for (const [state, [sign, word]] of states) {
      let label = place.querySelector(`label[data-state="${state}"]`);
      if (!label) {
        label = element("label");
      label.dataset.state = state;
        const box = element("input", "", { type: "checkbox", value: state });
        box.checked = true;
        label.append(box, element("span", ""));
        place.append(label);
      }
      label.hidden = !counts.has(state);
      label.lastElementChild.textContent = `${sign} ${word} (${number(counts.get(state) ?? 0)})`;
    }
  }
}

/** What a finding says, what to do, and by which rule. */
function told({ text, do: advice, rule }) {
  return [`${visible(text)} `, advice ? element("span", `${visible(advice)} `, { className: "lock-do" }) : "", element("code", rule)];
}

/** A row. On a phone it is shown as a card, and stays a row for who hears it: hence the roles. */
function row(line, tracks, shared) {
  const tr = element("tr", "", { role: "row" });
  const [sign, word] = states.get(line.state);
  const state = element("td", "", { role: "cell", className: `state-${line.state || "waiting"}` });
  state.append(element("span", sign, { className: "lock-sign", ariaHidden: "true" }), ` ${word}`);
  const name = element("th", "", { scope: "row", role: "rowheader" });
  const called = visible(`${line.name} ${line.version}`.trim());
  name.append(line.reference ? element("a", called, { href: `/${fragment(line.reference)}`, dir: "ltr" }) : element("bdi", called));
  const beside = [
    line.before && line.before !== line.version ? `before: ${visible(line.before)}` : "", line.line > 0 ? `${line.file ? `${visible(line.file)} ` : ""}line ${number(line.line)}` : "",
    ...(line.flags ?? []).map(visible), line.kind === "package" ? "" : line.kind,
  ].filter(Boolean).join(" · ");
  if (beside) name.append(element("span", beside, { className: "lock-beside" }));
  const found = element("td", "", { role: "cell" });
  const many = (line.findings ?? []).filter((finding) => !finding.allowed && shared.has(same(finding)));
  if (many.length > 0) {
    const p = element("p", "");
    for (const { rule } of many) p.append(element("code", rule), " ");
    p.append(element("span", "as said above", { className: "lock-do" }));
    found.append(p);
  }
  for (const finding of line.findings ?? []) {
    if (many.includes(finding)) continue;
    const p = element("p", "", { dir: "auto" });
    p.append(...told(finding));
    if (finding.allowed) p.append(element("span", ` Allowed: ${visible(finding.allowed)}`, { className: "lock-do" }));
    found.append(p);
  }
  for (const note of line.notes ?? []) found.append(element("p", visible(note), { className: "lock-do", dir: "auto" }));
  const levels = element("td", "", { role: "cell" });
  for (const text of reached(line.levels, tracks)) levels.append(element("p", text));
  tr.append(state, name, found, levels);
  return tr;
}
