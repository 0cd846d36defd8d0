// Shows a package's badge, and the texts that put it into a README.
import { Auditor } from "./auditor.js";
import { addressed, fragment, visible } from "./question.js";
import { picture, plain, snippets, tagOf } from "./snippets.js";

const $ = (id) => document.getElementById(id);
const auditor = new Auditor();
let asked = ""; // the reference shown

document.documentElement.classList.add("script"); // what needs it shows

/** Shows the badge of a reference, a purl. */
function show(reference) {
  asked = reference;
  const dated = plain(reference, true) !== plain(reference, false);
  $("badge-which").hidden = !dated;
  const tag = tagOf(reference);
  $("badge-exact").textContent = tag ? "Of this digest, always" : "Of this version, always";
  $("badge-moving").textContent = tag ? `Of the tag ${visible(tag)}, whatever it means then: nobody signs that` : "Of the newest, whichever that is";
  const exact = dated && document.querySelector("[name=which]:checked").value === "exact";
  const about = plain(reference, exact);
  $("badge-picture").src = picture(about);
  $("badge-picture").alt = `The badge of ${visible(about)}`;
  $("badge-texts").replaceChildren(...snippets(about, location.origin, fragment(about)).map(block));
  $("badge-made").hidden = false;
}

/** One form's text, to copy. */
function block({ name, text }) {
  const section = document.createElement("section");
  const heading = document.createElement("h3");
  heading.textContent = name;
  const row = document.createElement("div");
  row.className = "command";
  const pre = document.createElement("pre");
  pre.dir = "ltr";
  pre.tabIndex = 0;
  const code = document.createElement("code");
  code.textContent = text;
  pre.append(code);
  const copy = document.createElement("button");
  copy.type = "button";
  copy.className = "small copy";
  copy.textContent = "Copy";
  copy.setAttribute("aria-label", `Copy the ${name}`);
  copy.addEventListener("click", async () => {
    copy.textContent = await navigator.clipboard.writeText(text).then(() => "Copied", () => "Could not copy");
    setTimeout(() => { copy.textContent = "Copy"; }, 2000);
  });
  row.append(pre, copy);
  section.append(heading, row);
  return section;
}

async function ask(text) {
  $("badge-says").textContent = "";
  try {
    // A purl out of a report is what it says; anything else is for the auditor to read.
    const reference = /^pkg:(?!docker\/)/.test(text) ? text : (await auditor.read(text, new AbortController().signal)).reference;
    show(reference);
    $("badge-made-title").focus();
  } catch (error) {
    $("badge-made").hidden = true;
    $("badge-says").textContent = visible(error.message);
  }
}

$("badge-ask").addEventListener("submit", (event) => {
  event.preventDefault();
  ask($("badge-reference").value.trim());
});
$("badge-which").addEventListener("change", () => show(asked));

function arrive() {
  const reference = addressed();
  if (!reference) return;
  $("badge-reference").value = reference;
  ask(reference);
}
addEventListener("hashchange", arrive);
arrive();

/** By which anchors the server judges. */
const anchors = await fetch("/api/anchors").then((response) => (response.ok ? response.json() : undefined), () => undefined);
if (anchors) {
  const { at, versions } = anchors;
  // Version 0 is of a role that no walk has brought yet.
  const brought = Object.entries(versions).filter(([, version]) => version > 0).map(([role, version]) => `${role} ${version}`).join(", ");
  $("badge-anchors").textContent = `The server’s trust anchors are ${at ? `of ${at.slice(0, 10)}` : "those built into its program"}${brought && `: ${brought}`}.`;
}
