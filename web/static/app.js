// The page: a reference goes into the box or the address's fragment, an answer
// comes out. The fragment is the only state; going back in history goes back.
import { Auditor } from "./auditor.js";
import { build, wasm } from "./build.js";
import { recall, remember } from "./memory.js";
import { serviceWorkerURL, showReport } from "./policy.js";
import { Progress, bytes } from "./progress.js";
import { enliven, visible } from "./report.js";

const $ = (id) => document.getElementById(id);
const [main, form, box, status] = [$("main"), $("ask"), $("reference"), $("status")];
const home = document.title;
const auditor = new Auditor();
const answers = new Map(); // history entry → answer, so that going back is at once
const loading = "Loading the auditor";
const checking = "Checking what arrived";
/** The largest package file that is read, in bytes. */
const largest = 256 << 20;

let running = null; // the AbortController of the audit under way
let file = null; // a package file that the person brought
let asked = ""; // the reference on the page

// ---- where we are

const reference = () => {
  const raw = location.hash.slice(1);
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
};
const fragment = (text) => "#" + encodeURIComponent(text).replace(/%(2F|3A|40|2C|2B|3D|26|24|3B)/g, decodeURIComponent);

function view(name) {
  main.dataset.view = name;
  document.documentElement.classList.remove("asked"); // see early.js
  for (const part of ["home", "working", "problem", "report"]) $(part).hidden = part !== name;
}

function say(text) {
  status.textContent = "";
  setTimeout(() => { status.textContent = text; }, 50);
}

/** Shows what the address says. */
function route() {
  running?.abort();
  running = null;
  asked = reference();
  box.value = asked;
  const kept = answers.get(history.state?.id);
  if (asked === "") {
    view("home");
    document.title = home;
  } else if (kept) {
    show(kept);
  } else {
    audit(asked);
  }
}

// ---- asking

async function audit(text) {
  const abort = new AbortController();
  running = abort;
  view("working");
  document.title = `Checking ${visible(text)}`;
  $("working-name").textContent = visible(text);
  $("working-title").focus();
  say(`Checking ${visible(text)}`);
  const progress = new Progress($("steps"));
  if (!auditor.ready) progress.begin(loading, bytes(wasm.transfer));
  const began = await recall();
  const request = { reference: text, relay: new URL(build.relay, location.origin).href, html: true, ...began };
  try {
    const answer = await auditor.audit(request, {
      file,
      signal: abort.signal,
      ready: () => progress.end(loading),
      progress: (step) => {
        progress.add(step);
        progress.last(checking, "as soon as everything is here");
      },
    });
    await remember(began, answer);
    // Something else may have been asked meanwhile.
    if (running !== abort) return;
    arrived(answer);
    running = null;
  } catch (error) {
    if (running !== abort) return;
    running = null;
    problem(error, text);
  }
}

/** Puts the answer at the address of exactly what was audited. */
function arrived(answer) {
  const { reference: exact } = JSON.parse(answer.json);
  asked = exact;
  const id = crypto.randomUUID();
  answers.set(id, answer);
  if (answers.size > 8) answers.delete(answers.keys().next().value);
  history.replaceState({ id }, "", fragment(exact));
  show(answer);
}

function show(answer) {
  const { verdict, reference: exact } = JSON.parse(answer.json);
  const holder = document.createElement("div");
  showReport(holder, answer.html);
  $("report").replaceChildren(holder);
  box.value = exact;
  enliven(holder, answer.json, { say, link: () => location.origin + location.pathname + fragment(exact), again, pick: () => $("file").click() });
  view("report");
  document.title = `${verdict.failed ? "FAILED" : `Integrity ${verdict.integrity.level} of ${verdict.integrity.of}`}: ${visible(exact)}`;
  scrollTo(0, 0);
  holder.querySelector("[data-heading]").focus();
  say(visible(verdict.sentence));
}

// ---- what can go wrong

const problems = {
  RefusedError: () => ["This could not be checked", ""],
  FileError: () => ["The file could not be read", "It was moved, changed or removed since it was chosen. Choose it again, or leave it out."],
  AbortError: () => ["Cancelled", "Nothing was decided about this package."],
  LoadError: () => ["The auditor could not be loaded", navigator.onLine
    ? "The program that checks packages did not arrive, or did not have the digest that this page expects. Without it nothing is checked. If trying again does not help, reload this page: there may be a newer one."
    : "You seem to be offline, and the program that checks packages is not kept on this device yet."],
  PanicError: () => ["Sorry, the auditor broke", "That is a fault of ours and says nothing about the package. It was started anew; your reference is still here."],
  DeadError: () => ["Sorry, the auditor stopped", "That is a fault of ours, or this device ran out of memory. It says nothing about the package. Your reference is still here."],
};

function problem(error, text) {
  const [title, explanation] = (problems[error.name] ?? problems.DeadError)();
  $("problem-title").textContent = title;
  $("problem-reference").textContent = visible(text);
  $("problem-text").textContent = explanation;
  $("problem-detail").textContent = error.name === "AbortError" ? "" : visible(error.message);
  $("problem-offline").hidden = navigator.onLine || error.name === "AbortError";
  $("problem-file").hidden = navigator.onLine || error.name === "LoadError";
  choices(error.message);
  const trace = $("problem-trace");
  trace.hidden = error.name !== "PanicError";
  trace.querySelector("pre").textContent = error.stack;
  view("problem");
  document.title = `${title}: ${visible(text)}`;
  $("problem-title").focus();
}

/** Where the auditor asks back which package was meant, each is one press away. */
function choices(message) {
  const list = $("problem-choices");
  list.replaceChildren();
  const [, meant] = message.split("say which:");
  for (const ref of meant?.match(/pkg:[^\s,;"]+/g) ?? []) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = fragment(ref);
    link.textContent = visible(ref);
    item.append(link);
    list.append(item);
  }
}

// ---- a file that the person brought

function take(chosen) {
  if (!chosen) return;
  if (chosen.size > largest) {
    file = null; // one chosen before is not what the page names now
    say(`The file is larger than ${bytes(largest)}, which is more than this page reads.`);
    $("file-name").textContent = `${visible(chosen.name)} is larger than ${bytes(largest)}: not taken.`;
    $("file-chosen").hidden = false;
    return;
  }
  file = chosen;
  $("file-name").textContent = `${visible(file.name)} (${bytes(file.size)}) is checked in place of a download.`;
  $("file-chosen").hidden = false;
  $("bring").open = true;
  say(`${visible(file.name)} was taken.${box.value ? "" : " Now say which package it should be."}`);
  if (box.value.trim() === "") box.focus();
}

function drop() {
  file = null;
  $("file").value = "";
  $("file-chosen").hidden = true;
}

// ---- events

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = box.value.trim();
  if (text === "") {
    box.focus();
    say("Paste a package first.");
    return;
  }
  const next = fragment(text);
  if (location.hash === next) {
    again();
  } else {
    location.hash = next;
  }
});
addEventListener("hashchange", (event) => {
  // A link to another package leaves the brought file behind.
  if (file && document.activeElement !== box && !form.contains(document.activeElement) && event.isTrusted) drop();
  route();
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    box.focus();
    box.select();
  }
  if (event.key === "Escape" && running) running.abort();
});
const warm = () => auditor.warm();
box.addEventListener("input", warm);
box.addEventListener("focus", warm, { once: true });
for (const link of document.querySelectorAll("[data-example]")) link.addEventListener("pointerenter", warm, { once: true });

$("cancel").addEventListener("click", () => running?.abort());
/** Asks the same question once more, whatever was answered before. */
function again() {
  history.replaceState(null, "", location.hash);
  route();
}
$("again").addEventListener("click", again);
$("edit").addEventListener("click", () => { box.focus(); box.select(); });
$("problem-pick").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", (event) => {
  take(event.target.files[0]);
  if (file && asked) again();
});
$("file-remove").addEventListener("click", () => { drop(); box.focus(); });
addEventListener("dragover", (event) => {
  if (![...event.dataTransfer.types].includes("Files")) return;
  event.preventDefault();
  document.body.classList.add("dropping");
});
addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("dropping"); });
addEventListener("drop", (event) => {
  document.body.classList.remove("dropping");
  if (event.dataTransfer.files.length === 0) return;
  event.preventDefault();
  take(event.dataTransfer.files[0]);
  if (file && asked) again();
});

// The fragment belongs to the reference: this link moves the focus only.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});

const online = () => { $("offline").hidden = navigator.onLine; };
addEventListener("online", online);
addEventListener("offline", online);
online();

document.documentElement.classList.add("script");
if ("serviceWorker" in navigator) navigator.serviceWorker.register(serviceWorkerURL(), { scope: "/" }).catch(() => {});
route();
