// The page for lock files: every pin is audited, and shown as soon as it is
// answered. A check that was ended goes on where it ended, also in a tab that
// was opened anew.
import { relay } from "./asking.js";
import { Auditor } from "./auditor.js";
import { whole } from "./build.js";
import * as store from "./lockstore.js";
import { Table, number } from "./locktable.js";
import { recall, remember } from "./memory.js";
import { serviceWorkerURL } from "./policy.js";
import { bytes } from "./progress.js";
import { visible } from "./question.js";
import { idle, selftest } from "./selftest.js";

/** How often the table is drawn while answers come, and how often somebody who cannot see it is told how far it is, in milliseconds. */
const [drawn, told] = [500, 10_000];

const $ = (id) => document.getElementById(id);
const auditor = new Auditor({ whole: true });
const table = new Table($);
let chosen = []; // Files
let running = null; // the AbortController of the check under way
let job = null; // the check on the page: { id, name, files, older, options, head, ended, summary }
let times = []; // when each line was answered, by place

document.documentElement.classList.add("script"); // what needs it shows

function say(text, wrong = false) {
  $("lock-says").textContent = visible(text);
  $("lock-says").classList.toggle("is-wrong", wrong);
}

// ---- which files

function choose(files) {
  chosen = files;
  $("lock-chosen").replaceChildren(...files.map((file) => {
    const item = document.createElement("li");
    item.dir = "ltr";
    item.textContent = `${visible(file.name)}, ${bytes(file.size)}`;
    return item;
  }));
  if (files.length > 0) {
    $("lock-text").value = "";
    warm();
  }
}

/** Loads the auditor, and asks it for known answers unless something else is asked before. */
function warm() {
  auditor.warm();
  idle(() => { if (!running) selftest(auditor); });
}

/** The lock file that was given with what belongs to it, and the older one. Throws with what to do. */
function given() {
  const files = [...chosen];
  const pasted = $("lock-text").value;
  if (pasted.trim() !== "") files.push(new File([pasted], ""));
  if (files.length === 0) throw new Error("Choose a lock file, drop one here, or paste its text.");
  const older = [...$("lock-older").files];
  const largest = Number($("lock-form").dataset.largest);
  for (const one of [...files, ...older]) if (one.size > largest) throw new Error(`${one.name} has ${bytes(one.size)}; at most ${bytes(largest)} are read.`);
  return { files, older };
}

// ---- checking

/** Begins a check of what the form holds. */
async function start() {
  let files;
  try {
    files = given();
  } catch (error) {
    say(error.message, true);
    $("lock-file").focus();
    return;
  }
  const options = { depth: new FormData($("lock-form")).get("depth"), minAge: Number($("lock-age").value) || 0 };
  job = { id: crypto.randomUUID(), ...files, name: files.files[0].name, options, began: new Date().toISOString(), head: null, ended: false, summary: "" };
  times = [];
  table.clear();
  await store.begin(job);
  await check([]);
}

/** Goes on with the check that is on the page. */
const goOn = () => check(table.lines.flatMap((line, at) => (line.state ? [{ ...line, at: line.at ?? times[at] }] : [])));

/** Checks what the job says; lines that are answered already are taken as they are. */
async function check(answered) {
  running?.abort();
  const abort = new AbortController();
  running = abort;
  const mine = job;
  working(true);
  say(auditor.ready ? "Reading the lock file" : `Loading the auditor, ${bytes(whole.transfer)}`);
  const kept = await recall();
  const request = { ...mine.options, relay: relay(), answered, ...kept };
  const timers = [setInterval(show, drawn), setInterval(() => say(progress()), told)];
  try {
    const answer = await auditor.lock(request, { files: mine.files, older: mine.older, signal: abort.signal, ready: () => say("Reading the lock file"), progress: (step) => { if (mine === job) take(step); } });
    await remember(kept, answer);
    if (running !== abort) return;
    job.head = JSON.parse(answer.head);
    ended(answer.summary, true);
    say(answer.fails ? "Done. Something needs attention." : "Done. Every pin was answered.");
    $("lock-title").focus();
  } catch (error) {
    if (running !== abort) return;
    await broken(error);
  } finally {
    for (const timer of timers) clearInterval(timer);
    if (running === abort) {
      running = null;
      working(false);
      show();
      warm();
      if (!$("lock-continue").hidden) $("lock-continue").focus();
    }
  }
}

/** Takes what the auditor tells: the head once, then lines. */
function take({ head, lines }) {
  if (head) {
    job.head = head;
    job.name = head.name;
    table.clear();
    $("lock-result").hidden = false;
    store.note(job.id, { head, name: job.name });
    return;
  }
  const when = new Date().toISOString();
  for (const { at, line, answered } of lines) {
    table.put(at, line);
    times[at] = answered ? line.at ?? when : undefined;
  }
  store.keep(job.id, lines.map(({ at, line }) => ({ at, line, when: times[at] })));
}

/** A check that did not come to its end. */
async function broken(error) {
  if (!job.head) { // nothing was begun
    job = null;
    $("lock-result").hidden = true;
    say(reason(error), true);
    return;
  }
  say(error.name === "AbortError" ? `Cancelled. ${progress()}` : `${reason(error)} ${progress()}`, error.name !== "AbortError");
  ended(await auditor.written("json", result(), "").then(({ summary }) => summary, () => progress()), false);
}

const reason = (error) => ({
  LoadError: "The auditor could not be loaded. Without it nothing is checked.",
  PanicError: "Sorry, the auditor broke. That is a fault of ours and says nothing about your packages.",
  DeadError: "Sorry, the auditor stopped: a fault of ours, or this device ran out of memory. It says nothing about your packages.",
  AbortError: "Cancelled. Nothing was decided.",
}[error.name] ?? `${error.message[0].toUpperCase()}${error.message.slice(1)}.`);

function ended(summary, done) {
  Object.assign(job, { summary, ended: done });
  store.note(job.id, { head: job.head, summary, ended: done });
}

/** The whole result as JSON, as far as it is there. */
const result = () => JSON.stringify({ ...job.head, lines: table.lines });

const count = () => table.lines.filter(({ state }) => state).length;
const progress = () => `${number(count())} of ${number(table.lines.length)} pins are answered.`;

// ---- showing

function working(on) {
  $("lock-cancel").hidden = !on;
  $("lock-continue").hidden = on || !job || job.ended;
  for (const control of $("lock-form").querySelectorAll("input, textarea, [type=submit]")) control.disabled = on;
  for (const button of document.querySelectorAll("[data-save], #lock-copy, #lock-forget")) button.disabled = on;
  if (on) $("lock-cancel").focus();
}

function show() {
  $("lock-result").hidden = !job?.head;
  if (!job?.head) return;
  const { head } = job;
  const [done, all] = [count(), table.lines.length];
  const called = visible(job.name || "The lock file");
  $("lock-title").textContent = job.ended ? called : `${called}: ${number(done)} of ${number(all)}`;
  const bar = $("lock-bar");
  bar.hidden = job.ended;
  [bar.max, bar.value] = [Math.max(1, all), done];
  $("lock-summary").textContent = visible(job.summary || `${number(head.entries)} entries are in the file. ${progress()}`);
  $("lock-notes").replaceChildren(...[...head.notes, `Begun ${new Date(job.began).toLocaleString()}. ${head.depth === "bytes" ? "Each package was fetched." : "No package was fetched."}`].map((text) => item(text)));
  levels();
  const removed = head.removed ?? [];
  $("lock-removed").hidden = removed.length === 0;
  $("lock-removed").firstElementChild.textContent = `No longer pinned: ${number(removed.length)}`;
  $("lock-removed").lastElementChild.replaceChildren(...removed.map(item));
  table.tracks = head.tracks ?? [];
  table.draw();
}

function item(text) {
  const li = document.createElement("li");
  li.textContent = visible(text);
  return li;
}

/** How many pins reach which level, a list for each track. */
function levels() {
  const tracks = (job.head.tracks ?? []).map((track) => {
    const counts = [];
    for (const { levels: at } of table.lines) if (at?.[track.id]) counts[at[track.id].level] = (counts[at[track.id].level] ?? 0) + 1;
    return { ...track, counts };
  });
  $("lock-levels").replaceChildren(...tracks.filter(({ counts }) => counts.length > 0).map(({ name: called, counts }) => {
    const p = document.createElement("p");
    const name = document.createElement("strong");
    name.textContent = `${called}: `;
    p.append(name, counts.map((n, level) => `${number(n)} at level ${level}`).filter(Boolean).reverse().join(", "));
    return p;
  }));
}

// ---- saving

async function save({ dataset: { save: format, ending } }) {
  try {
    const { text } = await auditor.written(format, result(), location.origin);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
    link.download = `${job.name || "lock"}.touchstone${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    say("Saved.");
  } catch (error) {
    say(`It could not be saved: ${error.message}`, true);
  }
}

async function forget() {
  job = null;
  table.clear();
  choose([]);
  $("lock-form").reset();
  await store.forget();
  show();
  working(false);
  say("File and answers were forgotten.");
  $("lock-file").focus();
}

// ---- events

$("lock-form").addEventListener("submit", (event) => {
  event.preventDefault();
  start();
});
$("lock-file").addEventListener("change", ({ target }) => choose([...target.files]));
$("lock-text").addEventListener("input", () => { if ($("lock-text").value) chosen.length > 0 ? choose([]) : warm(); });
$("lock-cancel").addEventListener("click", () => running?.abort());
$("lock-continue").addEventListener("click", goOn);
$("lock-forget").addEventListener("click", forget);
$("lock-copy").addEventListener("click", () => navigator.clipboard.writeText($("lock-summary").textContent).then(() => say("Copied."), () => say("It could not be copied.", true)));
for (const button of document.querySelectorAll("[data-save]")) button.addEventListener("click", () => save(button));
addEventListener("dragover", (event) => {
  if (![...event.dataTransfer.types].includes("Files")) return;
  event.preventDefault();
  document.body.classList.add("dropping");
});
addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("dropping"); });
addEventListener("drop", (event) => {
  document.body.classList.remove("dropping");
  if (event.dataTransfer.files.length === 0 || running) return;
  event.preventDefault();
  const older = event.target.closest?.("#lock-compare");
  if (older) $("lock-older").files = event.dataTransfer.files;
  else choose([...event.dataTransfer.files]);
  say(older ? "The older lock file is chosen." : "Chosen. Press “Check every pin”.");
});

/** Shows what is kept from before, and takes what another page handed over. */
async function arrive() {
  const before = await store.recall();
  const file = await store.handed();
  if (before?.job.files && !job) {
    job = before.job;
    before.lines.forEach(({ line, when }, at) => {
      table.put(at, line);
      times[at] = when;
    });
    show();
    working(false);
    if (!job.ended) say(`An earlier check was ended before its time. ${progress()}`);
  }
  if (file) {
    choose([file]);
    say("The file is chosen. Press “Check every pin”.");
    $("lock-form").querySelector("[type=submit]").focus();
  }
}

if ("serviceWorker" in navigator) navigator.serviceWorker.register(serviceWorkerURL(), { scope: "/" }).catch(() => {});
await arrive();
