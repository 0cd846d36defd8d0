// Installed folders on the command line: one package beside its audit, or every
// package that a folder holds.
import { anothers, asStrays, digestsOf, inWords, packageOf, packagesIn } from "../shared/folder.js";
import { one } from "./ending.mjs";
import { filesOf, sha256 } from "./folder.mjs";

/** How many packages are audited at a time. */
const parallel = 6;

/** What is in the folder of one package, as an audit takes it. */
export async function folderOfOne(path, touchstone, reference) {
  const { root, files } = await filesOf(path);
  const found = await packagesIn(root, files, touchstone);
  const own = found.length > 1 ? packageOf(found, await reference()) : found[0];
  if (found.length > 1 && !own) throw new Error(`it holds ${found.length} packages, and not the one that is audited`);
  return digestsOf(own ?? { files, texts: {} }, sha256);
}

/** What a folder that was compared says of itself, as a line, where that is another package. */
export function ofAnother(installed, report) {
  const said = anothers(installed, report.reference);
  return said === "" ? [] : [one(said)];
}

/** The differences of a comparison as lines, those that nobody explains first. */
export function lines(compared) {
  const all = [...compared.differences].sort((a, b) => Boolean(a.known) - Boolean(b.known));
  return [inWords(compared), ...all.map(({ state, path, known }) => `  ${state}: ${one(path)}${known ? ` (${one(known)})` : ""}`)];
}

/**
 * Audits every package of a folder and compares it: one result each, in the order
 * of their folders, as soon as it and those before it are there.
 */
export async function* packagesOf(path, touchstone, audit) {
  const { root, files } = await filesOf(path);
  const found = await packagesIn(root, files, touchstone);
  const started = [];
  const start = (one) => digestsOf(one, sha256)
    .then((installed) => audit(one.reference, installed))
    .then((answer) => ({ ...one, report: JSON.parse(answer.json), compared: JSON.parse(answer.installed), answer }), (error) => ({ ...one, error }));
  for (let i = 0; i < found.length; i++) {
    while (started.length < found.length && started.length < i + parallel) started.push(start(found[started.length]));
    const { files: _, texts: __, ...result } = await started[i];
    started[i] = undefined;
    yield result;
  }
  if (found.strays.length > 0) yield asStrays(found.strays);
}
