// The box: what is typed, pasted or dropped, and what it would mean.
import { brief, most, tooLong, visible } from "./question.js";
import { whole } from "./build.js";
import { bytes } from "./progress.js";

const $ = (id) => document.getElementById(id);
const box = $("reference");
const says = $("box-says");
const meant = $("box-meant");

/** How many lines the box shows, at most. */
const tallest = 10;
/** How long nobody types before the auditor is asked what it understands, in milliseconds. */
const pause = 200;

let reading = null; // the AbortController of the question what a text means

/** The text in the box, without the white space around it. */
export const text = () => box.value.trim();

/** Puts a text into the box; nothing is said about it. */
export function fill(reference) {
  reading?.abort();
  box.value = reference;
  grow();
  say("");
}

export function focus() {
  box.focus();
  box.select();
}

/** Says something about what is in the box, beside it; an error also to whoever asks the box. */
export function say(sentence, error = false) {
  says.textContent = sentence;
  says.classList.toggle("error", error);
  meant.replaceChildren();
  if (error) box.setAttribute("aria-invalid", "true");
  else box.removeAttribute("aria-invalid");
}

/** Tells what is wrong with the text as a question; empty when it may be asked. */
export function refusal(question) {
  if (question === "") return "There is nothing in the box yet. Paste a package first.";
  if (tooLong(question)) return tooMuch(question);
  return "";
}

const tooMuch = (given) => `That is ${bytes(given.length)} of text, and one question like it has at most ${bytes(most(given))}. Paste one package; a lock file belongs on the page “Lock files”.`;

/** How many lines make a text look like more than one entry of a lock file. */
const several = 4;

let toLocks = null; // takes a text to the page for lock files

/** Takes a text that is too long for a question where it may belong. */
function tooMuchFor(pasted) {
  toLocks(pasted).catch(() => {
    box.focus();
    say(tooMuch(pasted), true);
  });
}

/** Offers to take the text in the box to the page for lock files. */
function offerLocks() {
  if (text().split("\n", several).length < several) return;
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "small";
  button.textContent = "Check all of it as a lock file";
  button.addEventListener("click", () => tooMuchFor(text()));
  item.append(button);
  meant.append(item);
}

function grow() {
  box.rows = Math.min(tallest, box.value.split("\n", tallest).length);
}

/**
 * Shows links to what a refused text may mean, in a list, and says how many more
 * there are. link makes an address from a reference.
 */
export function offer(list, refused, link) {
  list.replaceChildren(...(refused?.choices ?? []).map(({ reference, why }) => {
    const item = document.createElement("li");
    const a = document.createElement("a");
    a.href = link(reference);
    a.textContent = visible(reference);
    item.append(a, why ? ` ${visible(why)}` : "");
    return item;
  }));
  if (refused?.more > 0) {
    const rest = document.createElement("li");
    rest.textContent = `${refused.more} more, not listed here`;
    list.append(rest);
  }
}

/** What the auditor understood, in one sentence. */
function understood({ name, version, tag, repository, digests, notes, whole: second }) {
  const which = version ? `version ${version}` : tag ? `the version called “${tag}”` : "the newest version";
  const pinned = digests > 0 ? `, compared with the ${digests === 1 ? "digest" : "digests"} that you gave` : "";
  return [`This means ${brief(name)}, ${brief(which)}, from ${repository}${pinned}.`, ...(second ? [`Checking it needs a second part of the program: ${bytes(whole.transfer)}, fetched once.`] : []), ...notes.map(visible)].join(" ");
}

/**
 * Begins to listen. ask gets a question that is sent, read answers what a text
 * means, warm is called when somebody begins to use the box, link makes an
 * address from a reference, locks takes a text to the page for lock files.
 */
export function listen({ ask, read, warm, link, locks }) {
  toLocks = locks;
  let waiting = 0;
  const later = () => {
    clearTimeout(waiting);
    reading?.abort();
    reading = null;
    const now = text();
    if (now === "" || tooLong(now)) return;
    waiting = setTimeout(async () => {
      const asked = new AbortController();
      reading = asked;
      try {
        const answer = await read(now, asked.signal);
        if (reading !== asked) return;
        say(understood(answer));
        offerLocks();
      } catch (error) {
        if (reading !== asked || !error.refused) return;
        say(visible(error.refused.detail));
        offer(meant, error.refused, link);
        offerLocks();
      }
    }, pause);
  };
  box.addEventListener("input", () => {
    grow();
    say("");
    warm();
    later();
  });
  box.addEventListener("focus", warm, { once: true });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    $("ask").requestSubmit();
  });
  box.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.getData("text/plain") ?? "";
    if (!tooLong(pasted)) return;
    event.preventDefault(); // it would slow down everything that looks at the box
    tooMuchFor(pasted);
  });
  $("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    const question = text();
    const wrong = refusal(question);
    if (wrong === "") {
      clearTimeout(waiting);
      reading?.abort();
      reading = null;
      say("");
      ask(question);
      return;
    }
    box.focus();
    say(wrong, true);
  });
}

/** Takes a dropped or chosen text into the box, where it is short enough. */
export function receive(pasted) {
  if (tooLong(pasted)) {
    tooMuchFor(pasted);
    return;
  }
  box.value = pasted.trim();
  box.focus();
  box.dispatchEvent(new Event("input"));
}
