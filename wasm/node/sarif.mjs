// What was found in an installed folder, in the Static Analysis Results
// Interchange Format 2.1.0 (OASIS): one result for each file that is not as
// published and that no installer explains, and for each package that failed or
// could not be compared.

import { one } from "./ending.mjs";

const rules = [
  { id: "file-changed", level: "error", text: "A file of an installed package is not the published one.", help: "Install the package anew, and find out who changed it." },
  { id: "file-missing", level: "warning", text: "A file of a published package is not in the installed folder.", help: "Install the package anew." },
  { id: "file-extra", level: "error", text: "The folder of an installed package holds a file that was not published.", help: "Find out where it comes from, and remove it." },
  { id: "package-failed", level: "error", text: "The audit of an installed package failed.", help: "Do not use it. Audit the package to see why." },
  { id: "package-alarm", level: "error", text: "The audit of an installed package raised an alarm.", help: "Audit the package to see what is odd, before you use it." },
  { id: "package-below", level: "error", text: "An installed package does not reach the required level.", help: "Audit the package to see what is missing." },
  { id: "file-uncompared", level: "warning", text: "A file that programs run was made here, and there is nothing published to compare it with.", help: "Delete it, and let it be made anew from what is as published." },
  { id: "not-compared", level: "warning", text: "An installed package could not be compared.", help: "Try again, with a network." },
];

/** How many files of one package are listed one by one. */
const most = 1000;

/** A text from outside that is no link where it is shown: brackets stand for themselves (section 3.11.6). */
const unlinked = (text) => one(text).replace(/[\\[\]]/g, "\\$&");

function addressOf(...parts) {
  return parts.filter(Boolean).join("/").replace(/\\/g, "/").split("/").map(encodeURIComponent).join("/");
}

/** The results of one package: { reference, folder, error, verdict, installed, bad }. */
function resultsOf(root, { reference, folder, error, verdict, installed, bad }) {
  const at = (path) => [{ physicalLocation: { artifactLocation: { uri: addressOf(root, folder, path) } } }];
  const found = [];
  const add = (id, text, path = "") => found.push({
    ruleId: id, ruleIndex: rules.findIndex((one) => one.id === id), level: rules.find((one) => one.id === id).level,
    message: { text: unlinked(`${reference}: ${text}`) }, locations: at(path), partialFingerprints: { "folder/v1": `${id} ${reference} ${path}` },
  });
  if (error) add("not-compared", error);
  if (verdict?.failed) add("package-failed", verdict.headline);
  if (verdict?.alarms?.length > 0) add("package-alarm", verdict.alarms.join(" "));
  if (installed?.unread) add("not-compared", installed.unread);
  const open = (installed?.differences ?? []).filter(({ known }) => !known);
  for (const { state, path } of open.slice(0, most)) add(`file-${state}`, `${path} is ${state}`, path);
  if (open.length > most) add("file-changed", `${open.length - most} further files differ, which are not listed`);
  const uncompared = (installed?.differences ?? []).filter((d) => d.open);
  for (const { path } of uncompared.slice(0, most)) add("file-uncompared", `${path} was not compared`, path);
  if (uncompared.length > most) add("file-uncompared", `${uncompared.length - most} further files were not compared, which are not listed`);
  if (bad && found.length === 0) add("package-below", "it does not reach the required level");
  return found;
}

/** The SARIF log of a folder. */
export function sarif(root, packages) {
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0",
    runs: [{
      tool: { driver: { name: "Touchstone", rules: rules.map(({ id, level, text, help }) => ({ id, shortDescription: { text }, help: { text: help }, defaultConfiguration: { level } })) } },
      results: packages.flatMap((one) => resultsOf(root, one)),
    }],
  };
}
