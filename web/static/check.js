// Saved evidence is checked again, and installed folders are compared.
import { audited, others } from "./asking.js";
import { Auditor } from "./auditor.js";
import { list } from "./files.js";
import { anothers, asStrays, calledOtherwise, digestsOf, inWords, packageOf, packagesIn } from "../../wasm/shared/folder.js";
import { showReport } from "./policy.js";
import { bytes } from "./progress.js";
import { addressed, addressedPart, fragment, newestOf, visible } from "./question.js";
import { enliven, go } from "./report.js";
import { idle, selftest } from "./selftest.js";

/** The largest file that is read, in bytes: above it a tab had no memory left. */
const largest = 600 << 20;
/** How many packages of a folder are audited at a time. */
const parallel = 4;
/** How many packages that differ are open at once. */
const opened = 20;

const $ = (id) => document.getElementById(id);
const auditor = new Auditor({ whole: true }); // evidence of any ecosystem, and folders
let running = null; // the AbortController of the check under way

document.documentElement.classList.add("script"); // what needs it shows

function say(text) { $("check-says").textContent = visible(text); }

let dropped = null; // { root, files } of a folder that was dropped

/** A chosen file. To know its size, a browser asks the disk and waits: only where it is needed. */
class Entry {
  constructor(file, path) { [this.file, this.path] = [file, path]; }
  get size() { return this.file.size; }
  get link() { return false; }
  async read() { return new Uint8Array(await this.file.arrayBuffer()); }
}

/** The files of the chosen folder: its name is the first part of their paths. */
function chosen() {
  if (dropped) return dropped;
  const files = [...$("check-folder").files];
  const root = files[0]?.webkitRelativePath.split("/")[0] ?? "";
  return { root, files: inOrder(files.map((file) => new Entry(file, file.webkitRelativePath.slice(root.length + 1)))) };
}

const inOrder = (files) => files.sort((a, b) => (a.path < b.path ? -1 : 1));

/** The files of a folder that was dropped (wicg.github.io/entries-api): a reader gives them a part at a time. */
async function filesIn(folder) {
  const files = [];
  const waiting = [[folder, ""]];
  while (waiting.length > 0) {
    const [dir, at] = waiting.pop();
    const reader = dir.createReader();
    for (;;) {
      const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
      if (some.length === 0) break;
      for (const one of some) {
        if (one.isDirectory) waiting.push([one, `${at}${one.name}/`]);
        else files.push(new Entry(await new Promise((resolve, reject) => { one.file(resolve, reject); }), at + one.name));
      }
      say(`Listing the folder: ${files.length} files`);
    }
  }
  return { root: folder.name, files: inOrder(files) };
}

async function sha256(file) {
  if (file.size > largest) return ""; // a package has no such file
  const sum = await crypto.subtle.digest("SHA-256", await file.read());
  return [...new Uint8Array(sum)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const quiet = (signal) => ({ signal, progress: (step) => say(`${step.step}: ${bytes(step.bytes)}`) });

/** Checks what an evidence file says, and the folder of its package where one is chosen. */
async function checkEvidence(signal) {
  const [evidence] = $("check-evidence").files;
  const [file] = $("check-package").files;
  for (const one of [evidence, file]) {
    if (one?.size > largest) throw new Error(`${one.name} has ${bytes(one.size)}; at most ${bytes(largest)} are read.`);
  }
  const folder = chosen();
  const request = { reference: "", html: true, fileName: file?.name };
  let [where, own] = ["", undefined];
  if (folder.files.length > 0) {
    const found = await packagesIn(folder.root, folder.files, auditor);
    own = found.length === 1 ? found[0] : undefined;
    if (found.length > 1) {
      const { reference } = JSON.parse((await auditor.audit(request, { file, evidence, ...quiet(signal) })).json);
      own = packageOf(found, reference);
      if (!own) throw new Error(`The folder holds ${found.length} packages, and ${reference} is not among them. Choose the folder where it is installed.`);
      where = `Compared was ${own.folder || folder.root}, one of ${found.length} packages in the folder. `;
    }
    request.installed = await digestsOf(own ?? { files: folder.files, texts: {} }, sha256, progressOf("Reading the folder", signal));
  }
  const answer = await auditor.audit(request, { file, evidence, ...quiet(signal) });
  const report = JSON.parse(answer.json);
  if (answer.installed) showCompared([{ reference: report.reference, compared: JSON.parse(answer.installed), failed: report.verdict.failed, differ: differOf(report.reference, own?.files ?? folder.files) }]);
  showAudit(report, answer);
  offerNewest(report, answer.saved);
  if (own) where += `${anothers(own, report.reference)} `.trimStart();
  say(`${where}Checked again: ${report.verdict.title}. ${report.verdict.headline}`);
}

/** Says when the evidence was saved, and offers to ask what is newest now: the registry then sees the question. */
function offerNewest(report, saved) {
  const line = document.createElement("p");
  line.id = "check-saved";
  line.append(saved ? `Saved at ${visible(saved)}, by the file’s own word. Newer versions and later alarms are not in it. ` : "");
  $("check-report").prepend(line);
  const question = newestOf(report.reference);
  if (question === "") return; // an image by its digest alone
  const ofTag = report.type === "oci";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "small";
  button.textContent = ofTag ? "Ask what its tag means now" : "Ask what is newest now";
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const now = await others(auditor).audit(question);
      const link = document.createElement("a");
      link.href = `/${fragment(now.reference)}`;
      link.textContent = visible(now.reference);
      const [same, other] = ofTag ? ["The tag means the same image now: ", "The tag means another image now: "] : ["It is the newest version now: ", "Newest now: "];
      button.replaceWith(now.version === report.version ? same : other, link, `. ${visible(now.verdict.title)}`);
      link.focus(); // the button that had it is gone
    } catch (error) {
      button.disabled = false;
      say(error.refused?.detail ?? error.message);
    }
  });
  line.append(button);
}

function progressOf(what, signal) {
  return (done, all) => {
    signal.throwIfAborted();
    if (done % 200 === 0) say(`${what}: ${done} of ${all} files`);
  };
}

/** Audits every package of a folder, and compares each. */
async function checkFolder(signal) {
  const { root, files } = chosen();
  say(`Finding the packages among ${files.length} files`);
  const found = await packagesIn(root, files, auditor);
  signal.throwIfAborted();
  if (found.length === 0) throw new Error("No installed package was found in this folder. Choose node_modules, site-packages, a package's own folder, Go's module cache or vendor, or cargo's registry/src.");
  const { strays } = found;
  const results = new Array(found.length);
  let [next, done] = [0, 0];
  const one = async () => {
    while (next < found.length) {
      const i = next++;
      const { reference } = found[i];
      const placed = calledOtherwise(found[i]);
      try {
        const installed = await digestsOf(found[i], sha256, () => signal.throwIfAborted());
        const answer = await audited(auditor, { reference, installed }, { signal });
        results[i] = { reference, placed, compared: JSON.parse(answer.installed), failed: JSON.parse(answer.json).verdict.failed };
      } catch (error) {
        if (signal.aborted) throw error;
        results[i] = { reference, placed, error: error.message };
      }
      found[i] = undefined;
      say(`${++done} of ${found.length} packages compared`);
    }
  };
  await Promise.all(Array.from({ length: parallel }, one));
  showCompared(strays.length > 0 ? [...results, asStrays(strays)] : results);
  const differ = results.filter(({ compared }) => compared && !compared.as && !compared.open).length;
  const open = results.filter(({ compared }) => compared?.open).length;
  const failed = results.filter((result) => result.failed).length;
  const unknown = results.filter(({ error }) => error).length;
  say(`${differ} of ${results.length} packages differ from what was published.${open ? ` ${open} hold what could not be compared.` : ""}${failed ? ` ${failed} failed their audit.` : ""}${unknown ? ` ${unknown} could not be compared.` : ""}${strays.length > 0 ? ` ${strays.length} files are of no package.` : ""}`);
}

/** Shows a comparison for each package, those that differ first, and the first of them open. */
function showCompared(results) {
  const rank = ({ compared, error, failed }) => (failed || (compared && !compared.as && !compared.open) ? 0 : error || compared?.open ? 1 : 2);
  $("check-packages").replaceChildren();
  list($("check-packages"), results.map((result) => ({ result, rank: rank(result) })).sort((a, b) => a.rank - b.rank), ({ result, rank: r }, i) => block(result, r === 0 && i < opened));
  $("check-compared").hidden = false;
  $("check-compared-title").focus();
}

/** Shows in which lines a file of the folder differs, while its audit is the newest. */
function differOf(reference, files) {
  const byPath = new Map(files.map((one) => [one.path, one.file]));
  return (path) => {
    const file = byPath.get(path);
    return file ? auditor.look(reference).differ(path, file) : Promise.reject(new Error("The file is no longer at hand."));
  };
}

/** A button that is replaced by the lines in which a changed file differs. */
function changes(path, differ) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "small";
  button.textContent = "Show what changed";
  button.setAttribute("aria-label", `Show what changed in ${visible(path)}`);
  button.addEventListener("click", async () => {
    button.disabled = true;
    const lines = document.createElement("pre");
    lines.tabIndex = -1;
    lines.textContent = await differ(path).then((text) => text.split("\n").map(visible).join("\n"), (error) => visible(error.message));
    button.replaceWith(lines);
    lines.focus();
  });
  return button;
}

/** What was found of a package. Its differences are in the page once it is opened. */
function block(result, open) {
  const { reference, compared, error, failed, differ } = result;
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  const state = failed ? "Audit failed" : error ? "Not compared" : compared.as ? "As published" : compared.open ? "Open" : "Differs";
  summary.textContent = `${state}: ${visible(reference)}${visible(result.placed ?? "")}`;
  const text = document.createElement("p");
  text.textContent = error ? visible(error) : inWords(compared);
  details.append(summary, text);
  const all = [...(compared?.differences ?? [])].sort((a, b) => Boolean(a.known) - Boolean(b.known));
  const fill = () => {
    const differences = document.createElement("ul");
    list(differences, all, (d) => {
      const item = document.createElement("li");
      const path = document.createElement("code");
      path.dir = "ltr";
      path.textContent = visible(d.path);
      item.append(`${d.state}: `, path, d.known ? ` ${d.known}` : "");
      if (differ && d.state === "changed") item.append(" ", changes(d.path, differ));
      return item;
    });
    text.after(differences);
  };
  if (open) fill();
  else details.addEventListener("toggle", fill, { once: true });
  details.open = open;
  if (reference.startsWith("pkg:")) { // else there is nothing to ask
    const link = document.createElement("a");
    link.href = `/${fragment(reference)}`;
    link.textContent = "Check this package";
    details.append(link);
  }
  return details;
}

function showAudit(report, answer) {
  const holder = document.createElement("div");
  showReport(holder, answer.html);
  $("check-report").replaceChildren(holder);
  enliven(holder, report, answer.json, {
    say, link: (id) => `${location.origin}/${fragment(report.reference)}${id ? `#!${id}` : ""}`,
    again: start, pick: () => $("check-package").click(), look: auditor.look(report.reference),
    ...others(auditor),
  });
}

async function start() {
  running?.abort();
  const abort = new AbortController();
  running = abort;
  $("check-report").replaceChildren();
  $("check-compared").hidden = true;
  $("check-cancel").hidden = false;
  say("Loading the auditor");
  try {
    if ($("check-evidence").files.length > 0) await checkEvidence(abort.signal);
    else if (dropped || $("check-folder").files.length > 0) await checkFolder(abort.signal);
    else say("Choose an evidence file, a folder, or both.");
  } catch (error) {
    if (running === abort) say(abort.signal.aborted ? "Cancelled. Nothing was decided." : error.refused?.detail ?? error.message);
  } finally {
    if (running === abort) {
      running = null;
      idle(() => { if (!running && auditor.ready) selftest(auditor); });
      $("check-cancel").hidden = true;
    }
  }
}

$("check-form").addEventListener("submit", (event) => {
  event.preventDefault();
  start();
});
$("check-cancel").addEventListener("click", () => running?.abort());
addEventListener("hashchange", () => {
  if (addressedPart()) go($("check-report"), addressedPart());
  else if (addressed().startsWith("pkg:")) location.replace(`/${location.hash}`); // another package: the first page asks
});
// A zip that is dropped is evidence, where none is chosen yet; any other file is the package.
addEventListener("dragover", (event) => { if ([...event.dataTransfer.types].includes("Files")) event.preventDefault(); });
$("check-folder").addEventListener("change", () => { dropped = null; });
addEventListener("drop", async (event) => {
  const [file] = event.dataTransfer.files;
  if (!file) return;
  event.preventDefault();
  const folder = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).find((one) => one?.isDirectory);
  if (folder) {
    try {
      dropped = await filesIn(folder);
    } catch (error) {
      say(`The folder could not be read: ${error.message}`);
      return;
    }
    $("check-folder").value = "";
    start();
    return;
  }
  const evidence = /\.zip$/i.test(file.name) && $("check-evidence").files.length === 0;
  const one = new DataTransfer();
  one.items.add(file);
  $(evidence ? "check-evidence" : "check-package").files = one.files;
  start();
});
