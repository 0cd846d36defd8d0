// The list of steps while an audit runs: by name, with bytes and time.

/** How often somebody who cannot see the list is told how far it is, in milliseconds. */
const interval = 10_000;

export function bytes(n) {
  if (n < 1000) return `${n} bytes`;
  if (n < 1e6) return `${(n / 1e3).toFixed(1)} kB`;
  return `${(n / 1e6).toFixed(1)} MB`;
}

/** How often the time of a step that is under way is written, in milliseconds: it is said in tenths of a second. */
const tick = 100;

const seconds = (ms) => (ms < 100 ? "under 0.1 s" : `${(ms / 1000).toFixed(1)} s`);

export class Progress {
  #list;
  #steps = new Map(); // name → { began, ended, parts: Map(url → step), row }
  #frame = 0;
  #timer;

  /** say tells the screen reader. */
  constructor(list, say) {
    this.#list = list;
    list.replaceChildren();
    this.#timer = setInterval(() => {
      const [name, step] = [...this.#steps].find(([, one]) => !one.ended) ?? [];
      if (step) say(`${name}: ${describe(step)}`);
    }, interval);
  }

  /** Nothing is told any more. */
  stop() {
    clearInterval(this.#timer);
  }

  /** One step that is no request: loading the auditor, checking. */
  begin(name, detail) {
    this.#step(name).detail = detail;
    this.#draw();
  }

  /** The step that all others come before: until they end it waits, and takes no time. */
  last(name, detail) {
    const step = this.#step(name);
    step.waits = detail;
    if (this.#list.lastElementChild !== step.row) this.#list.append(step.row);
    this.#draw();
  }

  end(name) {
    const step = this.#steps.get(name);
    if (step && !step.ended) step.ended = performance.now();
    this.#draw();
  }

  /** A report of the auditor about one request. */
  add(p) {
    const step = this.#step(p.step);
    step.parts.set(p.url, p);
    step.ended = [...step.parts.values()].every((each) => each.done) ? performance.now() : 0;
    this.#draw();
  }

  #step(name) {
    let step = this.#steps.get(name);
    if (!step) {
      const row = document.createElement("li");
      const title = document.createElement("span");
      title.className = "step-name";
      title.textContent = name;
      const detail = document.createElement("span");
      detail.className = "step-detail";
      row.append(title, detail);
      this.#list.append(row);
      step = { began: performance.now(), ended: 0, parts: new Map(), row, text: detail, detail: "", waits: "" };
      this.#steps.set(name, step);
    }
    return step;
  }

  #draw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      const all = [...this.#steps.values()];
      for (const step of all) {
        if (step.waits && all.some((other) => other !== step && !other.ended)) step.began = performance.now();
        else step.waits = "";
        const [state, text] = [!step.ended ? "running" : failed(step) ? "without" : "done", describe(step)];
        // What is written again is laid out again, though it is the same.
        if (step.row.className !== state) step.row.className = state;
        if (step.text.textContent !== text) step.text.textContent = text;
      }
      if (all.some((step) => !step.ended) && this.#list.isConnected && !this.#list.closest("[hidden]")) setTimeout(() => this.#draw(), tick);
    });
  }
}

/** Tells whether a step ended and none of its requests brought what was asked for. */
const failed = (step) => step.parts.size > 0 && [...step.parts.values()].every((p) => p.done && p.state !== "found");

function describe(step) {
  if (step.waits) return step.waits;
  const parts = [...step.parts.values()];
  const words = [!step.ended ? "under way" : failed(step) ? "nothing came" : "done"];
  if (step.detail) words.push(step.detail);
  if (parts.length > 0) {
    const got = parts.reduce((sum, p) => sum + p.bytes, 0);
    const total = parts.length === 1 && parts[0].total > got ? ` of ${bytes(parts[0].total)}` : "";
    words.push(`${bytes(got)}${total}`);
    if (parts.length > 1) words.push(`${parts.length} requests`);
    if (parts.some((p) => p.route === "relay")) words.push("through the relay");
  }
  words.push(seconds((step.ended || performance.now()) - step.began));
  const note = parts.map((p) => p.note).filter(Boolean).at(-1);
  if (note) words.push(note);
  return words.join(" · ");
}
