// The page: a reference goes into the box or the address's fragment, an answer
// comes out. The fragment is the question, whole; going back in history goes
// back. A history entry's state holds the id of its answer and the name of the
// file that was brought for it, so that no reload asks another question.
import { audited, others, suggestions } from "./asking.js";
import { Auditor } from "./auditor.js";
import * as box from "./box.js";
import * as brought from "./brought.js";
import { wasm } from "./build.js";
import * as drop from "./drop.js";
import * as keys from "./keys.js";
import * as lockhand from "./lockhand.js";
import { serviceWorkerURL, showReport } from "./policy.js";
import { Progress, bytes } from "./progress.js";
import { addressed, addressedAlso, addressedPart, addressedSource, brief, expects, fragment, linked, visible } from "./question.js";
import * as recent from "./recent.js";
import { enliven, go } from "./report.js";
import { idle, selftest } from "./selftest.js";
import * as shortcut from "./shortcut.js";
import * as suggest from "./suggest.js";

const $ = (id) => document.getElementById(id);
const [main, status] = [$("main"), $("status")];
const home = document.title;
const auditor = new Auditor();
let reader = null; // the whole program, for files that are to say what they are
const answers = new Map(); // history entry → answer, so that going back is at once
const loading = "Loading the auditor";
const checking = "Checking what arrived";
/** How many answers are kept for going back. */
const kept = 8;

let running = null; // the AbortController of the audit under way
let asked = ""; // the question on the page
let from = ""; // the source repository that the reader expects; empty for none
let wants = new Set(); // with what else it is asked (see question.js)
let state = null; // of the history entry on the page

// ---- where we are

function view(name) {
  main.dataset.view = name;
  document.documentElement.classList.toggle("asked", name !== "home"); // see early.js
  for (const part of ["home", "working", "problem", "report"]) $(part).hidden = part !== name;
}

function say(text) {
  status.textContent = "";
  setTimeout(() => { status.textContent = text; }, 50);
}

const same = (a, b) => a.size === b.size && [...a].every((word) => b.has(word));

/** Shows what the address says. */
function route() {
  running?.abort();
  running = null;
  if (addressed() === asked && addressedSource() === from && same(addressedAlso(), wants) && addressedPart() && main.dataset.view === "report") {
    history.replaceState(state, "");
    turn();
    return;
  }
  [asked, from, wants] = [addressed(), addressedSource(), addressedAlso()];
  $("expected").value = from;
  if (from !== "") $("expect").open = true;
  const answer = answers.get(history.state?.id);
  const wrong = asked !== "" && box.refusal(asked);
  box.fill(wrong ? "" : asked);
  if (asked === "") {
    view("home");
    document.title = home;
    recent.show($("recent"));
  } else if (wrong) {
    problem(Object.assign(new Error(wrong), { name: "RefusedError" }), asked);
  } else if (answer) {
    if (answer.file) brought.take(answer.file, asked);
    else brought.drop();
    show(answer);
  } else {
    audit(asked);
  }
}

/** Turns to the part of the report that the address asks for. */
function turn() {
  const id = addressedPart();
  if (id && $(id)?.closest("[data-report]")) go($("report"), id);
}

/** Asks a question that somebody typed. */
function ask(question) {
  brought.bind(question);
  const source = $("expected").value.trim();
  expects(question, source);
  const next = fragment(question, source);
  if (location.hash === next) again();
  else location.hash = next;
}

/** Asks the same question once more, whatever was answered before. */
function again() {
  history.replaceState({ file: brought.fileFor(asked)?.name }, "");
  route();
}

/** Asks it with the pieces that stand apart from the package, too: an image's layers. */
function inside() {
  wants.add("inside");
  history.replaceState(history.state, "", fragment(asked, from, wants));
  again();
}

/** Asks no longer with a key: it was taken out. */
function keyless() {
  if (wants.delete("key")) history.replaceState(history.state, "", fragment(asked, from, wants));
}

// ---- asking

async function audit(text) {
  const file = brought.fileFor(text);
  const missing = !file && history.state?.file;
  if (missing) {
    problem(Object.assign(new Error(visible(missing)), { name: "ForgottenError" }), text);
    return;
  }
  const abort = new AbortController();
  running = abort;
  view("working");
  document.title = `Checking ${brief(text)}`;
  $("working-name").textContent = brief(text);
  $("working-title").focus();
  say(`Checking ${brief(text)}`);
  const progress = new Progress($("steps"), say);
  if (!auditor.ready) progress.begin(loading, bytes(wasm.transfer));
  const request = { reference: text, html: true, fileName: file?.name, expectSource: from, linked: linked(text, from), parts: wants.has("inside"), keys: keys.held(wants.has("key")) };
  if (request.keys) wants.add("key");
  try {
    const answer = await audited(auditor, request, {
      file,
      signal: abort.signal,
      ready: () => progress.end(loading),
      progress: (step) => {
        progress.add(step);
        progress.last(checking, "waits until everything is here");
      },
    });
    // Something else may have been asked meanwhile.
    if (running !== abort) return;
    running = null;
    arrived({ report: JSON.parse(answer.json), json: answer.json, html: answer.html, file });
  } catch (error) {
    if (running !== abort) return;
    running = null;
    problem(error, text);
  } finally {
    progress.stop();
  }
}

/** Puts the answer at the address of exactly what was audited. */
function arrived(answer) {
  const own = !linked(asked, from);
  asked = answer.report.reference;
  if (own) expects(asked, from);
  const id = crypto.randomUUID();
  answers.set(id, answer);
  if (answers.size > kept) answers.delete(answers.keys().next().value);
  const turned = addressedPart();
  history.replaceState({ id, file: answer.file?.name }, "", fragment(asked, from, wants) + (turned && `#!${turned}`));
  if (answer.file) brought.take(answer.file, asked);
  else recent.note(asked, answer.report.verdict.title);
  show(answer);
}

function show(answer) {
  const { report, json } = answer;
  const exact = report.reference;
  state = history.state;
  const holder = document.createElement("div");
  showReport(holder, answer.html);
  $("report").replaceChildren(holder);
  box.fill(asked);
  enliven(holder, report, json, { say, link: (id) => location.origin + location.pathname + fragment(exact, from, wants) + (id ? `#!${id}` : ""), again, pick: () => $("file").click(), inside, keys: keys.ask, look: auditor.look(exact), ...others(auditor) });
  view("report");
  document.title = visible(report.verdict.title);
  scrollTo(0, 0);
  holder.querySelector("[data-heading]").focus();
  say(`${visible(report.verdict.title)}. ${visible(report.verdict.headline)}`);
  turn();
  idle(known);
}

// ---- what can go wrong

const problems = {
  RefusedError: ({ refused }) => [refused?.kind === "ambiguous" ? "Which one is meant?" : "This could not be checked", ""],
  FileError: () => ["The file could not be read", "It was moved, changed or removed since it was chosen. Choose it again, or leave it out."],
  ForgottenError: () => ["This answer was about your file", "The page no longer has the file: it never left your device, and a page that is loaded anew forgets it. Choose it again, or check what the repository serves now."],
  AbortError: () => ["Cancelled", "Nothing was decided about this package."],
  LoadError: () => ["The auditor could not be loaded", navigator.onLine
    ? "The program that checks packages did not arrive, or did not have the digest that this page expects. Without it nothing is checked. If trying again does not help, reload this page: there may be a newer one."
    : "You seem to be offline, and the program that checks packages is not kept on this device yet."],
  PanicError: () => ["Sorry, the auditor broke", "That is a fault of ours and says nothing about the package. It was started anew; your reference is still here."],
  DeadError: () => ["Sorry, the auditor stopped", "That is a fault of ours, or this device ran out of memory. It says nothing about the package. Your reference is still here."],
};

function problem(error, text) {
  const [title, explanation] = (problems[error.name] ?? problems.DeadError)(error);
  const { refused } = error;
  $("problem-title").textContent = title;
  $("problem-reference").textContent = brief(text);
  $("problem-text").textContent = explanation;
  $("problem-detail").textContent = error.name === "AbortError" ? "" : visible(refused?.detail ?? error.message);
  $("problem-offline").hidden = navigator.onLine || error.name === "AbortError";
  $("problem-file").hidden = error.name !== "ForgottenError" && (navigator.onLine || error.name === "LoadError");
  $("problem-without").hidden = error.name !== "ForgottenError";
  // A text that is refused is so again.
  $("again").hidden = error.name === "ForgottenError" || (refused && !/missing|learned/.test(refused.kind));
  box.offer($("problem-choices"), refused, fragment);
  const page = $("problem-page");
  page.hidden = !refused?.page;
  if (refused?.page) {
    page.firstElementChild.href = new URL(refused.page.path, location.origin).pathname; // never another site
    page.firstElementChild.textContent = visible(refused.page.text);
  }
  const trace = $("problem-trace");
  trace.hidden = error.name !== "PanicError";
  trace.querySelector("pre").textContent = error.stack;
  view("problem");
  say(""); // no longer that it is checked; what is so is focused
  document.title = `${title}: ${brief(text)}`;
  $("problem-title").focus();
}

// ---- events

/**
 * Takes a package file. Where an answer is on the page, it is asked again with
 * the file; where nothing is asked, the file may say itself what it is.
 */
async function bring(file) {
  if (!file) return;
  const taken = brought.take(file, asked);
  say($("file-name").textContent);
  if (!taken) return;
  if (asked) {
    again();
    return;
  }
  if (box.text() !== "") return;
  box.focus();
  reader ??= new Auditor({ whole: true });
  const found = await reader.identify(file).catch(() => []);
  if (asked !== "" || box.text() !== "" || brought.fileFor("") !== file) return; // somebody went on meanwhile
  if (found.length === 1) ask(found[0]);
  else say("The file does not say which package it is. Write that into the box.");
}

const warm = () => auditor.warm();
const known = () => { if (!running) selftest(auditor); };

suggest.listen((text, signal) => suggestions(auditor, text, signal));
box.listen({ ask, warm, read: (text, signal) => auditor.read(text, signal), link: fragment, locks: lockhand.goWith });
drop.listen({ text: box.receive, file: bring, isLock: lockhand.isLock, lock: (file) => lockhand.goWith(file).catch(() => say("This browser keeps nothing. Open “Lock files” and drop it there.")) });
shortcut.listen($("shortcut"), box.focus);
addEventListener("hashchange", route);
// Who comes will mostly ask: the auditor is ready by then, unless bytes are dear.
if (!navigator.connection?.saveData) idle(() => { warm(); known(); });
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && running) running.abort(); });
for (const link of document.querySelectorAll("[data-example]")) link.addEventListener("pointerenter", warm, { once: true });
$("cancel").addEventListener("click", () => running?.abort());
$("again").addEventListener("click", () => again());
$("edit").addEventListener("click", box.focus);
$("problem-pick").addEventListener("click", () => $("file").click());
$("problem-without").addEventListener("click", () => { brought.drop(); again(); });
$("file").addEventListener("change", (event) => bring(event.target.files[0]));
keys.listen(say, keyless);
$("file-remove").addEventListener("click", () => { brought.drop(); box.focus(); });
$("recent-clear").addEventListener("click", () => { recent.clear($("recent")); box.focus(); say("The list was cleared"); });

// The fragment belongs to the reference: this link moves the focus only.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});

const online = () => { $("offline").hidden = navigator.onLine; };
addEventListener("online", online);
addEventListener("offline", online);
online();

if ("serviceWorker" in navigator) navigator.serviceWorker.register(serviceWorkerURL(), { scope: "/" }).catch(() => {});
route();
