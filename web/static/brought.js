// A package file that the person brought: it is checked in place of a
// download, for exactly the question it was given with.
import { visible } from "./question.js";
import { bytes } from "./progress.js";

/** The largest package file that is read, in bytes. */
const largest = 256 << 20;

const $ = (id) => document.getElementById(id);

let held = null; // { file, question }; an empty question is the next one that is typed

/** Shows which file is checked, or why none is. */
function tell(text) {
  $("file-name").textContent = text;
  $("file-chosen").hidden = text === "";
}

/** Takes a file for a question, or for the next one that is typed. Tells whether it was taken. */
export function take(file, question) {
  if (file.size > largest) {
    drop(); // one chosen before is not what the page names now
    tell(`${visible(file.name)} is larger than ${bytes(largest)}: not taken.`);
    return false;
  }
  held = { file, question };
  tell(`${visible(file.name)} (${bytes(file.size)}) is checked in place of a download.`);
  return true;
}

/** Leaves the file out. */
export function drop() {
  held = null;
  $("file").value = "";
  tell("");
}

/** A file that was brought before it was said for what is for this question. */
export function bind(question) {
  if (held?.question === "") held.question = question;
}

/** The file to check for a question. One that was brought for another is forgotten, and that is said. */
export function fileFor(question) {
  if (!held || held.question === question) return held?.file;
  const { name } = held.file;
  drop();
  tell(`${visible(name)} was left out: it was brought for another package.`);
  return undefined;
}
