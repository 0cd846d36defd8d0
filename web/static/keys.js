// Keys and certificates that the person brought: whose they are is their word, so
// they are expected of every question until they are taken out. They never leave
// the device, and a page that is loaded anew forgets them; the address says that there
// was one.
import { visible } from "./question.js";

/** The largest file of keys that is read, in bytes. */
const largest = 1 << 20;

const $ = (id) => document.getElementById(id);

let kept = ""; // in base64; empty for none

/** What was brought, in base64; undefined for nothing. Where the address expects something, it is said that it is gone. */
export function held(expected = false) {
  if (!kept && expected) tell("This was asked with a key that this page does not have: it never left the device of whoever brought it. Choose its file and check again.");
  return kept || undefined;
}

function tell(text) {
  $("keys-name").textContent = text;
  $("keys-chosen").hidden = text === "";
}

async function take(file) {
  if (!file) return;
  kept = "";
  if (file.size > largest) {
    tell(`${visible(file.name)} is larger than 1 MB: not taken.`);
    return;
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  kept = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  tell(`A signature by ${visible(file.name)} is expected. Whose that key is rests on your word.`);
}

/** Asks for a key. */
export function ask() {
  $("bring-keys").open = true;
  $("keys").focus();
}

/** Listens to the page's control; say tells the screen reader, without is called where the key is taken out. */
export function listen(say, without) {
  $("keys").addEventListener("change", (event) => take(event.target.files[0]).catch(() => tell("The file could not be read.")).then(() => say($("keys-name").textContent)));
  $("keys-remove").addEventListener("click", () => {
    kept = "";
    $("keys").value = "";
    tell("");
    without();
    $("keys").focus();
  });
}
